//! What is kept between two looks, and what a look makes of it: alerts by the rule of `snapshot`, trips
//! by that of `delays`. A feed that is out of date, or older than what was seen before, says nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::delays::DelayBook;
use super::lines::LineTags;
use super::message::GtfsFeed;
use super::settings::GtfsSettings;
use super::shown::GtfsShown;
use crate::domain::Timestamp;
use crate::domain::limits::SNAPSHOT_BYTES;
use crate::source::fault::SourceFault;
use crate::source::http::FeedValidator;
use crate::source::reader::{Cursor, SourceLook};
use crate::source::snapshot::Snapshot;

/// `FeedHeader.Incrementality`
const DIFFERENTIAL: i32 = 1;

/// What was seen of a feed, kept as the cursor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GtfsMemory {
    /// The alerts, in the words of `snapshot`.
    snapshot: Value,
    /// The trips that are late.
    delays: DelayBook,
    /// The feed's own time, in seconds since 1970; 0 where it has none.
    timestamp: u64,
    /// What the feed says of the answer that is taken in.
    #[serde(skip)]
    pub(super) said: Option<FeedValidator>,
}

impl GtfsMemory {
    /// A cursor that cannot be read is as none: all is seen anew, and known by its events' ids.
    #[must_use]
    pub fn read(cursor: Option<&Cursor>) -> Self {
        let read = cursor.and_then(|cursor| Self::deserialize(&cursor.0).ok());
        read.unwrap_or_default()
    }

    /// The next look is true, whatever it lacks: a person has looked at the feed itself.
    pub(in crate::source) fn believing(mut self) -> Value {
        self.snapshot = self.alerts().believing();
        self.delays.believe();
        json!(self)
    }

    /// What the feed said of its last answer, where the same answer again would bring nothing.
    pub(super) fn validator(&self) -> Option<FeedValidator> {
        let validator = self.alerts().validator;
        validator.filter(|_| !self.delays.is_pending())
    }

    /// The feed said that nothing changed.
    pub(super) fn unchanged(&self, settings: &GtfsSettings, now: Timestamp) -> SourceLook {
        SourceLook {
            doubt: out_of_date(self.timestamp, settings, now),
            ..self.alerts().unchanged()
        }
    }

    /// Takes a whole feed in.
    pub fn take(
        mut self,
        feed: &GtfsFeed<'_>,
        settings: &GtfsSettings,
        limit: usize,
        now: Timestamp,
    ) -> Result<SourceLook, SourceFault> {
        if feed.header.incrementality == Some(DIFFERENTIAL) {
            return Err(SourceFault::Unexpected(
                "it sends only what has changed (DIFFERENTIAL), of which no state can be made: ask \
                 for the address of the whole feed (FULL_DATASET)"
                    .to_owned(),
            ));
        }
        let timestamp = feed.header.timestamp.unwrap_or_default();
        let doubt = out_of_date(timestamp, settings, now);
        if doubt.is_some() || self.is_ahead_of(timestamp, now) {
            return Ok(SourceLook {
                doubt,
                ..SourceLook::default()
            });
        }
        let tags = LineTags::new(&settings.lines).map_err(SourceFault::Unexpected)?;
        let mut shown = GtfsShown::of(feed, settings, &tags, now);
        let mut alerts = self.alerts();
        alerts.validator = self.said.take();
        let mut look = alerts.compare(std::mem::take(&mut shown.things), limit, now)?;
        let room = limit.saturating_sub(look.records.len());
        let spoken = settings.spoken();
        let news = self
            .delays
            .take(&shown.trips, &settings.delay, room, now, |trip| {
                trip.fields(spoken)
            });
        look.records.extend(news.records);
        look.more |= news.more;
        look.doubt = look
            .doubt
            .or(news.doubt)
            .or_else(|| shown.doubt())
            .or_else(|| ahead_of_time(timestamp, settings, now));
        self.timestamp = timestamp;
        self.snapshot = look.cursor.take().map_or(Value::Null, |cursor| cursor.0);
        look.cursor = Some(self.cursor()?);
        Ok(look)
    }

    /// Whether something newer was seen before: one of several servers may be behind the others. A time
    /// that lies ahead says nothing; their clock may have been set right since.
    fn is_ahead_of(&self, timestamp: u64, now: Timestamp) -> bool {
        timestamp > 0 && timestamp < self.timestamp && age(self.timestamp, now) >= 0
    }

    /// The alerts as they were.
    fn alerts(&self) -> Snapshot {
        Snapshot::from_cursor(Some(&Cursor(self.snapshot.clone())))
    }

    fn cursor(&self) -> Result<Cursor, SourceFault> {
        let value = json!(self);
        if value.to_string().len() > SNAPSHOT_BYTES {
            let limit = SNAPSHOT_BYTES / (1024 * 1024);
            return Err(SourceFault::Unexpected(format!(
                "what is going on there fills more than {limit} MiB: ask for less, by an address that \
                 names a region or a line"
            )));
        }
        Ok(Cursor(value))
    }
}

/// Seconds since a feed was made; less than none if its time lies ahead.
fn age(timestamp: u64, now: Timestamp) -> i64 {
    let made = i64::try_from(timestamp).unwrap_or(i64::MAX);
    (now.as_micros() / 1_000_000).saturating_sub(made)
}

fn stale(settings: &GtfsSettings) -> i64 {
    i64::try_from(settings.stale_after.as_secs()).unwrap_or(i64::MAX)
}

/// A feed that is not made any more shows for ever what it showed last.
fn out_of_date(timestamp: u64, settings: &GtfsSettings, now: Timestamp) -> Option<String> {
    let age = age(timestamp, now);
    (timestamp > 0 && age > stale(settings)).then(|| {
        format!(
            "it is out of date: it was made {} minutes ago (`stale_after`); nothing begins or ends by \
             it",
            age / 60
        )
    })
}

fn ahead_of_time(timestamp: u64, settings: &GtfsSettings, now: Timestamp) -> Option<String> {
    let ahead = age(timestamp, now) < -stale(settings);
    ahead.then(|| "its own time lies ahead: is a clock wrong over there?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_kept_with_all_that_is_in_it() {
        let memory = GtfsMemory {
            timestamp: 7,
            ..GtfsMemory::default()
        };
        let cursor = memory.cursor().unwrap();
        assert_eq!(GtfsMemory::read(Some(&cursor)), memory);
        let nothing = GtfsMemory::read(Some(&Cursor(json!({"id": 7}))));
        assert_eq!(nothing, GtfsMemory::default());
    }
}
