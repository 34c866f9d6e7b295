//! Nodes, providers and keys, for the settings page.

use crate::domain::Timestamp;
use crate::store::{Doing as _, StoreError, on};

use super::Reports;

/// One run of the daemon.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NodeRow {
    /// Name from the configuration.
    pub name: String,
    /// Comma-separated roles.
    pub roles: String,
    /// Version of the program.
    pub version: String,
    started_at: i64,
    heartbeat_at: i64,
    stopped_at: Option<i64>,
}

impl NodeRow {
    /// Since when it runs.
    #[must_use]
    pub const fn started_at(&self) -> Timestamp {
        Timestamp::from_micros(self.started_at)
    }
    /// When it last gave a sign.
    #[must_use]
    pub const fn heartbeat_at(&self) -> Timestamp {
        Timestamp::from_micros(self.heartbeat_at)
    }
    /// When it stopped in good order, if it did.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Timestamp> {
        self.stopped_at.map(Timestamp::from_micros)
    }
}

/// A provider's pause.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProviderRow {
    /// Name from the configuration.
    pub name: String,
    paused_until: Option<i64>,
    /// Why it is paused.
    pub reason: Option<String>,
}

impl ProviderRow {
    /// Nothing goes through it before.
    #[must_use]
    pub fn paused_until(&self) -> Option<Timestamp> {
        self.paused_until.map(Timestamp::from_micros)
    }
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "columns of `api_key`, described in the schema")]
pub struct KeyRow {
    pub name: String,
    pub prefix: String,
    pub scopes: String,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl KeyRow {
    /// Since when it exists.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }
    /// To the minute.
    #[must_use]
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at.map(Timestamp::from_micros)
    }
    /// Opens nothing since.
    #[must_use]
    pub fn revoked_at(&self) -> Option<Timestamp> {
        self.revoked_at.map(Timestamp::from_micros)
    }
}

impl Reports<'_> {
    /// The latest runs of the daemon, newest first.
    pub async fn nodes(&mut self, limit: i64) -> Result<Vec<NodeRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, NodeRow>(
            "SELECT name, roles, version, started_at, heartbeat_at, stopped_at \
             FROM node ORDER BY id DESC LIMIT $1"
        )
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("list the nodes")
    }

    /// What is known of providers: those that were paced or paused.
    pub async fn providers(&mut self) -> Result<Vec<ProviderRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, ProviderRow>(
            "SELECT name, paused_until, reason FROM provider_state ORDER BY name"
        )
        .fetch_all(&mut **c)
        .await)
        .doing("list the providers")
    }

    /// Who threw the switch that pauses all sending, and when; nothing while sending runs.
    pub async fn dispatch_paused(&mut self) -> Result<Option<(String, Timestamp)>, StoreError> {
        let found: Option<(String, i64)> = on!(self.0, |c| sqlx::query_as(
            "SELECT actor, at FROM switch WHERE name = 'dispatch' AND thrown"
        )
        .fetch_optional(&mut **c)
        .await)
        .doing("look at the switches")?;
        Ok(found.map(|(actor, at)| (actor, Timestamp::from_micros(at))))
    }

    /// The keys, oldest first.
    pub async fn keys(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, KeyRow>(
            "SELECT name, prefix, scopes, created_at, last_used_at, revoked_at \
             FROM api_key ORDER BY id"
        )
        .fetch_all(&mut **c)
        .await)
        .doing("list the keys")
    }
}
