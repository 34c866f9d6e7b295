use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq};
use serde_json::json;

use super::*;

/// The time of every look, where it does not matter.
const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

/// What a look shows: keys, each with a word.
type Shown = BTreeMap<u8, u8>;

fn thing(key: &str, word: &str) -> Thing {
    let fields = json!({ "word": word, "_note": "not compared" });
    Thing {
        key: key.to_owned(),
        fields: fields.as_object().unwrap().clone(),
    }
}

fn things(words: &[(&str, &str)]) -> Vec<Thing> {
    words.iter().map(|(key, word)| thing(key, word)).collect()
}

fn many(count: usize) -> Vec<Thing> {
    (0..count)
        .map(|at| thing(&format!("T-{at}"), "a"))
        .collect()
}

/// A source that keeps its cursor as the store does.
#[derive(Default)]
struct Watched {
    cursor: Option<Cursor>,
}

impl Watched {
    fn look(&mut self, things: Vec<Thing>, limit: usize) -> SourceLook {
        let look = Snapshot::from_cursor(self.cursor.as_ref())
            .compare(things, limit, NOW)
            .unwrap();
        let kept = look.cursor.as_ref().map(|cursor| cursor.0.to_string());
        self.cursor = kept.map(|text| Cursor(serde_json::from_str(&text).unwrap()));
        look
    }

    /// What a look tells: key, word, and whether it ended.
    fn tells(&mut self, things: Vec<Thing>) -> Vec<(String, String, bool)> {
        let look = self.look(things, 1_000);
        look.records.iter().map(said).collect()
    }
}

fn said(record: &SourceRecord) -> (String, String, bool) {
    let word = record.fields["word"].as_str().unwrap().to_owned();
    let is_over = record.fields["ended"] == true;
    assert_eq!(record.fields["vanished"], json!(is_over));
    (record.place.clone(), word, is_over)
}

fn told(key: &str, word: &str, is_over: bool) -> (String, String, bool) {
    (key.to_owned(), word.to_owned(), is_over)
}

#[test]
fn a_thing_begins_changes_flickers_and_ends_once() {
    let mut feed = Watched::default();
    let both = things(&[("A", "x"), ("B", "y")]);
    assert_eq!(
        feed.tells(both.clone()),
        [told("A", "x", false), told("B", "y", false)]
    );
    assert!(feed.tells(both.clone()).is_empty());
    let moved = things(&[("A", "z"), ("B", "y")]);
    assert_eq!(feed.tells(moved.clone()), [told("A", "z", false)]);
    // Absent once and back tells nobody.
    let alone = things(&[("B", "y")]);
    assert!(feed.tells(alone.clone()).is_empty());
    assert!(feed.tells(moved).is_empty());
    assert!(feed.tells(alone.clone()).is_empty());
    assert_eq!(feed.tells(alone.clone()), [told("A", "z", true)]);
    assert!(feed.tells(alone).is_empty());
}

#[test]
fn what_vanished_was_gone_when_a_look_first_did_not_show_it() {
    let mut snapshot = Snapshot::default();
    let mut look = |things: Vec<Thing>, minutes: i64| {
        let now = NOW + chrono::TimeDelta::minutes(minutes);
        let look = snapshot.clone().compare(things, 9, now).unwrap();
        snapshot = Snapshot::from_cursor(look.cursor.as_ref());
        look.records
    };
    let both = things(&[("A", "x"), ("B", "y")]);
    let alone = things(&[("B", "y")]);
    look(both.clone(), 0);
    look(alone.clone(), 5);
    // Absent once and back: the next time counts anew.
    assert!(look(both, 10).is_empty());
    assert!(look(alone.clone(), 15).is_empty());
    let over = look(alone, 20);
    let gone_at = (NOW + chrono::TimeDelta::minutes(15)).to_string();
    assert_eq!(over[0].fields[GONE_AT], json!(gone_at));
}

