//! Days whose sums were stated anew after they had ended, because evidence turned out wrong. That a late
//! report moves a sum is no restatement: nothing that was said was wrong. The sums themselves are `rollup`'s.

use crate::domain::{MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, execute};
use crate::store::{Conn, StoreError, handle, json_ids};

handle!(restated_days -> RestatedDays);

row! {
    /// A day whose sums are not those that it ended with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct RestatedDay {
        /// Days since 1970-01-01, as in the sums.
        pub day: i64,
        /// When that was done last.
        pub restated_at: Timestamp,
        /// How many corrections so far; a message may be corrected twice.
        pub messages: i64,
    }
}

impl RestatedDays<'_> {
    /// Those of the days `from..=to`, in order.
    pub async fn between(&mut self, from: i64, to: i64) -> Result<Vec<RestatedDay>, StoreError> {
        all!(self.0, "read which days were restated",
            "SELECT day, restated_at, messages FROM restated_day
             WHERE day >= $1 AND day <= $2 ORDER BY day";
            from, to
        )
    }
}

/// Notes that these messages count otherwise than they did, where their day is over (in UTC).
pub(super) async fn note(
    conn: &mut Conn,
    messages: &[MessageId],
    now: Timestamp,
) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    execute!(*conn, "note days that are restated",
        "INSERT INTO restated_day (day, restated_at, messages)
         SELECT x.day, $2, count(*) FROM (SELECT coalesce(p.day, m.created_at / 86400000000) AS day
         FROM message m JOIN plan p ON p.id = m.plan_id WHERE m.id IN (", words::ids!("$1"),
        ")) AS x WHERE x.day < $3 GROUP BY x.day ORDER BY x.day
         ON CONFLICT (day) DO UPDATE SET restated_at = excluded.restated_at,
         messages = restated_day.messages + excluded.messages";
        json_ids(messages), now, now.utc_day()
    )
}
