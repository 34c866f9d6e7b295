//! Messages: written by the planner, claimed by the dispatcher, woken by their timers.
//! What moves them from state to state is in `transitions`, attempts in `attempts`, receipts in
//! `receipts`, what turned out wrong of all that in `evidence`, mails that came back in `mails`.

pub mod attempts;
pub mod engagement;
pub mod evidence;
mod hasten;
pub mod mails;
pub mod receipts;
pub mod recount;
pub mod restated;
pub(in crate::store) mod rollup;
pub mod slowness;
pub mod timers;
pub(in crate::store) mod transitions;

pub use transitions::{Claimed, Inserted, NewMessage};

use crate::domain::{Channel, ClientId, Lane, MessageId, PlanId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional, value};
use crate::store::{StoreError, handle, json_ids};

handle!(messages -> Messages);

impl Messages<'_> {
    /// The addresses that a plan's messages go to: for a fan-out that goes on after a restart.
    pub async fn addresses_of(
        &mut self,
        plan: PlanId,
    ) -> Result<Vec<(Channel, String)>, StoreError> {
        all!(self.0, "read a plan's addresses",
            "SELECT channel, address FROM message WHERE plan_id = $1
             AND state <> 'suppressed'";
            plan
        )
    }

    /// At most `limit` messages of these plans, without those that the client's wishes held back.
    pub async fn told_by(
        &mut self,
        plans: &[PlanId],
        limit: i64,
    ) -> Result<Vec<ToldByPlan>, StoreError> {
        let plans = json_ids(plans);
        all!(self.0, "read whom plans told",
            "SELECT plan_id, client_id, channel FROM message WHERE plan_id IN (",
            words::ids!("$1"), ") AND state <> 'suppressed' LIMIT $2";
            &plans, limit
        )
    }

    /// What a message was planned with, to show it again.
    pub async fn frozen(&mut self, id: MessageId) -> Result<FrozenMessage, StoreError> {
        let found: Option<FrozenMessage> = optional!(self.0, "read a message",
            "SELECT plan_id, channel, locale, variables FROM message WHERE id = $1";
            id
        )?;
        found.ok_or_else(|| StoreError::missing("message", id))
    }

    /// When the next queued message of the lane becomes due.
    pub async fn next_due(&mut self, lane: Lane) -> Result<Option<Timestamp>, StoreError> {
        value!(self.0, "look for the next due message",
            "SELECT CAST(min(due_at) AS BIGINT) FROM message
             WHERE state = 'queued' AND lane = $1";
            lane
        )
    }
}

row! {
    /// Whom a plan told, and how.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ToldByPlan {
        pub plan: PlanId as plan_id,
        pub client: ClientId as client_id,
        pub channel: Channel,
    }
}

row! {
    /// What a message was planned with.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FrozenMessage {
        pub plan: PlanId as plan_id,
        pub channel: Channel,
        pub locale: String,
        /// What only this client's text needs, as JSON.
        pub variables: String,
    }
}
