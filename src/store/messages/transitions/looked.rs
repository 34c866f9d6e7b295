//! What timers change: held messages go on, receipts are no longer waited for, unknown messages are
//! settled.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Moved, count, is_lawful, moved};
use crate::domain::{MessageId, MessageState, Reason, Timestamp};
use crate::store::database::sql::all;
use crate::store::messages::attempts::Attempts;
use crate::store::messages::rollup::Facts;
use crate::store::messages::timers::Timers;
use crate::store::{StoreError, database};

/// What a look changes.
#[derive(Debug, Clone, Copy)]
pub struct Looked {
    pub message: MessageId,
    /// Where it stood; when it has moved since, nothing is changed.
    pub from: MessageState,
    /// Where it goes; the same state to only set the timer again.
    pub to: MessageState,
    pub reason: Option<Reason>,
    /// When to look again.
    pub wake_at: Option<Timestamp>,
    /// Adds to how often the provider was asked.
    pub inquired: bool,
    /// Marks a repeat at the risk of a double.
    pub maybe_duplicate: bool,
}

impl Timers<'_> {
    /// Applies looks, each message once; one that has moved since stays as it is. Returns those
    /// that stood as the look had seen them. One that was unknown and is accepted now was found at
    /// the provider: that is proof, as a report would be.
    pub async fn apply(
        &mut self,
        looks: &[Looked],
        now: Timestamp,
    ) -> Result<HashSet<MessageId>, StoreError> {
        let looks = || {
            looks
                .iter()
                .filter(|look| look.from == look.to || is_lawful(look.message, look.from, look.to))
        };
        let messages: Vec<MessageId> = looks().map(|look| look.message).collect();
        Attempts::of(self.0).lock(&messages).await?;
        let rows: Vec<_> = looks().map(|look| look.row(now)).collect();
        let moved: Vec<Moved> = all!(self.0, "record what timers did",
            "UPDATE message SET state = r.to_state,
             reason = CASE WHEN message.state = 'unknown' AND r.to_state = 'accepted'
             THEN NULL ELSE coalesce(r.reason, message.reason) END,
             receipt_rank = CASE WHEN message.state = 'unknown' AND r.to_state = 'accepted'
             THEN 1 ELSE message.receipt_rank END,
             accepted_at = CASE r.to_state WHEN 'accepted'
             THEN coalesce(message.accepted_at, $2) ELSE message.accepted_at END,
             wake_at = r.wake_at, asked = message.asked + r.asked,
             risky = (message.risky OR r.risky = 1),
             final_at = coalesce(r.final_at, message.final_at)
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS from_state,
             value ->> 2 AS to_state, value ->> 3 AS reason,
             CAST(value ->> 4 AS BIGINT) AS wake_at, CAST(value ->> 5 AS BIGINT) AS asked,
             CAST(value ->> 6 AS BIGINT) AS risky, CAST(value ->> 7 AS BIGINT) AS final_at
             FROM ", words::rows!("$1"),
            ") AS r WHERE message.id = r.id AND message.state = r.from_state", moved!();
            database::rows::json(&rows)?, now
        )?;
        let from: HashMap<MessageId, MessageState> =
            looks().map(|look| (look.message, look.from)).collect();
        let from = |now: &Facts| from.get(&now.message).copied().unwrap_or(now.state());
        count(self.0, &moved, from).await?;
        Ok(moved.iter().map(|one| one.facts.message).collect())
    }
}

impl Looked {
    /// As the statement reads it, by position.
    fn row(&self, now: Timestamp) -> impl Serialize {
        let ends = self.to.is_final() && self.to != self.from;
        (
            self.message.get(),
            self.from,
            self.to,
            self.reason,
            self.wake_at.map(Timestamp::as_micros),
            i64::from(self.inquired),
            i64::from(self.maybe_duplicate),
            ends.then(|| now.as_micros()),
        )
    }
}
