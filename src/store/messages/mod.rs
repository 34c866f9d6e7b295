//! Messages: written by the planner, claimed by the dispatcher, woken by their timers.
//! What moves them from state to state is in `transitions`, attempts in `attempts`, receipts in
//! `receipts`.

pub mod attempts;
pub mod engagement;
mod hasten;
pub mod receipts;
pub(in crate::store) mod rollup;
pub mod timers;
pub(in crate::store) mod transitions;

pub use transitions::{Claimed, Inserted, NewMessage};

use crate::domain::{Channel, Lane, MessageId, PlanId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The messages of a transaction.
pub struct Messages<'a>(&'a mut Conn);

impl Tx {
    /// The messages.
    pub fn messages(&mut self) -> Messages<'_> {
        Messages(&mut self.conn)
    }
}

impl Messages<'_> {
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
