//! The circuit breaker of one provider, pure: whether messages may go to it, one at a time as a
//! probe, or none.
//!
//! A provider that is away is asked again soon and often, by one message at a time: after a rest
//! that is a quarter of how long it has been away, within bounds. When that one went, everything
//! goes.

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// Failures in a row after which a provider counts as away.
const FAILURES: u32 = 3;

/// Why a provider rests; each kind has its own bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// It cannot be reached, or says that it is busy or closing.
    Away,
    /// It refuses us: somebody has to correct the set-up.
    Setup,
    /// It loses too many answers.
    Losing,
    /// It asked for so long a rest.
    Asked(TimeDelta),
}

impl Cause {
    /// How long to rest, `away` after the first failure.
    fn rest(self, away: TimeDelta) -> TimeDelta {
        let (shortest, longest) = match self {
            Self::Away => (TimeDelta::milliseconds(500), TimeDelta::seconds(10)),
            // Not too often: some lock an account after wrong log-ins.
            Self::Setup => (TimeDelta::seconds(5), TimeDelta::seconds(60)),
            Self::Losing => (TimeDelta::seconds(60), TimeDelta::seconds(60)),
            Self::Asked(wish) => {
                return wish.clamp(TimeDelta::milliseconds(500), TimeDelta::hours(1));
            }
        };
        (away / 4).clamp(shortest, longest)
    }
}

/// What a message may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    /// Go, and be the one that asks: all others wait for its answer.
    Ask,
    Closed,
}

/// What a change of the breaker is worth telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakerChange {
    /// Nothing that people need to hear.
    None,
    /// It rests from now on.
    Closed,
    /// It works again: what waited may go.
    Opened,
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    rest: Option<Rest>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    cause: Cause,
    since: Timestamp,
    until: Timestamp,
    asking: bool,
}

impl Breaker {
    /// Whether a message may go now. Who is told to ask must say what came of it: by [`well`],
    /// [`failed`], or [`unasked`].
    ///
    /// [`well`]: Self::well
    /// [`failed`]: Self::failed
    /// [`unasked`]: Self::unasked
    pub(super) fn way(&mut self, now: Timestamp) -> Way {
        match &mut self.rest {
            None => Way::Open,
            Some(rest) if rest.asking || now < rest.until => Way::Closed,
            Some(rest) => {
                rest.asking = true;
                Way::Ask
            }
        }
    }

    /// Until when it rests, if it does; a time that has passed means that it is being asked.
    pub(super) fn rests_until(&self) -> Option<Timestamp> {
        self.rest.map(|rest| rest.until)
    }

    /// Whether it rests because it refuses us.
    pub(super) fn refuses_us(&self) -> bool {
        self.rest.is_some_and(|rest| rest.cause == Cause::Setup)
    }

    /// It answered as one that works.
    pub(super) fn well(&mut self) -> BreakerChange {
        self.failures = 0;
        match self.rest.take() {
            Some(_) => BreakerChange::Opened,
            None => BreakerChange::None,
        }
    }

    /// It failed. `Away` counts only when it comes so often in a row.
    pub(super) fn failed(&mut self, cause: Cause, now: Timestamp) -> BreakerChange {
        self.failures = self.failures.saturating_add(1);
        if let Some(rest) = &mut self.rest {
            // An answer to what was sent before it rested tells nothing new.
            if !rest.asking && now < rest.until {
                return BreakerChange::None;
            }
            *rest = Rest {
                cause,
                since: rest.since,
                until: now + cause.rest(now - rest.since),
                asking: false,
            };
            return BreakerChange::None;
        }
        if cause == Cause::Away && self.failures < FAILURES {
            return BreakerChange::None;
        }
        self.rest = Some(Rest {
            cause,
            since: now,
            until: now + cause.rest(TimeDelta::zero()),
            asking: false,
        });
        BreakerChange::Closed
    }

