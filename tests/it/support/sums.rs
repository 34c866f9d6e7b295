//! The sums that move with the states, counted once more from the rows.

use super::node::{Eye, with_eye};

/// Template, version, channel and day, then every sum that states or readers move.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
struct SumRow {
    day: i64,
    template: String,
    version: i64,
    channel: String,
    planned: i64,
    suppressed: i64,
    accepted: i64,
    delivered: i64,
    undelivered: i64,
    unconfirmed: i64,
    unknown: i64,
    measurable: i64,
    opened: i64,
    opened_machine: i64,
    clicked: i64,
    clicked_machine: i64,
}

const SUMS: &str = "SELECT day, template, version, channel, planned, suppressed, accepted, \
    delivered, undelivered, unconfirmed, unknown, measurable, opened, opened_machine, clicked, \
    clicked_machine FROM rollup";

/// What the sums must be, counted from the rows.
const ROWS: &str = "SELECT x.day, x.template, x.version, x.channel, \
    CAST(count(*) AS BIGINT) AS planned, \
    CAST(sum(CASE WHEN x.state = 'suppressed' THEN 1 ELSE 0 END) AS BIGINT) AS suppressed, \
    CAST(sum(CASE WHEN x.state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed') \
    THEN 1 ELSE 0 END) AS BIGINT) AS accepted, \
    CAST(sum(CASE WHEN x.state = 'delivered' THEN 1 ELSE 0 END) AS BIGINT) AS delivered, \
    CAST(sum(CASE WHEN x.state = 'undelivered' THEN 1 ELSE 0 END) AS BIGINT) AS undelivered, \
    CAST(sum(CASE WHEN x.state = 'unconfirmed' THEN 1 ELSE 0 END) AS BIGINT) AS unconfirmed, \
    CAST(sum(CASE WHEN x.state IN ('unknown', 'unresolved') THEN 1 ELSE 0 END) AS BIGINT) \
    AS unknown, \
    CAST(sum(CASE WHEN x.tracking = 'individual' AND \
    x.state IN ('accepted', 'delivered', 'unconfirmed') THEN 1 ELSE 0 END) AS BIGINT) \
    AS measurable, \
    CAST(sum(x.engaged & 1) AS BIGINT) AS opened, \
    CAST(sum((x.engaged & 2) / 2) AS BIGINT) AS opened_machine, \
    CAST(sum((x.engaged & 4) / 4) AS BIGINT) AS clicked, \
    CAST(sum((x.engaged & 8) / 8) AS BIGINT) AS clicked_machine \
    FROM (SELECT m.created_at / 86400000000 AS day, p.template, p.version, m.channel, m.state, \
    m.tracking, m.engaged FROM message m JOIN plan p ON p.id = m.plan_id) AS x \
    GROUP BY x.day, x.template, x.version, x.channel";

/// Plans whose own sums are not those of their rows. A fallback's row is no plan's own.
const WRONG_PLANS: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT p.id FROM plan p \
    LEFT JOIN message m ON m.plan_id = p.id AND m.id = m.notification_id \
    GROUP BY p.id, p.planned HAVING p.planned <> count(m.id)) AS x";

impl Eye {
    async fn sums(&self, sql: &'static str) -> Vec<SumRow> {
        with_eye!(self, |pool| sqlx::query_as(sql)
            .fetch_all(pool)
            .await
            .unwrap())
    }
}

/// The sums are those of the rows.
pub(crate) async fn sums_close(eye: &Eye) {
    let mut sums = eye.sums(SUMS).await;
    let mut rows = eye.sums(ROWS).await;
    sums.sort();
    rows.sort();
    assert_eq!(sums, rows, "sums (left) and rows (right)");
    assert_eq!(eye.number(WRONG_PLANS).await, 0, "plans with wrong sums");
}
