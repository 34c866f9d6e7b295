//! How many connections a relay bears: learned from what it does, never told. Pure: the time is
//! given by the caller.
//!
//! A refused connection takes its own place away while others stand: what stands then is exactly
//! what the relay bears, so nothing is gained by giving up more. A place is tried again after a
//! pause that doubles with each refusal, and is short again once one was granted.

use std::time::Duration;

use tokio::time::Instant;

/// Places to begin with; each connection that is granted brings another one, so a relay that bears
/// many has them after a few round trips, and one that bears few refuses no more than these.
const FIRST: usize = 4;
/// The shortest and the longest pause until one more place is tried.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);

/// How many connections may stand or be opened at once.
#[derive(Debug)]
pub(super) struct Allowance {
    limit: usize,
    most: usize,
    /// When one more is tried; none while the relay has refused nothing yet.
    again_at: Option<Instant>,
    pause: Duration,
    /// One more than the relay is known to bear is being tried.
    trying: bool,
}

impl Allowance {
    /// `most`: the number in the configuration, at least one.
    pub(super) fn new(most: usize) -> Self {
        Self {
            limit: most.clamp(1, FIRST),
            most: most.max(1),
            again_at: None,
            pause: SHORTEST,
            trying: false,
        }
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// A connection was granted. True: there is one more place.
    pub(super) fn granted(&mut self, now: Instant) -> bool {
        if self.again_at.is_some() {
            if std::mem::take(&mut self.trying) {
                self.pause = SHORTEST;
                self.again_at = Some(now + SHORTEST);
            }
            return false;
        }
        self.add()
    }

    /// A connection was refused while others stand. True: its place is gone.
    pub(super) fn refused(&mut self, now: Instant) -> bool {
        if std::mem::take(&mut self.trying) {
            self.pause = (self.pause * 2).min(LONGEST);
        }
        self.again_at = Some(now + self.pause);
        let one_less = self.limit > 1;
        self.limit -= usize::from(one_less);
        one_less
    }

    /// All places are taken and more are wanted. True: there is one more to try.
    pub(super) fn wanted(&mut self, now: Instant) -> bool {
        let due = self.again_at.is_some_and(|at| now >= at) && !self.trying;
        if due {
            self.trying = self.add();
            self.again_at = Some(now + self.pause);
        }
        due && self.trying
    }

    const fn add(&mut self) -> bool {
        let more = self.limit < self.most;
        self.limit += more as usize;
        more
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A relay that bears `bears` connections, seen by one who always wants more: `seconds` of it.
    /// Returns how often the relay refused.
    fn live(
        allowance: &mut Allowance,
        standing: &mut usize,
        bears: usize,
        from: Instant,
        seconds: u64,
    ) -> usize {
        let mut refusals = 0;
        for second in 0..seconds {
            let now = from + Duration::from_secs(second);
            *standing = (*standing).min(bears);
            allowance.wanted(now);
            while *standing < allowance.limit() {
                if *standing < bears {
                    *standing += 1;
                    allowance.granted(now);
                } else {
                    refusals += 1;
                    if !allowance.refused(now) {
                        break;
                    }
                }
            }
        }
        refusals
    }

    #[test]
    fn a_relay_that_bears_all_has_them_at_once() {
        let mut allowance = Allowance::new(32);
        let refusals = live(&mut allowance, &mut 0, 100, Instant::now(), 1);
        assert_eq!((allowance.limit(), refusals), (32, 0));
    }

    #[test]
    fn a_relay_that_bears_two_refuses_a_few_times_and_then_ever_more_seldom() {
        let mut allowance = Allowance::new(16);
        let (begun, mut standing) = (Instant::now(), 0);
        assert_eq!(live(&mut allowance, &mut standing, 2, begun, 1), FIRST);
        assert_eq!((allowance.limit(), standing), (2, 2));
        let later = begun + Duration::from_secs(1);
        let refusals = live(&mut allowance, &mut standing, 2, later, 3_600);
        assert!(
            refusals < 70,
            "about one a minute in the long run: {refusals}"
        );
        assert_eq!((allowance.limit(), standing), (2, 2));
    }

    proptest! {
        #[test]
        fn it_finds_what_the_relay_bears_and_follows_it(
            most in 1_usize..64, first in 1_usize..80, then in 1_usize..80,
        ) {
            let mut allowance = Allowance::new(most);
            let (begun, mut standing) = (Instant::now(), 0);
            live(&mut allowance, &mut standing, first, begun, 400);
            prop_assert_eq!(standing, first.min(most));
            let later = begun + Duration::from_secs(400);
            live(&mut allowance, &mut standing, then, later, 400);
            prop_assert_eq!(standing, then.min(most));
            prop_assert!((1..=most).contains(&allowance.limit()));
        }
    }
}
