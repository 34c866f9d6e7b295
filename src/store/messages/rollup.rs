//! Sums by template, version, channel and day, moved in the transaction that moves what they sum.
//!
//! `transitions`, which changes message states, and `engagement`, which writes down what readers
//! did, call [`follow`] with the moves; many new messages of one plan are counted by [`shift`].
//! Both only gather: [`settle`] writes what was gathered, once, right before the commit. Nothing here
//! reads messages or decides states. `insight` reads the sums.
//!
//! What a message counts in follows from its row and its plan alone ([`Standing`]), so a move is
//! the sums of the standing after minus those of the one before. A message counts for the day its
//! plan was made, whenever it was delivered or read, so that a rate divides things that belong
//! together.

mod counted;
mod facts;
mod standing;

use std::collections::BTreeMap;

use self::standing::{COLUMNS, Column};
use crate::domain::{Channel, PlanId, Timestamp};
use crate::store::database::sql::execute;
use crate::store::{Conn, StoreError, on};

pub(in crate::store) use counted::{
    acts, counted, day, differs, is_accepted, is_reached, is_read, is_readable, is_reporting, ones,
};
pub(in crate::store) use facts::{Facts, StandingChange, facts, follow};
pub(in crate::store) use standing::{Acts, Standing};

/// Which sum a message belongs to. What the plan froze, its template and version, is read by the
/// statement that moves the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Sum {
    plan: PlanId,
    /// The UTC day of the message, counted from 1970-01-01, for plans of a program that froze no
    /// day; none: that of the plan.
    utc_day: Option<i64>,
    channel: Channel,
}

impl Sum {
    /// The sum for a message of `plan` that was written at `created_at`.
    pub(in crate::store) fn of(plan: PlanId, created_at: Timestamp, channel: Channel) -> Self {
        Self {
            plan,
            utc_day: Some(created_at.utc_day()),
            channel,
        }
    }

    /// The sum of a plan of whose messages nobody knows which one it is about.
    pub(in crate::store) const fn of_plan(plan: PlanId, channel: Channel) -> Self {
        Self {
            plan,
            utc_day: None,
            channel,
        }
    }
}

/// Some messages of one sum went from one standing to another.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Shift {
    /// Where they are counted.
    pub(in crate::store) sum: Sum,
    /// How many; usually one, a chunk's worth when the planner inserts.
    pub(in crate::store) messages: i64,
    /// Where they stood before; `None` when they are new.
    pub(in crate::store) from: Option<Standing>,
    /// Where they stand now.
    pub(in crate::store) to: Standing,
}

/// By how much sums move, each named once.
pub(in crate::store) type Deltas = BTreeMap<Sum, [i64; COLUMNS]>;

/// Moves the sums with the messages, when the unit of work is settled.
pub(in crate::store) fn shift(conn: &mut Conn, moves: &[Shift]) {
    let deltas = gathered(conn);
    for step in moves {
        let delta = deltas.entry(step.sum).or_default();
        for column in step.to.columns(step.sum.channel) {
            delta[column as usize] += step.messages;
        }
        let before = step.from.into_iter();
        for column in before.flat_map(|from| from.columns(step.sum.channel)) {
            delta[column as usize] -= step.messages;
        }
        let cost = step.to.cost() - step.from.map_or(0, Standing::cost);
        delta[Column::Cost as usize] += step.messages * cost;
    }
}

/// Adds pixels that were loaded without saying whose, when the unit of work is settled.
pub(in crate::store) fn add_anonymous_opens(
    conn: &mut Conn,
    opens: impl IntoIterator<Item = (Sum, i64)>,
) {
    let deltas = gathered(conn);
    for (sum, by) in opens {
        deltas.entry(sum).or_default()[Column::AnonymousOpens as usize] += by;
    }
}

/// Writes what was gathered. Commits do it; before them, only who reads sums in a unit of work that
/// may have moved them. Whoever moves sums twice in one transaction may wait in a circle with
/// another who does: each statement has an order, two of them have none.
pub(in crate::store) async fn settle(conn: &mut Conn) -> Result<(), StoreError> {
    let deltas = std::mem::take(gathered(conn));
    add(conn, deltas).await
}

fn gathered(conn: &mut Conn) -> &mut Deltas {
    on!(conn, |c| &mut c.moved)
}

