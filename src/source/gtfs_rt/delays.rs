//! Which delays are told: one that crosses a threshold, then each further step of it, then its end
//! below a lower threshold. So a delay that goes up and down by a minute tells nobody twice.
//!
//! A trip that is not shown any more has ended when it was absent in two whole looks, or when the time
//! of its last stop has passed. A look that shows less than half of the trips of the last whole one
//! ends nothing, as in `snapshot`, whose rule this is; here only trips that are late are kept.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings::DelaySteps;
use super::shown::ShownTrip;
use super::trips::TripState;
use crate::domain::Timestamp;
use crate::domain::limits::{
    GTFS_TRIPS, SNAPSHOT_ABSENT_LOOKS, SNAPSHOT_DOUBTFUL_LOOKS, SNAPSHOT_FEW,
};
use crate::source::reader::SourceRecord;
use crate::source::snapshot::{BACK, TURN};

/// How long after its last stop a trip that is not shown counts as over.
const LAST_STOP_PASSED: i64 = 30 * 60;
const ENDED: &str = "ended";

/// What was told of a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToldDelay {
    /// At least so many seconds.
    Late(i64),
    Cancelled,
}

/// A trip that was told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LateTrip {
    told: ToldDelay,
    /// The fields with which it was told.
    fields: Map<String, Value>,
    turn: u32,
    is_over: bool,
    /// Looks in a row in which it was not shown.
    absent: u32,
    /// When it reaches its last stop.
    until: Option<i64>,
    /// When it was last told of, in seconds since 1970: those longest ago are forgotten.
    told_at: i64,
}

/// The trips that are late or do not run, kept in the cursor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DelayBook {
    trips: BTreeMap<String, LateTrip>,
    /// How many trips the last whole look showed.
    shown: usize,
    /// Looks in a row that showed enough, and that did not.
    good: u32,
    doubtful: u32,
    /// There was no room for all that the last look brought: it goes on.
    unfinished: bool,
}

/// What a look has to tell.
#[derive(Debug, Default)]
pub(super) struct DelayNews {
    pub(super) records: Vec<SourceRecord>,
    pub(super) more: bool,
    pub(super) doubt: Option<String>,
}

/// What is to be told of a trip.
enum DelayStep {
    Tell(ToldDelay),
    End,
    Nothing,
}

impl DelayBook {
    /// Something is going on of which a look could bring the end.
    pub(super) fn is_pending(&self) -> bool {
        self.doubtful > 0 || self.unfinished || self.going().any(|trip| trip.absent > 0)
    }

    /// What the feed shows from now on is all there is.
    pub(super) fn believe(&mut self) {
        self.shown = 0;
        self.doubtful = 0;
    }

    /// Takes a whole look in. `fields`: what a trip is told with.
    pub(super) fn take(
        &mut self,
        trips: &[ShownTrip],
        steps: &DelaySteps,
        room: usize,
        now: Timestamp,
        fields: impl Fn(&ShownTrip) -> Map<String, Value>,
    ) -> DelayNews {
        let now = now.as_micros() / 1_000_000;
        let mut news = DelayNews {
            doubt: self.judge(trips.len()),
            ..DelayNews::default()
        };
        let shown: HashSet<&str> = trips.iter().map(|trip| trip.key.as_str()).collect();
        self.count_absences(&shown, news.doubt.is_none());
        for trip in trips {
            if let Some(known) = self.trips.get_mut(&trip.key) {
                known.until = trip.now.until.or(known.until);
            }
            match self.step(trip, steps) {
                DelayStep::Nothing => {}
                _ if news.records.len() >= room => news.more = true,
                DelayStep::Tell(told) => {
                    let record = self.tell(trip, told, fields(trip), now);
                    news.records.push(record);
                }
                DelayStep::End => news.records.extend(self.end(&trip.key)),
            }
        }
        self.end_absent(&shown, &mut news, room, now);
        self.unfinished = news.more;
        self.forget_old();
        news
    }

    fn going(&self) -> impl Iterator<Item = &LateTrip> {
        self.trips.values().filter(|trip| !trip.is_over)
    }

    /// A sentence, if this look shows so few trips that it ends nothing.
    fn judge(&mut self, shown: usize) -> Option<String> {
        let held = self.shown;
        let is_enough = shown * 2 >= held || self.going().next().is_none();
        let is_believed =
            self.doubtful + 1 >= SNAPSHOT_DOUBTFUL_LOOKS && (shown > 0 || held <= SNAPSHOT_FEW);
        if is_enough || is_believed {
            if !self.unfinished {
                self.good = self.good.saturating_add(1);
            }
            self.doubtful = 0;
            self.shown = shown;
            return None;
        }
        if !self.unfinished {
            self.doubtful = self.doubtful.saturating_add(1);
        }
        self.good = 0;
        Some(format!(
            "it shows {shown} trips, where it showed {held}: an empty or shrunken feed may be broken, \
             and no delay counts as ended by it"
        ))
    }

