//! When to try again: after a pause that grows, is never the same for two messages, and ends.
//!
//! Only for answers that prove the provider does not have the message; what may have left is
//! `unknown`, and `dispatch` asks before it repeats. The chance comes in as a parameter.

use chrono::TimeDelta;

use crate::domain::clock::Timestamp;

/// No `Retry-After` is honoured beyond this: a provider that asks for a year has a fault.
const LONGEST_REQUEST: TimeDelta = TimeDelta::hours(6);

/// How a rule or provider repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySchedule {
    /// The pause after the first try; doubled with each further one. Positive.
    pub base: TimeDelta,
    pub cap: TimeDelta,
    /// Tries altogether, the first included.
    pub max_tries: u32,
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self {
            base: TimeDelta::seconds(10),
            cap: TimeDelta::hours(1),
            max_tries: 8,
        }
    }
}

/// What follows a try that the provider certainly did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryDecision {
    /// Try again at this time.
    At(Timestamp),
    /// No try is left.
    TriesUsedUp,
    /// The next try would come when the message is not worth sending any more.
    TooLate,
}

impl RetrySchedule {
    /// What follows the try number `tries` (1 for the first).
    ///
    /// `jitter` is a chance from 0 to 1. Without a wish of the provider the pause is full
    /// jitter: anywhere up to `base` times two to the power of `tries - 1`, so that thousands
    /// of messages refused together do not come back together. `retry_after` is the provider's
    /// wish (a 429, a greylisting 451): the pause is then never shorter than that, nor than
    /// half of `base`, and the jitter comes on top. A wish that lies in the past counts as
    /// none to wait for; one above six hours counts as six hours.
    #[must_use]
    pub fn next_due(
        &self,
        tries: u32,
        now: Timestamp,
        expires_at: Timestamp,
        retry_after: Option<TimeDelta>,
        jitter: f64,
    ) -> RetryDecision {
        if tries >= self.max_tries {
            return RetryDecision::TriesUsedUp;
        }
        let floor = retry_after.map_or(TimeDelta::zero(), |wish| {
            wish.clamp(self.base / 2, LONGEST_REQUEST.max(self.base / 2))
        });
        let spread = share(self.ceiling(tries), jitter);
        // At least a millisecond, so that a chance of nil cannot spin.
        let pause = (floor + spread).max(TimeDelta::milliseconds(1));
        let due = now + pause;
        if due < expires_at {
            RetryDecision::At(due)
        } else {
            RetryDecision::TooLate
        }
    }

    /// The longest pause after the try number `tries`, without a provider's wish.
    fn ceiling(&self, tries: u32) -> TimeDelta {
        let factor = 2_i32.saturating_pow(tries.saturating_sub(1));
        self.base
            .checked_mul(factor)
            .map_or(self.cap, |pause| pause.min(self.cap))
    }
}

/// `chance` of a span; a chance that is no number counts as the whole of it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a pause of hours in microseconds is far below 2^53"
)]
fn share(span: TimeDelta, chance: f64) -> TimeDelta {
    let chance = if chance.is_nan() {
        1.0
    } else {
        chance.clamp(0.0, 1.0)
    };
    let micros = span.num_microseconds().unwrap_or(i64::MAX);
    TimeDelta::microseconds((micros as f64 * chance) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCHEDULE: RetrySchedule = RetrySchedule {
        base: TimeDelta::seconds(10),
        cap: TimeDelta::minutes(10),
        max_tries: 20,
    };
    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn pause(tries: u32, wish: Option<TimeDelta>, jitter: f64) -> TimeDelta {
        let expires_at = NOW + TimeDelta::days(30);
        match SCHEDULE.next_due(tries, NOW, expires_at, wish, jitter) {
            RetryDecision::At(due) => due - NOW,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_longest_pause_doubles_up_to_the_cap() {
        let seconds: Vec<i64> = (1..=9)
            .map(|tries| pause(tries, None, 1.0).num_seconds())
            .collect();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
        assert_eq!(pause(3, None, 0.5), TimeDelta::seconds(20));
        assert_eq!(pause(3, None, 0.0), TimeDelta::milliseconds(1));
    }

    #[test]
    fn a_providers_wish_is_kept_within_reason() {
        let wish = |seconds| Some(TimeDelta::seconds(seconds));
        assert_eq!(pause(1, wish(300), 0.0), TimeDelta::seconds(300));
        assert_eq!(pause(1, wish(300), 1.0), TimeDelta::seconds(310));
        assert_eq!(
            pause(1, wish(0), 0.0),
            TimeDelta::seconds(5),
            "half the base"
        );
        assert_eq!(pause(1, wish(-3600), 0.0), TimeDelta::seconds(5));
        assert_eq!(pause(1, wish(i64::MAX / 1_000), 0.0), LONGEST_REQUEST);
    }

    #[test]
    fn it_ends() {
        let later = NOW + TimeDelta::days(1);
        assert_eq!(
            SCHEDULE.next_due(20, NOW, later, None, 0.5),
            RetryDecision::TriesUsedUp
        );
        assert_eq!(
            SCHEDULE.next_due(1, NOW, NOW, None, 0.0),
            RetryDecision::TooLate
        );
        let soon = NOW + TimeDelta::seconds(10);
        assert_eq!(
            SCHEDULE.next_due(1, NOW, soon, None, 1.0),
            RetryDecision::TooLate
        );
        let wish = Some(TimeDelta::hours(48));
        assert_eq!(
            SCHEDULE.next_due(1, NOW, later, wish, 0.0),
            RetryDecision::At(NOW + LONGEST_REQUEST)
        );
    }

    proptest! {
        #[test]
        fn every_retry_is_after_now_before_expiry_and_within_the_cap(
            tries in 0_u32..40,
            lifetime in -10_i64..100_000,
            wish in prop::option::of(any::<i32>()),
            jitter in prop::num::f64::ANY,
        ) {
            let expires_at = NOW + TimeDelta::seconds(lifetime);
            let wish = wish.map(|seconds| TimeDelta::seconds(seconds.into()));
            match SCHEDULE.next_due(tries, NOW, expires_at, wish, jitter) {
                RetryDecision::At(due) => {
                    prop_assert!(tries < SCHEDULE.max_tries);
                    prop_assert!(NOW < due && due < expires_at);
                    prop_assert!(due - NOW <= SCHEDULE.cap + LONGEST_REQUEST);
                }
                RetryDecision::TriesUsedUp => prop_assert!(tries >= SCHEDULE.max_tries),
                RetryDecision::TooLate => prop_assert!(tries < SCHEDULE.max_tries),
            }
        }
    }
}
