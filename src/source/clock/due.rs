//! When a case takes too long: pure arithmetic on the calendar, so that every case is tested here.
//! What is read and written is in `cases`.
//!
//! A case that stands in a state has thresholds: the working day before its time is over, the day
//! after, and then again each time as long. They are counted from 0 in that order, and each has the
//! moment at which it is spoken of: the morning of a working day, so that whoever reads it can do
//! something; only a limit in hours is spoken of at once.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::domain::Timestamp;
use crate::domain::calendar::WorkingDays;
use crate::domain::case_kind::StateLimit;
use crate::domain::event::Deadline;

/// Offices open: from here on the clock speaks.
const MORNING: u32 = 8;

/// What the clock says of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    /// One working day is left.
    DueSoon,
    /// The time has passed, for the first time or again.
    Stalled(u16),
}

/// How a case stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct CaseTimes {
    /// Since when it is in its state.
    pub(super) since: Timestamp,
    /// When Araldo heard of that, or of the deadline.
    pub(super) seen: Timestamp,
    /// By when the next step is promised.
    pub(super) expected_by: Option<Deadline>,
    /// How long the state may last.
    pub(super) limit: Option<StateLimit>,
}

/// Days, and how often at most it is said that a time has passed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reckoning<'a> {
    pub(super) zone: Tz,
    pub(super) working_days: &'a WorkingDays,
    pub(super) times: u16,
}

/// What is to be said of a case now, and when it is to be thought of again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Thought {
    pub(super) say: Option<Saying>,
    /// How many thresholds are dealt with then.
    pub(super) step: u16,
    pub(super) look_at: Option<Timestamp>,
}

/// By when something has to happen, and how long to wait once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DueTime {
    /// In the course of a day; then so many working days more.
    Day(NaiveDate, u32),
    At(Timestamp, TimeDelta),
}

impl Reckoning<'_> {
    /// Thinks of a case of which `step` thresholds were dealt with.
    ///
    /// What had passed before Araldo heard of the state counts as dealt with: it is no news, and a
    /// system that is new here would flood everybody. Of several that have passed since, as after a
    /// long stop, the last one is said.
    pub(super) fn think(&self, times: &CaseTimes, step: u16, now: Timestamp) -> Thought {
        let Some(due) = self.due(times) else {
            return Thought {
                say: None,
                step,
                look_at: None,
            };
        };
        let at = |number: u16| self.threshold(due, number);
        let passed = |by: Timestamp| {
            let numbers =
                (0..=self.times).take_while(|number| at(*number).is_none_or(|at| at <= by));
            u16::try_from(numbers.count()).unwrap_or(u16::MAX)
        };
        let known = step.max(passed(times.seen));
        let upto = known.max(passed(now));
        let say = (known..upto).rev().find(|number| at(*number).is_some());
        Thought {
            say: say.map(|number| match number {
                0 => Saying::DueSoon,
                number => Saying::Stalled(number),
            }),
            step: upto,
            look_at: (upto..=self.times).find_map(at),
        }
    }

    /// The day on which the case is looked at after this threshold, if it is once more.
    pub(super) fn next_check(&self, times: &CaseTimes, after: u16) -> Option<NaiveDate> {
        let next = after.checked_add(1).filter(|next| *next <= self.times)?;
        let at = self.threshold(self.due(times)?, next)?;
        Some(self.day_of(at))
    }

    /// When a client who was last told something then has heard nothing for so many working days.
    pub(super) fn silent_at(&self, told: Timestamp, days: u16) -> Timestamp {
        let day = self.day_of(told);
        self.morning(self.working_days.add_working_days(day, days.into()))
    }

    /// The morning of the working day that is so many later.
    pub(super) fn morning_after(&self, from: Timestamp, days: u16) -> Timestamp {
        let day = self
            .working_days
            .add_working_days(self.day_of(from), days.into());
        self.morning(day)
    }

    /// When the organisation's day began that it is now.
    pub(super) fn midnight(&self, now: Timestamp) -> Timestamp {
        self.moment(self.day_of(now), NaiveTime::MIN)
    }

    /// A promise counts before the usual time. One that was over before the state began was made
    /// for another state.
    fn due(&self, times: &CaseTimes) -> Option<DueTime> {
        let begun = self.day_of(times.since);
        let promised = times.expected_by.map(|deadline| match deadline {
            Deadline::Day(day) => day,
            Deadline::Time(at) => self.day_of(at),
        });
        let usual = match times.limit {
            Some(StateLimit::Days(days)) => Some(u32::from(days)),
            _ => None,
        };
        if let Some(day) = promised.filter(|day| *day >= begun) {
            let between = self.working_days.working_days_between(begun, day);
            let between = u32::try_from(between).unwrap_or(0);
            return Some(DueTime::Day(day, usual.unwrap_or(between).max(1)));
        }
        match times.limit? {
            StateLimit::Days(days) => {
                let days = u32::from(days);
                let day = self.working_days.add_working_days(begun, days);
                Some(DueTime::Day(day, days.max(1)))
            }
            StateLimit::Time(time) => Some(DueTime::At(times.since + time, time)),
        }
    }

    /// When a threshold is spoken of. None: there is none of this number, which is passed over.
    fn threshold(&self, due: DueTime, number: u16) -> Option<Timestamp> {
        match (due, number) {
            (DueTime::At(..), 0) => None,
            (DueTime::At(first, again), number) => Some(first + again * (i32::from(number) - 1)),
            (DueTime::Day(day, _), 0) => self.working_day_before(day).map(|day| self.morning(day)),
            (DueTime::Day(day, again), number) => {
                let more = again.saturating_mul(u32::from(number) - 1);
                let last = match more {
                    0 => day,
                    more => self.working_days.add_working_days(day, more),
                };
                Some(self.morning(self.working_days.add_working_days(last, 1)))
            }
        }
    }

    fn working_day_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut before = day.checked_sub_days(Days::new(1))?;
        while !self.working_days.is_working_day(before) {
            before = before.checked_sub_days(Days::new(1))?;
        }
        Some(before)
    }

    fn day_of(&self, at: Timestamp) -> NaiveDate {
        at.to_utc().with_timezone(&self.zone).date_naive()
    }

    fn morning(&self, day: NaiveDate) -> Timestamp {
        let hour = NaiveTime::from_hms_opt(MORNING, 0, 0).unwrap_or(NaiveTime::MIN);
        self.moment(day, hour)
    }

    /// The first moment at which the clock on the wall shows this time, or the end of the gap that
    /// it falls into.
    fn moment(&self, day: NaiveDate, time: NaiveTime) -> Timestamp {
        let wall = day.and_time(time);
        // A gap is an hour or less, but for islands that once left out a day.
        let later = (0..=48).map(|half_hours| wall + TimeDelta::minutes(30 * half_hours));
        let mut moments = later.filter_map(|wall| self.zone.from_local_datetime(&wall).earliest());
        let found = moments.next().map(|at| at.to_utc());
        found.unwrap_or_else(|| wall.and_utc()).into()
    }
}

#[cfg(test)]
mod tests;