    fn count_absences(&mut self, shown: &HashSet<&str>, is_whole: bool) {
        let counts = is_whole && !self.unfinished;
        for (key, trip) in &mut self.trips {
            match shown.contains(key.as_str()) {
                true => trip.absent = 0,
                false if counts => trip.absent = trip.absent.saturating_add(1),
                false => {}
            }
        }
    }

    fn step(&self, trip: &ShownTrip, steps: &DelaySteps) -> DelayStep {
        let going = self.trips.get(&trip.key).filter(|known| !known.is_over);
        let told = going.map(|known| known.told);
        match trip.now.state {
            TripState::Unknown => DelayStep::Nothing,
            TripState::Cancelled if told == Some(ToldDelay::Cancelled) => DelayStep::Nothing,
            TripState::Cancelled => DelayStep::Tell(ToldDelay::Cancelled),
            TripState::Late(delay) => late_step(told, delay, steps),
        }
    }

    fn tell(
        &mut self,
        trip: &ShownTrip,
        told: ToldDelay,
        mut fields: Map<String, Value>,
        now: i64,
    ) -> SourceRecord {
        let known = self.trips.remove(&trip.key);
        let is_back = known.as_ref().is_some_and(|known| known.is_over);
        // A delay only grows. Whatever else is told may have been told in the same words before.
        let grows = |known: &LateTrip| {
            let both_late = matches!((known.told, told), (ToldDelay::Late(_), ToldDelay::Late(_)));
            both_late && !known.is_over
        };
        let turn = match &known {
            None => 1,
            Some(known) if grows(known) => known.turn,
            Some(known) => known.turn.saturating_add(1),
        };
        fields.insert(ENDED.to_owned(), Value::Bool(false));
        fields.insert(TURN.to_owned(), Value::from(turn));
        fields.insert(BACK.to_owned(), Value::Bool(is_back));
        let late = LateTrip {
            told,
            fields: fields.clone(),
            turn,
            is_over: false,
            absent: 0,
            until: trip.now.until.or(known.and_then(|known| known.until)),
            told_at: now,
        };
        self.trips.insert(trip.key.clone(), late);
        SourceRecord {
            place: trip.key.clone(),
            fields,
        }
    }

    fn end(&mut self, key: &str) -> Option<SourceRecord> {
        let trip = self.trips.get_mut(key)?;
        trip.is_over = true;
        // Nothing more is said of it but its turn.
        let mut fields = std::mem::take(&mut trip.fields);
        fields.insert(ENDED.to_owned(), Value::Bool(true));
        fields.insert(BACK.to_owned(), Value::Bool(false));
        Some(SourceRecord {
            place: key.to_owned(),
            fields,
        })
    }

    fn end_absent(&mut self, shown: &HashSet<&str>, news: &mut DelayNews, room: usize, now: i64) {
        let is_whole = self.good >= SNAPSHOT_ABSENT_LOOKS;
        let is_gone = |trip: &LateTrip| {
            let last_stop = trip
                .until
                .map(|until| until.saturating_add(LAST_STOP_PASSED));
            let is_past = last_stop.is_some_and(|time| time < now);
            !trip.is_over && (is_past || (is_whole && trip.absent >= SNAPSHOT_ABSENT_LOOKS))
        };
        let absent = self
            .trips
            .iter()
            .filter(|(key, _)| !shown.contains(key.as_str()));
        let gone = absent.filter(|(_, trip)| is_gone(trip));
        let gone: Vec<String> = gone.map(|(key, _)| key.clone()).collect();
        for key in gone {
            if news.records.len() >= room {
                news.more = true;
                return;
            }
            news.records.extend(self.end(&key));
        }
    }

    /// Of those that are over, the latest stay.
    fn forget_old(&mut self) {
        let over = self.trips.values().filter(|trip| trip.is_over);
        let mut times: Vec<i64> = over.map(|trip| trip.told_at).collect();
        if times.len() > GTFS_TRIPS {
            times.sort_unstable();
            let oldest = times[times.len() - GTFS_TRIPS];
            self.trips
                .retain(|_, trip| !trip.is_over || trip.told_at >= oldest);
        }
    }
}

fn late_step(told: Option<ToldDelay>, delay: i64, steps: &DelaySteps) -> DelayStep {
    let (first, step, calm) = (
        seconds(steps.first),
        seconds(steps.step).max(1),
        seconds(steps.calm),
    );
    let reached = (delay >= first).then(|| first + (delay - first) / step * step);
    match (told, reached) {
        (None | Some(ToldDelay::Cancelled), Some(level)) => DelayStep::Tell(ToldDelay::Late(level)),
        (Some(ToldDelay::Late(told)), Some(level)) if level > told => {
            DelayStep::Tell(ToldDelay::Late(level))
        }
        // It runs after all, and nearly on time.
        (Some(ToldDelay::Cancelled), None) => DelayStep::End,
        (Some(ToldDelay::Late(_)), None) if delay < calm => DelayStep::End,
        (None | Some(ToldDelay::Late(_)), _) => DelayStep::Nothing,
    }
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
