//! Whom a refusal concerns, pure: one recipient, or everybody. One answer alone does not show it;
//! what happened to other messages since the last one that was accepted does.
//!
//! A "later" is the recipient's, until many domains in a row say it. A refusal by policy is the
//! recipient's while others are taken in between, and our set-up's when nobody is.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use chrono::TimeDelta;

use crate::domain::Timestamp;

/// So many domains in a row that say "later" speak for the provider.
const DOMAINS_LATER: usize = 5;
/// So many domains in a row that deny us speak for the set-up.
const DOMAINS_DENY: usize = 3;
/// So many denials in a row do, too, whatever their domains: a town may have one mailbox provider.
const DENIALS: usize = 20;
/// So many are enough when nothing was taken for this long: nothing speaks for the set-up then.
const DENIALS_UNPROVEN: usize = 2;
const PROVEN_FOR: TimeDelta = TimeDelta::hours(1);

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) enum Whom {
    /// The recipient: his message alone pays for it.
    Recipient,
    /// Not clear yet: nobody pays.
    Unclear,
    /// The provider, or our set-up at the provider: it rests.
    Everybody,
}

/// Where a message was to go, without naming anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::dispatch) struct Destination(u64);

impl Destination {
    /// The domain of an e-mail address; of a number, the number.
    pub(in crate::dispatch) fn of(address: &str) -> Self {
        let domain = address
            .rsplit_once('@')
            .map_or(address, |(_, domain)| domain);
        let mut hasher = DefaultHasher::new();
        domain.to_ascii_lowercase().hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What was refused since the last message that was taken.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Blame {
    taken_at: Option<Timestamp>,
    later: BTreeSet<Destination>,
    denying: BTreeSet<Destination>,
    denials: usize,
}

impl Blame {
    /// A message was taken.
    pub(in crate::dispatch) fn taken(&mut self, now: Timestamp) {
        self.taken_at = Some(now);
        self.later.clear();
        self.denying.clear();
        self.denials = 0;
    }

    /// A message was put off at its recipient.
    pub(in crate::dispatch) fn put_off(&mut self, place: Destination) -> Whom {
        if self.later.len() < DOMAINS_LATER {
            self.later.insert(place);
        }
        if self.later.len() < DOMAINS_LATER {
            Whom::Recipient
        } else {
            Whom::Everybody
        }
    }

    /// A message was denied by policy.
    pub(in crate::dispatch) fn denied(&mut self, place: Destination, now: Timestamp) -> Whom {
        self.denials = self.denials.saturating_add(1);
        if self.denying.len() < DOMAINS_DENY {
            self.denying.insert(place);
        }
        let proven = self.taken_at.is_some_and(|at| now - at < PROVEN_FOR);
        let everybody = self.denying.len() >= DOMAINS_DENY
            || self.denials >= DENIALS
            || (!proven && self.denials >= DENIALS_UNPROVEN);
        match self.denials {
            _ if everybody => Whom::Everybody,
            1 if proven => Whom::Recipient,
            _ => Whom::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn domain(number: u32) -> Destination {
        Destination::of(&format!("maria@domain-{number}.example"))
    }

    #[test]
    fn one_recipients_policy_is_his_while_others_are_taken() {
        let mut blame = Blame::default();
        for _ in 0..100 {
            blame.taken(NOW);
            assert_eq!(blame.denied(domain(1), NOW), Whom::Recipient);
        }
    }

    #[test]
    fn a_relay_that_denies_everybody_is_found_at_the_second_and_costs_nobody_a_try() {
        let mut blame = Blame::default();
        assert_eq!(blame.denied(domain(1), NOW), Whom::Unclear);
        assert_eq!(blame.denied(domain(1), NOW), Whom::Everybody);
    }

    #[test]
    fn a_relay_that_begins_to_deny_is_found_at_the_third_domain_or_the_twentieth_mail() {
        let mut blame = Blame::default();
        blame.taken(NOW);
        let said: Vec<Whom> = (1..=3).map(|n| blame.denied(domain(n), NOW)).collect();
        assert_eq!(said, [Whom::Recipient, Whom::Unclear, Whom::Everybody]);

        blame.taken(NOW);
        let said: Vec<Whom> = (1..=20).map(|_| blame.denied(domain(1), NOW)).collect();
        assert_eq!(said.iter().filter(|w| **w == Whom::Recipient).count(), 1);
        assert_eq!(said.iter().position(|w| *w == Whom::Everybody), Some(19));
    }

    #[test]
    fn later_from_one_domain_is_its_own_and_from_many_the_relays() {
        let mut blame = Blame::default();
        for _ in 0..1_000 {
            assert_eq!(blame.put_off(domain(1)), Whom::Recipient);
        }
        let said: Vec<Whom> = (2..=5).map(|n| blame.put_off(domain(n))).collect();
        assert_eq!(said.last(), Some(&Whom::Everybody));
        blame.taken(NOW);
        assert_eq!(blame.put_off(domain(6)), Whom::Recipient);
    }

    #[test]
    fn a_place_is_the_domain_whatever_its_case() {
        assert_eq!(
            Destination::of("a@Town.example"),
            Destination::of("b@town.example")
        );
        assert_ne!(
            Destination::of("a@town.example"),
            Destination::of("a@city.example")
        );
        assert_ne!(
            Destination::of("+390000000001"),
            Destination::of("+390000000002")
        );
    }

    proptest! {
        /// Between two that are taken, at most one denial is charged to a recipient; so a relay
        /// that takes nothing ends no message.
        #[test]
        fn who_is_charged_has_a_taken_one_before_it(
            steps in prop::collection::vec((any::<bool>(), 0_u32..6, 0_i64..7_200), 0..200)
        ) {
            let (mut blame, mut now, mut taken) = (Blame::default(), NOW, false);
            for (takes, number, seconds) in steps {
                now = now + TimeDelta::seconds(seconds);
                if takes {
                    blame.taken(now);
                    taken = true;
                } else if blame.denied(domain(number), now) == Whom::Recipient {
                    prop_assert!(taken, "nobody was taken since the last denial");
                    taken = false;
                } else {
                    taken = false;
                }
            }
        }
    }
}