    /// Who was to ask came to nothing, or to an answer that proves neither: the next one asks.
    pub(super) fn unasked(&mut self) {
        if let Some(rest) = &mut self.rest {
            rest.asking = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGUN: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn at(ms: i64) -> Timestamp {
        BEGUN + TimeDelta::milliseconds(ms)
    }

    fn away(breaker: &mut Breaker) {
        for _ in 1..FAILURES {
            assert_eq!(breaker.failed(Cause::Away, BEGUN), BreakerChange::None);
        }
        assert_eq!(breaker.failed(Cause::Away, BEGUN), BreakerChange::Closed);
    }

    #[test]
    fn after_three_failures_one_asks_and_when_it_went_all_go() {
        let mut breaker = Breaker::default();
        away(&mut breaker);
        assert_eq!(breaker.way(at(400)), Way::Closed);
        assert_eq!(breaker.way(at(500)), Way::Ask);
        assert_eq!(breaker.way(at(600)), Way::Closed, "one at a time");
        assert_eq!(breaker.well(), BreakerChange::Opened);
        assert_eq!(breaker.way(at(600)), Way::Open);
        assert_eq!(breaker.well(), BreakerChange::None, "told once");
    }

    #[test]
    fn one_that_came_to_nothing_leaves_the_question_to_the_next() {
        let mut breaker = Breaker::default();
        away(&mut breaker);
        assert_eq!(breaker.way(at(500)), Way::Ask);
        breaker.unasked();
        assert_eq!(breaker.way(at(501)), Way::Ask);
    }

    #[test]
    fn an_answer_in_between_is_no_row() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.failed(Cause::Away, BEGUN);
            breaker.failed(Cause::Away, BEGUN);
            breaker.well();
        }
        assert_eq!(breaker.way(BEGUN), Way::Open);
    }

    #[test]
    fn a_wrong_set_up_rests_at_the_first_and_longer() {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.failed(Cause::Setup, BEGUN), BreakerChange::Closed);
        assert!(breaker.refuses_us());
        assert_eq!(breaker.way(at(4_900)), Way::Closed);
        assert_eq!(breaker.way(at(5_000)), Way::Ask);
    }

    #[test]
    fn a_wish_is_kept_up_to_an_hour() {
        for (wish, kept) in [(30, 30), (3_600_000, 3_600)] {
            let mut breaker = Breaker::default();
            breaker.failed(Cause::Asked(TimeDelta::seconds(wish)), BEGUN);
            assert_eq!(
                breaker.rests_until(),
                Some(BEGUN + TimeDelta::seconds(kept))
            );
        }
    }

    proptest! {
        /// However long it was away, it is asked within a quarter of that, and ten seconds.
        #[test]
        fn what_is_back_is_asked_soon(gone_ms in 0_i64..3_600_000) {
            let mut breaker = Breaker::default();
            away(&mut breaker);
            let mut asked = breaker.rests_until().unwrap();
            while asked < at(gone_ms) {
                prop_assert_eq!(breaker.way(asked), Way::Ask);
                prop_assert_eq!(breaker.failed(Cause::Away, asked), BreakerChange::None);
                asked = breaker.rests_until().unwrap();
            }
            let late = asked - at(gone_ms);
            prop_assert!(late <= TimeDelta::seconds(10));
            prop_assert!(late <= TimeDelta::milliseconds(500 + gone_ms / 4));
        }

        /// Never two ask at once, whatever happens in whatever order.
        #[test]
        fn at_most_one_asks(steps in prop::collection::vec((0_u8..5, 0_i64..5_000), 0..80)) {
            let (mut breaker, mut now, mut asking) = (Breaker::default(), BEGUN, false);
            for (step, ms) in steps {
                now = now + TimeDelta::milliseconds(ms);
                match step {
                    0 | 1 => match breaker.way(now) {
                        Way::Ask => {
                            prop_assert!(!asking);
                            asking = true;
                        }
                        Way::Open => prop_assert!(!asking),
                        Way::Closed => {}
                    },
                    2 => {
                        breaker.well();
                        asking = false;
                    }
                    3 => {
                        breaker.failed(Cause::Away, now);
                        asking = false;
                    }
                    _ => {
                        breaker.unasked();
                        asking = false;
                    }
                }
            }
        }
    }
}
