//! Attempts: opened durably before the first byte leaves, closed first thing after the answer.
//!
//! Opening reads everything that may have changed since the message was claimed, lets
//! `dispatch` decide, and writes attempts and states in the same transaction. Both work on
//! batches: one statement each, whatever the number of messages.

mod back;

use chrono::TimeDelta;

pub use back::Diverted;

use crate::domain::{Class, MessageId, MessageState, NodeId, Reason, Timestamp};
use crate::store::messages::rollup::Acts;
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The attempts of a transaction.
pub struct Attempts<'a>(&'a mut Conn);

impl Tx {
    /// The attempts.
    pub fn attempts(&mut self) -> Attempts<'_> {
        Attempts(&mut self.conn)
    }
}

impl<'a> Attempts<'a> {
    /// For the other aggregates.
    pub(in crate::store) const fn of(conn: &'a mut Conn) -> Self {
        Self(conn)
    }
}

/// What may have changed since a message was claimed.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Recheck {
    /// Which message.
    pub id: MessageId,
    /// Where it stands now.
    pub state: MessageState,
    /// The fence.
    pub lease_no: i64,
    /// Whose hands it is in.
    pub lease_node: Option<NodeId>,
    /// Not after.
    pub expires_at: Timestamp,
    /// Which gates apply.
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
    /// The client's own quiet hours in minutes of the day.
    pub quiet: Option<(u16, u16)>,
    /// The client's zone; none when the client was erased.
    pub time_zone: Option<String>,
    /// How often a provider has said, since the last doubt, that it never got it.
    pub asked: i64,
    /// A repeat at the risk of a double was allowed.
    pub risky: bool,
    /// Earlier attempts of which nobody knows whether they arrived.
    pub doubt: Option<Doubt>,
    /// Attempts opened to this client in the last hour.
    pub opened_last_hour: i64,
    /// Attempts opened to this client in the last day.
    pub opened_last_day: i64,
}

/// Attempts of one message of which nobody knows whether they arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Who had them; none when more than one did.
    pub provider: Option<String>,
    /// When the first of them was opened.
    pub since: Timestamp,
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct RecheckRow {
    id: i64,
    state: String,
    lease_no: i64,
    lease_node: Option<i64>,
    expires_at: i64,
    class: String,
    superseded: bool,
    cancelled: bool,
    erased: bool,
    barred: Option<String>,
    wanted: Option<bool>,
    receipt_rank: i64,
    quiet_from: Option<i64>,
    quiet_to: Option<i64>,
    time_zone: Option<String>,
    asked: i64,
    risky: bool,
    taken: bool,
    doubt_since: Option<i64>,
    doubt_first: Option<String>,
    doubt_last: Option<String>,
    last_hour: Option<i64>,
    last_day: Option<i64>,
}

/// An attempt about to be made.
#[derive(Debug, Clone)]
pub struct NewAttempt {
    /// Whose.
    pub message: MessageId,
    /// Under which lease.
    pub lease_no: i64,
    /// To whom it is handed.
    pub provider: String,
    /// Our name for it towards the provider.
    pub reference: String,
    /// Whether the provider reports deliveries: whether the message counts among those of which
    /// "delivered" is a share.
    pub reports: bool,
    /// How long the provider knows the name again and makes no second message of it. Not kept.
    pub key_life: Option<TimeDelta>,
}

/// A message that moved, and what decides how it counts besides its state.
#[derive(Debug, Clone, Copy)]
pub struct Landed {
    /// Which.
    pub message: MessageId,
    /// A receipt had come before the answer.
    pub early: bool,
    /// Its last provider reports deliveries.
    pub(crate) reports: bool,
    /// What readers did with it, if they were quicker than the answer.
    pub(crate) acts: Acts,
}

/// The same as both databases give it.
/// The message, the rank of its receipt, whether its provider reports, what the reader did, and
/// whether its client was erased meanwhile.
type LandedRow = (i64, i64, bool, i64, bool);

