//! Nodes, providers and keys, for the settings page.

use crate::domain::Timestamp;
use crate::store::{Doing as _, StoreError, on};
use crate::text::text_enum::text_enum;

use super::Reports;

/// Without a sign for so long, by the database's clock, a node counts as silent: five of its
/// usual heartbeats.
const SILENT_US: i64 = 10_000_000;

text_enum! {
    /// How a run of the daemon does.
    pub enum NodeState {
        /// It gives signs of life.
        Alive => "alive",
        /// It has given none for a while, and nobody has declared it dead yet.
        Silent => "silent",
        /// It signed off, or was declared dead.
        Stopped => "stopped",
    }
}

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
    silent_us: i64,
}

impl NodeRow {
    /// How it does, by the database's clock.
    #[must_use]
    pub const fn state(&self) -> NodeState {
        match self.stopped_at {
            Some(_) => NodeState::Stopped,
            None if self.silent_us > SILENT_US => NodeState::Silent,
            None => NodeState::Alive,
        }
    }
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
    pub sources: Option<String>,
    pub types: Option<String>,
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
    /// Runs of the daemon: first those that have not stopped, each newest first.
    pub async fn nodes(&mut self, limit: i64) -> Result<Vec<NodeRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, NodeRow>(concat!(
            "SELECT name, roles, version, started_at, heartbeat_at, stopped_at, ",
            words::now!(),
            " - heartbeat_at AS silent_us
             FROM node ORDER BY CASE WHEN stopped_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT $1"
        ))
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
            "SELECT name, prefix, scopes, sources, types, created_at, last_used_at, revoked_at \
             FROM api_key ORDER BY id"
        )
        .fetch_all(&mut **c)
        .await)
        .doing("list the keys")
    }
}
