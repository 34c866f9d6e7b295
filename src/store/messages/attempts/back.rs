//! What was claimed and is not sent now: where it goes instead, and openings that are taken back.

use super::{Attempts, Landed, LandedRow, landed};
use crate::domain::{MessageId, MessageState, NodeId, Reason, Timestamp};
use crate::store::{Doing as _, StoreError, on};

/// A message that will not be sent now, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Diverted {
    /// Which.
    pub message: MessageId,
    /// Under which lease: a newer one is left alone.
    pub lease_no: i64,
    /// Where it goes.
    pub state: MessageState,
    /// Why.
    pub reason: Option<Reason>,
    /// When it is looked at again, if it is held or queued.
    pub due_at: Option<Timestamp>,
}

/// Where a diverted message waits for its timer.
const WAITING: [MessageState; 3] = [
    MessageState::Held,
    MessageState::Accepted,
    MessageState::Unknown,
];

impl Attempts<'_> {
    /// Moves messages that will not be sent now to where they belong. Returns those that were
    /// still held under the same lease, and so moved.
    pub async fn divert(
        &mut self,
        diverted: &[Diverted],
        now: Timestamp,
    ) -> Result<Vec<Landed>, StoreError> {
        let rows: Vec<_> = diverted
            .iter()
            .map(|d| {
                serde_json::json!([
                    d.message.get(),
                    d.lease_no,
                    d.state,
                    d.reason,
                    d.due_at.map(Timestamp::as_micros),
                    d.state.is_final().then(|| now.as_micros()),
                    WAITING
                        .contains(&d.state)
                        .then(|| d.due_at.map(Timestamp::as_micros))
                        .flatten(),
                ])
            })
            .collect();
        let rows = serde_json::Value::Array(rows).to_string();
        let moved: Vec<LandedRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "UPDATE message SET state = r.state, reason = coalesce(r.reason, message.reason),
                 due_at = coalesce(r.due_at, message.due_at), final_at = r.final_at,
                 wake_at = r.wake_at, lease_node = NULL
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
                 CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 2 AS state,
                 value ->> 3 AS reason, CAST(value ->> 4 AS BIGINT) AS due_at,
                 CAST(value ->> 5 AS BIGINT) AS final_at, CAST(value ->> 6 AS BIGINT) AS wake_at
                 FROM ",
                words::rows!("$1"),
                ") AS r WHERE message.id = r.id
                 AND message.lease_no = r.lease_no AND message.state = 'leased'
                 RETURNING message.id, message.receipt_rank,
                 coalesce(message.reports, message.channel = 'sms'), message.engaged,
                 message.address = ''"
            ))
            .bind(&rows)
            .fetch_all(&mut **c)
            .await
        })
        .doing("divert messages")?;
        Ok(moved.into_iter().map(landed).collect())
    }

    /// Puts messages back whose opening was refused because the store failed. The commit may
    /// have arrived all the same: then there is an attempt that nobody will ever make.
    /// `refused`: each message with its lease.
    pub async fn unopen(
        &mut self,
        node: NodeId,
        refused: &[(MessageId, i64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = refused
            .iter()
            .map(|(message, lease_no)| (message.get(), lease_no))
            .collect();
        let rows = crate::store::database::rows::json(&rows)?;
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE attempt SET closed_at = $3, outcome = 'not_sent', stage = 'store',
                 detail = 'the store failed before anything was sent'
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
                 CAST(value ->> 1 AS BIGINT) AS lease_no FROM ",
                words::rows!("$1"),
                ") AS r WHERE attempt.message_id = r.id AND attempt.lease_no = r.lease_no
                 AND attempt.node_id = $2 AND attempt.closed_at IS NULL"
            ))
            .bind(&rows)
            .bind(node.get())
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("close attempts that were never made")?;
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = 'queued', lease_node = NULL
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
                 CAST(value ->> 1 AS BIGINT) AS lease_no FROM ",
                words::rows!("$1"),
                ") AS r WHERE message.id = r.id AND message.lease_no = r.lease_no
                 AND message.lease_node = $2 AND message.state IN ('leased', 'sending')"
            ))
            .bind(&rows)
            .bind(node.get())
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("put messages back that were not opened")
    }

    /// Forgets what a provider said of messages whose client was erased while they were on the
    /// wire: its words may name the address.
    pub(super) async fn keep_no_words(
        &mut self,
        messages: impl Iterator<Item = i64>,
    ) -> Result<(), StoreError> {
        let ids = crate::store::json_ids(messages);
        if ids == "[]" {
            return Ok(());
        }
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE attempt SET detail = NULL WHERE message_id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("forget what was said of the erased")
    }
}
