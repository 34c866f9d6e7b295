//! Where reports bring messages, as the fold (`domain::receipt`) has decided from all of them.

use serde::Serialize;

use super::is_lawful;
use crate::domain::receipt::Fold;
use crate::domain::{Channel, MessageState, Reason, Timestamp};
use crate::store::database::sql::execute;
use crate::store::messages::receipts::{ReceiptHorizon, Receipts};
use crate::store::messages::rollup::{self, Facts, StandingChange};
use crate::store::{StoreError, database};

/// A message whose reports say something new. It was read and locked in this transaction.
pub(in crate::store) struct Refolded {
    pub(in crate::store) facts: Facts,
    /// Where it goes; the same state when only the reports are noted.
    pub(in crate::store) to: MessageState,
    /// What all its reports say together.
    pub(in crate::store) fold: Fold,
}

impl Receipts<'_> {
    /// A new state drops the old one's reason. One that is put back, because what it stood by was wrong, gets
    /// that of where it goes. A message that turns out to have been taken keeps
    /// the moment when that was learnt; a final one wakes nobody but its fallback. One that waits to be
    /// read is looked at, and its timer set anew, also when it has arrived.
    pub(in crate::store::messages) async fn write(
        &mut self,
        folded: &[Refolded],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let folded: Vec<&Refolded> = folded.iter().filter(|one| one.is_lawful()).collect();
        if folded.is_empty() {
            return Ok(());
        }
        let horizon = self.horizon;
        let rows: Vec<_> = folded.iter().map(|one| one.row(horizon, now)).collect();
        let rows = database::rows::json(&rows)?;
        execute!(self.conn, "fold receipts into messages",
            "UPDATE message SET state = fresh.state, receipt_rank = fresh.receipt_rank,
             late_bounce = (fresh.late_bounce = 1),
             reason = CASE WHEN fresh.moved = 1 THEN fresh.reason ELSE message.reason END,
             accepted_at = CASE WHEN fresh.moved = 0 THEN message.accepted_at
             WHEN fresh.state IN ('unknown', 'unresolved', 'rejected', 'failed') THEN NULL
             ELSE coalesce(message.accepted_at, $2) END,
             final_at = CASE WHEN fresh.moved = 0 THEN message.final_at
             WHEN fresh.ended = 1 THEN $2 ELSE NULL END,
             wake_at = CASE WHEN fresh.moved = 0 THEN message.wake_at
             WHEN message.fallback = 'waits' AND fresh.state IN ('accepted', 'delivered') THEN $2
             ELSE fresh.wake_at END
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS state,
             CAST(value ->> 2 AS BIGINT) AS receipt_rank,
             CAST(value ->> 3 AS BIGINT) AS late_bounce, CAST(value ->> 4 AS BIGINT) AS moved,
             CAST(value ->> 5 AS BIGINT) AS ended, CAST(value ->> 6 AS BIGINT) AS wake_at,
             value ->> 7 AS reason FROM ",
            words::rows!("$1"), ") AS fresh WHERE message.id = fresh.id";
            &rows, now
        )?;
        let steps: Vec<StandingChange> = folded
            .iter()
            .map(|one| one.facts.to(one.facts.standing.in_state(one.to)))
            .collect();
        rollup::follow(self.conn, &steps).await
    }
}

impl Refolded {
    fn is_lawful(&self) -> bool {
        let from = self.facts.state();
        from == self.to
            || from.may_be_restated(self.to)
            || is_lawful(self.facts.message, from, self.to)
    }

    /// Why it stands where it is put back to: nobody says anything better any more.
    const fn reason(&self) -> Option<Reason> {
        match self.to {
            MessageState::Unknown | MessageState::Unresolved => Some(Reason::AnswerLost),
            MessageState::Unconfirmed => Some(Reason::NoReceipt),
            MessageState::Rejected => Some(Reason::ProviderRefused),
            MessageState::Failed => Some(Reason::TriesUsedUp),
            _ => None,
        }
    }

    /// As the statement reads it, by position.
    fn row(&self, horizon: ReceiptHorizon, now: Timestamp) -> impl Serialize {
        let horizon = match self.facts.channel {
            Channel::Sms => horizon.sms,
            Channel::Email => horizon.email,
        };
        let moved = self.to != self.facts.state();
        let arrived = moved && self.to == MessageState::Accepted;
        (
            self.facts.message.get(),
            self.to,
            self.fold.rank,
            i64::from(self.fold.late_bounce),
            i64::from(moved),
            i64::from(self.to.is_final()),
            match self.to {
                // A second channel may be wanted, or a repeat: the timer looks at the plan.
                MessageState::Undelivered | MessageState::Unknown => Some(now.as_micros()),
                _ => arrived.then(|| (now + horizon).as_micros()),
            },
            self.reason(),
        )
    }
}
