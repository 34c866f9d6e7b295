//! Time as a parameter: a point in time in microseconds, and the clock that tells it. A sandbox may have
//! a clock that runs faster than the machine's (`[sandbox] day`): all that is due by it comes sooner, and
//! whoever waits for it sleeps as long as [`Clock::sleep_for`] says.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A point in time, to the microsecond: what both databases keep exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The day it falls on in UTC, counted from 1970-01-01.
    #[must_use]
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The day it falls on in this zone, counted from 1970-01-01.
    #[must_use]
    pub fn day_in(self, zone: Tz) -> i64 {
        let date = self.to_utc().with_timezone(&zone).date_naive();
        i64::from(date.to_epoch_days())
    }

    /// As a chrono time, for calendars and formats.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// Parses RFC 3339 §5.6. The zone is required: a time without one names no point in time.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.timestamp_micros()))
            .map_err(|_| TimeError {
                text: text.to_owned(),
            })
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }
}

impl std::ops::Add<TimeDelta> for Timestamp {
    type Output = Self;
    fn add(self, delta: TimeDelta) -> Self {
        Self(
            self.0
                .saturating_add(delta.num_microseconds().unwrap_or(i64::MAX)),
        )
    }
}

impl std::ops::Sub<TimeDelta> for Timestamp {
    type Output = Self;
    fn sub(self, delta: TimeDelta) -> Self {
        self + -delta
    }
}

impl std::ops::Sub for Timestamp {
    type Output = TimeDelta;
    fn sub(self, earlier: Self) -> TimeDelta {
        TimeDelta::microseconds(self.0 - earlier.0)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            &self
                .to_utc()
                .to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        )
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A text that is no RFC 3339 time with a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time with a zone such as 2026-11-22T18:02:00+01:00")]
pub struct TimeError {
    text: String,
}

/// However fast a clock runs, nobody looks more often than this at what is due by it.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// What the machine shows: by it go people and programs outside, such as sessions, codes of
    /// telephones and signatures. The same as `now`, unless this clock runs faster.
    fn wall(&self) -> Timestamp {
        self.now()
    }

    /// How many times as fast as the machine's clock it runs, 1 or more.
    fn pace(&self) -> u32 {
        1
    }

    /// How long to sleep by the machine's clock, for so long a wait by this one. Only for what is due
    /// by this clock: deadlines of what goes over a wire, leases and heartbeats are the machine's.
    fn sleep_for(&self, wait: Duration) -> Duration {
        match self.pace() {
            0 | 1 => wait,
            pace => (wait / pace).max(wait.min(SHORTEST_SLEEP)),
        }
    }

    /// How far this clock moves on while something outside takes so long.
    fn meanwhile(&self, real: TimeDelta) -> TimeDelta {
        let pace = i32::try_from(self.pace()).unwrap_or(1);
        real.checked_mul(pace).unwrap_or(real)
    }
}

impl<T: Clock + ?Sized> Clock for &T {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn wall(&self) -> Timestamp {
        (**self).wall()
    }

    fn pace(&self) -> u32 {
        (**self).pace()
    }
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn wall(&self) -> Timestamp {
        (**self).wall()
    }

    fn pace(&self) -> u32 {
        (**self).pace()
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        Utc::now().into()
    }
}

/// A clock that runs faster than another one, since a moment at which both showed the same. It never
/// goes back, though the other be set back.
pub struct ScaledClock {
    base: Arc<dyn Clock>,
    began: Timestamp,
    pace: u32,
    latest: AtomicI64,
}

impl ScaledClock {
    #[must_use]
    pub fn new(base: Arc<dyn Clock>, began: Timestamp, pace: u32) -> Self {
        Self {
            base,
            began,
            pace,
            latest: AtomicI64::new(began.as_micros()),
        }
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let began = self.began.as_micros();
        let passed = self.base.now().as_micros().saturating_sub(began);
        let shown = began.saturating_add(passed.saturating_mul(i64::from(self.pace)));
        let before = self.latest.fetch_max(shown, Ordering::SeqCst);
        Timestamp(before.max(shown))
    }

    fn wall(&self) -> Timestamp {
        self.base.wall()
    }

    fn pace(&self) -> u32 {
        self.pace
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at `text`.
    ///
    /// # Panics
    /// When `text` is no RFC 3339 time.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "a test that names a wrong time must stop"
    )]
    pub fn at(text: &str) -> Self {
        Self(AtomicI64::new(
            Timestamp::parse(text)
                .expect("an RFC 3339 time")
                .as_micros(),
        ))
    }

    /// Moves the hands, forwards or backwards.
    pub fn advance(&self, by: TimeDelta) {
        self.0
            .fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_day_a_minute() -> (Arc<FixedClock>, ScaledClock) {
        let machine = Arc::new(FixedClock::at("2026-12-01T12:00:00Z"));
        let base: Arc<dyn Clock> = Arc::<FixedClock>::clone(&machine);
        let began = machine.now();
        (machine, ScaledClock::new(base, began, 1_440))
    }

    #[test]
    fn a_minute_of_the_machine_is_a_day_here_and_people_outside_see_a_minute() {
        let (machine, clock) = a_day_a_minute();
        machine.advance(TimeDelta::minutes(31));
        assert_eq!(clock.now().to_string(), "2027-01-01T12:00:00.000Z");
        assert_eq!(clock.wall().to_string(), "2026-12-01T12:31:00.000Z");
        assert_eq!(clock.meanwhile(TimeDelta::minutes(1)), TimeDelta::days(1));
    }

    #[test]
    fn it_never_goes_back() {
        let (machine, clock) = a_day_a_minute();
        machine.advance(TimeDelta::minutes(2));
        let shown = clock.now();
        machine.advance(TimeDelta::minutes(-1));
        assert_eq!(clock.now(), shown);
        machine.advance(TimeDelta::minutes(2));
        assert_eq!(clock.now() - shown, TimeDelta::days(1));
    }

    #[test]
    fn whoever_waits_sleeps_less_but_never_spins() {
        let (machine, clock) = a_day_a_minute();
        let day = Duration::from_secs(86_400);
        assert_eq!(clock.sleep_for(day), Duration::from_secs(60));
        assert_eq!(clock.sleep_for(Duration::from_secs(1)), SHORTEST_SLEEP);
        let short = Duration::from_millis(5);
        assert_eq!(clock.sleep_for(short), short);
        assert_eq!(machine.sleep_for(day), day);
    }
}
