//! Presence: one connection of a node's own, for its heartbeat and for a sign that ends with the
//! process.
//!
//! On PostgreSQL the connection holds a session's advisory lock on the node's id. The server
//! lets go of it the moment the process is gone, however it went, so a run that starts under the
//! same name sees at once that the earlier one is dead (`nodes`, `silent_runs`), and need not wait
//! for silence. A pool that is exhausted never keeps a heartbeat waiting. A SQLite file has one
//! daemon, which [`crate::store::DaemonLock`] sees to; there the beat takes its turn with the writer.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;

use crate::domain::NodeId;
use crate::store::{Backend, Doing as _, Pools, Store, StoreError, StoreUrl, database::open};

/// How long a beat may wait for its connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// A machine that lost its power holds its lock until the server asks: after how many seconds of
/// silence, how often again, how many times.
const KEEPALIVE: [(&str, &str); 3] = [
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
];

/// How a node shows that it lives.
#[derive(Debug, Clone)]
pub struct Presence {
    store: Store,
}

impl Presence {
    /// Beside `store`, which `url` names. Connects at the first use, and again when it must.
    pub fn new(url: &StoreUrl, store: &Store) -> Result<Self, StoreError> {
        let StoreUrl::Postgres(url) = url else {
            return Ok(Self {
                store: store.clone(),
            });
        };
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(open::postgres_options(url)?.options(KEEPALIVE));
        Ok(Self {
            store: Store {
                pools: Pools {
                    read: Backend::Postgres(pool.clone()),
                    write: Backend::Postgres(pool),
                },
            },
        })
    }

    /// Shows the sign. Before the node is entered into the list, so that nobody sees it without.
    pub async fn show(&self, node: NodeId) -> Result<(), StoreError> {
        if self.store.kind() == "sqlite" {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.nodes().hold_lock(node).await?;
        tx.commit().await
    }

    /// Says that the node is alive, and shows the sign again if the connection had broken.
    /// False: it has been declared dead, and must not send.
    pub async fn beat(&self, node: NodeId) -> Result<bool, StoreError> {
        let mut tx = self.store.write().await?;
        tx.nodes().hold_lock(node).await?;
        let alive = tx.nodes().beat(node).await?;
        tx.commit().await?;
        Ok(alive)
    }

    /// Takes the sign down.
    pub async fn close(&self) {
        if let Backend::Postgres(pool) = &self.store.pools.write {
            pool.close().await;
        }
    }
}

impl crate::store::cluster::nodes::Nodes<'_> {
    /// Takes the node's lock for this session, unless the session has it.
    async fn hold_lock(&mut self, node: NodeId) -> Result<(), StoreError> {
        if let Backend::Postgres(c) = self.conn() {
            sqlx::query(
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks
                 WHERE locktype = 'advisory' AND pid = pg_backend_pid()
                 AND CAST(classid AS BIGINT) = CAST($1 AS BIGINT) >> 32
                 AND CAST(objid AS BIGINT) = CAST($1 AS BIGINT) & 4294967295)
                 THEN TRUE ELSE pg_try_advisory_lock(CAST($1 AS BIGINT)) END",
            )
            .bind(node.get())
            .execute(&mut **c)
            .await
            .doing("show that this node lives")?;
        }
        Ok(())
    }
}
