//! How often a second channel was used, and how often reading the first one spared it. The sums are
//! moved with the decisions (`store::messages::timers`); this only reads them.

use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::{StoreError, handle};

handle!(fallbacks -> Fallbacks);

row! {
    /// What became of the messages of one template that could turn to one channel.
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
    pub struct FallbackSums {
        pub template: String,
        /// The channel to turn to.
        pub channel: String,
        pub turned: i64,
        pub spared: i64,
        /// Nobody could know whether they were read, and the rule leaves such as they are.
        pub unreadable: i64,
        /// The channel was wanted and did not reach the client.
        pub unreachable: i64,
    }
}

impl Fallbacks<'_> {
    /// The sums of the days from one to another (counted from 1970, both included), those templates
    /// first that spared most.
    pub async fn between(&mut self, from: i64, to: i64) -> Result<Vec<FallbackSums>, StoreError> {
        all!(self.0, "add up what became of fallbacks",
            "SELECT template, channel,
             CAST(sum(CASE WHEN outcome = 'turned' THEN messages ELSE 0 END) AS BIGINT) AS turned,
             CAST(sum(CASE WHEN outcome = 'spared' THEN messages ELSE 0 END) AS BIGINT) AS spared,
             CAST(sum(CASE WHEN outcome = 'unreadable' THEN messages ELSE 0 END) AS BIGINT)
             AS unreadable,
             CAST(sum(CASE WHEN outcome = 'unreachable' THEN messages ELSE 0 END) AS BIGINT)
             AS unreachable
             FROM fallback_day WHERE day >= $1 AND day <= $2
             GROUP BY template, channel ORDER BY 4 DESC, 1, 2";
            from, to
        )
    }
}
