//! Every state with every move, and what must hold over all of them.

use std::collections::BTreeSet;

use super::MessageState as S;
use super::Move as M;

/// All that is allowed. A pair that is not here leads nowhere.
const ALLOWED: &[(S, M, S)] = &[
    (S::Held, M::Release, S::Queued),
    (S::Held, M::Expire, S::Expired),
    (S::Held, M::Supersede, S::Superseded),
    (S::Held, M::Cancel, S::Cancelled),
    (S::Held, M::Suppress, S::Suppressed),
    (S::Queued, M::Claim, S::Leased),
    (S::Queued, M::Hold, S::Held),
    (S::Queued, M::Expire, S::Expired),
    (S::Queued, M::Supersede, S::Superseded),
    (S::Queued, M::Cancel, S::Cancelled),
    (S::Queued, M::Suppress, S::Suppressed),
    (S::Leased, M::GiveBack, S::Queued),
    (S::Leased, M::Open, S::Sending),
    (S::Leased, M::Accept, S::Accepted),
    (S::Leased, M::LoseTrack, S::Unknown),
    (S::Leased, M::Hold, S::Held),
    (S::Leased, M::Expire, S::Expired),
    (S::Leased, M::Supersede, S::Superseded),
    (S::Leased, M::Cancel, S::Cancelled),
    (S::Leased, M::Suppress, S::Suppressed),
    (S::Sending, M::Accept, S::Accepted),
    (S::Sending, M::Retry, S::Queued),
    (S::Sending, M::Reject, S::Rejected),
    (S::Sending, M::Fail, S::Failed),
    (S::Sending, M::LoseTrack, S::Unknown),
    (S::Sending, M::Deliver, S::Delivered),
    (S::Sending, M::Bounce, S::Undelivered),
    (S::Sending, M::Expire, S::Expired),
    (S::Unknown, M::Accept, S::Accepted),
    (S::Unknown, M::Reject, S::Rejected),
    (S::Unknown, M::Fail, S::Failed),
    (S::Unknown, M::SendAgain, S::Queued),
    (S::Unknown, M::GiveUp, S::Unresolved),
    (S::Unknown, M::Deliver, S::Delivered),
    (S::Unknown, M::Bounce, S::Undelivered),
    (S::Accepted, M::Deliver, S::Delivered),
    (S::Accepted, M::Bounce, S::Undelivered),
    (S::Accepted, M::StopWaiting, S::Unconfirmed),
    (S::Delivered, M::Deliver, S::Delivered),
    (S::Undelivered, M::Deliver, S::Delivered),
    (S::Rejected, M::Deliver, S::Delivered),
    (S::Failed, M::Deliver, S::Delivered),
    (S::Expired, M::Deliver, S::Delivered),
    (S::Superseded, M::Deliver, S::Delivered),
    (S::Cancelled, M::Deliver, S::Delivered),
    (S::Suppressed, M::Deliver, S::Delivered),
    (S::Undelivered, M::Bounce, S::Undelivered),
    (S::Unconfirmed, M::Deliver, S::Delivered),
    (S::Unconfirmed, M::Bounce, S::Undelivered),
    (S::Unresolved, M::Accept, S::Accepted),
    (S::Unresolved, M::Deliver, S::Delivered),
    (S::Unresolved, M::Bounce, S::Undelivered),
];

/// Every pair of the two lists with what the state machine says.
fn pairs() -> impl Iterator<Item = (S, M, Option<S>)> {
    S::ALL.iter().flat_map(|state| {
        M::ALL
            .iter()
            .map(|step| (*state, *step, state.after(*step)))
    })
}

/// Every state that can be reached from `start`, itself included.
fn reachable(start: S) -> BTreeSet<S> {
    let mut found = BTreeSet::from([start]);
    let mut fresh = vec![start];
    while let Some(state) = fresh.pop() {
        let next = M::ALL.iter().filter_map(|step| state.after(*step));
        fresh.extend(next.filter(|next| found.insert(*next)));
    }
    found
}

#[test]
fn each_of_the_304_pairs_leads_where_the_table_says() {
    assert_eq!(pairs().count(), 304);
    for (state, step, next) in pairs() {
        let expected = ALLOWED
            .iter()
            .find(|(from, by, _)| (*from, *by) == (state, step))
            .map(|(_, _, to)| *to);
        assert_eq!(next, expected, "{state} by {step}");
    }
    let distinct: BTreeSet<_> = ALLOWED.iter().map(|(from, by, _)| (*from, *by)).collect();
    assert_eq!(distinct.len(), ALLOWED.len(), "no pair twice");
}

#[test]
fn only_queued_is_leased_and_only_leased_is_sent() {
    for (state, step, next) in pairs() {
        match next {
            Some(S::Leased) => assert_eq!((state, step), (S::Queued, M::Claim)),
            Some(S::Sending) => assert_eq!((state, step), (S::Leased, M::Open)),
            _ => {}
        }
    }
}

#[test]
fn nothing_final_is_ever_sent_again() {
    for state in S::ALL.iter().filter(|state| state.is_final()) {
        let found = reachable(*state);
        for live in [S::Held, S::Queued, S::Leased, S::Sending, S::Unknown] {
            assert!(!found.contains(&live), "{state} comes back as {live}");
        }
    }
}

#[test]
fn only_a_receipt_or_an_answer_corrects_what_is_final() {
    for (state, step, next) in pairs() {
        if state.is_final() && next.is_some() {
            assert!(
                matches!(step, M::Accept | M::Deliver | M::Bounce),
                "{state} by {step}"
            );
        }
    }
}

#[test]
fn delivered_stays_delivered() {
    assert_eq!(reachable(S::Delivered), BTreeSet::from([S::Delivered]));
}

#[test]
fn evidence_that_was_wrong_brings_nothing_back_that_could_be_sent() {
    for from in S::ALL {
        for to in S::ALL {
            if from.may_be_restated(*to) {
                assert!(!to.is_waiting() && *to != S::Sending, "{from} to {to}");
            }
        }
    }
    assert!(S::Delivered.may_be_restated(S::Undelivered));
    assert!(S::Delivered.may_be_restated(S::Unknown));
    assert!(!S::Cancelled.may_be_restated(S::Accepted));
}

#[test]
fn what_may_have_left_is_never_called_withdrawn() {
    let withdrawn = [M::Hold, M::Supersede, M::Cancel, M::Suppress, M::GiveBack];
    for (state, step, next) in pairs() {
        if next.is_some() && withdrawn.contains(&step) {
            assert!(state.is_waiting(), "{state} by {step}");
        }
    }
}

#[test]
fn a_message_in_any_state_but_a_final_one_can_still_end() {
    for state in S::ALL {
        let ends = reachable(*state).into_iter().any(S::is_final);
        assert!(ends, "{state} never ends");
    }
}

#[test]
fn every_state_can_be_reached_from_the_three_a_message_is_born_in() {
    let born = [S::Held, S::Queued, S::Suppressed];
    let found: BTreeSet<S> = born.into_iter().flat_map(reachable).collect();
    assert_eq!(found.len(), S::ALL.len());
}

#[test]
fn words_are_read_as_they_are_written() {
    for state in S::ALL {
        assert_eq!(state.as_str().parse(), Ok(*state));
    }
    let error = "sent".parse::<S>().unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`sent` is not one of: held, queued")
    );
}

#[test]
fn each_reason_is_called_in_the_code_what_the_store_calls_it() {
    for reason in crate::domain::Reason::ALL {
        let name = format!("{reason:?}").to_lowercase();
        assert_eq!(name, reason.as_str().replace('_', ""));
    }
}