#[test]
fn what_comes_back_is_another_turn() {
    let mut feed = Watched::default();
    let both = things(&[("A", "x"), ("B", "y")]);
    let turn = |look: &SourceLook| look.records[0].fields["_turn"].as_u64();
    assert_eq!(turn(&feed.look(both.clone(), 9)), Some(1));
    // To another state, and back to one in which it was.
    let moved = things(&[("A", "z"), ("B", "y")]);
    assert_eq!(turn(&feed.look(moved, 9)), Some(1));
    assert_eq!(turn(&feed.look(both.clone(), 9)), Some(2));
    let alone = things(&[("B", "y")]);
    feed.look(alone.clone(), 9);
    let over = feed.look(alone.clone(), 9);
    assert_eq!(over.records[0].fields["ended"], true);
    let back = feed.look(both, 9);
    assert_eq!(turn(&back), Some(3));
    assert_eq!(back.records[0].fields["_back"], true);
}

#[test]
fn an_empty_feed_ends_nothing_and_says_so() {
    let mut feed = Watched::default();
    feed.look(many(57), 1_000);
    for _ in 0..50 {
        let look = feed.look(Vec::new(), 1_000);
        assert!(look.records.is_empty());
        let doubt = look.doubt.unwrap();
        assert!(doubt.contains("nothing, where 57 were going on"), "{doubt}");
        assert!(doubt.contains("believe"), "{doubt}");
    }
    // Back again, nothing had happened.
    let back = feed.look(many(57), 1_000);
    assert!(back.records.is_empty());
    assert_eq!(back.doubt, None);
}

#[test]
fn a_person_may_believe_an_empty_feed() {
    let mut feed = Watched::default();
    feed.look(many(57), 1_000);
    feed.look(Vec::new(), 1_000);
    let place = Snapshot::from_cursor(feed.cursor.as_ref()).believing();
    feed.cursor = Some(Cursor(place));
    let first = feed.look(Vec::new(), 50);
    assert_eq!((first.records.len(), first.more), (50, true));
    let rest = feed.look(Vec::new(), 50);
    assert_eq!((rest.records.len(), rest.more), (7, false));
    assert!(first.records.iter().all(|it| it.fields["ended"] == true));
    let after = feed.look(Vec::new(), 50);
    assert!(after.records.is_empty() && after.doubt.is_none());
}

#[test]
fn a_shrunken_feed_is_believed_when_it_insists() {
    let mut feed = Watched::default();
    feed.look(many(100), 1_000);
    for _ in 1..SNAPSHOT_DOUBTFUL_LOOKS {
        let look = feed.look(many(30), 1_000);
        assert!(look.records.is_empty());
        assert!(look.doubt.unwrap().contains("30, where 100"));
    }
    let look = feed.look(many(30), 1_000);
    assert_eq!((look.records.len(), look.doubt), (70, None));
}

#[test]
fn what_follows_an_empty_answer_is_counted_from_there() {
    let mut feed = Watched::default();
    feed.look(many(20), 1_000);
    for _ in 0..9 {
        feed.look(Vec::new(), 1_000);
    }
    // It fills again, slowly.
    for _ in 1..SNAPSHOT_DOUBTFUL_LOOKS {
        let look = feed.look(many(4), 1_000);
        assert!(look.records.is_empty() && look.doubt.is_some());
    }
    assert!(feed.look(many(20), 1_000).records.is_empty());
}

#[test]
fn the_last_of_a_few_may_end() {
    let mut feed = Watched::default();
    feed.look(many(1), 1_000);
    for _ in 1..SNAPSHOT_DOUBTFUL_LOOKS {
        assert!(feed.look(Vec::new(), 1_000).doubt.is_some());
    }
    let look = feed.look(Vec::new(), 1_000);
    assert_eq!((look.records.len(), look.doubt), (1, None));
}

#[test]
fn a_shrunken_look_between_two_good_ones_is_no_absence() {
    let mut feed = Watched::default();
    feed.look(many(10), 1_000);
    feed.look(many(10), 1_000);
    feed.look(many(2), 1_000);
    assert!(feed.look(many(9), 1_000).records.is_empty());
    assert_eq!(feed.look(many(9), 1_000).records.len(), 1);
}

#[test]
fn what_says_itself_that_it_ended_ends_once() {
    let mut feed = Watched::default();
    let mut over = thing("A", "x");
    over.fields.insert("ended".to_owned(), json!(true));
    let look = feed.look(vec![over, thing("B", "y")], 9);
    assert_eq!(look.records[0].fields["ended"], true);
    assert_eq!(look.records[0].fields["vanished"], false);
    for _ in 0..4 {
        assert!(feed.look(things(&[("B", "y")]), 9).records.is_empty());
    }
}

