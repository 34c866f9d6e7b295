//! Messages: written by the planner, claimed by the dispatcher, woken by their timers.
//! Opening and closing attempts is in `attempts`; receipts in `receipts`.

pub mod attempts;
pub mod engagement;
mod hasten;
pub mod receipts;
pub(crate) mod rollup;
pub mod sums;
pub mod timers;

use crate::domain::{
    Channel, ClientId, Lane, MessageId, MessageState, NodeId, PlanId, Reason, Timestamp, Tracking,
};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The messages of a transaction.
pub struct Messages<'a>(&'a mut Conn);

impl Tx {
    /// The messages.
    pub fn messages(&mut self) -> Messages<'_> {
        Messages(&mut self.conn)
    }
}

/// A message as the planner decided it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// For whom.
    pub client: ClientId,
    /// By which medium.
    pub channel: Channel,
    /// Where to; empty when there is none (then it is suppressed).
    pub address: String,
    /// In which language.
    pub locale: String,
    /// How its reading may be measured.
    pub tracking: Tracking,
    /// What only this client's text needs, as JSON.
    pub variables: String,
    /// `queued`, `held` or a final state that says why nothing is sent.
    pub state: MessageState,
    /// Why, when it is not simply queued.
    pub reason: Option<Reason>,
    /// Not before.
    pub due_at: Timestamp,
    /// Not after.
    pub expires_at: Timestamp,
}

/// What all messages of one insert share.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// The plan they belong to.
    pub plan: PlanId,
    /// Their queue.
    pub lane: Lane,
    /// Now.
    pub now: Timestamp,
}

/// A message in the hands of this node.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Which.
    pub id: MessageId,
    /// Its plan.
    pub plan: PlanId,
    /// For whom.
    pub client: ClientId,
    /// By which medium.
    pub channel: Channel,
    /// Where to.
    pub address: String,
    /// In which language.
    pub locale: String,
    /// Its queue.
    pub lane: Lane,
    /// How its reading may be measured.
    pub tracking: Tracking,
    /// What only this client's text needs, as JSON.
    pub variables: String,
    /// The fence: who opens must still hold this number.
    pub lease_no: i64,
    /// Definite failures so far.
    pub tries: u32,
    /// Not before.
    pub due_at: Timestamp,
    /// Not after.
    pub expires_at: Timestamp,
    /// When it was planned.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    plan_id: i64,
    client_id: i64,
    channel: String,
    address: String,
    locale: String,
    lane: String,
    tracking: String,
    variables: String,
    lease_no: i64,
    tries: i64,
    due_at: i64,
    expires_at: i64,
    created_at: i64,
}