fn landed((message, rank, reports, engaged, _): LandedRow) -> Landed {
    Landed {
        message: MessageId::new(message),
        early: rank > 0,
        reports,
        acts: Acts::from_bits(engaged),
    }
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct Closed {
    /// Whose.
    pub message: MessageId,
    /// Under which lease.
    pub lease_no: i64,
    /// `accepted`, `not_sent`, `rejected`, `misconfigured`, `unknown`.
    pub outcome: &'static str,
    /// Where it ended.
    pub stage: Option<&'static str>,
    /// The answer's code.
    pub code: Option<String>,
    /// What was said, without addresses or text.
    pub detail: Option<String>,
    /// The provider's own name for it.
    pub provider_ref: Option<String>,
    /// Where the message goes.
    pub state: MessageState,
    /// Why.
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
    /// Reads what may have changed for these messages, and locks them (PostgreSQL).
    /// `day_ago_id`: the smallest id a message of the last 24 hours can have.
    pub async fn recheck(
        &mut self,
        ids: &[MessageId],
        hour_ago: Timestamp,
        day_ago_id: i64,
    ) -> Result<Vec<Recheck>, StoreError> {
        let ids = crate::store::json_ids(ids.iter().map(|id| id.get()));
        let rows: Vec<RecheckRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT m.id, m.state, m.lease_no, m.lease_node, m.expires_at, p.class,
                 p.superseded_by IS NOT NULL AS superseded,
                 p.cancelled_at IS NOT NULL AS cancelled, c.id IS NULL AS erased,
                 s.reason AS barred, t.wanted, m.receipt_rank, c.quiet_from, c.quiet_to, c.time_zone,
                 m.asked, m.risky,
                 CASE WHEN m.opens > 0 THEN EXISTS (SELECT 1 FROM attempt a
                 WHERE a.message_id = m.id AND a.outcome = 'accepted') ELSE FALSE END AS taken,
                 CASE WHEN m.opens > 0 THEN (SELECT min(a.opened_at) FROM attempt a
                 WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_since,
                 CASE WHEN m.opens > 0 THEN (SELECT min(a.provider) FROM attempt a
                 WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_first,
                 CASE WHEN m.opens > 0 THEN (SELECT max(a.provider) FROM attempt a
                 WHERE a.message_id = m.id AND a.outcome = 'unknown') END AS doubt_last,
                 (SELECT CAST(sum(CASE WHEN f.opened_at > $2 THEN f.opens ELSE 0 END) AS BIGINT)
                  FROM message f WHERE f.client_id = m.client_id AND f.id >= $3) AS last_hour,
                 (SELECT CAST(sum(f.opens) AS BIGINT)
                  FROM message f WHERE f.client_id = m.client_id AND f.id >= $3) AS last_day
                 FROM message m JOIN plan p ON p.id = m.plan_id
                 LEFT JOIN client c ON c.id = m.client_id
                 LEFT JOIN suppression s ON s.channel = m.channel AND s.address = m.address
                 LEFT JOIN topic_choice t ON t.client_id = m.client_id AND t.topic = p.topic
                 WHERE m.id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .bind(hour_ago.as_micros())
            .bind(day_ago_id)
            .fetch_all(&mut **c)
            .await
        })
        .doing("look once more before sending")?;
        rows.into_iter().map(recheck).collect()
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
            .bind(crate::store::json_ids(ids.iter().map(|id| id.get())))
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
        on!(&mut *self.0, |c| {
            sqlx::query_scalar(
                "SELECT provider FROM attempt WHERE message_id = $1 AND lease_no = $2",
            )
            .bind(message.get())
            .bind(lease_no)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("see who carried an attempt")
    }

    /// Whether the node may still send: alive by the database's clock within `ttl_us`. Until the
    /// end of the transaction nobody can declare it dead.
    pub async fn fence(&mut self, node: NodeId, ttl_us: i64) -> Result<bool, StoreError> {
        let alive: Option<(i64,)> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT id FROM node WHERE id = $1 AND stopped_at IS NULL
                 AND heartbeat_at >= ",
                words::now!(),
                " - $2",
                words::for_share!()
            ))
            .bind(node.get())
            .bind(ttl_us)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("check the fence")?;
        Ok(alive.is_some())
    }

    /// Writes the attempts and moves their messages to `sending`. After the commit bytes may go.
    pub async fn open(
        &mut self,
        node: NodeId,
        attempts: &[NewAttempt],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = attempts
            .iter()
            .map(|a| {
                serde_json::json!([
                    a.message.get(),
                    a.lease_no,
                    a.provider,
                    a.reference,
                    i64::from(a.reports)
                ])
            })
            .collect();
        let rows = serde_json::Value::Array(rows).to_string();
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at)
                 SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2,
                 value ->> 3, $2, $3 FROM ", words::rows!("$1")
            ))
            .bind(&rows)
            .bind(node.get())
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("write attempts")?;
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = 'sending', opens = opens + 1, opened_at = $2,
                 provider = r.provider, reports = (r.reports = 1)
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 2 AS provider,
                 CAST(value ->> 4 AS BIGINT) AS reports FROM ",
                words::rows!("$1"),
                ") AS r
                 WHERE message.id = r.id AND message.state = 'leased'"
            ))
            .bind(&rows)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("open messages")
    }

    /// Writes what came of attempts, and moves their messages. A message whose lease has gone on
    /// keeps its state, but the attempt's outcome is written all the same: truth is not thrown
    /// away. Returns the messages that moved; for those whose receipt had come before the answer
    /// `receipts().settle` is to be called.
    pub async fn close(
        &mut self,
        closed: &[Closed],
        now: Timestamp,
    ) -> Result<Vec<Landed>, StoreError> {
        let rows = serde_json::Value::Array(closed.iter().map(|c| as_row(c, now)).collect());
        let rows = rows.to_string();
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE attempt SET closed_at = $2, outcome = r.outcome, stage = r.stage,
                 code = r.code, detail = r.detail, provider_ref = r.provider_ref
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id,
                 CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 2 AS outcome,
                 value ->> 3 AS stage, value ->> 4 AS code, value ->> 5 AS detail,
                 value ->> 6 AS provider_ref FROM ",
                words::rows!("$1"),
                ") AS r
                 WHERE attempt.message_id = r.id AND attempt.lease_no = r.lease_no"
            ))
            .bind(&rows)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("close attempts")?;
        let moved: Vec<LandedRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
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
                 CAST(value ->> 1 AS BIGINT) AS lease_no, value ->> 6 AS provider_ref,
                 value ->> 7 AS state, value ->> 8 AS reason,
                 CAST(value ->> 9 AS BIGINT) AS due_at, CAST(value ->> 10 AS BIGINT) AS wake_at,
                 CAST(value ->> 11 AS BIGINT) AS counts, CAST(value ->> 12 AS BIGINT) AS final_at,
                 CAST(value ->> 13 AS BIGINT) AS accepted_at FROM ",
                words::rows!("$1"),
                ") AS r
                 WHERE message.id = r.id AND message.lease_no = r.lease_no
                 AND message.state = 'sending' RETURNING message.id, message.receipt_rank,
                 coalesce(message.reports, message.channel = 'sms'), message.engaged,
                 message.address = ''"
            ))
            .bind(&rows)
            .fetch_all(&mut **c)
            .await
        })
        .doing("close messages")?;
        let erased = moved.iter().filter(|(.., erased)| *erased);
        self.keep_no_words(erased.map(|(id, ..)| *id)).await?;
        self.bar_addresses(closed, now).await?;
        Ok(moved.into_iter().map(landed).collect())
    }

    async fn bar_addresses(&mut self, closed: &[Closed], now: Timestamp) -> Result<(), StoreError> {
        let bad = closed
            .iter()
            .filter(|closed| closed.bad_address)
            .map(|c| c.message.get());
        let ids = crate::store::json_ids(bad);
        if ids == "[]" {
            return Ok(());
        }
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "INSERT INTO suppression (channel, address, reason, message_id, created_at)
                 SELECT channel, address, 'hard_bounce', id, $2 FROM message
                 WHERE address <> '' AND id IN (",
                words::ids!("$1"),
                ") ON CONFLICT (channel, address) DO NOTHING"
            ))
            .bind(&ids)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("bar addresses that do not exist")
    }
}

