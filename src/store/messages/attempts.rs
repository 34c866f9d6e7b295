//! Attempts: begun durably before the first byte leaves, finished first thing after the answer.
//!
//! Beginning one reads everything that may have changed since the message was claimed, lets
//! `dispatch` decide, and writes attempts and states in the same transaction. Both work on
//! batches: one statement each, whatever the number of messages.

mod rows;

pub use super::transitions::{Landed, SkippedMessage};
pub use rows::{FinishedAttempt, NewAttempt};

use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Class, MessageId, MessageState, NodeId, Reason, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional, optional_value};
use crate::store::{Conn, Doing as _, StoreError, handle, json_ids};

handle!(attempts -> Attempts);

impl<'a> Attempts<'a> {
    /// For the other aggregates.
    pub(in crate::store) const fn of(conn: &'a mut Conn) -> Self {
        Self(conn)
    }
}

row! {
    /// What may have changed since a message was claimed.
    #[derive(Debug, Clone)]
    pub struct PreSendState {
        pub id: MessageId,
        /// Where it stands now.
        pub state: MessageState,
        pub lease_no: i64,
        /// Whose hands it is in.
        pub lease_node: Option<NodeId>,
        /// Not sent after this.
        pub expires_at: Timestamp,
        pub class: Class,
        /// Something newer came on the same subject.
        pub superseded: bool,
        /// An operator withdrew the plan.
        pub cancelled: bool,
        /// The client is not there any more.
        pub erased: bool,
        /// The address is barred, and why.
        pub barred: Option<Reason>,
        /// The client's wish on this topic.
        pub wanted: Option<bool>,
        /// A report about an earlier attempt, or its answer, came after all: the provider has it.
        pub proven: bool,
        /// The client's own quiet hours.
        pub quiet_hours: Option<QuietHours> = QuietHours::of_minutes as (quiet_from, quiet_to),
        /// The client's zone; none when the client was erased.
        pub time_zone: Option<String>,
        /// How often a provider has said, since the last doubt, that it never got it.
        pub inquiries: i64 as asked,
        /// A repeat at the risk of a double was allowed.
        pub maybe_duplicate: bool as risky,
        /// Earlier attempts of which nobody knows whether they arrived.
        pub doubt: Option<Doubt> = Doubt::among as (doubt_since, doubt_first, doubt_last),
        /// Attempts to this client, begun in the last hour, that may have left: accepted, unknown or
        /// still on the wire. What certainly did not leave has flooded nobody.
        pub attempts_last_hour: i64,
        /// The same of the last day.
        pub attempts_last_day: i64,
    }
}

/// Attempts of one message of which nobody knows whether they arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Who had them; none when more than one did.
    pub provider: Option<String>,
    /// When the first of them began.
    pub since: Timestamp,
}

impl Doubt {
    /// Of the first and the last provider by name.
    fn among(
        since: Option<Timestamp>,
        first: Option<String>,
        last: Option<String>,
    ) -> Option<Self> {
        since.map(|since| Self {
            provider: first
                .zip(last)
                .and_then(|(first, last)| (first == last).then_some(first)),
            since,
        })
    }
}