impl Messages<'_> {
    /// Writes messages; one that exists already (same plan, client, channel) stays as it is.
    /// Returns the ids that are new, in no order.
    pub async fn insert(
        &mut self,
        shared: Shared,
        messages: &[NewMessage],
    ) -> Result<Vec<MessageId>, StoreError> {
        let rows: Vec<Row<'_>> = messages.iter().map(Row::of).collect();
        let rows = crate::store::database::rows::json(&rows)?;
        let written = on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address,
                 locale, lane, tracking, variables, state, reason, due_at, expires_at, wake_at,
                 lease_no, tries, opens, asked, risky, receipt_rank, late_bounce, engaged,
                 created_at, final_at)
                 SELECT CAST(value ->> 0 AS BIGINT), $2, CAST(value ->> 1 AS BIGINT),
                 CAST(value ->> 0 AS BIGINT), value ->> 2, value ->> 3, value ->> 4, $3,
                 value ->> 5, value ->> 6, value ->> 7, value ->> 8, CAST(value ->> 9 AS BIGINT),
                 CAST(value ->> 10 AS BIGINT), CAST(value ->> 11 AS BIGINT), 0, 0, 0, 0, FALSE, 0,
                 FALSE, 0, $4, CAST(value ->> 12 AS BIGINT)
                 FROM ",
                words::rows!("$1"),
                " WHERE TRUE ON CONFLICT (plan_id, client_id, channel) DO NOTHING"
            ))
            .bind(&rows)
            .bind(shared.plan.get())
            .bind(shared.lane.as_str())
            .bind(shared.now.as_micros())
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected())
        })
        .doing("write messages")?;
        let ids = messages.iter().map(|message| message.id);
        if written == messages.len() as u64 {
            // All are new, as nearly always: thousands of ids need not come back one by one.
            return Ok(ids.collect());
        }
        self.existing(ids).await
    }

    async fn existing(
        &mut self,
        ids: impl Iterator<Item = MessageId>,
    ) -> Result<Vec<MessageId>, StoreError> {
        let ids = crate::store::json_ids(ids.map(MessageId::get));
        let rows: Vec<(i64,)> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT id FROM message WHERE id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("see which messages are new")?;
        Ok(rows.into_iter().map(|(id,)| MessageId::new(id)).collect())
    }

    /// Takes up to `limit` due messages of a lane for `node`, oldest first, and notes the grasp
    /// as claim `claim`, so that a rescuer can give them back. None while the switch stops all
    /// sending.
    pub async fn claim(
        &mut self,
        node: NodeId,
        lane: Lane,
        limit: u32,
        now: Timestamp,
        claim: i64,
    ) -> Result<Vec<Claimed>, StoreError> {
        let rows: Vec<ClaimedRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "UPDATE message SET state = 'leased', lease_no = lease_no + 1, lease_node = $1
                 WHERE id IN (SELECT id FROM message WHERE state = 'queued' AND lane = $2
                 AND due_at <= $3 AND NOT EXISTS
                 (SELECT 1 FROM switch WHERE name = $5 AND CAST(thrown AS BOOLEAN))
                 ORDER BY due_at, id LIMIT $4",
                words::skip_locked!(),
                ")
                 RETURNING id, plan_id, client_id, channel, address, locale, lane, tracking,
                 variables, lease_no, tries, due_at, expires_at, created_at"
            ))
            .bind(node.get())
            .bind(lane.as_str())
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .bind(crate::store::cluster::switches::DISPATCH)
            .fetch_all(&mut **c)
            .await
        })
        .doing("claim messages")?;
        let mut claimed = rows
            .into_iter()
            .map(claimed)
            .collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|message| (message.due_at, message.id));
        if !claimed.is_empty() {
            self.note_claim(node, claim, &claimed, now).await?;
        }
        Ok(claimed)
    }

    async fn note_claim(
        &mut self,
        node: NodeId,
        claim: i64,
        claimed: &[Claimed],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids: Vec<i64> = claimed.iter().map(|message| message.id.get()).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO claim (id, node_id, messages, claimed_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(claim)
            .bind(node.get())
            .bind(&ids)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("note a claim")
    }

    /// Gives back what this node leased and did not open. Costs no try.
    pub async fn give_back(&mut self, node: NodeId, ids: &[MessageId]) -> Result<(), StoreError> {
        let ids = crate::store::json_ids(ids.iter().map(|id| id.get()));
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = 'queued', lease_node = NULL WHERE id IN (",
                words::ids!("$1"),
                ") AND lease_node = $2 AND state = 'leased'"
            ))
            .bind(&ids)
            .bind(node.get())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("give messages back")
    }

    /// Undoes a claim of which this node cannot know whether it was committed: what it holds
    /// goes back to the queue. Nothing happens when it was not.
    pub async fn disclaim(&mut self, node: NodeId, claim: i64) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET state = 'queued', lease_node = NULL WHERE id IN
                 (SELECT CAST(value AS BIGINT) FROM claim, ",
                words::rows!("claim.messages"),
                " WHERE claim.id = $1) AND lease_node = $2 AND state = 'leased'"
            ))
            .bind(claim)
            .bind(node.get())
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("undo a claim")?;
        self.drop_claims(&[claim]).await
    }

    /// Forgets claims whose every message is dealt with; not those that a rescue has in hand, who
    /// forgets them itself.
    pub async fn drop_claims(&mut self, claims: &[i64]) -> Result<(), StoreError> {
        let ids = crate::store::json_ids(claims.iter().copied());
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "DELETE FROM claim WHERE id IN (SELECT id FROM claim WHERE id IN (",
                words::ids!("$1"),
                ")",
                words::skip_locked!(),
                ")"
            ))
            .bind(&ids)
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("drop claims")
    }

    /// Takes a message back that has not left. A node that holds it finds out when it opens.
    /// Returns its state now: `cancelled`, or the one it cannot be taken back from.
    pub async fn cancel(
        &mut self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<MessageState, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(
                "UPDATE message SET state = 'cancelled', reason = 'withdrawn', wake_at = NULL,
                 lease_node = NULL, final_at = $2
                 WHERE id = $1 AND state IN ('held', 'queued', 'leased')",
            )
            .bind(id.get())
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(drop)
        })
        .doing("take a message back")?;
        let row: Option<(String,)> = on!(&mut *self.0, |c| {
            sqlx::query_as("SELECT state FROM message WHERE id = $1")
                .bind(id.get())
                .fetch_optional(&mut **c)
                .await
        })
        .doing("see where a message stands")?;
        let (state,) = row.ok_or_else(|| StoreError::Missing {
            what: "message",
            key: id.to_string(),
        })?;
        stored(&state, "message", "state", id)
    }

    /// How long the oldest due message of each lane has waited, and how many wait.
    pub async fn waiting(&mut self, now: Timestamp) -> Result<Vec<Waiting>, StoreError> {
        let rows: Vec<(String, i64, i64)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT lane, CAST(count(*) AS BIGINT), CAST(min(due_at) AS BIGINT) FROM message
                 WHERE state = 'queued' AND due_at <= $1 GROUP BY lane",
            )
            .bind(now.as_micros())
            .fetch_all(&mut **c)
            .await
        })
        .doing("look at the lanes")?;
        rows.into_iter()
            .map(|(lane, count, oldest)| {
                Ok(Waiting {
                    lane: stored(&lane, "message", "lane", "(lanes)")?,
                    count,
                    oldest: Timestamp::from_micros(oldest),
                })
            })
            .collect()
    }

    /// The addresses that a plan's messages go to: for a fan-out that goes on after a restart.
    pub async fn addresses_of(
        &mut self,
        plan: PlanId,
    ) -> Result<Vec<(Channel, String)>, StoreError> {
        let rows: Vec<(i64, String, String)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT id, channel, address FROM message WHERE plan_id = $1
                 AND state <> 'suppressed'",
            )
            .bind(plan.get())
            .fetch_all(&mut **c)
            .await
        })
        .doing("read a plan's addresses")?;
        rows.into_iter()
            .map(|(id, channel, address)| {
                Ok((stored(&channel, "message", "channel", id)?, address))
            })
            .collect()
    }

    /// What a message was planned with, to show it again.
    pub async fn frozen(&mut self, id: MessageId) -> Result<FrozenMessage, StoreError> {
        let row: Option<(i64, String, String, String)> = on!(&mut *self.0, |c| {
            sqlx::query_as("SELECT plan_id, channel, locale, variables FROM message WHERE id = $1")
                .bind(id.get())
                .fetch_optional(&mut **c)
                .await
        })
        .doing("read a message")?;
        let (plan, channel, locale, variables) = row.ok_or_else(|| StoreError::Missing {
            what: "message",
            key: id.to_string(),
        })?;
        Ok(FrozenMessage {
            plan: PlanId::new(plan),
            channel: stored(&channel, "message", "channel", id)?,
            locale,
            variables,
        })
    }

    /// When the next queued message of the lane becomes due.
    pub async fn next_due(&mut self, lane: Lane) -> Result<Option<Timestamp>, StoreError> {
        let (next,): (Option<i64>,) = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT CAST(min(due_at) AS BIGINT) FROM message
                 WHERE state = 'queued' AND lane = $1",
            )
            .bind(lane.as_str())
            .fetch_one(&mut **c)
            .await
        })
        .doing("look for the next due message")?;
        Ok(next.map(Timestamp::from_micros))
    }
}

