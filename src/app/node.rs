//! This run of this node: its slot among the nodes that share the store, its id, its ids, and the
//! key of the links it writes.

use std::sync::Arc;

use base64::Engine as _;

use super::AppError;
use crate::config::Config;
use crate::domain::ids::TimeOrderedIds;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids, NodeId};
use crate::store::cluster::nodes::NewNode;
use crate::store::cluster::presence::Presence;
use crate::store::{Store, StoreError};

/// Slots that nodes may take. The rest is for commands that run beside a daemon.
const SLOTS: u8 = 250;
/// The slot of a command that runs beside a daemon.
pub const COMMAND_SLOT: u8 = 255;
/// Whoever asks has no number yet.
const NOBODY: NodeId = NodeId::new(0);
/// Nodes that start at the same moment may choose the same slot; the second tries again.
const TRIES: u32 = 5;

/// Who this node is.
pub(super) struct Registered {
    pub(super) id: NodeId,
    pub(super) ids: Arc<dyn Ids>,
}

/// Enters this run into the list of nodes.
pub(super) async fn register(
    store: &Store,
    presence: &Presence,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Registered, StoreError> {
    let mut last = None;
    for _ in 0..TRIES {
        match try_register(store, presence, config, clock).await {
            Ok(registered) => return Ok(registered),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| StoreError::Unfit(String::from("no slot for this node is free"))))
}

async fn try_register(
    store: &Store,
    presence: &Presence,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Registered, StoreError> {
    let slot = match free_slot(store).await? {
        Some(slot) => slot,
        None => slot_of_the_dead(store, config).await?,
    };
    let ids: Arc<dyn Ids> = Arc::new(TimeOrderedIds::new(Arc::clone(clock), slot));
    let id = NodeId::new(ids.next());
    let roles: Vec<&str> = config.node.roles.iter().map(|role| role.as_str()).collect();
    let node = NewNode {
        id,
        slot,
        name: config.node.name.clone(),
        roles: roles.join(","),
    };
    // First the sign, so that nobody finds the node without it.
    presence.show(id).await?;
    let mut tx = store.write().await?;
    tx.nodes().register(&node).await?;
    tx.commit().await?;
    Ok(Registered { id, ids })
}

async fn free_slot(store: &Store) -> Result<Option<u8>, StoreError> {
    let taken = store.read().await?.nodes().slots_in_use().await?;
    Ok((0..SLOTS).find(|slot| !taken.contains(slot)))
}

/// Nodes that ended without a word are declared dead by those that dispatch; where none does,
/// their slots would be taken for ever. Who shows no sign of life is asked as there
/// (`dispatch::recovery::dead_nodes`): a run that has just begun judges nobody by its heartbeats,
/// and looks twice, because one that lives may just be connecting again.
async fn slot_of_the_dead(store: &Store, config: &Config) -> Result<u8, StoreError> {
    let ttl = config.dispatch.lease.num_microseconds().unwrap_or(i64::MAX);
    let seen = {
        let mut tx = store.read().await?;
        tx.nodes().silent_runs(NOBODY, None, ttl).await?
    };
    let shared = store.kind() != "sqlite";
    if shared {
        // Long enough that the living have shown their sign again.
        let pause = config.dispatch.heartbeat * 2;
        tokio::time::sleep(pause.to_std().unwrap_or_default()).await;
    }
    let mut tx = store.write().await?;
    let mut silent = tx.nodes().silent_runs(NOBODY, None, ttl).await?;
    silent.retain(|node| !shared || seen.contains(node));
    tx.nodes().mark_dead(NOBODY, i64::MAX, &silent).await?;
    tx.commit().await?;
    free_slot(store).await?.ok_or_else(|| {
        StoreError::Unfit(format!(
            "{SLOTS} nodes share this store already; stop one first"
        ))
    })
}

/// Signs the links: with the configured key, or with one that the nodes share through the store.
pub async fn signer(store: &Store, config: &Config, clock: &dyn Clock) -> Result<Signer, AppError> {
    if let Some(key) = &config.tracking.key {
        return Ok(Signer::new(key.expose().as_bytes()));
    }
    let fresh: [u8; 32] = rand::random();
    let fresh = base64::engine::general_purpose::STANDARD.encode(fresh);
    let mut tx = store.write().await?;
    let secret = tx.keyring().ensure("links", &fresh, clock.now()).await?;
    tx.commit().await?;
    Ok(Signer::new(secret.as_bytes()))
}
