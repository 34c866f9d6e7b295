//! The one place that writes `message.state`, and that moves the sums with it.
//!
//! Whoever moves a message calls a method here; what it is summed under comes back with the
//! statement that moved it, so that no caller can forget the sums. Where each statement finds its
//! messages stands in [`found`], and the tests hold that against `MessageState::after`. A state
//! that a caller decided is held against it before it is written. Nothing is decided here, and
//! locks are taken before (`attempts().lock`).

/// Where statements find the messages they move.
macro_rules! found {
    (queued) => {
        "message.state = 'queued'"
    };
    (leased) => {
        "message.state = 'leased'"
    };
    (sending) => {
        "message.state = 'sending'"
    };
    (in_hand) => {
        "message.state IN ('leased', 'sending')"
    };
    (waiting) => {
        "message.state IN ('held', 'queued', 'leased')"
    };
}

pub(in crate::store) use found;

/// States in which a message may still move: all that are not final.
macro_rules! unfinished {
    () => {
        "('held', 'queued', 'leased', 'sending', 'unknown', 'accepted')"
    };
}
pub(in crate::store) use unfinished;

/// Where statements lead whose end nobody chooses.
macro_rules! to {
    (queued) => {
        "'queued'"
    };
    (leased) => {
        "'leased'"
    };
    (sending) => {
        "'sending'"
    };
    (unknown) => {
        "'unknown'"
    };
}

mod carried;
mod claimed;
mod folded;
mod looked;
mod new;
mod rescued;
mod withdrawn;

pub use carried::{Landed, SkippedMessage};
pub use claimed::Claimed;
pub(in crate::store) use folded::Refolded;
pub use looked::Looked;
pub use new::{Inserted, NewMessage};
pub(in crate::store) use rescued::rescue;
pub use rescued::{Looks, Rescued};
pub(in crate::store) use withdrawn::{Withdrawal, withdraw, withdraw_plans};

use crate::domain::{MessageId, MessageState};
use crate::store::database::rows::row;
use crate::store::messages::rollup::{self, Facts};
use crate::store::{Conn, StoreError};

/// What each statement that moves messages returns of them; read by [`Moved`].
macro_rules! moved {
    () => {
        concat!(
            " RETURNING ",
            $crate::store::messages::rollup::facts!(),
            ", message.receipt_rank AS receipt_rank, message.address = '' AS erased"
        )
    };
}
use moved;

row! {
    /// A message that was moved.
    struct Moved {
        facts: Facts as row,
        receipt_rank: i64,
        /// Its client was erased.
        erased: bool,
    }
}

/// Moves the sums with messages that were moved. `from`: where a message stood before.
async fn count(
    conn: &mut Conn,
    moved: &[Moved],
    from: impl Fn(&Facts) -> MessageState,
) -> Result<(), StoreError> {
    let steps: Vec<_> = moved
        .iter()
        .map(|one| one.facts.from(from(&one.facts)))
        .collect();
    rollup::follow(conn, &steps).await
}

/// Whether a move that was decided elsewhere is allowed. One that is not is a fault of this
/// program: the message stays where it is, and the log says so. An error instead would keep
/// everything from being written that goes into the same transaction.
fn is_lawful(message: MessageId, from: MessageState, to: MessageState) -> bool {
    let lawful = from.may_become(to);
    if !lawful {
        tracing::error!(message.id = %message, %from, %to, "a fault of this program: a message cannot go this way; it stays where it is");
    }
    debug_assert!(lawful, "{message} may not go from {from} to {to}");
    lawful
}

#[cfg(test)]
mod tests;