/// One statement for all sums, in the order of their keys: two nodes that move the same sums
/// lock them in the same order and never wait for each other in a circle. It looks up the plans
/// itself, so that moving a message costs no statement more. Where following links could not be
/// kept, its plan says so and no click counts.
async fn add(conn: &mut Conn, deltas: Deltas) -> Result<(), StoreError> {
    let rows: Vec<serde_json::Value> = deltas
        .into_iter()
        .filter(|(_, delta)| delta.iter().any(|change| *change != 0))
        .map(|(sum, delta)| row(sum, &delta))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::Value::Array(rows).to_string();
    execute!(*conn, "update the totals",
        "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted,
         delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked,
         clicked_machine, replied, measurable, anonymous_opens, reporting, reached,
         clicks_measurable, read_measurable, read, confirmed, priced, cost)
         SELECT day, template, version, channel, sum(c0), sum(c1), sum(c2), sum(c3), sum(c4),
         sum(c5), sum(c6), sum(c7), sum(c8), sum(c9 * clicks), sum(c10 * clicks), sum(c11),
         sum(c12), sum(c13), sum(c14), sum(c15), sum(c16 * clicks), sum(c17), sum(c18), sum(c19),
         sum(c20), sum(c21)
         FROM (SELECT coalesce(p.day, CAST(value ->> 1 AS BIGINT),
         p.created_at / 86400000000) AS day, p.template AS template,
         p.version AS version, value ->> 2 AS channel,
         CASE WHEN coalesce(p.clicks, TRUE) THEN 1 ELSE 0 END AS clicks,
         CAST(value ->> 3 AS BIGINT) AS c0, CAST(value ->> 4 AS BIGINT) AS c1,
         CAST(value ->> 5 AS BIGINT) AS c2, CAST(value ->> 6 AS BIGINT) AS c3,
         CAST(value ->> 7 AS BIGINT) AS c4, CAST(value ->> 8 AS BIGINT) AS c5,
         CAST(value ->> 9 AS BIGINT) AS c6, CAST(value ->> 10 AS BIGINT) AS c7,
         CAST(value ->> 11 AS BIGINT) AS c8, CAST(value ->> 12 AS BIGINT) AS c9,
         CAST(value ->> 13 AS BIGINT) AS c10, CAST(value ->> 14 AS BIGINT) AS c11,
         CAST(value ->> 15 AS BIGINT) AS c12, CAST(value ->> 16 AS BIGINT) AS c13,
         CAST(value ->> 17 AS BIGINT) AS c14, CAST(value ->> 18 AS BIGINT) AS c15,
         CAST(value ->> 19 AS BIGINT) AS c16, CAST(value ->> 20 AS BIGINT) AS c17,
         CAST(value ->> 21 AS BIGINT) AS c18, CAST(value ->> 22 AS BIGINT) AS c19,
         CAST(value ->> 23 AS BIGINT) AS c20, CAST(value ->> 24 AS BIGINT) AS c21
         FROM ", words::rows!("$1"), " JOIN plan p ON p.id = CAST(value ->> 0 AS BIGINT)) AS moved
         WHERE TRUE GROUP BY day, template, version, channel
         ORDER BY day, template, version, channel
         ON CONFLICT (day, template, version, channel) DO UPDATE SET
         planned = rollup.planned + excluded.planned, suppressed = rollup.suppressed + excluded.suppressed,
         accepted = rollup.accepted + excluded.accepted,
         delivered = rollup.delivered + excluded.delivered,
         undelivered = rollup.undelivered + excluded.undelivered,
         unconfirmed = rollup.unconfirmed + excluded.unconfirmed,
         unknown = rollup.unknown + excluded.unknown, opened = rollup.opened + excluded.opened,
         opened_machine = rollup.opened_machine + excluded.opened_machine,
         clicked = rollup.clicked + excluded.clicked,
         clicked_machine = rollup.clicked_machine + excluded.clicked_machine,
         replied = rollup.replied + excluded.replied,
         measurable = rollup.measurable + excluded.measurable,
         anonymous_opens = rollup.anonymous_opens + excluded.anonymous_opens,
         reporting = rollup.reporting + excluded.reporting,
         reached = rollup.reached + excluded.reached,
         clicks_measurable = rollup.clicks_measurable + excluded.clicks_measurable,
         read_measurable = rollup.read_measurable + excluded.read_measurable,
         read = rollup.read + excluded.read,
         confirmed = rollup.confirmed + excluded.confirmed,
         priced = rollup.priced + excluded.priced, cost = rollup.cost + excluded.cost";
        &rows
    )
}

