//! Rules: how often each was set going of late, and how many it told.

use crate::domain::{ClientId, Reason, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional_value, values};
use crate::store::{StoreError, json_ids};

use super::Reports;

row! {
    /// What one rule came to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RuleFigures {
        pub rule: String,
        /// Events that set it going.
        pub matched: i64,
        /// Messages that they became, told or not.
        pub planned: i64,
        /// Messages that the client's wishes did not hold back.
        pub told: i64,
        /// When it was set going last.
        pub last_at: Timestamp,
    }
}

impl Reports<'_> {
    /// Of the newest `limit` plans since then, how many each rule made; by the rule's name.
    pub async fn rules(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<RuleFigures>, StoreError> {
        all!(self.0, "count the plans of rules",
            "SELECT rule, CAST(count(*) AS BIGINT) AS matched,
             CAST(sum(planned) AS BIGINT) AS planned,
             CAST(sum(planned - suppressed) AS BIGINT) AS told,
             CAST(max(created_at) AS BIGINT) AS last_at
             FROM (SELECT rule, planned, suppressed, created_at FROM plan WHERE created_at >= $1
             ORDER BY created_at DESC LIMIT $2) AS newest GROUP BY rule ORDER BY rule";
            since, limit
        )
    }

    /// Why most of the first `limit` messages were held back that the newest such plan of a rule made,
    /// among plans since then and until `last_at`.
    pub async fn held_back(
        &mut self,
        rule: &str,
        since: Timestamp,
        last_at: Timestamp,
        limit: i64,
    ) -> Result<Option<Reason>, StoreError> {
        optional_value!(self.0, "look why a rule told nobody",
            "SELECT m.reason FROM (SELECT reason FROM message WHERE plan_id = (SELECT id FROM plan
             WHERE created_at >= $2 AND created_at <= $3 AND rule = $1 AND suppressed > 0
             ORDER BY created_at DESC, id DESC LIMIT 1)
             AND state = 'suppressed' AND reason IS NOT NULL LIMIT $4) AS m
             GROUP BY m.reason ORDER BY count(*) DESC, m.reason LIMIT 1";
            rule, since, last_at, limit
        )
    }

    /// The references of these clients, in their order; those that were erased are left out.
    pub async fn references(&mut self, clients: &[ClientId]) -> Result<Vec<String>, StoreError> {
        let clients = json_ids(clients);
        values!(self.0, "read the references of clients",
            "SELECT ref FROM client WHERE id IN (", words::ids!("$1"), ") ORDER BY id";
            &clients
        )
    }
}
