//! Secrets the daemon makes for itself on first start, so that every node of one store signs
//! alike and links survive a restart without anybody configuring a key.

use crate::domain::Timestamp;
use crate::store::{Conn, Doing as _, StoreError, Tx, on};

/// The keyring of a transaction.
pub struct Keyring<'a>(&'a mut Conn);

impl Tx {
    /// The keyring.
    pub fn keyring(&mut self) -> Keyring<'_> {
        Keyring(&mut self.conn)
    }
}

impl<'a> Keyring<'a> {
    /// For the other aggregates.
    pub(in crate::store) const fn of(conn: &'a mut Conn) -> Self {
        Self(conn)
    }
}

impl Keyring<'_> {
    /// The secret of this name, if there is one.
    pub async fn lookup(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query_scalar("SELECT value FROM keyring WHERE name = $1")
                .bind(name)
                .fetch_optional(&mut **c)
                .await
        })
        .doing("look for a secret")
    }

    /// The secret of this name; `fresh` becomes it when there is none yet.
    pub async fn ensure(
        &mut self,
        name: &str,
        fresh: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO keyring (name, value, created_at) VALUES ($1, $2, $3)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(name)
            .bind(fresh)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("make a secret")?;
        let (value,): (String,) = on!(&mut *self.0, |c| {
            sqlx::query_as("SELECT value FROM keyring WHERE name = $1")
                .bind(name)
                .fetch_one(&mut **c)
                .await
        })
        .doing("read a secret")?;
        Ok(value)
    }
}
