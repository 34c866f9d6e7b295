//! What to do with a message of which nobody knows whether it left: pure, by policy.

use chrono::TimeDelta;

use crate::channel::Capabilities;
use crate::domain::{Class, OnUnknown, Timestamp};

/// Taken off the life of an idempotency key, for clocks that differ.
pub(in crate::dispatch) const KEY_MARGIN: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) enum NextStep {
    /// Ask the provider by our reference.
    Ask,
    /// Send again: the provider cannot make two of it, or has proved that it has none.
    SendAgain,
    /// Send again once, at the risk of a double.
    SendAgainAtRisk,
    /// Wait for a receipt until then.
    Wait(Timestamp),
    /// Every means is used up.
    GiveUp,
}

/// The case to decide.
#[derive(Debug, Clone, Copy)]
pub(in crate::dispatch) struct UnknownCase {
    pub(in crate::dispatch) policy: OnUnknown,
    /// What the provider can do; none when it is not configured any more.
    pub(in crate::dispatch) provider: Option<Capabilities>,
    /// How often it has said that it never got it.
    pub(in crate::dispatch) inquiries: i64,
    /// How often it must say so to be believed: some see a message only after a while.
    pub(in crate::dispatch) reconcile_attempts: u32,
    /// Whether it was repeated at risk already.
    pub(in crate::dispatch) maybe_duplicate: bool,
    /// When the attempt began.
    pub(in crate::dispatch) began_at: Timestamp,
    /// Not repeated for less than safety before the wire has settled.
    pub(in crate::dispatch) class: Class,
    /// From when on the attempt has certainly come or never will, and the provider can say which.
    pub(in crate::dispatch) settled_at: Timestamp,
    /// Until when a receipt may still tell.
    pub(in crate::dispatch) horizon: Timestamp,
}

#[must_use]
pub(in crate::dispatch) fn next_step(case: &UnknownCase, now: Timestamp) -> NextStep {
    if now >= case.horizon {
        return NextStep::GiveUp;
    }
    if case.policy == OnUnknown::Hold {
        return NextStep::Wait(case.horizon);
    }
    if let Some(step) = case
        .provider
        .and_then(|provider| safe_step(case, &provider, now))
    {
        return step;
    }
    match case.policy {
        OnUnknown::Resend if !case.maybe_duplicate => {
            if now >= case.settled_at || is_hasty(case.class, case.policy) {
                NextStep::SendAgainAtRisk
            } else {
                NextStep::Wait(case.settled_at)
            }
        }
        _ => NextStep::Wait(case.horizon),
    }
}

/// Whether a message may be repeated at a risk before the wire has settled: a second alarm harms
/// less than one that comes half an hour late.
pub(in crate::dispatch) fn is_hasty(class: Class, policy: OnUnknown) -> bool {
    class == Class::Safety && policy == OnUnknown::Resend
}

