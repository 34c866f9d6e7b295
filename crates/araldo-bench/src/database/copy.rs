//! How fast the database itself writes the same rows: the peer of the fan-out.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use araldo::store::{Store, StoreUrl};
use sqlx::{PgPool, SqlitePool};

use super::Database;

/// Rows the database copied by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copied {
    pub(crate) rows: u64,
    /// From BEGIN to the end of COMMIT.
    pub(crate) took: Duration,
}

/// The columns of a message, in the order of the table.
macro_rules! message {
    () => {
        "id, plan_id, client_id, notification_id, channel, address, locale, lane, tracking,
         variables, state, reason, due_at, expires_at, wake_at, lease_no, lease_node, tries, opens,
         asked, risky, provider, provider_ref, receipt_rank, late_bounce, engaged, created_at,
         opened_at, accepted_at, final_at"
    };
}

/// The columns of a plan that must have a value.
macro_rules! plan {
    () => {
        "id, event_id, rule, template, version, topic, class, lane, subject, occurred_at,
         settings, variables, state, cursor, planned, suppressed, due_at, created_at"
    };
}

impl Database {
    /// Copies every message with one INSERT … SELECT in one transaction into an empty table of
    /// the same shape with the same indexes: on SQLite that of a new file beside this one; on
    /// PostgreSQL one that is dropped again.
    pub(crate) async fn copy_messages(&self) -> anyhow::Result<Copied> {
        match self {
            Self::Sqlite(_, path) => copy_to_twin(path).await,
            Self::Postgres(pool) => copy_table(pool).await.context("cannot copy messages"),
        }
    }
}

/// The store makes the tables of the new file.
async fn copy_to_twin(path: &Path) -> anyhow::Result<Copied> {
    let twin = path.with_extension("raw.db");
    Store::open(&StoreUrl::Sqlite(twin.clone()), 1)
        .await?
        .close()
        .await;
    let pool = super::sqlite(&twin).await?;
    let copied = copy_file(&pool, path).await;
    pool.close().await;
    copied.context("cannot copy messages")
}

async fn copy_file(twin: &SqlitePool, source: &Path) -> Result<Copied, sqlx::Error> {
    let mut conn = twin.acquire().await?;
    // One transaction of any size must not spill out of the cache: the peer at its best.
    sqlx::query("PRAGMA cache_size = -262144")
        .execute(&mut *conn)
        .await?;
    // The plan's own references are not copied, but each message's is checked like ours are.
    sqlx::query("PRAGMA foreign_keys = OFF")
        .execute(&mut *conn)
        .await?;
    let source = source.to_string_lossy().into_owned();
    sqlx::query("ATTACH DATABASE $1 AS measured")
        .bind(source)
        .execute(&mut *conn)
        .await?;
    sqlx::query(concat!(
        "INSERT INTO plan (",
        plan!(),
        ") SELECT ",
        plan!(),
        " FROM measured.plan"
    ))
    .execute(&mut *conn)
    .await?;
    sqlx::query("PRAGMA foreign_keys = ON")
        .execute(&mut *conn)
        .await?;
    let start = Instant::now();
    let done = sqlx::query(concat!(
        "INSERT INTO message (",
        message!(),
        ") SELECT ",
        message!(),
        " FROM measured.message"
    ))
    .execute(&mut *conn)
    .await?;
    Ok(Copied {
        rows: done.rows_affected(),
        took: start.elapsed(),
    })
}

async fn copy_table(pool: &PgPool) -> Result<Copied, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    sqlx::query("CREATE TABLE yardstick (LIKE message INCLUDING ALL)")
        .execute(&mut *conn)
        .await?;
    let start = Instant::now();
    let done = sqlx::query(concat!(
        "INSERT INTO yardstick (",
        message!(),
        ") SELECT ",
        message!(),
        " FROM message"
    ))
    .execute(&mut *conn)
    .await?;
    let took = start.elapsed();
    sqlx::query("DROP TABLE yardstick")
        .execute(&mut *conn)
        .await?;
    Ok(Copied {
        rows: done.rows_affected(),
        took,
    })
}