fn as_row(closed: &Closed, now: Timestamp) -> serde_json::Value {
    let accepted = closed.state == MessageState::Accepted;
    serde_json::json!([
        closed.message.get(),
        closed.lease_no,
        closed.outcome,
        closed.stage,
        closed.code,
        closed.detail,
        closed.provider_ref,
        closed.state,
        closed.reason,
        closed.due_at.map(Timestamp::as_micros),
        closed.wake_at.map(Timestamp::as_micros),
        i64::from(closed.counts),
        closed.state.is_final().then(|| now.as_micros()),
        accepted.then(|| now.as_micros()),
    ])
}

fn recheck(row: RecheckRow) -> Result<Recheck, StoreError> {
    let minute = |value: Option<i64>| value.and_then(|minute| u16::try_from(minute).ok());
    Ok(Recheck {
        id: MessageId::new(row.id),
        state: stored(&row.state, "message", "state", row.id)?,
        lease_no: row.lease_no,
        lease_node: row.lease_node.map(NodeId::new),
        expires_at: Timestamp::from_micros(row.expires_at),
        class: stored(&row.class, "plan", "class", row.id)?,
        superseded: row.superseded,
        cancelled: row.cancelled,
        erased: row.erased,
        barred: row
            .barred
            .map(|word| stored(&word, "suppression", "reason", row.id))
            .transpose()?,
        wanted: row.wanted,
        proven: row.taken || row.receipt_rank > 0,
        quiet: minute(row.quiet_from).zip(minute(row.quiet_to)),
        time_zone: row.time_zone,
        asked: row.asked,
        risky: row.risky,
        doubt: row.doubt_since.map(|since| Doubt {
            provider: row
                .doubt_first
                .filter(|first| row.doubt_last.as_ref() == Some(first)),
            since: Timestamp::from_micros(since),
        }),
        opened_last_hour: row.last_hour.unwrap_or(0),
        opened_last_day: row.last_day.unwrap_or(0),
    })
}
