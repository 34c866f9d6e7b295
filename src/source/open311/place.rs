//! How far the requests have been read: the latest `updated_datetime` that was seen. Servers write
//! times with an offset, with `Z`, or without a zone; the latter are compared among themselves, as if
//! they were of UTC. What they are in truth is said by `time_zone`, when a request becomes a case.

use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::limits::CLOCK_SKEW;
use crate::source::mapping::moment;
use crate::source::reader::Cursor;
use crate::text::sanitize;

/// How far a time without a zone may lie ahead of UTC.
const EASTERNMOST: TimeDelta = TimeDelta::hours(14);
/// Letters of a time of theirs that a doubt repeats.
const SHOWN_LETTERS: usize = 40;

/// The cursor of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RequestPlace {
    /// As it stands there.
    pub(super) since: Option<String>,
}

impl RequestPlace {
    /// What cannot be read is the beginning: what comes again is known by its events' ids.
    pub(super) fn read(cursor: Option<&Cursor>) -> Self {
        let read = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        read.unwrap_or_default()
    }

    /// From when on changes are asked for again, written as their server writes times.
    pub(super) fn asked_from(&self, overlap: Duration) -> Option<String> {
        let form = match has_zone(self.since.as_deref()?) {
            true => "%Y-%m-%dT%H:%M:%SZ",
            false => "%Y-%m-%dT%H:%M:%S",
        };
        Some(self.begin(overlap)?.to_utc().format(form).to_string())
    }

    /// Whether a change was seen long ago. What does not say when it changed never was.
    pub(super) fn is_past(&self, changed: Option<&str>, overlap: Duration) -> bool {
        let changed = changed.and_then(time);
        changed
            .zip(self.begin(overlap))
            .is_some_and(|(changed, begin)| changed < begin)
    }

    /// The place behind these changes, never before where it began; with it a doubt about one that
    /// lies ahead of time: it is taken, and carries the place nowhere.
    pub(super) fn reached<'a>(
        &self,
        changes: impl Iterator<Item = &'a str>,
        now: Timestamp,
    ) -> (Self, Option<String>) {
        let (mut place, mut doubt) = (self.clone(), None);
        let mut latest = self.since.as_deref().and_then(time);
        for text in changes {
            let Some(changed) = time(text) else {
                continue;
            };
            if changed > now + tolerance(text) {
                let shown = sanitize::excerpt(text, SHOWN_LETTERS);
                doubt = Some(format!(
                    "a request changed ahead of time ({shown}): is a clock wrong over there?"
                ));
            } else if latest.is_none_or(|latest| changed > latest) {
                latest = Some(changed);
                place.since = Some(text.to_owned());
            }
        }
        (place, doubt)
    }

    fn begin(&self, overlap: Duration) -> Option<Timestamp> {
        let overlap = TimeDelta::from_std(overlap).unwrap_or_default();
        Some(time(self.since.as_deref()?)? - overlap)
    }
}

/// A time of theirs; one without a zone as if it were of UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let told = moment(Value::String(text.to_owned()), Tz::UTC)?;
    Timestamp::parse(&told).ok()
}

fn has_zone(text: &str) -> bool {
    Timestamp::parse(&text.trim().replacen(' ', "T", 1)).is_ok()
}

fn tolerance(text: &str) -> TimeDelta {
    match has_zone(text) {
        true => CLOCK_SKEW,
        false => CLOCK_SKEW + EASTERNMOST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(since: &str) -> RequestPlace {
        RequestPlace {
            since: Some(since.to_owned()),
        }
    }

    fn reached(before: Option<&str>, changes: &[&str]) -> (Option<String>, bool) {
        let before = before.map(at).unwrap_or_default();
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let (place, doubt) = before.reached(changes.iter().copied(), now);
        (place.since, doubt.is_some())
    }

    #[test]
    fn the_latest_change_counts_in_whatever_form_it_stands() {
        for (before, changes, since) in [
            (
                None,
                &["2026-11-24T10:00:00+02:00", "2026-11-24T09:00:00Z"][..],
                "2026-11-24T09:00:00Z",
            ),
            (
                None,
                &["2026-11-24 09:00:00", "2026-11-24T09:00:01"][..],
                "2026-11-24T09:00:01",
            ),
            (
                Some("2026-11-24T09:00:00Z"),
                &["2026-11-23T09:00:00Z"][..],
                "2026-11-24T09:00:00Z",
            ),
            (
                Some("2026-11-24T09:00:00Z"),
                &["yesterday", ""][..],
                "2026-11-24T09:00:00Z",
            ),
        ] {
            assert_eq!(
                reached(before, changes),
                (Some(since.to_owned()), false),
                "{changes:?}"
            );
        }
        assert_eq!(reached(None, &[]), (None, false));
    }

    #[test]
    fn a_change_ahead_of_time_carries_the_place_nowhere() {
        let before = Some("2026-11-24T09:00:00Z");
        assert_eq!(
            reached(before, &["2036-01-01T00:00:00Z"]),
            (before.map(str::to_owned), true)
        );
        // Now in Auckland, where it is told without a zone.
        let local = "2026-11-24T23:00:00";
        assert_eq!(reached(None, &[local]), (Some(local.to_owned()), false));
    }

    #[test]
    fn what_lies_behind_the_overlap_was_seen() {
        let place = at("2026-11-24T09:00:00Z");
        assert!(place.is_past(Some("2026-11-24T07:59:59Z"), HOUR));
        for changed in [Some("2026-11-24T08:00:00Z"), Some("soon"), None] {
            assert!(!place.is_past(changed, HOUR), "{changed:?}");
        }
        assert!(!RequestPlace::default().is_past(Some("1999-01-01T00:00:00Z"), HOUR));
    }
}
