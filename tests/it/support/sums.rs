//! The sums that move with the states, counted once more from the rows.

use super::node::{Eye, with_eye};
use super::patience::until;

row! {
    /// Template, version, channel and day, then every sum that states or readers move.
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
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
        replied: i64,
        reporting: i64,
        reached: i64,
        clicks_measurable: i64,
        read_measurable: i64,
        read: i64,
        confirmed: i64,
        priced: i64,
        cost: i64,
    }
}

const SUMS: &str = "SELECT day, template, version, channel, planned, suppressed, accepted, \
    delivered, undelivered, unconfirmed, unknown, measurable, opened, opened_machine, clicked, \
    clicked_machine, replied, reporting, reached, clicks_measurable, read_measurable, read, \
    confirmed, priced, cost FROM rollup";

/// What the sums must be, counted from the rows; what readers did from the very rows of theirs.
const ROWS: &str = "SELECT x.day, x.template, x.version, x.channel, \
    CAST(count(*) AS BIGINT) AS planned, \
    CAST(count(*) FILTER (WHERE x.state = 'suppressed') AS BIGINT) AS suppressed, \
    CAST(count(*) FILTER (WHERE x.taken) AS BIGINT) AS accepted, \
    CAST(count(*) FILTER (WHERE x.state = 'delivered') AS BIGINT) AS delivered, \
    CAST(count(*) FILTER (WHERE x.state = 'undelivered') AS BIGINT) AS undelivered, \
    CAST(count(*) FILTER (WHERE x.state = 'unconfirmed') AS BIGINT) AS unconfirmed, \
    CAST(count(*) FILTER (WHERE x.state IN ('unknown', 'unresolved')) AS BIGINT) AS unknown, \
    CAST(count(*) FILTER (WHERE x.there AND x.named) AS BIGINT) AS measurable, \
    CAST(count(*) FILTER (WHERE x.there AND x.named AND x.opens > 0) AS BIGINT) AS opened, \
    CAST(count(*) FILTER (WHERE x.there AND x.named AND x.machine_opens > 0) AS BIGINT) \
    AS opened_machine, \
    CAST(count(*) FILTER (WHERE x.there AND x.linked AND x.clicks > 0) AS BIGINT) AS clicked, \
    CAST(count(*) FILTER (WHERE x.there AND x.linked AND x.machine_clicks > 0) AS BIGINT) \
    AS clicked_machine, \
    CAST(count(*) FILTER (WHERE x.there AND x.replies > 0) AS BIGINT) AS replied, \
    CAST(count(*) FILTER (WHERE x.taken AND (x.reports OR x.state IN ('delivered', 'undelivered'))) AS BIGINT) \
    AS reporting, \
    CAST(count(*) FILTER (WHERE x.there) AS BIGINT) AS reached, \
    CAST(count(*) FILTER (WHERE x.there AND x.linked) AS BIGINT) AS clicks_measurable, \
    CAST(count(*) FILTER (WHERE x.there AND x.asked) AS BIGINT) AS read_measurable, \
    CAST(count(*) FILTER (WHERE x.there AND x.asked AND x.signs > 0) AS BIGINT) AS read, \
    CAST(count(*) FILTER (WHERE x.there AND x.confirmations > 0) AS BIGINT) AS confirmed, \
    CAST(count(x.price) FILTER (WHERE x.taken) AS BIGINT) AS priced, \
    CAST(coalesce(sum(x.price) FILTER (WHERE x.taken), 0) AS BIGINT) AS cost \
    FROM (SELECT y.*, y.taken AND (y.state <> 'undelivered' OR y.signs > 0) AS there \
    FROM (SELECT coalesce(p.day, m.created_at / 86400000000) AS day, p.template, p.version, \
    m.channel, m.state, m.price, coalesce(m.reports, m.channel = 'sms') AS reports, \
    m.state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed') AS taken, \
    m.tracking = 'individual' AND m.channel = 'email' AS named, m.tracking <> 'none' AS asked, \
    m.tracking <> 'none' AND coalesce(p.clicks, TRUE) AS linked, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'opened' \
    AND e.verdict = 'human') AS opens, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'opened' \
    AND e.verdict = 'machine') AS machine_opens, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'clicked' \
    AND e.verdict = 'human') AS clicks, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'clicked' \
    AND e.verdict = 'machine') AS machine_clicks, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'replied') \
    AS replies, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND e.kind = 'confirmed') \
    AS confirmations, \
    (SELECT count(*) FROM engagement e WHERE e.invalidated_at IS NULL \
    AND e.message_id = m.id AND \
    (e.kind IN ('replied', 'confirmed') OR (e.kind <> 'unsubscribed' AND e.verdict = 'human'))) \
    AS signs \
    FROM message m JOIN plan p ON p.id = m.plan_id) AS y) AS x \
    GROUP BY x.day, x.template, x.version, x.channel";

/// Plans whose own sums are not those of their rows. A fallback's row is no plan's own.
const WRONG_PLANS: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT p.id FROM plan p \
    LEFT JOIN message m ON m.plan_id = p.id AND m.id = m.notification_id \
    GROUP BY p.id, p.planned HAVING p.planned <> count(m.id)) AS x";

/// Sums of fallbacks that are not those of the messages.
const WRONG_FALLBACKS: &str = "SELECT CAST(count(*) AS BIGINT) FROM (SELECT x.day FROM ( \
    SELECT day, template, channel, outcome, messages FROM fallback_day \
    UNION ALL SELECT coalesce(p.day, p.created_at / 86400000000) AS day, p.template, \
    CASE m.channel WHEN 'sms' THEN 'email' ELSE 'sms' END AS channel, m.fallback AS outcome, \
    -1 AS messages FROM message m JOIN plan p ON p.id = m.plan_id \
    WHERE m.fallback IS NOT NULL AND m.fallback <> 'waits') AS x \
    GROUP BY x.day, x.template, x.channel, x.outcome HAVING sum(x.messages) <> 0) AS y";

impl Eye {
    async fn sums(&self, sql: &'static str) -> Vec<SumRow> {
        with_eye!(self, |pool| sqlx::query_as(sql)
            .fetch_all(pool)
            .await
            .unwrap())
    }
}

/// The sums are those of the rows. A receipt that comes between the two questions moves both, so they
/// are asked again where they differ.
pub(crate) async fn sums_close(eye: &Eye) {
    until(async || {
        let mut sums = eye.sums(SUMS).await;
        let mut rows = eye.sums(ROWS).await;
        sums.sort();
        rows.sort();
        match sums == rows {
            true => Ok(()),
            false => Err(format!("the sums are {sums:?}\n and the rows {rows:?}")),
        }
    })
    .await;
    assert_eq!(eye.number(WRONG_PLANS).await, 0, "plans with wrong sums");
    let fallbacks = eye.number(WRONG_FALLBACKS).await;
    assert_eq!(fallbacks, 0, "fallbacks with wrong sums");
}
