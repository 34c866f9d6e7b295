//! One message of a stream as a record. What nobody can read becomes one as well: it ends among the
//! dead letters with its reason, and what stands behind it is read on.

use chrono::SecondsFormat;
use serde_json::{Map, Value};

use super::settings::NatsFormat;
use super::{cloudevents, debezium};
use crate::domain::Timestamp;
use crate::domain::limits::SOURCE_ROW;
use crate::source::reader::{HANDED_IN, STOOD_THERE, SourceRecord};

/// What a message says.
#[derive(Debug, PartialEq)]
pub(super) enum NatsSaying {
    /// These fields. `stood_there`: they show what stood there before, and no change.
    Fields {
        fields: Map<String, Value>,
        stood_there: bool,
    },
    /// Nothing that anybody could be told.
    Nothing,
}

/// Where a message stands in its stream, and since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct NatsPostmark {
    pub(super) sequence: u64,
    pub(super) published: Option<Timestamp>,
    /// How often the consumer has handed out messages, this one included.
    pub(super) delivery: u64,
    /// Messages that stand behind it and are the consumer's.
    pub(super) pending: u64,
}

/// Begins the subjects to which acknowledgements go.
const ACKNOWLEDGE: &str = "$JS.ACK.";

impl NatsPostmark {
    /// Reads what the server writes into the subject for the acknowledgement: stream, consumer, how
    /// often this message was handed out, its place, the count of deliveries, nanoseconds, and what
    /// is pending; newer servers write two words more at its beginning, and may write some at its end.
    pub(super) fn read(reply: &str) -> Option<Self> {
        let words: Vec<&str> = reply.strip_prefix(ACKNOWLEDGE)?.split('.').collect();
        let words = match words.len() {
            7 => words.as_slice(),
            9.. => words.get(2..)?,
            _ => return None,
        };
        let number = |place: usize| words.get(place)?.parse::<u64>().ok();
        let micros = i64::try_from(number(5)? / 1_000).ok();
        Some(Self {
            sequence: number(3)?,
            delivery: number(4)?,
            published: micros.map(Timestamp::from_micros),
            pending: number(6)?,
        })
    }
}

/// The record that a message is; None: it tells nobody anything.
pub(super) fn record(
    format: NatsFormat,
    message: &async_nats::Message,
    postmark: NatsPostmark,
) -> Option<SourceRecord> {
    let place = postmark.sequence.to_string();
    let (mut fields, stood_there) = match saying(format, message) {
        Ok(NatsSaying::Nothing) => return None,
        Ok(NatsSaying::Fields {
            fields,
            stood_there,
        }) => (fields, stood_there),
        Err(why) => return Some(unreadable(place, &why, message)),
    };
    if let Some(published) = postmark.published {
        let published = published
            .to_utc()
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        fields.insert(HANDED_IN.to_owned(), Value::String(published));
    }
    if stood_there {
        fields.insert(STOOD_THERE.to_owned(), Value::Bool(true));
    }
    Some(SourceRecord { place, fields })
}

fn saying(format: NatsFormat, message: &async_nats::Message) -> Result<NatsSaying, String> {
    let length = message.payload.len();
    if length > SOURCE_ROW {
        return Err(format!(
            "it has {length} bytes; more than {SOURCE_ROW} are not taken"
        ));
    }
    match format {
        NatsFormat::CloudEvents => cloudevents::event(message.headers.as_ref(), &message.payload),
        NatsFormat::Debezium => debezium::change(&message.payload),
        NatsFormat::Json => object(&message.payload).map(changed),
    }
}

/// Fields that say what has changed.
pub(super) const fn changed(fields: Map<String, Value>) -> NatsSaying {
    NatsSaying::Fields {
        fields,
        stood_there: false,
    }
}

/// The one object of JSON that a text is.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("it is JSON, but no object in { }".to_owned()),
        Err(error) => Err(format!("it is no JSON: {error}")),
    }
}

fn unreadable(place: String, why: &str, message: &async_nats::Message) -> SourceRecord {
    let body = &message.payload[..message.payload.len().min(SOURCE_ROW)];
    let body = String::from_utf8_lossy(body);
    let mut record = SourceRecord::unreadable(place, why, &body);
    let subject = Value::String(message.subject.to_string());
    record.fields.insert("_subject".to_owned(), subject);
    record
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(body: String) -> async_nats::Message {
        async_nats::Message {
            subject: "cases.7".into(),
            reply: None,
            payload: body.into(),
            headers: None,
            status: None,
            description: None,
            length: 0,
        }
    }

    fn taken(format: NatsFormat, body: &str) -> Option<SourceRecord> {
        let postmark = NatsPostmark {
            sequence: 7,
            published: Some(Timestamp::from_micros(1_796_071_478_995_350)),
            delivery: 1,
            pending: 0,
        };
        record(format, &message(body.to_owned()), postmark)
    }

    #[test]
    fn an_object_is_a_record_with_its_place_and_its_time() {
        let record = taken(NatsFormat::Json, r#"{"pratica": "PR-7"}"#).unwrap();
        assert_eq!(record.place, "7");
        assert_eq!(record.fields["pratica"], "PR-7");
        let handed_in = record.handed_in().unwrap();
        assert_eq!(handed_in, Timestamp::from_micros(1_796_071_478_995_350));
        assert!(!record.stood_there());
    }

    #[test]
    fn what_nobody_can_read_says_why() {
        for (body, why) in [
            ("not JSON".to_owned(), "it is no JSON"),
            ("[1, 2]".to_owned(), "it is JSON, but no object"),
            ("x".repeat(SOURCE_ROW + 1), "it has 262145 bytes"),
        ] {
            let record = taken(NatsFormat::Json, &body).unwrap();
            let said = record.fields["_unreadable"].as_str().unwrap();
            assert!(said.starts_with(why), "{said}");
            assert_eq!(record.fields["_subject"], "cases.7");
            assert_eq!(record.handed_in(), None);
        }
    }

    #[test]
    fn a_tombstone_is_no_record_and_a_snapshot_is_marked() {
        assert_eq!(taken(NatsFormat::Debezium, ""), None);
        let read = json!({"op": "r", "after": {"id": 1}, "source": {"snapshot": "last"}});
        let record = taken(NatsFormat::Debezium, &read.to_string()).unwrap();
        assert!(record.stood_there());
        assert_eq!(record.fields["id"], 1);
    }

    #[test]
    fn the_subject_of_an_acknowledgement_is_read() {
        for reply in [
            "$JS.ACK.EVENTS.araldo.1.7.9.1796071478995350477.3",
            "$JS.ACK._.hash.EVENTS.araldo.1.7.9.1796071478995350477.3",
            "$JS.ACK._.hash.EVENTS.araldo.1.7.9.1796071478995350477.3.token.more",
        ] {
            let postmark = NatsPostmark::read(reply).unwrap();
            assert_eq!((postmark.sequence, postmark.delivery), (7, 9), "{reply}");
            let published = Timestamp::from_micros(1_796_071_478_995_350);
            assert_eq!(postmark.published, Some(published), "{reply}");
            assert_eq!(postmark.pending, 3, "{reply}");
        }
        for reply in [
            "_INBOX.a.1",
            "$JS.ACK.EVENTS.araldo",
            "$JS.ACK.a.b.1.x.9.1.3",
        ] {
            assert!(NatsPostmark::read(reply).is_none(), "{reply}");
        }
    }
}
