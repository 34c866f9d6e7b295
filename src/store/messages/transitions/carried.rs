//! Begin, finish and skip: `leased` to `sending`, `sending` to where the answer leads, and `leased`
//! to wherever a message goes that is not sent now.

use serde::Serialize;

use super::{Moved, count, is_lawful, moved};
use crate::domain::money::Money;
use crate::domain::{MessageId, MessageState, NodeId, Reason, Timestamp};
use crate::store::database::sql::{all, execute};
use crate::store::messages::attempts::{Attempts, FinishedAttempt, NewAttempt};
use crate::store::{StoreError, database};

/// A message that moved.
#[derive(Debug, Clone, Copy)]
pub struct Landed {
    pub message: MessageId,
    /// A receipt had come before the answer, or a reader had it.
    pub early: bool,
    /// Its client was erased meanwhile.
    pub(in crate::store) erased: bool,
}

/// A message that will not be sent now, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct SkippedMessage {
    pub message: MessageId,
    /// Under which lease: a newer one is left alone.
    pub lease_no: i64,
    pub state: MessageState,
    pub reason: Option<Reason>,
    /// When it is looked at again, if it is held or queued.
    pub due_at: Option<Timestamp>,
}

/// Where a skipped message waits for its timer.
const WAITING: [MessageState; 3] = [
    MessageState::Held,
    MessageState::Accepted,
    MessageState::Unknown,
];

