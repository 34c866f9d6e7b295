//! Timers: messages that asked to be looked at again, and what the look changes.

use crate::domain::{Channel, MessageId, MessageState, PlanId, Reason, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The timers of a transaction.
pub struct Timers<'a>(&'a mut Conn);

impl Tx {
    /// The timers.
    pub fn timers(&mut self) -> Timers<'_> {
        Timers(&mut self.conn)
    }
}

/// A message whose time to be looked at has come.
#[derive(Debug, Clone)]
pub struct Woken {
    /// Which.
    pub id: MessageId,
    /// Its plan.
    pub plan: PlanId,
    /// Its medium.
    pub channel: Channel,
    /// Where it stands.
    pub state: MessageState,
    /// Who had it last.
    pub provider: Option<String>,
    /// How often the provider was asked about it without finding it.
    pub asked: i64,
    /// Whether it was repeated at the risk of a double already.
    pub risky: bool,
    /// When its last attempt was opened.
    pub opened_at: Option<Timestamp>,
    /// When a provider took it.
    pub accepted_at: Option<Timestamp>,
    /// Not worth sending after.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct WokenRow {
    id: i64,
    plan_id: i64,
    channel: String,
    state: String,
    provider: Option<String>,
    asked: i64,
    risky: bool,
    opened_at: Option<i64>,
    accepted_at: Option<i64>,
    expires_at: i64,
}

/// What a look changes.
#[derive(Debug, Clone, Copy)]
pub struct Looked {
    /// Which message.
    pub message: MessageId,
    /// Where it stood; when it has moved since, nothing is changed.
    pub from: MessageState,
    /// Where it goes; the same state to only set the timer anew.
    pub to: MessageState,
    /// Why.
    pub reason: Option<Reason>,
    /// When to look again.
    pub wake_at: Option<Timestamp>,
    /// Adds to how often the provider was asked.
    pub asked: bool,
    /// Marks a repeat at the risk of a double.
    pub risky: bool,
}

impl Timers<'_> {
    /// The messages whose time has come, earliest first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Woken>, StoreError> {
        let rows: Vec<WokenRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT id, plan_id, channel, state, provider, asked, risky, opened_at,
                 accepted_at, expires_at FROM message WHERE wake_at IS NOT NULL AND wake_at <= $1
                 ORDER BY wake_at LIMIT $2",
            )
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .fetch_all(&mut **c)
            .await
        })
        .doing("look for timers")?;
        rows.into_iter().map(woken).collect()
    }

    /// Applies looks. Returns those that found the message as expected. One that was unknown and
    /// is accepted now was found at the provider: that is proof, as a report would be.
    pub async fn apply(
        &mut self,
        looks: &[Looked],
        now: Timestamp,
    ) -> Result<Vec<MessageId>, StoreError> {
        let rows: Vec<_> = looks
            .iter()
            .map(|look| {
                serde_json::json!([
                    look.message.get(),
                    look.from,
                    look.to,
                    look.reason,
                    look.wake_at.map(Timestamp::as_micros),
                    i64::from(look.asked),
                    look.risky,
                    (look.to.is_final() && look.to != look.from).then(|| now.as_micros()),
                ])
            })
            .collect();
        let rows = serde_json::Value::Array(rows).to_string();
        let moved: Vec<(i64,)> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "UPDATE message SET state = r.to_state,
                 reason = CASE WHEN message.state = 'unknown' AND r.to_state = 'accepted'
                 THEN NULL ELSE coalesce(r.reason, message.reason) END,
                 receipt_rank = CASE WHEN message.state = 'unknown' AND r.to_state = 'accepted'
                 THEN 1 ELSE message.receipt_rank END,
                 accepted_at = CASE r.to_state WHEN 'accepted'
                 THEN coalesce(message.accepted_at, $2) ELSE message.accepted_at END,
                 wake_at = r.wake_at, asked = message.asked + r.asked,
                 risky = (message.risky OR r.risky = 'true' OR r.risky = '1'),
                 final_at = coalesce(r.final_at, message.final_at)
                 FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS from_state,
                 value ->> 2 AS to_state, value ->> 3 AS reason,
                 CAST(value ->> 4 AS BIGINT) AS wake_at, CAST(value ->> 5 AS BIGINT) AS asked,
                 CAST(value ->> 6 AS TEXT) AS risky, CAST(value ->> 7 AS BIGINT) AS final_at
                 FROM ",
                words::rows!("$1"),
                ") AS r WHERE message.id = r.id AND message.state = r.from_state
                 RETURNING message.id"
            ))
            .bind(&rows)
            .bind(now.as_micros())
            .fetch_all(&mut **c)
            .await
        })
        .doing("apply timers")?;
        Ok(moved.into_iter().map(|(id,)| MessageId::new(id)).collect())
    }

    /// Puts a sibling on another channel into the queue, when the client has an address there
    /// that is not barred. Happens at most once per notification and channel. True: it was made.
    pub async fn fall_back(
        &mut self,
        message: MessageId,
        channel: Channel,
        sibling: MessageId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let made = on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address,
                 locale, lane, tracking, variables, state, due_at, expires_at, lease_no, tries,
                 opens, asked, risky, receipt_rank, late_bounce, engaged, created_at)
                 SELECT $2, m.plan_id, m.client_id, m.notification_id, $3, cp.address, m.locale,
                 m.lane, m.tracking, m.variables, 'queued', $4, $5, 0, 0, 0, 0, FALSE, 0, FALSE, 0,
                 $4 FROM message m JOIN contact_point cp ON cp.client_id = m.client_id
                 AND cp.channel = $3
                 LEFT JOIN suppression s ON s.channel = cp.channel AND s.address = cp.address
                 WHERE m.id = $1 AND s.address IS NULL
                 AND NOT EXISTS (SELECT 1 FROM contact_point o JOIN message x
                 ON x.plan_id = m.plan_id AND x.client_id = o.client_id AND x.channel = o.channel
                 WHERE o.channel = $3 AND o.address = cp.address AND x.address = cp.address
                 AND x.state <> 'suppressed')
                 ORDER BY cp.position LIMIT 1
                 ON CONFLICT (plan_id, client_id, channel) DO NOTHING",
            )
            .bind(message.get())
            .bind(sibling.get())
            .bind(channel.as_str())
            .bind(now.as_micros())
            .bind(expires_at.as_micros())
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected())
        })
        .doing("fall back to another channel")?;
        Ok(made == 1)
    }
}

fn woken(row: WokenRow) -> Result<Woken, StoreError> {
    Ok(Woken {
        id: MessageId::new(row.id),
        plan: PlanId::new(row.plan_id),
        channel: stored(&row.channel, "message", "channel", row.id)?,
        state: stored(&row.state, "message", "state", row.id)?,
        provider: row.provider,
        asked: row.asked,
        risky: row.risky,
        opened_at: row.opened_at.map(Timestamp::from_micros),
        accepted_at: row.accepted_at.map(Timestamp::from_micros),
        expires_at: Timestamp::from_micros(row.expires_at),
    })
}