/// What a message was planned with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenMessage {
    /// Its plan.
    pub plan: PlanId,
    /// Its medium.
    pub channel: Channel,
    /// The client's language.
    pub locale: String,
    /// What only this client's text needs, as JSON.
    pub variables: String,
}

/// What waits in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Which lane.
    pub lane: Lane,
    /// How many are due.
    pub count: i64,
    /// Since when the oldest is due.
    pub oldest: Timestamp,
}

/// A new message as the insert reads it, by position.
#[derive(serde::Serialize)]
struct Row<'a>(
    i64,
    i64,
    Channel,
    &'a str,
    &'a str,
    Tracking,
    &'a str,
    MessageState,
    Option<Reason>,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
);

impl<'a> Row<'a> {
    fn of(message: &'a NewMessage) -> Self {
        let due_at = message.due_at.as_micros();
        Self(
            message.id.get(),
            message.client.get(),
            message.channel,
            &message.address,
            &message.locale,
            message.tracking,
            &message.variables,
            message.state,
            message.reason,
            due_at,
            message.expires_at.as_micros(),
            (message.state == MessageState::Held).then_some(due_at),
            message.state.is_final().then_some(due_at),
        )
    }
}

fn claimed(row: ClaimedRow) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: MessageId::new(row.id),
        plan: PlanId::new(row.plan_id),
        client: ClientId::new(row.client_id),
        channel: stored(&row.channel, "message", "channel", row.id)?,
        address: row.address,
        locale: row.locale,
        lane: stored(&row.lane, "message", "lane", row.id)?,
        tracking: stored(&row.tracking, "message", "tracking", row.id)?,
        variables: row.variables,
        lease_no: row.lease_no,
        tries: u32::try_from(row.tries).unwrap_or(0),
        due_at: Timestamp::from_micros(row.due_at),
        expires_at: Timestamp::from_micros(row.expires_at),
        created_at: Timestamp::from_micros(row.created_at),
    })
}
