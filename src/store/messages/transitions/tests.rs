//! Every statement against the state machine, and against the sums.

use super::Withdrawal;
use crate::domain::MessageState as S;
use crate::domain::money::Money;
use crate::domain::{Channel, Tracking};
use crate::store::messages::rollup::{Acts, Standing};

/// The words in quotes of a piece of SQL, as states.
fn states(sql: &str) -> Vec<S> {
    let words = sql.split('\'').skip(1).step_by(2);
    words.map(|word| word.parse().unwrap()).collect()
}

/// Where each statement finds messages, and where it may leave them, if nobody chooses that.
fn statements() -> Vec<(&'static str, Vec<S>, Vec<S>)> {
    let row = |name, found, to: &[&str]| {
        let to = to.iter().flat_map(|sql| states(sql)).collect();
        (name, states(found), to)
    };
    let ends = [Withdrawal::Cancelled, Withdrawal::Superseded].map(|why| why.end().0);
    vec![
        row("claim", found!(queued), &[to!(leased)]),
        row("give back", found!(leased), &[to!(queued)]),
        row("open", found!(leased), &[to!(sending)]),
        row("undo_begin", found!(in_hand), &[to!(queued)]),
        ("withdraw", states(found!(waiting)), ends.to_vec()),
    ]
}

#[test]
fn each_statement_moves_only_as_the_state_machine_allows() {
    for (name, found, to) in statements() {
        assert!(!found.is_empty() && !to.is_empty(), "{name}");
        for (from, to) in pairs(&found, &to) {
            assert!(from.may_become(to), "{name}: {from} to {to}");
        }
    }
    assert!(S::Sending.may_become(states(to!(unknown))[0]));
    assert!(S::Leased.may_become(states(to!(queued))[0]));
}

#[test]
fn what_is_taken_to_be_waiting_or_unfinished_is_that() {
    let waiting: Vec<S> = S::ALL.iter().copied().filter(|s| s.is_waiting()).collect();
    assert_eq!(states(found!(waiting)), waiting);
    let unfinished: Vec<S> = S::ALL.iter().copied().filter(|s| !s.is_final()).collect();
    assert_eq!(states(unfinished!()), unfinished);
    // What an answer and a look aside decide is held against these, in `is_lawful`.
    assert_eq!(states(found!(sending)), [S::Sending]);
    assert_eq!(states(found!(leased)), [S::Leased]);
    assert_eq!(states(found!(in_hand)), [S::Leased, S::Sending]);
}

#[test]
fn statements_that_leave_the_sums_alone_change_none() {
    let standing = |state| Standing {
        state,
        tracking: Tracking::Individual,
        clicks: true,
        reports: true,
        acts: Acts::from_bits(127),
        price: Some(Money::from_micros(45_000)),
    };
    for (name, found, to) in statements() {
        for (from, to) in pairs(&found, &to) {
            for channel in [Channel::Sms, Channel::Email] {
                let same = standing(from).counts_like(standing(to), channel);
                assert!(same, "{name}: {from} to {to}");
            }
        }
    }
}

fn pairs(found: &[S], to: &[S]) -> impl Iterator<Item = (S, S)> {
    found
        .iter()
        .flat_map(move |from| to.iter().map(move |to| (*from, *to)))
}
