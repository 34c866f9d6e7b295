//! Switches an operator threw, and how each provider does: small rows that every node reads.

use crate::domain::Timestamp;
use crate::store::{Conn, Doing as _, StoreError, Tx, on};

/// The switch that stops all sending.
pub const DISPATCH: &str = "dispatch";

/// The switches of a transaction.
pub struct Switches<'a>(&'a mut Conn);

impl Tx {
    /// The switches.
    pub fn switches(&mut self) -> Switches<'_> {
        Switches(&mut self.conn)
    }
}

impl Switches<'_> {
    /// Whether the switch is thrown. One that nobody ever touched is not.
    pub async fn is_thrown(&mut self, name: &str) -> Result<bool, StoreError> {
        let row: Option<(bool,)> = on!(&mut *self.0, |c| {
            sqlx::query_as("SELECT CAST(thrown AS BOOLEAN) FROM switch WHERE name = $1")
                .bind(name)
                .fetch_optional(&mut **c)
                .await
        })
        .doing("read a switch")?;
        Ok(row.is_some_and(|(thrown,)| thrown))
    }

    /// Throws the switch, or puts it back.
    pub async fn set(
        &mut self,
        name: &str,
        thrown: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO switch (name, thrown, actor, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name) DO UPDATE SET thrown = excluded.thrown,
                 actor = excluded.actor, at = excluded.at",
            )
            .bind(name)
            .bind(thrown)
            .bind(actor)
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("throw a switch")
    }

    /// Notes how a provider does, for the console of every node.
    pub async fn note_provider(
        &mut self,
        name: &str,
        paused_until: Option<Timestamp>,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO provider_state (name, paused_until, reason, tat)
                 VALUES ($1, $2, $3, 0) ON CONFLICT (name) DO UPDATE SET
                 paused_until = excluded.paused_until, reason = excluded.reason",
            )
            .bind(name)
            .bind(paused_until.map(Timestamp::as_micros))
            .bind(reason)
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("note how a provider does")
    }
}
