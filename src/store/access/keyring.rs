//! Secrets the daemon makes for itself on first start, so that every node of one store signs
//! alike and links survive a restart without anybody configuring a key.

use crate::domain::Timestamp;
use crate::store::database::sql::{execute, optional_value, value};
use crate::store::{Conn, StoreError, handle};

handle!(keyring -> Keyring);

impl<'a> Keyring<'a> {
    /// For the other aggregates.
    pub(in crate::store) const fn of(conn: &'a mut Conn) -> Self {
        Self(conn)
    }
}

impl Keyring<'_> {
    /// The secret of this name, if there is one.
    pub async fn lookup(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "read a secret",
            "SELECT value FROM keyring WHERE name = $1";
            name
        )
    }

    /// The secret of this name; `fresh` becomes it when there is none yet.
    pub async fn ensure(
        &mut self,
        name: &str,
        fresh: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        execute!(self.0, "create a secret",
            "INSERT INTO keyring (name, value, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO NOTHING";
            name, fresh, now
        )?;
        value!(self.0, "read a secret",
            "SELECT value FROM keyring WHERE name = $1";
            name
        )
    }
}
