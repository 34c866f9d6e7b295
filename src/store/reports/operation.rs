//! Nodes and providers, for the settings page.

use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional};
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

row! {
    /// One run of the daemon.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NodeRow {
        /// Name from the configuration.
        pub name: String,
        /// The names of its roles, comma-separated.
        pub roles: String,
        /// Version of the program.
        pub version: String,
        /// Since when it runs.
        pub started_at: Timestamp,
        /// When it last gave a sign.
        pub heartbeat_at: Timestamp,
        stopped_at: Option<Timestamp>,
        silent_us: i64,
    }
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
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProviderRow {
        /// Name from the configuration.
        pub name: String,
        /// Nothing goes through it before.
        pub paused_until: Option<Timestamp>,
        /// Why it is paused.
        pub reason: Option<String>,
        /// Its points, where several share the channel.
        pub weight: Option<i64>,
    }
}

impl Reports<'_> {
    /// Runs of the daemon: first those that have not stopped, each newest first.
    pub async fn nodes(&mut self, limit: i64) -> Result<Vec<NodeRow>, StoreError> {
        all!(self.0, "list the nodes",
            "SELECT name, roles, version, started_at, heartbeat_at, stopped_at, ", words::now!(),
            " - heartbeat_at AS silent_us
             FROM node ORDER BY CASE WHEN stopped_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT $1";
            limit
        )
    }

    /// What is known of providers: those that were paced or paused.
    pub async fn providers(&mut self) -> Result<Vec<ProviderRow>, StoreError> {
        all!(
            self.0,
            "list the providers",
            "SELECT name, paused_until, reason, weight FROM provider_state ORDER BY name"
        )
    }

    /// Who threw the switch that pauses all sending, and when; nothing while sending runs.
    pub async fn dispatch_paused(&mut self) -> Result<Option<(String, Timestamp)>, StoreError> {
        optional!(
            self.0,
            "read whether sending is paused",
            "SELECT actor, at FROM switch WHERE name = 'dispatch' AND thrown"
        )
    }
}
