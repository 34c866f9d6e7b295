//! How soon providers bring their receipts, of the messages they took lately. What makes a provider slow
//! is `dispatch`'s to say.

use chrono::TimeDelta;

use crate::domain::ids::first_id_at;
use crate::domain::{Channel, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::{StoreError, handle};

handle!(slowness -> Slowness);

/// Messages looked at: enough for a share, and few enough to be read in passing.
const SAMPLE: i64 = 5_000;
/// How long before its acceptance a message may have been planned and is still found.
const PLANNED_BEFORE: TimeDelta = TimeDelta::hours(1);

row! {
    /// How soon one provider's receipts came.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProviderPace {
        pub provider: String,
        /// Messages it took and reports on.
        pub taken: i64,
        /// Of these: no final receipt came in time.
        pub late: i64,
    }
}

impl Slowness<'_> {
    /// Of the messages taken between two times, the newest some thousands. `in_time`: how long a
    /// receipt may take.
    pub async fn paces(
        &mut self,
        channel: Channel,
        (from, to): (Timestamp, Timestamp),
        in_time: TimeDelta,
    ) -> Result<Vec<ProviderPace>, StoreError> {
        let late_us = in_time.num_microseconds().unwrap_or(i64::MAX);
        all!(self.0, "look how soon receipts come",
            "SELECT s.provider AS provider, CAST(count(*) AS BIGINT) AS taken,
             CAST(sum(CASE WHEN s.final_at IS NULL OR s.final_at - s.accepted_at > $5
             THEN 1 ELSE 0 END) AS BIGINT) AS late
             FROM (SELECT provider, accepted_at, final_at FROM message
             WHERE id >= $2 AND channel = $1 AND reports AND provider IS NOT NULL
             AND accepted_at >= $3 AND accepted_at <= $4
             AND state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed')
             ORDER BY id DESC LIMIT $6) AS s
             GROUP BY s.provider ORDER BY s.provider";
            channel, first_id_at(from - PLANNED_BEFORE), from, to, late_us, SAMPLE
        )
    }
}
