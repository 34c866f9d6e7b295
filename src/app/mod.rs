//! The composition root: from settings to a running node. `start` has the order, `files` what is
//! read first, `settings` what each stage is told of the configuration, `roles` what a role is made
//! of, `sources` those that are watched and how they change. Nothing is decided here.

mod files;
mod logins;
mod node;
mod pace;
mod peers;
mod prepare;
mod presence;
mod providers;
mod roles;
mod rules;
mod serving;
mod settings;
mod sound;
mod sources;
mod start;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use files::{load_case_kinds, load_rules, template_names, template_sources};
pub use node::{COMMAND_SLOT, signer};
pub use pace::clock_of;
pub use prepare::{Prepared, every_fault, prepare};
pub use roles::rehearsing_planner;
pub use rules::with_published;
pub use settings::{contact, receipt_horizon, reception, upkeep_settings};
pub use sources::{BuiltSources, WatchedSources};
pub use start::{start, start_by};

use crate::channel::SetupError;
use crate::channel::sandbox::World;
use crate::config::ConfigError;
use crate::domain::{Clock, Ids, NodeId};
use crate::plan::Matcher;
use crate::runtime::{Lifecycle, Wake};
use crate::store::cluster::presence::Presence;
use crate::store::{DaemonLock, Store, StoreError};

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A provider cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A file cannot be used.
    #[error("{0}")]
    File(String),
    /// What stands in the files cannot be built; every fault, each with its place.
    #[error("{}", .0.join("\n"))]
    Faults(Vec<String>),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; free it, or change `[http] {key}`")]
    Listen {
        key: &'static str,
        address: std::net::SocketAddr,
        source: std::io::Error,
    },
    /// It was told to stop while it started; it is in nobody's list any more.
    #[error("the node was told to stop before it was ready")]
    Stopped,
}

/// A node that runs.
pub struct Running {
    pub lifecycle: Lifecycle,
    pub store: Store,
    pub ids: Arc<dyn Ids>,
    pub clock: Arc<dyn Clock>,
    /// Woken when there is work.
    pub wake: Arc<Wake>,
    /// Where it listens, if it has the role `web`.
    pub address: Option<std::net::SocketAddr>,
    /// Where the public paths are, if they have a listener of their own.
    pub public_address: Option<std::net::SocketAddr>,
    /// The sandbox's handsets and mailboxes.
    pub world: Option<Arc<World>>,
    /// The rules, to be swapped on SIGHUP.
    pub matcher: Arc<ArcSwap<Matcher>>,
    /// The sources, to be changed on SIGHUP.
    pub sources: Arc<WatchedSources>,
    id: NodeId,
    presence: Presence,
    _lock: DaemonLock,
}

impl Running {
    /// Signs the node off; call when every task has ended.
    pub async fn sign_off(&self) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        tx.nodes().stop(self.id).await?;
        tx.commit().await?;
        self.presence.close().await;
        self.store.close().await;
        Ok(())
    }
}