#[test]
fn what_could_not_be_read_is_brought_once_and_never_ends() {
    let mut feed = Watched::default();
    let broken = SourceRecord::unreadable("A".to_owned(), "no number", "<b>");
    let broken = Thing {
        key: broken.place,
        fields: broken.fields,
    };
    let look = feed.look(vec![broken.clone(), thing("B", "y")], 9);
    assert_eq!(look.records.len(), 2);
    assert!(
        feed.look(vec![broken, thing("B", "y")], 9)
            .records
            .is_empty()
    );
    for _ in 0..4 {
        assert!(feed.look(things(&[("B", "y")]), 9).records.is_empty());
    }
}

#[test]
fn what_cannot_be_read_any_more_ends_as_it_was_last_read() {
    let mut feed = Watched::default();
    let both = things(&[("A", "x"), ("B", "y")]);
    feed.look(both.clone(), 9);
    let broken = SourceRecord::unreadable("A".to_owned(), "no number", "<b>");
    let broken = Thing {
        key: broken.place,
        fields: broken.fields,
    };
    let torn = vec![broken, thing("B", "y")];
    assert_eq!(feed.look(torn.clone(), 9).records.len(), 1);
    assert!(feed.look(torn.clone(), 9).records.is_empty());
    // As it was before: nothing new was heard meanwhile.
    let again = feed.look(both, 9);
    assert_eq!(again.records[0].fields["_turn"], 1);
    feed.look(torn, 9);
    let alone = things(&[("B", "y")]);
    assert!(feed.tells(alone.clone()).is_empty());
    assert_eq!(feed.tells(alone), [told("A", "x", true)]);
}

#[test]
fn a_feed_that_cannot_be_read_any_more_ends_nothing() {
    let mut feed = Watched::default();
    feed.look(many(10), 1_000);
    let nonsense = (0..10).map(|at| {
        let record = SourceRecord::unreadable(format!("row {at}"), "no key", "{}");
        Thing {
            key: record.place,
            fields: record.fields,
        }
    });
    let nonsense: Vec<Thing> = nonsense.collect();
    assert_eq!(feed.look(nonsense.clone(), 1_000).records.len(), 10);
    for _ in 0..9 {
        let look = feed.look(nonsense.clone(), 1_000);
        assert!(look.records.is_empty());
        assert!(look.doubt.unwrap().contains("nothing, where 10"));
    }
}

#[test]
fn the_word_that_nothing_changed_delays_no_end() {
    let mut snapshot = Snapshot::default();
    let validator = Some(FeedValidator {
        etag: Some("\"1\"".to_owned()),
        last_modified: None,
    });
    let mut steps = |things, kept: bool| {
        snapshot.validator.clone_from(&validator);
        let look = snapshot.clone().compare(things, 9, NOW).unwrap();
        snapshot = Snapshot::from_cursor(look.cursor.as_ref());
        assert_eq!(snapshot.validator.is_some(), kept);
    };
    steps(many(3), true);
    // Something is absent: the whole answer must come again.
    steps(many(2), false);
    steps(many(2), true);
    // And when it is too small.
    steps(Vec::new(), false);
    assert_eq!(snapshot.unchanged(), SourceLook::default());
}

#[test]
fn a_key_that_stands_twice_is_a_doubt_only_with_other_words() {
    let mut feed = Watched::default();
    let same = feed.look(things(&[("A", "x"), ("A", "x")]), 9);
    assert_eq!((same.records.len(), same.doubt), (1, None));
    let other = feed.look(things(&[("A", "x"), ("A", "y")]), 9);
    assert!(other.doubt.unwrap().contains("`A` stands there twice"));
    assert!(other.records.is_empty());
}

#[test]
fn limits_are_said() {
    let fault = |things| {
        Snapshot::default()
            .compare(things, 9, NOW)
            .unwrap_err()
            .to_string()
    };
    assert!(fault(many(SNAPSHOT_THINGS + 1)).contains("at most 20000"));
    assert!(fault(things(&[("", "x")])).contains("without a key"));
    let long = "k".repeat(SNAPSHOT_KEY + 1);
    assert!(fault(things(&[(long.as_str(), "x")])).contains("can be no key"));
    let large = "x".repeat(SNAPSHOT_BYTES);
    assert!(fault(things(&[("A", large.as_str())])).contains("16 MiB"));
}