fn row(sum: Sum, delta: &[i64]) -> serde_json::Value {
    let key: [serde_json::Value; 3] = [
        sum.plan.get().into(),
        sum.utc_day.into(),
        sum.channel.as_str().into(),
    ];
    key.into_iter()
        .chain(delta.iter().map(|change| (*change).into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EngagementKind, MessageState, Tracking, Verdict};
    use crate::store::{Store, StoreUrl, Tx};

    const SUM: Sum = Sum {
        plan: PlanId::new(7),
        utc_day: None,
        channel: Channel::Email,
    };

    /// A store with one plan, of which only what is summed is of use.
    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("araldo.db"));
        let store = Store::open(&url, 1).await.unwrap();
        let mut tx = store.write().await.unwrap();
        for statement in [
            "INSERT INTO event (id, source, event_id, type, occurred_at, received_at, data,
             body_hash, state) VALUES (1, '/t', 'e', 'case.opened', 0, 0, '{}', '', 'planned')",
            "INSERT INTO plan (id, event_id, rule, template, version, topic, class, lane, subject,
             occurred_at, settings, variables, state, cursor, planned, suppressed, due_at,
             created_at, day) VALUES (7, 1, 'r', 'case-progress', 2, 'cases', 'service', 'normal',
             's', 0, '{}', '{}', 'planned', 0, 0, 0, 0, 0, 20000)",
        ] {
            on!(&mut tx.conn, |c| sqlx::query(statement)
                .execute(&mut **c)
                .await
                .map(drop))
            .unwrap();
        }
        tx.commit().await.unwrap();
        (folder, store)
    }

    const fn standing(state: MessageState) -> Standing {
        Standing {
            state,
            tracking: Tracking::Individual,
            clicks: true,
            reports: true,
            acts: Acts::NONE,
            price: None,
        }
    }

    fn step(from: Option<MessageState>, to: MessageState) -> Shift {
        Shift {
            sum: SUM,
            messages: 1,
            from: from.map(standing),
            to: standing(to),
        }
    }

    async fn sums(tx: &mut Tx) -> (i64, i64, i64, i64, i64, i64) {
        settle(&mut tx.conn).await.unwrap();
        on!(&mut tx.conn, |c| sqlx::query_as(
            "SELECT planned, accepted, delivered, unknown, measurable, opened FROM rollup"
        )
        .fetch_one(&mut **c)
        .await)
        .unwrap()
    }

    #[tokio::test]
    async fn a_message_is_in_exactly_the_sums_of_its_last_state() {
        use MessageState as S;
        let (_folder, store) = store().await;
        let mut tx = store.write().await.unwrap();
        let path = [
            S::Queued,
            S::Leased,
            S::Sending,
            S::Unknown,
            S::Accepted,
            S::Delivered,
        ];
        let mut from = None;
        for to in path {
            shift(&mut tx.conn, &[step(from, to)]);
            from = Some(to);
        }
        assert_eq!(sums(&mut tx).await, (1, 1, 1, 0, 1, 0));
        let under: (i64, String, i64) = on!(&mut tx.conn, |c| sqlx::query_as(
            "SELECT day, template, version FROM rollup"
        )
        .fetch_one(&mut **c)
        .await)
        .unwrap();
        assert_eq!(under, (20_000, "case-progress".to_owned(), 2));
    }

    #[tokio::test]
    async fn moves_of_one_call_are_added_up_and_what_readers_did_moves_with_them() {
        let (_folder, store) = store().await;
        let mut tx = store.write().await.unwrap();
        let planned = Shift {
            messages: 5_000,
            ..step(None, MessageState::Queued)
        };
        let unknown = step(Some(MessageState::Sending), MessageState::Unknown);
        let accepted = step(Some(MessageState::Sending), MessageState::Accepted);
        shift(&mut tx.conn, &[planned, unknown, unknown, accepted]);
        let pixel = Acts::NONE.with(EngagementKind::Opened, Verdict::Human);
        let opened = Shift {
            from: Some(accepted.to),
            to: accepted.to.with_acts(pixel),
            ..accepted
        };
        shift(&mut tx.conn, &[opened]);
        assert_eq!(sums(&mut tx).await, (5_000, 1, 0, 2, 1, 1));
        // A report that comes later says that it never arrived: the reader knows better.
        let bounced = Shift {
            from: Some(opened.to),
            to: opened.to.in_state(MessageState::Undelivered),
            ..accepted
        };
        shift(&mut tx.conn, &[bounced]);
        assert_eq!(sums(&mut tx).await, (5_000, 1, 0, 2, 1, 1));
    }
}
