//! How often clients turn to the organisation, as its call centre counts it, beside the messages they
//! were sent: by day and kind of case. Nothing here says that the one comes of the other.

use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute};
use crate::store::{StoreError, handle};

handle!(calls -> Calls);

row! {
    /// One day of one kind of case.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CallDay {
        /// Days since 1970-01-01.
        pub day: i64,
        pub kind: String,
        /// None: nobody said how many.
        pub contacts: Option<i64>,
        /// Accepted messages about such cases.
        pub messages: i64,
    }
}

impl Calls<'_> {
    /// Keeps how many contacts there were: day, kind, contacts. What was said of a day and kind
    /// before is replaced.
    pub async fn put(&mut self, rows: &[(i64, String, i64)]) -> Result<(), StoreError> {
        execute!(self.0, "write how often clients asked",
            "INSERT INTO contacts_day (day, kind, contacts)
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT)
             FROM ", words::rows!("$1"), " WHERE TRUE
             ON CONFLICT (day, kind) DO UPDATE SET contacts = excluded.contacts";
            json(rows)?
        )
    }

    /// The days of a period, each kind for itself.
    pub async fn days(&mut self, from: i64, to: i64) -> Result<Vec<CallDay>, StoreError> {
        all!(self.0, "read how often clients asked",
            "SELECT x.day, x.kind, max(x.contacts) AS contacts,
             CAST(coalesce(max(x.messages), 0) AS BIGINT) AS messages FROM (
             SELECT day, kind, contacts, CAST(NULL AS BIGINT) AS messages FROM contacts_day
             WHERE day >= $1 AND day <= $2
             UNION ALL SELECT day, kind, CAST(NULL AS BIGINT) AS contacts, messages FROM kind_day
             WHERE day >= $1 AND day <= $2) AS x
             GROUP BY x.day, x.kind ORDER BY x.day, x.kind";
            from, to
        )
    }
}
