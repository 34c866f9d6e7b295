//! What PostgreSQL said becomes records, each once, wherever one begins to read again.

mod captured;

use serde_json::{Value, json};

use self::captured as said;
use super::decoder::ChangeDecoder;
use super::lsn::LogPlace;
use super::pgoutput::{ChangeMessage, ColumnWord, OldRow, RowMessage, UnreadMessage};
use super::place::ChangesPlace;
use super::settings::example;
use crate::domain::Timestamp;
use crate::source::reader::SourceRecord;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
const ALL: &str = "operations = [\"insert\", \"update\", \"delete\"]";
const FIRST: [&[u8]; 6] = [
    said::BEGIN,
    said::RELATION,
    said::INSERT,
    said::UPDATE_OF_KEY,
    said::DELETE,
    said::COMMIT,
];

/// A decoder of all operations that has come so far.
fn decoder(place: ChangesPlace) -> ChangeDecoder {
    ChangeDecoder::new(&example(ALL), place, NOW)
}

fn all(decoder: &mut ChangeDecoder, messages: &[&[u8]]) -> Vec<SourceRecord> {
    let taken = messages.iter().map(|message| decoder.take(message, true));
    taken.flatten().collect()
}

fn lsn(text: &str) -> LogPlace {
    text.parse().unwrap()
}

#[test]
fn a_row_is_told_with_its_types_its_transaction_and_its_place() {
    let mut decoder = decoder(ChangesPlace::default());
    let records = all(&mut decoder, &FIRST);
    let row = json!({
        "id": 1, "pratica": "PR-1", "aperta": true, "importo": "12.50",
        "peso": 1_000_000_000_000_000_i64, "quando": "2026-11-24T09:00:00.5+00:00",
        "dati": {"a": 1}, "etichette": ["a", "b c", null], "nota": null,
        "_op": "insert", "_table": "public.pratiche",
        "_commit_at": "2026-11-30T20:48:50.072480Z", "_lsn": "0/43B5F90-1",
    });
    assert_eq!(Value::Object(records[0].fields.clone()), row);
    assert_eq!(records[0].place, "0/43B5F90-1");
    assert_eq!(records[1].fields["id"], 2);
    assert_eq!(records[1].fields["_op"], "update");
    let gone = json!({
        "id": 2, "_op": "delete", "_table": "public.pratiche",
        "_commit_at": "2026-11-30T20:48:50.072480Z", "_lsn": "0/43B5F90-3",
    });
    assert_eq!(Value::Object(records[2].fields.clone()), gone);
    assert_eq!(records.len(), 3);
    assert_eq!(decoder.place().lsn, lsn("0/43B5FC0"));
    assert_eq!(decoder.place().within, None);
}

#[test]
fn what_was_taken_before_is_passed_over_wherever_that_ended() {
    let mut whole = decoder(ChangesPlace::default());
    let expected = all(&mut whole, &FIRST);
    for end in 0..=FIRST.len() {
        let mut first = decoder(ChangesPlace::default());
        let mut records = all(&mut first, &FIRST[..end]);
        let cursor = first.place().cursor();
        let kept = ChangesPlace::read(Some(&cursor)).unwrap().unwrap();
        let mut second = decoder(kept);
        records.extend(all(&mut second, &FIRST));
        assert_eq!(records, expected, "cut at {end}");
        assert_eq!(second.place().lsn, lsn("0/43B5FC0"));
    }
}

#[test]
fn only_what_is_asked_for_becomes_a_record() {
    let mut inserts = ChangeDecoder::new(
        &example("operations = [\"insert\"]"),
        ChangesPlace::default(),
        NOW,
    );
    let records = all(&mut inserts, &FIRST);
    assert_eq!(records.len(), 1);
    let mut usual = ChangeDecoder::new(&example(""), ChangesPlace::default(), NOW);
    assert_eq!(all(&mut usual, &FIRST).len(), 2);
    let other = example("tables = [\"public.other\"]");
    let mut other = ChangeDecoder::new(&other, ChangesPlace::default(), NOW);
    assert!(all(&mut other, &FIRST).is_empty());
    assert_eq!(other.place().lsn, lsn("0/43B5FC0"));
    assert_eq!(other.place().doubts(NOW).count(), 0);
}

