//! What has to be made in somebody else's database before a source can read there, as SQL: for
//! whoever owns that database to read and run, or to be run by us when somebody says so.
//!
//! What it is is the kind's own business; most kinds need nothing.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _};

use super::ReaderSettings;
use super::fault::SourceFault;
use super::sql::{fault, placed, postgres_options, stated, within};

impl ReaderSettings {
    /// What makes all that the source `name` needs over there; `None`: it needs nothing. It may be
    /// run again at any time.
    #[must_use]
    pub fn install_sql(&self, name: &str) -> Option<String> {
        self.of_kind().install_sql(name)
    }

    /// What takes it away again. What was not read yet is lost.
    #[must_use]
    pub fn remove_sql(&self, name: &str) -> Option<String> {
        self.of_kind().remove_sql(name)
    }

    /// Runs such SQL, as the user of the source's address.
    pub async fn apply(&self, sql: &str) -> Result<(), SourceFault> {
        let Some((address, timeout)) = self.of_kind().their_database() else {
            return Ok(());
        };
        let address = address.map_err(SourceFault::Unexpected)?;
        let done = Box::pin(run(&address, timeout, sql)).await;
        done.map_err(|fault| placed(fault, || Ok(address)))
    }
}

async fn run(address: &str, timeout: Duration, sql: &str) -> Result<(), SourceFault> {
    let options = postgres_options(address, timeout)?;
    let run = async {
        let mut connection = options.connect().await.map_err(fault)?;
        let sql = sqlx::raw_sql(stated(sql.to_owned()));
        sql.execute(&mut connection).await.map_err(fault)?;
        connection.close().await.map_err(fault)
    };
    within(timeout, Box::pin(run)).await
}
