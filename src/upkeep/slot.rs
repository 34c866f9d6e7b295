//! The period of a task, pure: one name for each night and each hour, the same on every node.

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::domain::Timestamp;

/// The night whose work is due at `now`: the last local date whose `minute` (after midnight) has
/// come. A date has one such moment, also when the clocks change: where the hour is left out it
/// is the first moment after the gap, where it comes twice the first of the two.
#[must_use]
pub fn nightly(now: Timestamp, zone: Tz, minute: u32) -> String {
    let today = now.to_utc().with_timezone(&zone).date_naive();
    let begun = beginning(today, zone, minute).is_some_and(|at| at <= now.to_utc());
    let date = match today.checked_sub_days(Days::new(1)) {
        Some(yesterday) if !begun => yesterday,
        _ => today,
    };
    date.to_string()
}

/// The hour, in UTC: it has no gaps and no doubles.
#[must_use]
pub fn hourly(now: Timestamp) -> String {
    now.to_utc().format("%Y-%m-%dT%H").to_string()
}

/// When this minute of a local date comes, counted from midnight; 0 is the beginning of the day.
pub(super) fn beginning(date: NaiveDate, zone: Tz, minute: u32) -> Option<DateTime<Utc>> {
    let time = NaiveTime::MIN.overflowing_add_signed(TimeDelta::minutes(minute.into()));
    let mut local = date.and_time(time.0);
    // Zones leave out an hour or less; one left out a whole day, and then it had no night.
    for _ in 0..24 * 60 {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return Some(at.to_utc()),
            LocalResult::None => local += TimeDelta::minutes(1),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ROME: Tz = chrono_tz::Europe::Rome;

    /// Every minute from one UTC time to another, with its slot.
    fn nights(from: &str, to: &str, minute: u32) -> Vec<(Timestamp, String)> {
        let (mut now, end) = (
            Timestamp::parse(from).unwrap(),
            Timestamp::parse(to).unwrap(),
        );
        let mut nights = Vec::new();
        while now < end {
            nights.push((now, nightly(now, ROME, minute)));
            now = now + TimeDelta::minutes(1);
        }
        nights
    }

    /// The minute at which the night of that date begins, and that it begins only once.
    fn begins(nights: &[(Timestamp, String)], date: &str) -> String {
        let mut changes = nights.windows(2).filter(|two| two[0].1 != two[1].1);
        let found: Vec<_> = changes
            .by_ref()
            .filter(|two| two[1].1 == date)
            .map(|two| two[1].0.to_string())
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    #[test]
    fn a_night_begins_at_its_local_time_in_winter_and_in_summer() {
        let winter = nights("2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z", 190);
        assert_eq!(begins(&winter, "2026-01-10"), "2026-01-10T02:10:00.000Z");
        let summer = nights("2026-07-10T00:00:00Z", "2026-07-12T00:00:00Z", 190);
        assert_eq!(begins(&summer, "2026-07-10"), "2026-07-10T01:10:00.000Z");
    }

    #[test]
    fn the_hour_left_out_in_spring_still_has_its_night() {
        // On 29 March 2026 two o'clock is followed by three.
        let nights = nights("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z", 150);
        assert_eq!(begins(&nights, "2026-03-29"), "2026-03-29T01:00:00.000Z");
        let dates: BTreeSet<_> = nights.iter().map(|(_, date)| date.clone()).collect();
        assert_eq!(dates.len(), 4, "{dates:?}");
    }

    #[test]
    fn the_hour_that_comes_twice_in_autumn_has_one_night() {
        // On 25 October 2026 the hour from two to three comes twice.
        let nights = nights("2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", 150);
        assert_eq!(begins(&nights, "2026-10-25"), "2026-10-25T00:30:00.000Z");
        let dates: BTreeSet<_> = nights.iter().map(|(_, date)| date.clone()).collect();
        assert_eq!(dates.len(), 4, "{dates:?}");
    }

    #[test]
    fn an_hour_has_one_name_also_when_the_clocks_change() {
        let at = |text| hourly(Timestamp::parse(text).unwrap());
        assert_eq!(at("2026-10-25T00:59:59Z"), "2026-10-25T00");
        assert_eq!(at("2026-10-25T02:30:00+01:00"), "2026-10-25T01");
    }
}