fn safe_step(case: &UnknownCase, provider: &Capabilities, now: Timestamp) -> Option<NextStep> {
    let key_lives = provider
        .idempotent_for
        .and_then(|life| TimeDelta::from_std(life).ok())
        .is_some_and(|life| now < case.began_at + life - KEY_MARGIN);
    // After a repeat at a risk nobody knows which of the attempts the provider counts the key's
    // life from, and the last look before sending would not ask any more.
    if key_lives && !case.maybe_duplicate {
        return Some(NextStep::SendAgain);
    }
    provider
        .can_be_asked
        .then_some(if case.inquiries >= i64::from(case.reconcile_attempts) {
            NextStep::SendAgain
        } else if now < case.settled_at {
            // It could not know yet, and would be believed.
            NextStep::Wait(case.settled_at)
        } else {
            NextStep::Ask
        })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::Channel;

    fn case(policy: OnUnknown, idempotent_s: Option<u64>, can_be_asked: bool) -> UnknownCase {
        let provider = Capabilities {
            channel: Channel::Sms,
            idempotent_for: idempotent_s.map(Duration::from_secs),
            can_be_asked,
            gives_receipts: true,
            longest_send: Duration::from_secs(30),
            concurrency: 8,
        };
        let began_at = Timestamp::from_micros(0);
        let horizon = began_at + TimeDelta::hours(72);
        UnknownCase {
            policy,
            provider: Some(provider),
            inquiries: 0,
            reconcile_attempts: 2,
            maybe_duplicate: false,
            began_at,
            class: Class::Service,
            settled_at: began_at + TimeDelta::minutes(1),
            horizon,
        }
    }

    #[test]
    fn a_blind_provider_is_never_sent_to_again_except_once_by_policy() {
        let now = Timestamp::from_micros(0) + TimeDelta::minutes(5);
        let reconcile = case(OnUnknown::Reconcile, None, false);
        assert_eq!(
            next_step(&reconcile, now),
            NextStep::Wait(reconcile.horizon)
        );
        let resend = case(OnUnknown::Resend, None, false);
        assert_eq!(next_step(&resend, now), NextStep::SendAgainAtRisk);
        let again = UnknownCase {
            maybe_duplicate: true,
            ..resend
        };
        assert_eq!(next_step(&again, now), NextStep::Wait(again.horizon));
        assert_eq!(next_step(&again, again.horizon), NextStep::GiveUp);
    }

    #[test]
    fn after_a_repeat_at_a_risk_no_key_makes_a_further_one_safe() {
        let now = Timestamp::from_micros(0) + TimeDelta::seconds(70);
        let keyed = case(OnUnknown::Resend, Some(900), false);
        assert_eq!(next_step(&keyed, now), NextStep::SendAgain);
        let again = UnknownCase {
            maybe_duplicate: true,
            ..keyed
        };
        assert_eq!(next_step(&again, now), NextStep::Wait(again.horizon));
    }

    #[test]
    fn only_safety_is_repeated_at_a_risk_before_the_wire_has_settled_and_once() {
        let early = Timestamp::from_micros(0) + TimeDelta::seconds(30);
        let service = case(OnUnknown::Resend, None, false);
        assert_eq!(
            next_step(&service, early),
            NextStep::Wait(service.settled_at)
        );
        let safety = UnknownCase {
            class: Class::Safety,
            ..service
        };
        assert_eq!(next_step(&safety, early), NextStep::SendAgainAtRisk);
        let again = UnknownCase {
            maybe_duplicate: true,
            ..safety
        };
        assert_eq!(next_step(&again, early), NextStep::Wait(again.horizon));
        let held = UnknownCase {
            policy: OnUnknown::Hold,
            ..safety
        };
        assert_eq!(next_step(&held, early), NextStep::Wait(held.horizon));
        let reconcile = UnknownCase {
            policy: OnUnknown::Reconcile,
            ..safety
        };
        assert_eq!(next_step(&reconcile, early), NextStep::Wait(safety.horizon));
        let askable = UnknownCase {
            class: Class::Safety,
            ..case(OnUnknown::Resend, None, true)
        };
        assert_eq!(
            next_step(&askable, early),
            NextStep::Wait(askable.settled_at)
        );
    }

    #[test]
    fn a_key_that_has_died_is_no_promise_any_more() {
        let idempotent = case(OnUnknown::Reconcile, Some(600), false);
        let early = Timestamp::from_micros(0) + TimeDelta::minutes(5);
        let late = Timestamp::from_micros(0) + TimeDelta::minutes(10);
        assert_eq!(next_step(&idempotent, early), NextStep::SendAgain);
        assert_eq!(
            next_step(&idempotent, late),
            NextStep::Wait(idempotent.horizon)
        );
    }

    #[test]
    fn absence_must_be_said_twice() {
        let now = Timestamp::from_micros(0) + TimeDelta::minutes(5);
        let askable = case(OnUnknown::Reconcile, None, true);
        assert_eq!(next_step(&askable, now), NextStep::Ask);
        assert_eq!(
            next_step(
                &UnknownCase {
                    inquiries: 2,
                    ..askable
                },
                now
            ),
            NextStep::SendAgain
        );
    }

    #[test]
    fn hold_leaves_it_to_a_person() {
        let now = Timestamp::from_micros(0) + TimeDelta::minutes(5);
        let held = case(OnUnknown::Hold, Some(3_600), true);
        assert_eq!(next_step(&held, now), NextStep::Wait(held.horizon));
    }
}
