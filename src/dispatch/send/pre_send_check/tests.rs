//! Each reason for which a message that was claimed is not begun, and the order they come in.

use super::*;
use crate::domain::MessageId;
use crate::store::messages::attempts::Doubt;

const NODE: i64 = 7;
const LEASE: i64 = 3;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

/// A message in this node's hands that nothing stops.
fn mine() -> PreSendState {
    PreSendState {
        id: MessageId::new(1),
        state: MessageState::Leased,
        lease_no: LEASE,
        lease_node: Some(NodeId::new(NODE)),
        expires_at: now() + TimeDelta::hours(1),
        class: Class::Service,
        superseded: false,
        cancelled: false,
        erased: false,
        barred: None,
        wanted: None,
        proven: false,
        quiet_hours: None,
        time_zone: Some(String::from("Europe/Rome")),
        inquiries: 0,
        maybe_duplicate: false,
        doubt: None,
        attempts_last_hour: 0,
        attempts_last_day: 0,
    }
}

fn attempt(provider: &str, key_life: Option<TimeDelta>) -> NewAttempt {
    NewAttempt {
        message: MessageId::new(1),
        lease_no: LEASE,
        provider: provider.to_owned(),
        reference: String::from("araldo-s1"),
        reports: true,
        price: None,
        key_life,
    }
}

fn judged(seen: &PreSendState, attempt: &NewAttempt) -> SendDecision {
    let input = PolicyInput {
        now: now(),
        node: NodeId::new(NODE),
        flood: FloodGuard {
            per_hour: 4,
            per_day: 10,
        },
        quiet_hours: None,
        reconcile_attempts: 2,
        reconcile_after: TimeDelta::minutes(2),
    };
    judge(seen, attempt, true, 0, &input)
}

/// Where it goes instead of out.
fn skipped(seen: &PreSendState) -> Option<(MessageState, Option<Reason>)> {
    match judged(seen, &attempt("texts", None)) {
        SendDecision::Skip { state, reason, .. } => Some((state, reason)),
        _ => None,
    }
}

#[test]
fn what_nothing_stops_is_begun() {
    assert_eq!(judged(&mine(), &attempt("texts", None)), SendDecision::Send);
}

#[test]
fn a_message_under_a_newer_lease_is_left_alone() {
    let again = PreSendState {
        lease_no: LEASE + 1,
        ..mine()
    };
    assert_eq!(
        judged(&again, &attempt("texts", None)),
        SendDecision::NotMine
    );
}

#[test]
fn a_message_in_other_hands_is_left_alone() {
    let theirs = PreSendState {
        lease_node: Some(NodeId::new(NODE + 1)),
        ..mine()
    };
    assert_eq!(
        judged(&theirs, &attempt("texts", None)),
        SendDecision::NotMine
    );
}

#[test]
fn what_was_withdrawn_since_the_claim_is_not_begun() {
    let cancelled = PreSendState {
        cancelled: true,
        ..mine()
    };
    let end = (MessageState::Cancelled, Some(Reason::Withdrawn));
    assert_eq!(skipped(&cancelled), Some(end));
}

#[test]
fn who_was_erased_since_the_claim_gets_nothing_not_even_in_matters_of_safety() {
    for class in [Class::Safety, Class::Service, Class::Marketing] {
        let erased = PreSendState {
            erased: true,
            class,
            ..mine()
        };
        let end = (MessageState::Cancelled, Some(Reason::Erased));
        assert_eq!(skipped(&erased), Some(end), "{class:?}");
    }
}

#[test]
fn what_was_overtaken_since_the_claim_is_not_begun() {
    let superseded = PreSendState {
        superseded: true,
        ..mine()
    };
    let end = (MessageState::Superseded, Some(Reason::Newer));
    assert_eq!(skipped(&superseded), Some(end));
}

#[test]
fn who_said_stop_since_the_claim_gets_nothing() {
    let stopped = PreSendState {
        barred: Some(Reason::Stop),
        ..mine()
    };
    let end = (MessageState::Suppressed, Some(Reason::Stop));
    assert_eq!(skipped(&stopped), Some(end));
}

#[test]
fn what_a_report_has_proved_is_not_sent_again_even_if_it_was_withdrawn() {
    let proven = PreSendState {
        proven: true,
        cancelled: true,
        ..mine()
    };
    assert_eq!(skipped(&proven), Some((MessageState::Accepted, None)));
}

/// An attempt eleven minutes ago, of which nobody knows.
fn in_doubt() -> PreSendState {
    PreSendState {
        doubt: Some(Doubt {
            provider: Some(String::from("texts")),
            since: now() - TimeDelta::minutes(11),
        }),
        ..mine()
    }
}

#[test]
fn a_doubt_is_repeated_while_the_same_provider_knows_the_key() {
    let key = |provider, minutes| attempt(provider, Some(TimeDelta::minutes(minutes)));
    assert_eq!(judged(&in_doubt(), &key("texts", 15)), SendDecision::Send);
    for unsafe_one in [key("texts", 12), key("others", 15), attempt("texts", None)] {
        assert!(
            matches!(
                judged(&in_doubt(), &unsafe_one),
                SendDecision::Skip {
                    state: MessageState::Unknown,
                    ..
                }
            ),
            "{unsafe_one:?}"
        );
    }
}

#[test]
fn a_doubt_is_repeated_when_a_risk_is_taken_or_absence_was_proved() {
    let maybe_duplicate = PreSendState {
        maybe_duplicate: true,
        ..in_doubt()
    };
    let absent = PreSendState {
        inquiries: 2,
        ..in_doubt()
    };
    for seen in [maybe_duplicate, absent] {
        assert_eq!(judged(&seen, &attempt("texts", None)), SendDecision::Send);
    }
}

#[test]
fn the_answer_to_a_stop_leaves_and_a_dead_address_keeps_it_back() {
    let barred = |why| PreSendState {
        barred: Some(why),
        wanted: Some(false),
        ..mine()
    };
    let stopped = barred(Reason::Stop);
    let end = (MessageState::Suppressed, Some(Reason::Stop));
    assert_eq!(skipped(&stopped), Some(end), "any other message");
    assert_eq!(skipped(&of_answer(&stopped)), None);
    let dead = (MessageState::Suppressed, Some(Reason::HardBounce));
    let bounced = of_answer(&barred(Reason::HardBounce));
    assert_eq!(skipped(&bounced), Some(dead));
}