#[test]
fn a_large_value_that_was_left_alone_is_absent_and_not_null() {
    let mut decoder = decoder(ChangesPlace::default());
    all(&mut decoder, &FIRST);
    let messages = [said::BEGIN_3, said::UPDATE_BESIDE_TOAST, said::COMMIT_3];
    let record = all(&mut decoder, &messages).remove(0);
    assert_eq!(record.fields["pratica"], "PR-3");
    assert!(!record.fields.contains_key("nota"));
}

#[test]
fn with_full_identity_a_row_that_is_gone_says_all_it_was() {
    let mut decoder = decoder(ChangesPlace::default());
    let messages = [
        said::BEGIN_4,
        said::RELATION_IN_FULL,
        said::UPDATE_IN_FULL,
        said::COMMIT_4,
        said::BEGIN_5,
        said::DELETE_IN_FULL,
        said::COMMIT_5,
    ];
    let records = all(&mut decoder, &messages);
    let said: Vec<_> = records.iter().map(|it| &it.fields["pratica"]).collect();
    assert_eq!(said, ["è", "è"]);
    assert_eq!(records[1].fields["_op"], "delete");
    assert_eq!(records[1].fields["nota"], Value::Null);
}

#[test]
fn the_old_row_fills_what_the_change_left_alone() {
    let old = b"\0\x01t\0\0\0\x03abc".as_slice();
    let relation = b"R\0\0\0\x07public\0pratiche\0f\0\x01\x01nota\0\0\0\0\x19\xff\xff\xff\xff";
    let update = [b"U\0\0\0\x07O".as_slice(), old, b"N\0\x01u".as_slice()].concat();
    let mut decoder = decoder(ChangesPlace::default());
    let record = all(&mut decoder, &[said::BEGIN_4, relation, &update]).remove(0);
    assert_eq!(record.fields["nota"], "abc");
}

#[test]
fn a_truncate_and_what_is_not_known_hold_nothing_up_and_are_said() {
    let mut decoder = decoder(ChangesPlace::default());
    all(&mut decoder, &FIRST);
    let messages = [
        said::BEGIN_6,
        said::TRUNCATE,
        b"Z?".as_slice(),
        b"I\0\0".as_slice(),
        said::COMMIT_6,
    ];
    assert!(all(&mut decoder, &messages).is_empty());
    assert_eq!(decoder.place().lsn, lsn("0/43B8B80"));
    let doubts: Vec<String> = decoder.place().doubts(NOW).collect();
    assert!(doubts[0].contains("1 TRUNCATE"), "{doubts:?}");
    assert!(doubts[0].contains("2 messages"), "{doubts:?}");
}

#[test]
fn of_a_message_that_is_too_large_its_first_columns_are_read() {
    let mut decoder = decoder(ChangesPlace::default());
    all(&mut decoder, &FIRST[..2]);
    let record = decoder.take(&said::INSERT[..30], false).unwrap();
    assert_eq!(record.fields["id"], 1);
    assert_eq!(record.fields["pratica"], "PR-1");
    assert!(!record.fields.contains_key("quando"));
    let record = decoder.take(&said::UPDATE_IN_FULL[..20], false).unwrap();
    assert!(!record.fields.contains_key("pratica"));
    assert_eq!(decoder.place().doubts(NOW).count(), 0);
}

#[test]
fn each_message_is_read_as_what_it_is() {
    let Ok(ChangeMessage::Row(RowMessage::Delete(table, OldRow::Key(words)))) =
        ChangeMessage::read(said::DELETE, true)
    else {
        panic!("a delete");
    };
    assert_eq!(table, 0x401d);
    assert_eq!(words[..2], [ColumnWord::Text(b"2"), ColumnWord::Null]);
    for aside in [
        b"Y\0\0@\0public\0esito\0".as_slice(),
        b"O\0\0\0\0\0\0\0\0somewhere\0".as_slice(),
        b"M\x01\0\0\0\0\0\0\0\0prefix\0\0\0\0\0".as_slice(),
    ] {
        assert_eq!(ChangeMessage::read(aside, true), Ok(ChangeMessage::Aside));
    }
    for end in 0..said::RELATION.len() {
        let fault = ChangeMessage::read(&said::RELATION[..end], true);
        assert_eq!(fault, Err(UnreadMessage::Short), "{end}");
    }
    let many = b"I\0\0\0\x07N\xff\xff";
    let fault = ChangeMessage::read(many, true);
    assert_eq!(fault, Err(UnreadMessage::Malformed));
}
