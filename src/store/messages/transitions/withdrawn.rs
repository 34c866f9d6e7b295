//! Withdrawal before sending: cancelled by an operator, superseded by a newer plan, or because the
//! client is erased. A node that holds such a message finds out when it begins an attempt. No sum
//! changes.

use crate::domain::{MessageId, MessageState, PlanId, Reason, Timestamp};
use crate::store::database::sql::{affected, optional_value, values};
use crate::store::feed::{MessageNews, note_messages, note_withdrawn};
use crate::store::messages::Messages;
use crate::store::{Conn, StoreError, json_ids};

/// Cancels those of these messages that have not left, and returns them.
pub(in crate::store) async fn withdraw(
    conn: &mut Conn,
    messages: &[MessageId],
    reason: Reason,
    now: Timestamp,
) -> Result<Vec<MessageId>, StoreError> {
    let withdrawn: Vec<MessageId> = values!(*conn, "withdraw messages",
        "UPDATE message SET state = $2, reason = $3, wake_at = NULL, lease_node = NULL,
         final_at = $4 WHERE ", found!(waiting), " AND id IN (", words::ids!("$1"),
        ") RETURNING id";
        json_ids(messages), MessageState::Cancelled, reason, now
    )?;
    let cancelled = MessageNews::State(MessageState::Cancelled);
    let news: Vec<_> = withdrawn.iter().map(|one| (*one, cancelled)).collect();
    note_messages(conn, &news).await?;
    Ok(withdrawn)
}

/// Why all messages of a plan are withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Withdrawal {
    /// Something newer on the same subject came.
    Superseded,
    /// An operator withdrew the event.
    Cancelled,
}

impl Withdrawal {
    pub(super) const fn end(self) -> (MessageState, Reason) {
        match self {
            Self::Superseded => (MessageState::Superseded, Reason::Newer),
            Self::Cancelled => (MessageState::Cancelled, Reason::Withdrawn),
        }
    }
}

/// Withdraws what has not left of these plans, and returns how many messages. Not those that a
/// report has proved to have arrived: the last look takes them for that.
pub(in crate::store) async fn withdraw_plans(
    conn: &mut Conn,
    plans: &[PlanId],
    why: Withdrawal,
    now: Timestamp,
) -> Result<u64, StoreError> {
    if plans.is_empty() {
        return Ok(0);
    }
    let (state, reason) = why.end();
    let plans = json_ids(plans);
    let withdrawn = affected!(*conn, "withdraw waiting messages",
        "UPDATE message SET state = $2, reason = $3, wake_at = NULL, lease_node = NULL,
         final_at = $4 WHERE ", found!(waiting), " AND receipt_rank = 0 AND plan_id IN (",
        words::ids!("$1"), ")";
        &plans, state, reason, now
    )?;
    if withdrawn > 0 {
        note_withdrawn(conn, &plans, state, now).await?;
    }
    Ok(withdrawn)
}

impl Messages<'_> {
    /// Takes a message back that has not left. A node that holds it finds out when it begins an
    /// attempt. Returns its state now: `cancelled`, or the one it cannot be taken back from.
    pub async fn cancel(
        &mut self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<MessageState, StoreError> {
        withdraw(self.0, &[id], Reason::Withdrawn, now).await?;
        let state = optional_value!(self.0, "read where a message stands",
            "SELECT state FROM message WHERE id = $1";
            id
        )?;
        state.ok_or_else(|| StoreError::missing("message", id))
    }
}
