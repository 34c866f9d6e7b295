//! What a measurement needs of the store: how far the work is, and how fast the database itself
//! writes the same rows. Nothing here is on the path of a message. Used by `araldo bench`.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::{PgPool, SqlitePool};

use crate::store::{Backend, Conn, Doing as _, Store, StoreError, StoreUrl, Tx, on};

/// Figures of a transaction.
pub struct Yardstick<'a>(&'a mut Conn);

impl Tx {
    /// Figures for a measurement.
    pub fn yardstick(&mut self) -> Yardstick<'_> {
        Yardstick(&mut self.conn)
    }
}

/// How far the work is, from rows that are few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    /// 1 when there is any client.
    pub clients: i64,
    /// Plans whose fan-out is over.
    pub plans: i64,
    /// Messages that all plans have.
    pub planned: i64,
    /// Messages that providers took.
    pub accepted: i64,
}

/// Rows the database copied by itself.
#[derive(Debug, Clone, Copy)]
pub struct Copied {
    /// How many.
    pub rows: u64,
    /// From BEGIN to the end of COMMIT.
    pub took: Duration,
}

impl Yardstick<'_> {
    /// Where the work stands.
    pub async fn figures(&mut self) -> Result<Figures, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT (SELECT CAST(count(*) AS BIGINT) FROM (SELECT id FROM client LIMIT 1) AS c)
                 AS clients,
                 (SELECT CAST(count(*) AS BIGINT) FROM plan WHERE state = 'planned') AS plans,
                 (SELECT CAST(coalesce(sum(planned), 0) AS BIGINT) FROM plan) AS planned,
                 (SELECT CAST(coalesce(sum(accepted), 0) AS BIGINT) FROM rollup) AS accepted",
            )
            .fetch_one(&mut **c)
            .await
        })
        .doing("see how far the work is")
    }

    /// Accepted messages that have an attempt which says so.
    pub async fn accepted_by_attempt(&mut self) -> Result<i64, StoreError> {
        let (count,): (i64,) = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT CAST(count(*) AS BIGINT) FROM message m
                 JOIN attempt a ON a.message_id = m.id AND a.lease_no = m.lease_no
                 WHERE m.state = 'accepted' AND a.outcome = 'accepted'",
            )
            .fetch_one(&mut **c)
            .await
        })
        .doing("count accepted messages")?;
        Ok(count)
    }
}

impl Yardstick<'_> {
    /// Events that are kept.
    pub async fn events(&mut self) -> Result<i64, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query_scalar("SELECT CAST(count(*) AS BIGINT) FROM event")
                .fetch_one(&mut **c)
                .await
        })
        .doing("count events")
    }

    /// Providers' reports that are kept.
    pub async fn receipts(&mut self) -> Result<i64, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query_scalar("SELECT CAST(count(*) AS BIGINT) FROM receipt")
                .fetch_one(&mut **c)
                .await
        })
        .doing("count receipts")
    }

    /// How large the whole database is, in bytes.
    pub async fn bytes(&mut self) -> Result<i64, StoreError> {
        match &mut *self.0 {
            Backend::Sqlite(c) => {
                sqlx::query_scalar(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                )
                .fetch_one(&mut **c)
                .await
            }
            Backend::Postgres(c) => {
                sqlx::query_scalar("SELECT pg_database_size(current_database())")
                    .fetch_one(&mut **c)
                    .await
            }
        }
        .doing("see how large the database is")
    }
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

impl Store {
    /// Has the database bring its tables and figures in order after much was written, as it does
    /// by itself in time.
    pub async fn settle(&self) -> Result<(), StoreError> {
        on!(&self.pools.write, |pool| sqlx::query("ANALYZE")
            .execute(pool)
            .await
            .map(drop))
        .doing("bring its figures in order")
    }

    /// Copies every message with one INSERT … SELECT in one transaction into an empty table of
    /// the same shape with the same indexes: on SQLite that of a new file beside `url`, which is
    /// where this store is; on PostgreSQL one that is dropped again.
    pub async fn copy_raw(&self, url: &StoreUrl) -> Result<Copied, StoreError> {
        match (&self.pools.write, url) {
            (Backend::Sqlite(_), StoreUrl::Sqlite(path)) => {
                let twin = StoreUrl::Sqlite(path.with_extension("raw.db"));
                let twin = Self::open(&twin, 1).await?;
                let copied = match &twin.pools.write {
                    Backend::Sqlite(pool) => copy_file(pool, path).await,
                    Backend::Postgres(pool) => copy_table(pool).await,
                };
                twin.close().await;
                copied.doing("copy messages")
            }
            (Backend::Postgres(pool), _) => copy_table(pool).await.doing("copy messages"),
            (Backend::Sqlite(_), StoreUrl::Postgres(_)) => Err(StoreError::Unfit(String::from(
                "this store is not at that address",
            ))),
        }
    }
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
