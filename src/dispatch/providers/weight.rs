//! How large a part of its channel a provider gets, pure: points that it rests at, and fewer of them
//! while it is slow. Who is slow is told it from outside; which provider takes a message is drawn here.
//! A provider that is away is `breaker`'s.

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// Points that are taken or given back at once.
const STEP: u32 = 10;
/// What a slow one keeps, so that it can show that it is quick again.
const LEAST: u32 = 1;
/// Between two moves: the messages of the last one have to show first.
const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How long a provider must not have been slow before points come back.
const QUIET: TimeDelta = TimeDelta::minutes(15);
/// How often it is looked at.
const EVERY: TimeDelta = TimeDelta::minutes(1);
/// Slow is who brings this many of a hundred late, of at least so many.
const SLOW_PERCENT: i64 = 15;
const ENOUGH: i64 = 20;

/// Whether so many late ones of so many make a provider slow.
pub(super) const fn is_slow(taken: i64, late: i64) -> bool {
    taken >= ENOUGH && late * 100 >= taken * SLOW_PERCENT
}

/// The points of one provider.
#[derive(Debug)]
pub(super) struct Weight {
    rest: u32,
    points: u32,
    moved_at: Option<Timestamp>,
    slow_at: Option<Timestamp>,
    judged_at: Option<Timestamp>,
}

impl Weight {
    pub(super) const fn resting_at(points: u32) -> Self {
        Self {
            rest: points,
            points,
            moved_at: None,
            slow_at: None,
            judged_at: None,
        }
    }

    pub(super) const fn points(&self) -> u32 {
        self.points
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.judged_at.is_none_or(|at| now - at >= EVERY)
    }

    /// Moves the points by what was seen. True: they have changed.
    pub(super) fn judge(&mut self, slow: bool, now: Timestamp) -> bool {
        self.judged_at = Some(now);
        if slow {
            self.slow_at = Some(now);
        }
        if self.moved_at.is_some_and(|at| now - at < PAUSE) {
            return false;
        }
        let quiet = self.slow_at.is_none_or(|at| now - at >= QUIET);
        let points = match (slow, quiet) {
            (true, _) => self.points.saturating_sub(STEP).max(LEAST).min(self.points),
            (false, true) => self.points.saturating_add(STEP).min(self.rest),
            (false, false) => self.points,
        };
        let moves = points != self.points;
        if moves {
            (self.points, self.moved_at) = (points, Some(now));
        }
        moves
    }
}

/// Whose turn it is, by a number that is different for each message: the place among `points`; none
/// where nobody has any.
pub(super) fn drawn(points: &[u32], number: u64) -> Option<usize> {
    let total: u64 = points.iter().map(|points| u64::from(*points)).sum();
    let mut left = number.checked_rem(total)?;
    for (place, points) in points.iter().enumerate() {
        match left.checked_sub(u64::from(*points)) {
            Some(rest) => left = rest,
            None => return Some(place),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGUN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn at(minutes: i64) -> Timestamp {
        BEGUN + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_few_late_ones_make_nobody_slow() {
        assert!(!is_slow(19, 19), "too few to tell");
        assert!(!is_slow(100, 14));
        assert!(is_slow(100, 15));
    }

    #[test]
    fn a_slow_one_loses_points_step_by_step_and_gets_them_back_when_it_is_quick() {
        let mut weight = Weight::resting_at(51);
        let points: Vec<u32> = (0..12)
            .map(|minute| {
                weight.judge(true, at(minute));
                weight.points()
            })
            .collect();
        assert_eq!(points, [41, 41, 41, 41, 41, 31, 31, 31, 31, 31, 21, 21]);
        weight.judge(false, at(25));
        assert_eq!(weight.points(), 21, "not quiet for long enough");
        for minute in 26..80 {
            weight.judge(false, at(minute));
        }
        assert_eq!(weight.points(), 51);
    }

    #[test]
    fn messages_are_drawn_by_points_and_nobody_without_points_gets_one() {
        let counted = |points: &[u32]| {
            let mut counts = vec![0; points.len()];
            for number in 0..100 {
                counts[drawn(points, number).unwrap()] += 1;
            }
            counts
        };
        assert_eq!(counted(&[51, 49]), [51, 49]);
        assert_eq!(counted(&[0, 3]), [0, 100]);
        assert_eq!(drawn(&[0, 0], 7), None);
        assert_eq!(drawn(&[], 7), None);
    }

    proptest! {
        /// Never more than configured, never nothing, never two steps within the pause.
        #[test]
        fn points_stay_within_bounds(
            rest in 1_u32..=100,
            seen in prop::collection::vec((any::<bool>(), 0_i64..20), 0..60)
        ) {
            let (mut weight, mut minute, mut moved) = (Weight::resting_at(rest), 0, None);
            for (slow, minutes) in seen {
                minute += minutes;
                let before = weight.points();
                if weight.judge(slow, at(minute)) {
                    prop_assert!(moved.is_none_or(|at| minute - at >= 5));
                    prop_assert!(weight.points().abs_diff(before) <= STEP);
                    moved = Some(minute);
                }
                prop_assert!((1..=rest).contains(&weight.points()));
            }
        }
    }
}
