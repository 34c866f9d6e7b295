//! Questions about the store itself: can it be written, is its file whole, what time is it there.

use crate::domain::Timestamp;
use crate::store::database::sql::{execute, value};
use crate::store::{Backend, Doing as _, Store, StoreError, Tx, on};

impl Tx {
    /// The time by the database's clock, which decides over leases.
    pub async fn database_time(&mut self) -> Result<Timestamp, StoreError> {
        value!(
            self.conn,
            "read the database's clock",
            "SELECT ",
            words::now!()
        )
    }

    /// Writes a row and takes it back: fails on a store that is read-only, locked or gone. A
    /// disk that is full to the last byte shows at the next commit only; a commit per probe
    /// would cost every load balancer's question a flush of the disk.
    pub async fn probe(mut self, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.conn, "be written to",
            "INSERT INTO switch (name, thrown, actor, at) VALUES ('probe', $1, 'readyz', $2)";
            false, now
        )?;
        // The table that intake writes: a page of it may be damaged where others are not.
        execute!(self.conn, "be written to",
            "INSERT INTO event (id, source, event_id, type, occurred_at, received_at, data,
             body_hash, state) VALUES (-1, 'araldo', 'probe', 'probe', $1, $1, '{}', '',
             'received')";
            now
        )?;
        on!(self.conn, |c| c.rollback().await).doing("roll a trial write back")
    }
}

impl Store {
    /// Whether the file of the embedded store is whole: reads all of its pages. PostgreSQL sees to
    /// its own.
    pub async fn is_whole(&self) -> Result<(), StoreError> {
        let Backend::Sqlite(pool) = &self.pools.read else {
            return Ok(());
        };
        let damage: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(pool)
            .await
            .doing("check whether its file is whole")?;
        if damage == "ok" {
            return Ok(());
        }
        Err(StoreError::Unfit(format!(
            "the SQLite file is damaged ({damage}); put a backup in its place, or save what can be \
             read with: sqlite3 FILE .recover"
        )))
    }
}
