//! A store that has lived: messages of the past by a few set-based statements, with the clients,
//! events and incidents they hang on and the sums that go with them. Sizes in, no decisions: see
//! `araldo-bench pages`.

use anyhow::Context as _;
use araldo::domain::Timestamp;
use sqlx::{Postgres, Sqlite, Transaction};

use super::Database;

/// Messages of one plan, but for the last: an incident that goes on and concerns everybody.
const PER_PLAN: i64 = 1_000;
/// Messages of one client.
const PER_CLIENT: i64 = 10;
/// How far the past goes back.
const PAST_US: i64 = 30 * 86_400 * 1_000_000;

/// What kind of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stock {
    /// Both channels, every state, a tenth with its attempt: as after a month.
    Aged,
    /// SMS that a gateway took, waiting for its reports.
    Accepted,
}

/// How much to fill in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fill {
    pub(crate) messages: i64,
    pub(crate) stock: Stock,
    /// The first id of everything: above all of an earlier fill.
    pub(crate) first: i64,
    pub(crate) now: Timestamp,
}

/// The numbers from 0 to `$1` - 1 as column `i` of `s`.
mod sqlite {
    macro_rules! sqlite_series {
        () => {
            "(WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) \
             SELECT i FROM n) AS s"
        };
    }
    pub(super) use sqlite_series as series;
}

mod postgres {
    macro_rules! postgres_series {
        () => {
            "generate_series(0, $1 - 1) AS s (i)"
        };
    }
    pub(super) use postgres_series as series;
}

/// What was filled in, a row of ones and zeros for each message; see `counted` in the product.
macro_rules! stood {
    () => {
        "SELECT coalesce(p.day, m.created_at / 86400000000) AS day, p.template, p.version, \
         m.channel, m.engaged, CASE WHEN m.channel = 'email' THEN 1 ELSE 0 END AS mail, \
         CASE WHEN m.state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed') \
         THEN 1 ELSE 0 END AS taken, \
         CASE WHEN m.state IN ('accepted', 'delivered', 'unconfirmed') \
         OR (m.state = 'undelivered' AND m.engaged = 1) THEN 1 ELSE 0 END AS reached, \
         CASE WHEN m.state = 'suppressed' THEN 1 ELSE 0 END AS suppressed, \
         CASE WHEN m.state = 'delivered' THEN 1 ELSE 0 END AS delivered, \
         CASE WHEN m.state = 'undelivered' THEN 1 ELSE 0 END AS undelivered, \
         CASE WHEN m.state = 'unconfirmed' THEN 1 ELSE 0 END AS unconfirmed \
         FROM message m JOIN plan p ON p.id = m.plan_id WHERE m.id >= $2 AND m.id < $2 + $1"
    };
}

/// The transaction that fills.
enum Filling {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// One statement for both databases; `$1` is how many numbers `s` counts.
macro_rules! run {
    ($tx:expr, $doing:literal, [$($text:tt)*], $($bound:expr),+) => {
        match $tx {
            Filling::Sqlite(tx) => {
                #[allow(
                    unused_imports,
                    clippy::allow_attributes,
                    reason = "not every text counts"
                )]
                use sqlite as series;
                sqlx::query(concat!($($text)*)) $(.bind($bound))+ .execute(&mut **tx).await.map(drop)
            }
            Filling::Postgres(tx) => {
                #[allow(
                    unused_imports,
                    clippy::allow_attributes,
                    reason = "not every text counts"
                )]
                use postgres as series;
                sqlx::query(concat!($($text)*)) $(.bind($bound))+ .execute(&mut **tx).await.map(drop)
            }
        }
        .context(concat!("cannot ", $doing))
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

impl Database {
    /// Fills it in one transaction.
    pub(crate) async fn fill(&self, fill: Fill) -> anyhow::Result<()> {
        let mut tx = self.begin_filling().await.context("cannot begin to fill")?;
        people(&mut tx, fill).await?;
        causes(&mut tx, fill).await?;
        messages(&mut tx, fill).await?;
        if fill.stock == Stock::Aged {
            attempts(&mut tx, fill).await?;
        }
        sums(&mut tx, fill).await?;
        match tx {
            Filling::Sqlite(tx) => tx.commit().await,
            Filling::Postgres(tx) => tx.commit().await,
        }
        .context("cannot keep what was filled in")
    }

    /// Sums of so many groups of messages, evenly over some days from `first` on, as many templates
    /// would leave them.
    pub(crate) async fn fill_sums(&self, rows: i64, first: i64, days: i64) -> anyhow::Result<()> {
        let mut tx = self.begin_filling().await.context("cannot begin to fill")?;
        run!(
            &mut tx,
            "fill sums of many templates in",
            [
                "INSERT INTO rollup (day, template, version, channel, planned, suppressed, \
                 accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, \
                 clicked, clicked_machine, replied, measurable, anonymous_opens) \
                 SELECT $2 + i % $3, 'many-' || (i / $3), 1, 'sms', 3, 0, 3, 2, 1, 0, 0, 0, 0, 0, \
                 0, 0, 0, 0 FROM ",
                series::series!()
            ],
            rows,
            first,
            days
        )?;
        match tx {
            Filling::Sqlite(tx) => tx.commit().await,
            Filling::Postgres(tx) => tx.commit().await,
        }
        .context("cannot keep what was filled in")
    }

