//! The store: SQLite inside by default, PostgreSQL shared by many nodes; one SQL text for both.
//!
//! All access goes through a transaction: `store.read()` to look, `store.write()` to change,
//! then one aggregate: `tx.messages()`, `tx.clients()`, ... Each aggregate has its file, in the
//! folder of those it is used with. The store knows no rules: it keeps what `domain` decided, and
//! checks the words (CHECK). Start with `database::backend` (how one text serves two databases),
//! then `messages`.

pub mod access;
pub mod cluster;
mod database;
pub mod feed;
pub mod insight;
pub mod messages;
pub mod people;
pub mod planning;
pub mod reports;
pub mod sources;
pub mod templates;

pub use database::error::StoreError;
pub use database::open::{DaemonLock, StoreUrl};

pub(crate) use database::backend::{Backend, Conn, Pools, on};
pub(crate) use database::error::Doing;
use database::types::Number;
use database::under_way::UnderWay;
use messages::rollup::settle;

/// The store of one daemon. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
}

/// A unit of work. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    conn: Conn,
}

impl Store {
    /// Begins to read. Sees one state of the store throughout.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let conn = match &self.pools.read {
            Backend::Sqlite(pool) => {
                Backend::Sqlite(UnderWay::begin(pool, None).await.doing("begin to read")?)
            }
            Backend::Postgres(pool) => {
                Backend::Postgres(UnderWay::begin(pool, None).await.doing("begin to read")?)
            }
        };
        Ok(Tx { conn })
    }

    /// Begins to write. On SQLite this waits its turn: there is one writer.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        // Said each time, in one breath with the beginning: the connection may come from
        // `write_soon`.
        self.begin("PRAGMA synchronous = FULL; BEGIN IMMEDIATE", "BEGIN")
            .await
    }

    /// Begins to write what nobody outside is told of. Its commit is seen at once and is on disk
    /// with the next that is: a power cut keeps a beginning of all commits, never one without
    /// those before it. For what is found again or made again from what was promised: plans from
    /// their events, claims from the queue.
    pub async fn write_soon(&self) -> Result<Tx, StoreError> {
        self.begin(
            "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            "BEGIN; SET LOCAL synchronous_commit = off",
        )
        .await
    }

    async fn begin(&self, sqlite: &'static str, postgres: &'static str) -> Result<Tx, StoreError> {
        let conn = match &self.pools.write {
            Backend::Sqlite(pool) => {
                let begun = UnderWay::begin(pool, Some(sqlite)).await;
                Backend::Sqlite(begun.doing("begin to write")?)
            }
            Backend::Postgres(pool) => {
                let begun = UnderWay::begin(pool, Some(postgres)).await;
                Backend::Postgres(begun.doing("begin to write")?)
            }
        };
        Ok(Tx { conn })
    }

    /// Which database this is, for people: `sqlite` or `postgres`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.pools.read {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(_) => "postgres",
        }
    }
}

impl Tx {
    /// Makes it so, durably. The sums are moved last of all: whoever moves them waits for nobody
    /// any more, in a circle least of all.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        settle(&mut self.conn).await?;
        on!(self.conn, |c| c.commit().await).doing("commit")
    }
}

/// An aggregate of the store, reached through a transaction: `handle!(audit -> Audit)` makes
/// `tx.audit()`.
macro_rules! handle {
    ($(#[$meta:meta])* $call:ident -> $Handle:ident) => {
        $(#[$meta])*
        pub struct $Handle<'a>(pub(in crate::store) &'a mut $crate::store::Conn);

        impl $crate::store::Tx {
            $(#[$meta])*
            pub fn $call(&mut self) -> $Handle<'_> {
                $Handle(&mut self.conn)
            }
        }
    };
}

pub(crate) use handle;

/// Ids or times as a JSON array: how lists are bound in both databases (`words::ids!`).
pub(crate) fn json_ids<T: Number>(ids: impl IntoIterator<Item = T>) -> String {
    let numbers = ids.into_iter().map(|id| id.number());
    numbers.collect::<serde_json::Value>().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn synchronous(tx: &mut Tx) -> i64 {
        let Backend::Sqlite(connection) = &mut tx.conn else {
            unreachable!("a SQLite file was opened");
        };
        sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&mut **connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_promised_is_durable_whatever_was_written_before() {
        const NORMAL: i64 = 1;
        const FULL: i64 = 2;
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("a.db"));
        let store = Store::open(&url, 1).await.unwrap();
        for commits in [true, false] {
            let mut tx = store.write_soon().await.unwrap();
            assert_eq!(synchronous(&mut tx).await, NORMAL);
            if commits {
                tx.commit().await.unwrap();
            } else {
                drop(tx);
            }
            let mut tx = store.write().await.unwrap();
            assert_eq!(synchronous(&mut tx).await, FULL);
            tx.commit().await.unwrap();
        }
    }
}
