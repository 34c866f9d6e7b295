//! When a webhook that failed is tried again, and when it is given up.

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// The pauses after the first failures, in seconds; then the last is repeated.
const PAUSES: [i64; 9] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600];

/// How long to wait when `tries` in a row have failed, the last included.
pub(super) fn pause(tries: i64) -> TimeDelta {
    let place = usize::try_from(tries - 1).unwrap_or(0);
    TimeDelta::seconds(PAUSES[place.min(PAUSES.len() - 1)])
}

/// Whether it has failed for too long.
pub(super) fn is_over(failing_since: Timestamp, now: Timestamp, give_up: TimeDelta) -> bool {
    now - failing_since >= give_up
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_six_hours() {
        assert_eq!(pause(1), TimeDelta::seconds(5));
        assert_eq!(pause(9), TimeDelta::hours(6));
        assert_eq!(pause(1_000), TimeDelta::hours(6));
        assert!((1..12).all(|tries| pause(tries) <= pause(tries + 1)));
    }

    #[test]
    fn it_is_given_up_after_days() {
        let since = Timestamp::parse("2026-11-22T18:00:00Z").unwrap();
        let days = TimeDelta::days(5);
        assert!(!is_over(since, since + TimeDelta::days(4), days));
        assert!(is_over(since, since + days, days));
    }
}
