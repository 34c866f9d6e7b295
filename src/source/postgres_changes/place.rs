//! How far their log has been read, as our store keeps it, and what somebody should hear of for a
//! day: changes that nobody has seen, messages that were passed over.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::lsn::LogPlace;
use crate::domain::Timestamp;
use crate::source::fault::SourceFault;
use crate::source::reader::Cursor;

/// How long what happened once is shown: somebody looks once a day.
const SHOWN_FOR: TimeDelta = TimeDelta::hours(24);

/// The cursor of a source that reads a log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesPlace {
    /// All transactions that were committed before are taken.
    pub(super) lsn: LogPlace,
    /// Of the next one, only the beginning is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<PartTaken>,
    /// Whose log it is: places of another one mean nothing.
    #[serde(default)]
    pub(super) cluster: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lost: Option<UnseenChanges>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) passed: Option<PassedOver>,
    /// The slot was dropped for the sake of their disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) given_up: Option<GivenUp>,
}

/// A transaction that is taken in portions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartTaken {
    /// Where it was committed.
    pub(super) commit: LogPlace,
    /// So many of its changes are taken.
    pub(super) taken: u64,
}

/// Changes that were never shown to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnseenChanges {
    /// A sentence for people.
    pub(super) said: String,
    pub(super) at: Timestamp,
}

/// Messages that became no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassedOver {
    pub(super) truncated: u64,
    pub(super) unread: u64,
    /// The transaction of the last one.
    pub(super) last: LogPlace,
    pub(super) at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenUp {
    pub(super) at: Timestamp,
    /// What it kept of their disk, in bytes.
    pub(super) retained: u64,
}

impl ChangesPlace {
    /// What the store has; `None` at the beginning.
    pub(super) fn read(cursor: Option<&Cursor>) -> Result<Option<Self>, SourceFault> {
        let Some(Cursor(value)) = cursor else {
            return Ok(None);
        };
        let place = serde_json::from_value(value.clone());
        place.map(Some).map_err(|error| {
            SourceFault::Unexpected(format!(
                "the place that was kept is none of a log ({error}): begin anew with \
                 `araldo source rewind NAME --to start`"
            ))
        })
    }

    pub(super) fn cursor(&self) -> Cursor {
        // Strings and numbers alone: it is JSON in any case.
        Cursor(serde_json::to_value(self).unwrap_or_default())
    }

    /// One more message that becomes no record.
    pub(super) fn pass_over(&mut self, what: PassedMessage, last: LogPlace, at: Timestamp) {
        let before = self.passed.filter(|it| at - it.at < SHOWN_FOR);
        let mut passed = before.unwrap_or(PassedOver {
            truncated: 0,
            unread: 0,
            last,
            at,
        });
        match what {
            PassedMessage::Truncate => passed.truncated += 1,
            PassedMessage::Unread => passed.unread += 1,
        }
        self.passed = Some(PassedOver { last, at, ..passed });
    }

    /// What somebody should know of what happened within the last day.
    pub(super) fn doubts(&self, now: Timestamp) -> impl Iterator<Item = String> {
        let lost = self.lost.as_ref().filter(|it| now - it.at < SHOWN_FOR);
        let passed = self.passed.filter(|it| now - it.at < SHOWN_FOR);
        let lost = lost.map(|it| it.said.clone());
        lost.into_iter().chain(passed.map(PassedOver::said))
    }
}

/// Why a message becomes no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PassedMessage {
    Truncate,
    Unread,
}

impl PassedOver {
    fn said(self) -> String {
        let mut parts = Vec::new();
        if self.truncated > 0 {
            parts.push(format!(
                "{} TRUNCATE: which rows are gone is not known",
                self.truncated
            ));
        }
        if self.unread > 0 {
            parts.push(format!(
                "{} messages of their log that cannot be read",
                self.unread
            ));
        }
        let what = parts.join(", and ");
        format!(
            "passed over within a day: {what}; the last at {} ({})",
            self.last, self.at
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    #[test]
    fn a_place_is_kept_as_json_and_read_again() {
        let mut place = ChangesPlace {
            lsn: LogPlace(0x0152_CA80),
            cluster: "7/00000001".to_owned(),
            ..ChangesPlace::default()
        };
        let expected = json!({"lsn": "0/152CA80", "cluster": "7/00000001"});
        assert_eq!(place.cursor().0, expected);
        place.within = Some(PartTaken {
            commit: LogPlace(0x0152_CB40),
            taken: 1_000,
        });
        place.given_up = Some(GivenUp {
            at: NOW,
            retained: 7,
        });
        let again = ChangesPlace::read(Some(&place.cursor())).unwrap();
        assert_eq!(again, Some(place));
        assert_eq!(ChangesPlace::read(None), Ok(None));
        assert!(ChangesPlace::read(Some(&Cursor(json!({"id": 7})))).is_err());
    }

    #[test]
    fn what_was_passed_over_is_counted_and_said_for_a_day() {
        let mut place = ChangesPlace::default();
        assert_eq!(place.doubts(NOW).count(), 0);
        for what in [
            PassedMessage::Truncate,
            PassedMessage::Truncate,
            PassedMessage::Unread,
        ] {
            place.pass_over(what, LogPlace(0x10), NOW);
        }
        let said: Vec<String> = place.doubts(NOW).collect();
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("2 TRUNCATE"), "{said:?}");
        assert!(said[0].contains("1 messages"), "{said:?}");
        let later = NOW + SHOWN_FOR;
        assert_eq!(place.doubts(later).count(), 0);
        place.pass_over(PassedMessage::Truncate, LogPlace(0x20), later);
        let said: Vec<String> = place.doubts(later).collect();
        assert!(said[0].contains("1 TRUNCATE"), "{said:?}");
    }
}