#[test]
fn only_the_latest_ends_are_remembered() {
    let mut snapshot = Snapshot::default();
    for end in 1..=3 + u64::try_from(SNAPSHOT_PAST).unwrap() {
        snapshot
            .past
            .insert(end.to_string(), PastThing { turn: 1, end });
    }
    snapshot.forget_old();
    assert_eq!(snapshot.past.len(), SNAPSHOT_PAST);
    assert!(!snapshot.past.contains_key("3") && snapshot.past.contains_key("4"));
}

/// What clients know after some looks, and by which rule it may have come to that.
#[derive(Default)]
struct Model {
    /// What was told and has not ended.
    known: Shown,
    /// Whole looks in a row without it.
    absent: BTreeMap<u8, u32>,
    good: u32,
    shrunken: u32,
    /// Each event's key, turn, word and end: none comes twice.
    events: BTreeSet<(u8, u64, u8, bool)>,
}

impl Model {
    fn begins(&mut self, shown: &Shown) {
        let is_shrunken = shown.len() * 2 < self.known.len();
        let is_empty = shown.is_empty() && self.known.len() > SNAPSHOT_FEW;
        (self.good, self.shrunken) = match (is_shrunken, is_empty) {
            (false, _) => (self.good + 1, 0),
            (true, true) => (0, 0),
            (true, false) => (0, self.shrunken + 1),
        };
        self.absent.retain(|key, _| !shown.contains_key(key));
        for key in self.known.keys().filter(|key| !shown.contains_key(*key)) {
            *self.absent.entry(*key).or_default() += 1;
        }
    }

    fn may_end(&self, key: u8) -> bool {
        let absent = self.absent.get(&key).copied().unwrap_or_default();
        let in_good_looks = self.good >= 2 && absent >= 2;
        in_good_looks
            || (self.shrunken >= SNAPSHOT_DOUBTFUL_LOOKS && absent >= SNAPSHOT_DOUBTFUL_LOOKS)
    }

    fn hears(&mut self, record: &SourceRecord) {
        let key: u8 = record.place.parse().unwrap();
        let word: u8 = record.fields["word"].as_str().unwrap().parse().unwrap();
        let is_over = record.fields["ended"] == true;
        let turn = record.fields["_turn"].as_u64().unwrap();
        assert!(self.events.insert((key, turn, word, is_over)), "{record:?}");
        if is_over {
            assert!(self.may_end(key), "{record:?}");
            assert_eq!(self.known.remove(&key), Some(word));
            self.absent.remove(&key);
        } else {
            assert_ne!(self.known.insert(key, word), Some(word));
        }
    }
}

fn looks() -> impl Strategy<Value = Vec<Shown>> {
    let shown = prop::collection::btree_map(0..8_u8, 0..3_u8, 0..8);
    // Each for one look or for some in a row.
    prop::collection::vec((shown, 1..8_usize), 1..16).prop_map(|looks| {
        let repeated = looks.into_iter();
        repeated
            .flat_map(|(shown, times)| std::iter::repeat_n(shown, times))
            .collect()
    })
}

proptest::proptest! {
    /// Nothing ends but by the rule, nothing ends twice, and nothing that is shown is lost.
    #[test]
    fn clients_know_what_the_feed_shows(looks in looks(), limit in 1..6_usize) {
        let mut feed = Watched::default();
        let mut model = Model::default();
        for shown in looks {
            model.begins(&shown);
            loop {
                let brought = shown
                    .iter()
                    .map(|(key, word)| thing(&key.to_string(), &word.to_string()));
                let look = feed.look(brought.collect(), limit);
                prop_assert!(look.records.len() <= limit);
                for record in &look.records {
                    model.hears(record);
                }
                if !look.more {
                    break;
                }
            }
            for (key, word) in &shown {
                prop_assert_eq!(model.known.get(key), Some(word));
            }
            let overdue = model.known.keys().find(|key| model.good >= 2 && model.may_end(**key));
            prop_assert_eq!(overdue, None);
        }
    }
}
