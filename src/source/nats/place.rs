//! How far a stream was read, as it is kept in our store; and what it means when the stream over there
//! is not the one that was read.

use serde::{Deserialize, Serialize};

use super::api::StreamStanding;
use crate::source::reader::Cursor;

/// The last message taken, and of which stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NatsPlace {
    sequence: u64,
    stream_created: String,
}

impl NatsPlace {
    pub(super) fn new(sequence: u64, stream_created: &str) -> Self {
        Self {
            sequence,
            stream_created: stream_created.to_owned(),
        }
    }

    pub(super) fn read(cursor: Option<&Cursor>) -> Option<Self> {
        serde_json::from_value(cursor?.0.clone()).ok()
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// Up to where this very stream was read.
    pub(super) fn reached(&self, stream: &StreamStanding) -> Option<u64> {
        (!self.is_another(stream)).then_some(self.sequence)
    }

    /// What an operator should know of a stream that is not the one that was read.
    pub(super) fn doubt(&self, name: &str, stream: &StreamStanding) -> Option<String> {
        self.is_another(stream).then(|| {
            format!(
                "the stream `{name}` is another than the one that was read up to message {}: \
                 removed and made anew, or put back to an older state. It is read from its \
                 beginning; what the former one held and was not read is not known here",
                self.sequence
            )
        })
    }

    fn is_another(&self, stream: &StreamStanding) -> bool {
        self.stream_created != stream.created || stream.state.last_seq < self.sequence
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stream(created: &str, last: u64) -> StreamStanding {
        let text = json!({"created": created, "config": {}, "state": {"last_seq": last}});
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_place_is_kept_and_read_again() {
        let place = NatsPlace::new(7, "2026-11-30T20:44:35Z");
        let cursor = place.cursor();
        let expected = json!({"sequence": 7, "stream_created": "2026-11-30T20:44:35Z"});
        assert_eq!(cursor.0, expected);
        assert_eq!(NatsPlace::read(Some(&cursor)), Some(place));
        assert_eq!(NatsPlace::read(None), None);
        // Of a source that was of another kind before.
        assert_eq!(NatsPlace::read(Some(&Cursor(json!({"id": 7})))), None);
    }

    #[test]
    fn a_stream_made_anew_or_put_back_is_known() {
        let place = NatsPlace::new(7, "monday");
        assert_eq!(place.reached(&stream("monday", 7)), Some(7));
        assert_eq!(place.doubt("EVENTS", &stream("monday", 9)), None);
        for other in [stream("tuesday", 9), stream("monday", 6)] {
            assert_eq!(place.reached(&other), None);
            let doubt = place.doubt("EVENTS", &other).unwrap();
            assert!(doubt.contains("`EVENTS` is another"), "{doubt}");
        }
    }
}
