//! A store that has lived: messages of the past by a few set-based statements, with the clients,
//! events and incidents they hang on and the sums that go with them. For measurements only;
//! nothing here is on the path of a message. Sizes in, no decisions: see `araldo bench pages`.

use crate::domain::Timestamp;
use crate::store::{Conn, Doing as _, Store, StoreError, messages::rollup, on};

/// Messages of one plan, but for the last: an incident that goes on and concerns everybody.
const PER_PLAN: i64 = 1_000;
/// Messages of one client.
const PER_CLIENT: i64 = 10;
/// How far the past goes back.
const PAST_US: i64 = 30 * 86_400 * 1_000_000;

/// What kind of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// Both channels, every state, a tenth with its attempt: as after a month.
    Aged,
    /// SMS that a gateway took, waiting for its reports.
    Accepted,
}

/// How much to fill in.
#[derive(Debug, Clone, Copy)]
pub struct Fill {
    /// Messages.
    pub messages: i64,
    /// What kind.
    pub stock: Stock,
    /// The first id of everything: above all of an earlier fill.
    pub first: i64,
    /// Now.
    pub now: Timestamp,
}

/// The numbers from 0 to `$1` - 1 as column `i` of `s`.
mod sqlite {
    macro_rules! sqlite_series {
        () => {
            "(WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) \
             SELECT i FROM n) AS s"
        };
    }
    pub(in crate::store) use sqlite_series as series;
}

mod postgres {
    macro_rules! postgres_series {
        () => {
            "generate_series(0, $1 - 1) AS s (i)"
        };
    }
    pub(in crate::store) use postgres_series as series;
}

/// One statement for both databases; `$1` is how many numbers `s` counts.
macro_rules! run {
    ($conn:expr, $doing:literal, [$($text:tt)*], $($bound:expr),+) => {
        match $conn {
            crate::store::Backend::Sqlite(c) => {
                use sqlite as series;
                sqlx::query(concat!($($text)*)) $(.bind($bound))+ .execute(&mut **c).await.map(drop)
            }
            crate::store::Backend::Postgres(c) => {
                use postgres as series;
                sqlx::query(concat!($($text)*)) $(.bind($bound))+ .execute(&mut **c).await.map(drop)
            }
        }
        .doing($doing)
    };
}

impl Fill {
    /// At least as many as a plan has messages, so that none gets two of one plan.
    fn clients(&self) -> i64 {
        (self.messages / PER_CLIENT).max(PER_PLAN)
    }

    /// The plans of a thousand, and the one of the incident that goes on, which comes first.
    fn plans(&self) -> i64 {
        self.messages / PER_PLAN + 2
    }
}

impl Store {
    /// Fills it in one transaction.
    pub async fn fill(&self, fill: Fill) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        people(&mut tx.conn, fill).await?;
        causes(&mut tx.conn, fill).await?;
        messages(&mut tx.conn, fill).await?;
        if fill.stock == Stock::Aged {
            attempts(&mut tx.conn, fill).await?;
        }
        sums(&mut tx.conn, fill).await?;
        tx.commit().await
    }
}

async fn people(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    run!(
        conn,
        "fill clients in",
        [
            "INSERT INTO client (id, ref, name, name_folded, locale, time_zone, tracking_consent, \
             created_at, updated_at) \
             SELECT $2 + i, 'F-' || ($2 + i), 'Maria Rossi ' || i, 'maria rossi ' || i, 'it', \
             'Europe/Rome', 'granted', $3, $3 FROM ",
            series::series!()
        ],
        fill.clients(),
        fill.first,
        fill.now.as_micros()
    )?;
    run!(
        conn,
        "fill addresses in",
        [
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified) \
             SELECT $2 + i, $2 + i, 'email', 'cliente.' || ($2 + i) || '@posta.example', 0, TRUE \
             FROM ",
            series::series!()
        ],
        fill.clients(),
        fill.first
    )
}

