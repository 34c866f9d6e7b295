//! The tables of the store under measurement, over connections of our own: how far the work is,
//! rows of a past that nobody lived, and how fast the database itself copies rows. None of it is
//! on the path of a message, so the product's store knows nothing of it.

/// Runs one body, written once, on the pool of whichever database is behind `$database`.
macro_rules! on {
    ($database:expr, |$pool:ident| $body:expr) => {
        match $database {
            $crate::database::Database::Sqlite($pool, _) => $body,
            $crate::database::Database::Postgres($pool) => $body,
        }
    };
}

mod copy;
mod fill;

use std::path::Path;

use anyhow::Context as _;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use araldo::store::StoreUrl;

pub(crate) use fill::{Fill, Stock};

/// Connections: one looks while another fills.
const CONNECTIONS: u32 = 2;

/// The database of a store.
#[derive(Debug)]
pub(crate) enum Database {
    /// A file, and its path.
    Sqlite(SqlitePool, std::path::PathBuf),
    /// A database of a server.
    Postgres(PgPool),
}

/// How far the work is, from rows that are few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    /// 1 when there is any client.
    pub(crate) clients: i64,
    /// Plans whose fan-out is over.
    pub(crate) plans: i64,
    /// Messages that all plans have.
    pub(crate) planned: i64,
    /// Messages that providers took.
    pub(crate) accepted: i64,
}

impl Database {
    /// Connects to the database of a store that has its tables.
    pub(crate) async fn open(url: &StoreUrl) -> anyhow::Result<Self> {
        match url {
            StoreUrl::Sqlite(path) => Ok(Self::Sqlite(sqlite(path).await?, path.clone())),
            StoreUrl::Postgres(url) => {
                let pool = PgPoolOptions::new().max_connections(CONNECTIONS);
                let pool = pool.connect(url).await.context("cannot reach PostgreSQL")?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    pub(crate) async fn close(&self) {
        on!(self, |pool| pool.close().await);
    }

    /// Where the work stands.
    pub(crate) async fn figures(&self) -> anyhow::Result<Figures> {
        let row: (i64, i64, i64, i64) = on!(self, |pool| {
            sqlx::query_as(
                "SELECT (SELECT CAST(count(*) AS BIGINT) FROM (SELECT id FROM client LIMIT 1) AS c),
                 (SELECT CAST(count(*) AS BIGINT) FROM plan WHERE state = 'planned'),
                 (SELECT CAST(coalesce(sum(planned), 0) AS BIGINT) FROM plan),
                 (SELECT CAST(coalesce(sum(accepted), 0) AS BIGINT) FROM rollup)",
            )
            .fetch_one(pool)
            .await
        })
        .context("cannot see how far the work is")?;
        let (clients, plans, planned, accepted) = row;
        Ok(Figures {
            clients,
            plans,
            planned,
            accepted,
        })
    }

    /// Accepted messages that have an attempt which says so.
    pub(crate) async fn accepted_by_attempt(&self) -> anyhow::Result<i64> {
        self.number(
            "SELECT CAST(count(*) AS BIGINT) FROM message m
             JOIN attempt a ON a.message_id = m.id AND a.lease_no = m.lease_no
             WHERE m.state = 'accepted' AND a.outcome = 'accepted'",
        )
        .await
    }

    /// Events that are kept.
    pub(crate) async fn events(&self) -> anyhow::Result<i64> {
        self.number("SELECT CAST(count(*) AS BIGINT) FROM event")
            .await
    }

    /// Providers' reports that are kept.
    pub(crate) async fn receipts(&self) -> anyhow::Result<i64> {
        self.number("SELECT CAST(count(*) AS BIGINT) FROM receipt")
            .await
    }

    /// How large the whole database is, in bytes.
    pub(crate) async fn bytes(&self) -> anyhow::Result<i64> {
        self.number(match self {
            Self::Sqlite(..) => {
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            }
            Self::Postgres(_) => "SELECT pg_database_size(current_database())",
        })
        .await
    }

    /// Runs ANALYZE after much was written: by itself, the database would do so only later.
    pub(crate) async fn analyze(&self) -> anyhow::Result<()> {
        on!(self, |pool| sqlx::query("ANALYZE")
            .execute(pool)
            .await
            .map(drop))
        .context("cannot bring the database's figures in order")
    }

    async fn number(&self, question: &'static str) -> anyhow::Result<i64> {
        on!(self, |pool| sqlx::query_scalar(question)
            .fetch_one(pool)
            .await)
        .context("cannot count rows")
    }
}

/// A file, set as the store sets its own.
async fn sqlite(path: &Path) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(std::time::Duration::from_secs(10))
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "memory");
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .context("cannot open the SQLite file")
}
