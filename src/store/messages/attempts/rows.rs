//! The attempts' own rows: written before anything leaves, finished with what was answered. What
//! becomes of their messages is in `transitions`.

use chrono::TimeDelta;
use serde::Serialize;

use super::Attempts;
use crate::domain::money::Money;
use crate::domain::{MessageId, MessageState, NodeId, Reason, Timestamp};
use crate::store::database::sql::execute;
use crate::store::messages::transitions::Landed;
use crate::store::{StoreError, database, json_ids};

/// An attempt about to be made.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    pub message: MessageId,
    pub lease_no: i64,
    /// To whom it is handed.
    pub provider: String,
    /// Our name for it towards the provider.
    pub reference: String,
    /// Whether the provider reports deliveries: whether the message counts among those of which
    /// "delivered" is a share.
    pub reports: bool,
    /// What the provider charges if it takes this; kept with the message, so that a price changed later leaves it
    /// as it is. None: not known.
    pub price: Option<Money>,
    /// How long the provider knows the name again and makes no second message of it. Not kept.
    pub key_life: Option<TimeDelta>,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct FinishedAttempt {
    pub message: MessageId,
    pub lease_no: i64,
    /// `accepted`, `not_sent`, `rejected`, `misconfigured`, `unknown`.
    pub outcome: &'static str,
    pub stage: Option<&'static str>,
    pub code: Option<String>,
    /// What was said, without addresses or text.
    pub detail: Option<String>,
    /// The provider's own name for it.
    pub provider_ref: Option<String>,
    /// Where the message goes.
    pub state: MessageState,
    pub reason: Option<Reason>,
    /// Its next try, when it is queued again.
    pub due_at: Option<Timestamp>,
    /// When it is looked at again.
    pub wake_at: Option<Timestamp>,
    /// Whether this counts as a try.
    pub counts: bool,
    /// The address does not exist: it is barred from now on.
    pub bad_address: bool,
}

impl Attempts<'_> {
    /// Writes the attempts and moves their messages to `sending`. After the commit bytes may go.
    pub async fn begin(
        &mut self,
        node: NodeId,
        attempts: &[NewAttempt],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = attempts
            .iter()
            .map(|a| (a.message.get(), a.lease_no, &a.provider, &a.reference))
            .collect();
        let rows = database::rows::json(&rows)?;
        execute!(self.0, "write attempts",
            "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2,
             value ->> 3, $2, $3 FROM ", words::rows!("$1");
            &rows, node, now
        )?;
        self.move_to_sending(attempts, now).await
    }

    /// Writes what came of attempts, and moves their messages. A message whose lease has gone on
    /// keeps its state, but the attempt's outcome is written all the same: truth is not thrown
    /// away. Returns the messages that moved; for those whose receipt had come before the answer
    /// `receipts().apply_pending` is to be called.
    pub async fn finish(
        &mut self,
        finished: &[FinishedAttempt],
        now: Timestamp,
    ) -> Result<Vec<Landed>, StoreError> {
        let rows: Vec<_> = finished.iter().map(FinishedAttempt::row).collect();
        let rows = database::rows::json(&rows)?;
        execute!(self.0, "finish attempts",
            "UPDATE attempt SET closed_at = $2, outcome = r.outcome, stage = r.stage,
             code = r.code, detail = r.detail, provider_ref = r.provider_ref
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
             CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 2 AS outcome,
             value ->> 3 AS stage, value ->> 4 AS code, value ->> 5 AS detail,
             value ->> 6 AS provider_ref FROM ", words::rows!("$1"), ") AS r
             WHERE attempt.message_id = r.id AND attempt.lease_no = r.lease_no";
            &rows, now
        )?;
        // Whoever takes in receipts locks messages, bars and sums in this order, too.
        self.bar_addresses(finished, now).await?;
        let landed = self.move_on(finished, now).await?;
        let erased = landed.iter().filter(|landed| landed.erased);
        self.keep_no_words(erased.map(|landed| landed.message))
            .await?;
        Ok(landed)
    }

    /// Puts messages back whose attempts were refused because the store failed. The commit may
    /// have arrived all the same: then there is an attempt that nobody will ever make.
    /// `refused`: each message with its lease.
    pub async fn undo_begin(
        &mut self,
        node: NodeId,
        refused: &[(MessageId, i64)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = refused
            .iter()
            .map(|(message, lease_no)| (message.get(), lease_no))
            .collect();
        let rows = database::rows::json(&rows)?;
        execute!(self.0, "finish attempts that were never made",
            "UPDATE attempt SET closed_at = $3, outcome = 'not_sent', stage = 'store',
             detail = 'the store failed before anything was sent'
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
             CAST(value ->> 1 AS BIGINT) AS lease_no FROM ", words::rows!("$1"),
            ") AS r WHERE attempt.message_id = r.id AND attempt.lease_no = r.lease_no
             AND attempt.node_id = $2 AND attempt.closed_at IS NULL";
            &rows, node, now
        )?;
        self.put_back(node, &rows).await
    }

    async fn bar_addresses(
        &mut self,
        finished: &[FinishedAttempt],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let bad = finished
            .iter()
            .filter(|finished| finished.bad_address)
            .map(|finished| finished.message);
        let ids = json_ids(bad);
        if ids == "[]" {
            return Ok(());
        }
        execute!(self.0, "suppress addresses that do not exist",
            "INSERT INTO suppression (channel, address, reason, message_id, created_at)
             SELECT channel, address, 'hard_bounce', id, $2 FROM message
             WHERE address <> '' AND id IN (", words::ids!("$1"),
            ") ON CONFLICT (channel, address) DO NOTHING";
            &ids, now
        )
    }

    /// Forgets what a provider said of messages whose client was erased while they were on the
    /// wire: its words may name the address.
    async fn keep_no_words(
        &mut self,
        messages: impl Iterator<Item = MessageId>,
    ) -> Result<(), StoreError> {
        let ids = json_ids(messages);
        if ids == "[]" {
            return Ok(());
        }
        execute!(self.0, "blank attempts of erased clients",
            "UPDATE attempt SET detail = NULL WHERE message_id IN (", words::ids!("$1"), ")";
            &ids
        )
    }
}

impl FinishedAttempt {
    /// As the statement reads it, by position.
    fn row(&self) -> impl Serialize {
        (
            self.message.get(),
            self.lease_no,
            self.outcome,
            self.stage,
            self.code.as_deref(),
            self.detail.as_deref(),
            self.provider_ref.as_deref(),
        )
    }
}