    async fn begin_filling(&self) -> Result<Filling, sqlx::Error> {
        match self {
            Self::Sqlite(pool, _) => Ok(Filling::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?)),
            Self::Postgres(pool) => Ok(Filling::Postgres(pool.begin().await?)),
        }
    }
}

async fn people(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    run!(
        tx,
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
        tx,
        "fill addresses in",
        [
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified) \
             SELECT $2 + i, $2 + i, 'email', 'cliente.' || ($2 + i) || '@posta.example', 0, TRUE \
             FROM ",
            series::series!()
        ],
        fill.clients(),
        fill.first
    )?;
    run!(
        tx,
        "fill supply points in",
        [
            "INSERT INTO place (id, client_id, code, kind, municipality, postal_code) \
             SELECT $2 + i, $2 + i, 'IT001E' || (10000000 + $2 + i), 'pod', '037006', '40121' FROM ",
            series::series!()
        ],
        fill.clients(),
        fill.first
    )
}

/// Events, of which the first is the incident that goes on and every hundredth one that is over;
/// the rest are cases.
async fn causes(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        tx,
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
        tx,
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
    incidents(tx, fill).await?;
    cases(tx, fill).await
}

async fn incidents(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        tx,
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
        tx,
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

async fn cases(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    let (count, first, now) = (fill.plans(), fill.first, fill.now.as_micros());
    run!(
        tx,
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
        tx,
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
async fn messages(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    run!(
        tx,
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

async fn attempts(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    run!(
        tx,
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

/// The sums of what was filled in: nobody refused to be measured, and the one thing that readers
/// did is to open. A test holds them against the product's own count.
async fn sums(tx: &mut Filling, fill: Fill) -> anyhow::Result<()> {
    run!(
        tx,
        "fill the sums in",
        [
            "INSERT INTO rollup AS r (day, template, version, channel, planned, suppressed, \
             accepted, delivered, undelivered, unconfirmed, unknown, opened, opened_machine, \
             clicked, clicked_machine, replied, measurable, anonymous_opens, reporting, reached, \
             clicks_measurable, read_measurable, read, confirmed) \
             SELECT day, template, version, channel, count(*), sum(suppressed), sum(taken), \
             sum(delivered), sum(undelivered), sum(unconfirmed), 0, sum(reached * mail * engaged), \
             0, 0, 0, 0, sum(reached * mail), 0, sum(taken * (1 - mail) + mail * (delivered + undelivered)), \
             sum(reached), sum(reached), sum(reached), sum(reached * engaged), 0 FROM (",
            stood!(),
            ") AS m GROUP BY day, template, version, channel \
             ON CONFLICT (day, template, version, channel) DO UPDATE SET \
             planned = r.planned + excluded.planned, \
             suppressed = r.suppressed + excluded.suppressed, \
             accepted = r.accepted + excluded.accepted, \
             delivered = r.delivered + excluded.delivered, \
             undelivered = r.undelivered + excluded.undelivered, \
             unconfirmed = r.unconfirmed + excluded.unconfirmed, \
             opened = r.opened + excluded.opened, \
             measurable = r.measurable + excluded.measurable, \
             reporting = r.reporting + excluded.reporting, \
             reached = r.reached + excluded.reached, \
             clicks_measurable = r.clicks_measurable + excluded.clicks_measurable, \
             read_measurable = r.read_measurable + excluded.read_measurable, \
             read = r.read + excluded.read"
        ],
        fill.messages,
        fill.first
    )
}

#[cfg(test)]
mod tests {
    use araldo::app;
    use araldo::config::Config;
    use araldo::domain::Clock as _;
    use araldo::domain::clock::SystemClock;
    use araldo::domain::ids::first_id_at;
    use araldo::store::cluster::invariants::{Inspection, Invariant};
    use araldo::store::{Store, StoreUrl};
    use araldo::upkeep;

    use super::*;

    /// What the product looks at beside the sums, and no page shows: the readers' own acts, and
    /// how many messages a plan has.
    async fn live_up_to(database: &Database) {
        for statement in [
            "INSERT INTO engagement (message_id, kind, verdict, grounds, at)
             SELECT id, 'opened', 'human', 'fill', created_at FROM message WHERE engaged = 1",
            "UPDATE plan SET planned = (SELECT count(*) FROM message WHERE plan_id = plan.id)",
        ] {
            on!(database, |pool| sqlx::query(statement)
                .execute(pool)
                .await
                .map(drop))
            .unwrap();
        }
    }

    #[tokio::test]
    async fn the_sums_of_what_is_filled_in_are_those_that_the_product_counts() {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("full.db"));
        let store = Store::open(&url, 1).await.unwrap();
        let database = Database::open(&url).await.unwrap();
        let now = SystemClock.now();
        let first = first_id_at(now);
        for (stock, first) in [
            (Stock::Aged, first),
            (Stock::Aged, first + 30_000),
            (Stock::Accepted, first + 60_000),
        ] {
            let fill = Fill {
                messages: 20_000,
                stock,
                first,
                now,
            };
            database.fill(fill).await.unwrap();
        }
        live_up_to(&database).await;
        let config = Config::load(None, std::iter::empty()).unwrap();
        let scope = Inspection {
            since: now - chrono::TimeDelta::days(40),
            ..upkeep::scope(&app::upkeep_settings(&config), now)
        };
        let mut tx = store.read().await.unwrap();
        let finding = tx.invariants(scope).ask(Invariant::I4).await.unwrap();
        assert_eq!(finding.broken, 0, "{finding:?}");
        assert!(database.figures().await.unwrap().accepted > 40_000);
    }
}