impl Attempts<'_> {
    /// Reads what may have changed for these messages, which are locked already.
    /// `day_ago_id`: the smallest id a message of the last 24 hours can have.
    pub async fn pre_send_state(
        &mut self,
        ids: &[MessageId],
        hour_ago: Timestamp,
        day_ago_id: i64,
    ) -> Result<Vec<PreSendState>, StoreError> {
        let ids = json_ids(ids);
        all!(self.0, "check messages again before sending",
            "SELECT m.id, m.state, m.lease_no, m.lease_node, m.expires_at, p.class,
             p.superseded_by IS NOT NULL AS superseded,
             p.cancelled_at IS NOT NULL AS cancelled, c.id IS NULL AS erased,
             coalesce(s.reason, CASE WHEN coalesce(c.stopped_message, k.stopped_message) IS NOT NULL
             THEN 'stop' END) AS barred, t.wanted, c.quiet_from, c.quiet_to, c.time_zone, m.asked,
             m.risky, CASE WHEN m.receipt_rank > 0 THEN TRUE
             WHEN m.opens > 0 THEN EXISTS (SELECT 1 FROM attempt a
             WHERE a.message_id = m.id AND a.outcome = 'accepted') ELSE FALSE END AS proven,
             CASE WHEN m.opens > 0 THEN (SELECT min(a.opened_at) FROM attempt a
             WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_since,
             CASE WHEN m.opens > 0 THEN (SELECT min(a.provider) FROM attempt a
             WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_first,
             CASE WHEN m.opens > 0 THEN (SELECT max(a.provider) FROM attempt a
             WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_last,
             coalesce((SELECT CAST(sum(CASE WHEN f.opened_at > $2 THEN (SELECT count(*)
             FROM attempt a WHERE a.message_id = f.id AND a.opened_at > $2
             AND (a.outcome IS NULL OR a.outcome IN ('accepted', 'unknown'))) ELSE 0 END) AS BIGINT)
             FROM message f WHERE f.client_id = m.client_id AND f.id >= $3), 0) AS attempts_last_hour,
             coalesce((SELECT CAST(sum(CASE WHEN f.opens > 0 THEN (SELECT count(*)
             FROM attempt a WHERE a.message_id = f.id
             AND (a.outcome IS NULL OR a.outcome IN ('accepted', 'unknown'))) ELSE 0 END) AS BIGINT)
             FROM message f WHERE f.client_id = m.client_id AND f.id >= $3), 0) AS attempts_last_day
             FROM message m JOIN plan p ON p.id = m.plan_id
             LEFT JOIN client c ON c.id = m.client_id
             LEFT JOIN deputy d ON d.id = m.client_id LEFT JOIN client k ON k.id = d.client_id
             LEFT JOIN suppression s ON s.channel = m.channel AND s.address = m.address
             LEFT JOIN topic_choice t ON t.client_id = m.client_id AND t.topic = p.topic
             WHERE m.id IN (", words::ids!("$1"), ")";
            &ids, hour_ago, day_ago_id
        )
    }

    /// Locks messages until the end of the transaction, in the order of ids. To be done once, for
    /// all that the transaction is to change.
    pub async fn lock(&mut self, ids: &[MessageId]) -> Result<(), StoreError> {
        if let (crate::store::Backend::Postgres(c), false) = (&mut *self.0, ids.is_empty()) {
            sqlx::query(
                "SELECT id FROM message WHERE id IN
                 (SELECT CAST(value AS BIGINT) FROM json_array_elements_text($1::json))
                 ORDER BY id FOR UPDATE",
            )
            .bind(json_ids(ids))
            .execute(&mut **c)
            .await
            .doing("lock messages")?;
        }
        Ok(())
    }

    /// The provider that this attempt was handed to.
    pub async fn provider(
        &mut self,
        message: MessageId,
        lease_no: i64,
    ) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "read which provider had an attempt",
            "SELECT provider FROM attempt WHERE message_id = $1 AND lease_no = $2";
            message, lease_no
        )
    }

    /// The last attempt that this provider had under our own name for the message.
    pub async fn under_reference(
        &mut self,
        provider: &str,
        message: MessageId,
        reference: &str,
    ) -> Result<Option<i64>, StoreError> {
        optional_value!(self.0, "find an attempt by our reference",
            "SELECT lease_no FROM attempt WHERE message_id = $1 AND provider = $2
             AND reference = $3 ORDER BY lease_no DESC LIMIT 1";
            message, provider, reference
        )
    }

    /// The last attempt that this provider calls so: its message and lease.
    pub async fn under_provider_ref(
        &mut self,
        provider: &str,
        provider_ref: &str,
    ) -> Result<Option<(MessageId, i64)>, StoreError> {
        optional!(self.0, "find an attempt by the provider's own name for it",
            "SELECT message_id, lease_no FROM attempt WHERE provider = $1 AND provider_ref = $2
             ORDER BY message_id DESC, lease_no DESC LIMIT 1";
            provider, provider_ref
        )
    }

    /// Whether the node may still send: alive by the database's clock within `ttl_us`. Until the
    /// end of the transaction nobody can declare it dead.
    pub async fn fence(&mut self, node: NodeId, ttl_us: i64) -> Result<bool, StoreError> {
        let alive: Option<NodeId> = optional_value!(self.0, "check that this node is alive",
            "SELECT id FROM node WHERE id = $1 AND stopped_at IS NULL
             AND heartbeat_at >= ", words::now!(), " - $2", words::for_share!();
            node, ttl_us
        )?;
        Ok(alive.is_some())
    }
}