/// Events, of which the first is the incident that goes on and every hundredth one that is over;
/// the rest are cases.
async fn causes(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        conn,
        "fill events in",
        [
            "INSERT INTO event (id, source, event_id, type, occurred_at, received_at, data, \
             body_hash, state) SELECT $2 + i, '/fill', 'fill-' || ($2 + i), \
             CASE WHEN i % 100 = 0 THEN 'incident.opened' ELSE 'case.opened' END, $3, $3, '{}', \
             '', 'planned' FROM ",
            series::series!()
        ],
        count,
        first,
        now
    )?;
    run!(
        conn,
        "fill plans in",
        [
            "INSERT INTO plan (id, event_id, rule, template, version, topic, class, lane, subject, \
             occurred_at, settings, variables, state, cursor, planned, suppressed, due_at, \
             created_at) SELECT $2 + i, $2 + i, 'fill', \
             CASE WHEN i % 100 = 0 THEN 'incident-started' ELSE 'case-opened' END, 1, 'cases', \
             'service', 'normal', 'fill:' || ($2 + i), $3, '{}', '{}', 'planned', 0, \
             CASE WHEN i = 0 THEN $4 ELSE $5 END, 0, $3, $3 FROM ",
            series::series!()
        ],
        count,
        first,
        now,
        fill.clients(),
        PER_PLAN
    )?;
    incidents(conn, fill).await?;
    cases(conn, fill).await
}

async fn incidents(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        conn,
        "fill incidents in",
        [
            "INSERT INTO incident (id, ref, kind, state, area, opened_at, changed_at) \
             SELECT $2 + i, 'FI-' || ($2 + i), 'outage', \
             CASE WHEN i = 0 THEN 'going_on' ELSE 'resolved' END, '{}', $3, $3 FROM ",
            series::series!(),
            " WHERE i % 100 = 0"
        ],
        count,
        first,
        now
    )?;
    run!(
        conn,
        "fill what was said of incidents in",
        [
            "INSERT INTO incident_change (event_id, incident_id, type, data, occurred_at) \
             SELECT $2 + i, $2 + i, 'incident.opened', '{}', $3 FROM ",
            series::series!(),
            " WHERE i % 100 = 0"
        ],
        count,
        first,
        now
    )
}

async fn cases(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        conn,
        "fill cases in",
        [
            "INSERT INTO case_file (id, ref, client_ref, kind, state, opened_at, changed_at) \
             SELECT $2 + i, 'FC-' || ($2 + i), 'F-' || ($2 + i), 'voltura', 'received', $3, $3 \
             FROM ",
            series::series!(),
            " WHERE i % 100 <> 0"
        ],
        count,
        first,
        now
    )?;
    run!(
        conn,
        "fill what was said of cases in",
        [
            "INSERT INTO case_change (event_id, case_id, type, state, occurred_at) \
             SELECT $2 + i, $2 + i, 'case.opened', 'received', $3 FROM ",
            series::series!(),
            " WHERE i % 100 <> 0"
        ],
        count,
        first,
        now
    )
}

