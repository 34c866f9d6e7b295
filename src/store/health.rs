//! Questions about the store itself: is it there, what time does it think it is.

use super::{Doing as _, StoreError, Tx, on};
use crate::domain::Timestamp;

impl Tx {
    /// The time by the database's clock, which decides over leases.
    pub async fn database_time(&mut self) -> Result<Timestamp, StoreError> {
        let (micros,): (i64,) = on!(&mut self.conn, |c| {
            sqlx::query_as(concat!("SELECT ", words::now!()))
                .fetch_one(&mut **c)
                .await
        })
        .doing("tell the time")?;
        Ok(Timestamp::from_micros(micros))
    }
}
