//! Can the store be written right now?

use super::{Doing as _, StoreError, Tx, on};
use crate::domain::Timestamp;

impl Tx {
    /// Writes a row and takes it back: fails on a store that is read-only, locked or gone. A
    /// disk that is full to the last byte shows at the next commit only; a commit per probe
    /// would cost every load balancer's question a flush of the disk.
    pub async fn probe(mut self, now: Timestamp) -> Result<(), StoreError> {
        on!(&mut self.conn, |c| {
            sqlx::query(
                "INSERT INTO switch (name, thrown, actor, at) VALUES ('probe', $1, 'readyz', $2)",
            )
            .bind(false)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("write a row")?;
        on!(self.conn, |c| c.rollback().await).doing("take a row back")
    }
}