/// Wave after wave over all clients, so that an index by client grows in order; the last wave
/// is the incident that goes on. One in a hundred of it is still queued.
async fn messages(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    run!(
        conn,
        "fill messages in",
        [
            "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address, \
             locale, lane, tracking, variables, state, reason, due_at, expires_at, wake_at, \
             lease_no, tries, opens, asked, risky, provider, receipt_rank, late_bounce, engaged, \
             created_at, opened_at, accepted_at, final_at) \
             SELECT $2 + i, CASE WHEN i >= $1 - $3 THEN $2 ELSE $2 + 1 + i / 1000 END, \
             $2 + i % $3, $2 + i, channel, 'cliente.' || ($2 + i % $3) || '@posta.example', 'it', \
             CASE WHEN i >= $1 - $3 THEN 'urgent' ELSE 'normal' END, 'individual', '{}', state, \
             CASE WHEN state = 'suppressed' THEN 'no_contact' END, at, at + 86400000000, \
             CASE WHEN state IN ('accepted', 'held') THEN $4 + 259200000000 END, \
             1, 0, 0, 0, FALSE, 'fill', 0, FALSE, CASE WHEN i % 5 = 0 THEN 1 ELSE 0 END, at, at, \
             CASE WHEN state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed') \
             THEN at END, \
             CASE WHEN state IN ('accepted', 'held', 'queued') THEN NULL ELSE at END \
             FROM (SELECT i, $4 - ($1 - i) * ($5 / $1) AS at, \
             CASE WHEN $6 = 0 OR i % 2 = 0 THEN 'sms' ELSE 'email' END AS channel, \
             CASE WHEN $6 = 0 THEN 'accepted' WHEN i >= $1 - $3 / 100 THEN 'queued' \
             WHEN i % 100 = 0 THEN 'held' WHEN i % 100 = 1 THEN 'rejected' \
             WHEN i % 100 = 2 THEN 'undelivered' WHEN i % 100 = 3 THEN 'unconfirmed' \
             WHEN i % 100 < 14 THEN 'suppressed' WHEN i % 100 < 34 THEN 'accepted' \
             ELSE 'delivered' END AS state FROM ",
            series::series!(),
            ") AS m"
        ],
        fill.messages,
        fill.first,
        fill.clients(),
        fill.now.as_micros(),
        PAST_US,
        i64::from(fill.stock == Stock::Aged)
    )
}

async fn attempts(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    run!(
        conn,
        "fill attempts in",
        [
            "INSERT INTO attempt (message_id, lease_no, provider, reference, node_id, opened_at, \
             closed_at, outcome, code) \
             SELECT $2 + 10 * i + 4, 1, 'fill', 'fill-' || i, 1, $3, $3, 'accepted', '250' FROM ",
            series::series!()
        ],
        fill.messages / 10,
        fill.first,
        fill.now.as_micros()
    )
}

/// The sums of what was filled in.
async fn sums(conn: &mut Conn, fill: Fill) -> Result<(), StoreError> {
    on!(conn, |c| {
        sqlx::query(concat!(
            "INSERT INTO rollup (day, template, version, channel, planned, suppressed, \
                 accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, \
                 clicked, clicked_machine, replied, measurable, anonymous_opens, reporting, \
                 reached, clicks_measurable, read_measurable, read, confirmed) \
                 SELECT c.day, c.template, c.version, c.channel, c.planned, c.suppressed, \
                 c.accepted, c.delivered, c.undelivered, c.unconfirmed, c.unknown, c.opened, \
                 c.opened_machine, c.clicked, c.clicked_machine, c.replied, c.measurable, 0, \
                 c.reporting, c.reached, c.clicks_measurable, c.read_measurable, c.read, \
                 c.confirmed FROM (",
            rollup::counted!(rollup::ones!(
                "FROM message m JOIN plan p ON p.id = m.plan_id \
                     WHERE m.id >= $1 AND m.id < $2"
            )),
            ") AS c WHERE TRUE \
                 ON CONFLICT (day, template, version, channel) DO UPDATE SET \
                 planned = rollup.planned + excluded.planned, \
                 suppressed = rollup.suppressed + excluded.suppressed, \
                 accepted = rollup.accepted + excluded.accepted, \
                 delivered = rollup.delivered + excluded.delivered, \
                 undelivered = rollup.undelivered + excluded.undelivered, \
                 unconfirmed = rollup.unconfirmed + excluded.unconfirmed, \
                 opened = rollup.opened + excluded.opened, \
                 measurable = rollup.measurable + excluded.measurable, \
                 reporting = rollup.reporting + excluded.reporting, \
                 reached = rollup.reached + excluded.reached, \
                 clicks_measurable = rollup.clicks_measurable + excluded.clicks_measurable, \
                 read_measurable = rollup.read_measurable + excluded.read_measurable, \
                 read = rollup.read + excluded.read"
        ))
        .bind(fill.first)
        .bind(fill.first + fill.messages)
        .execute(&mut **c)
        .await
        .map(drop)
    })
    .doing("fill the sums in")
}