impl Attempts<'_> {
    /// What was claimed and is written down as an attempt is sending. No sum changes.
    pub(in crate::store::messages) async fn move_to_sending(
        &mut self,
        attempts: &[NewAttempt],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = attempts
            .iter()
            .map(|a| {
                let price = a.price.map(Money::micros);
                (a.message.get(), &a.provider, i64::from(a.reports), price)
            })
            .collect();
        let rows = database::rows::json(&rows)?;
        execute!(self.0, "mark messages as being sent",
            "UPDATE message SET state = ", to!(sending),
            ", opens = opens + 1, opened_at = $2, provider = r.provider,
             reports = (r.reports = 1), price = r.price
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS provider,
             CAST(value ->> 2 AS BIGINT) AS reports, CAST(value ->> 3 AS BIGINT) AS price
             FROM ", words::rows!("$1"),
            ") AS r WHERE message.id = r.id AND ", found!(leased);
            &rows, now
        )
    }

    /// What was sending goes where its answer says.
    pub(in crate::store::messages) async fn move_on(
        &mut self,
        finished: &[FinishedAttempt],
        now: Timestamp,
    ) -> Result<Vec<Landed>, StoreError> {
        let rows: Vec<_> = finished
            .iter()
            .filter(|one| is_lawful(one.message, MessageState::Sending, one.state))
            .map(|one| answered(one, now))
            .collect();
        let moved: Vec<Moved> = all!(self.0, "move messages by their answers",
            "UPDATE message SET state = r.state,
             reason = CASE r.state WHEN 'accepted' THEN NULL
             ELSE coalesce(r.reason, message.reason) END,
             due_at = coalesce(r.due_at, message.due_at), wake_at = r.wake_at,
             tries = message.tries + r.counts, lease_node = NULL,
             asked = CASE r.state WHEN 'unknown' THEN 0 ELSE message.asked END,
             provider_ref = coalesce(r.provider_ref, message.provider_ref),
             accepted_at = coalesce(r.accepted_at, message.accepted_at),
             final_at = r.final_at
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
             CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 2 AS provider_ref,
             value ->> 3 AS state, value ->> 4 AS reason,
             CAST(value ->> 5 AS BIGINT) AS due_at, CAST(value ->> 6 AS BIGINT) AS wake_at,
             CAST(value ->> 7 AS BIGINT) AS counts, CAST(value ->> 8 AS BIGINT) AS final_at,
             CAST(value ->> 9 AS BIGINT) AS accepted_at FROM ", words::rows!("$1"),
            ") AS r WHERE message.id = r.id AND message.lease_no = r.lease_no AND ",
            found!(sending), moved!();
            database::rows::json(&rows)?
        )?;
        count(self.0, &moved, |_| MessageState::Sending).await?;
        Ok(moved.iter().map(Moved::landed).collect())
    }

    /// Moves messages that will not be sent now to where they belong. Returns those that were
    /// still held under the same lease, and so moved. One whose address broke meanwhile may turn to
    /// another channel.
    pub async fn skip(
        &mut self,
        skipped: &[SkippedMessage],
        now: Timestamp,
    ) -> Result<Vec<Landed>, StoreError> {
        let rows: Vec<_> = skipped
            .iter()
            .filter(|one| is_lawful(one.message, MessageState::Leased, one.state))
            .map(|one| aside(one, now))
            .collect();
        let moved: Vec<Moved> = all!(self.0, "skip messages",
            "UPDATE message SET state = r.state, reason = coalesce(r.reason, message.reason),
             due_at = coalesce(r.due_at, message.due_at), final_at = r.final_at,
             wake_at = CASE WHEN r.state = 'suppressed' AND r.reason = 'hard_bounce'
             AND message.fallback = 'waits' THEN $2 ELSE r.wake_at END, lease_node = NULL
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
             CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 2 AS state,
             value ->> 3 AS reason, CAST(value ->> 4 AS BIGINT) AS due_at,
             CAST(value ->> 5 AS BIGINT) AS final_at, CAST(value ->> 6 AS BIGINT) AS wake_at
             FROM ", words::rows!("$1"),
            ") AS r WHERE message.id = r.id AND message.lease_no = r.lease_no AND ", found!(leased),
            moved!();
            database::rows::json(&rows)?, now
        )?;
        count(self.0, &moved, |_| MessageState::Leased).await?;
        Ok(moved.iter().map(Moved::landed).collect())
    }

    /// What this node holds of these messages and leases, as rows, is queued again, though it may
    /// be written down as sending: nothing was sent. No sum changes.
    pub(in crate::store::messages) async fn put_back(
        &mut self,
        node: NodeId,
        rows: &str,
    ) -> Result<(), StoreError> {
        execute!(self.0, "put messages back whose attempts did not begin",
            "UPDATE message SET state = ", to!(queued), ", lease_node = NULL
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
             CAST(value ->> 1 AS BIGINT) AS lease_no FROM ", words::rows!("$1"),
            ") AS r WHERE message.id = r.id AND message.lease_no = r.lease_no
             AND message.lease_node = $2 AND ", found!(in_hand);
            rows, node
        )
    }
}

impl Moved {
    const fn landed(&self) -> Landed {
        Landed {
            message: self.facts.message,
            early: self.receipt_rank > 0 || self.facts.standing.acts.read(),
            erased: self.erased,
        }
    }
}

/// An answer as the statement reads it, by position.
fn answered(finished: &FinishedAttempt, now: Timestamp) -> impl Serialize {
    let accepted = finished.state == MessageState::Accepted;
    (
        finished.message.get(),
        finished.lease_no,
        finished.provider_ref.as_deref(),
        finished.state,
        finished.reason,
        finished.due_at.map(Timestamp::as_micros),
        finished.wake_at.map(Timestamp::as_micros),
        i64::from(finished.counts),
        finished.state.is_final().then(|| now.as_micros()),
        accepted.then(|| now.as_micros()),
    )
}

/// A skipped message as the statement reads it, by position.
fn aside(skipped: &SkippedMessage, now: Timestamp) -> impl Serialize {
    let state = skipped.state;
    let due_at = skipped.due_at.map(Timestamp::as_micros);
    (
        skipped.message.get(),
        skipped.lease_no,
        state,
        skipped.reason,
        due_at,
        state.is_final().then(|| now.as_micros()),
        due_at.filter(|_| WAITING.contains(&state)),
    )
}
