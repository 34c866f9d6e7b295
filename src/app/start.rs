//! The order in which a node starts: what it builds without a store, the store, its place among the
//! nodes, the ports, the roles. What each of these is made of stands in its own file.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::roles::Public;
use super::{AppError, Running, files, node, peers, prepare, presence, roles, serving, sound};
use crate::config::{Config, NodeRole};
use crate::domain::Clock;
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::runtime::{Lifecycle, Wake};
use crate::store::cluster::presence::Presence;
use crate::store::{DaemonLock, Store};
use crate::template::Source;

/// Starts a node as configured.
pub async fn start(config: &Config, lifecycle: &Lifecycle) -> Result<Running, AppError> {
    start_by(config, lifecycle, Arc::new(SystemClock)).await
}

/// The same by another clock than the machine's: for tests of what a wrong one does.
pub async fn start_by(
    config: &Config,
    lifecycle: &Lifecycle,
    clock: Arc<dyn Clock>,
) -> Result<Running, AppError> {
    let prepared = prepare(config)?;
    let lock = DaemonLock::take(&config.store.url)?;
    let serves = config
        .node
        .does_any(&[NodeRole::Web, NodeRole::Source, NodeRole::Track]);
    let doors = serves.then(|| serving::open(config)).transpose()?;
    let store = Store::open(&config.store.url, config.store.connections).await?;
    sound::check(&store, &config.store.url, lifecycle).await?;
    let presence = Presence::new(&config.store.url, &store)?;
    let node::Registered { id, ids } = node::register(&store, &presence, config, &clock).await?;
    presence::start(
        presence.clone(),
        id,
        config.dispatch.heartbeat.to_std().unwrap_or_default(),
        lifecycle,
    );
    let mut running = Running {
        lifecycle: lifecycle.clone(),
        store,
        ids,
        clock,
        wake: Arc::new(Wake::default()),
        address: doors.as_ref().map(|doors| doors.address),
        public_address: doors.as_ref().and_then(|doors| doors.public_address),
        world: None,
        matcher: Arc::new(ArcSwap::from_pointee(prepared.matcher)),
        id,
        presence,
        _lock: lock,
    };
    match start_roles(
        config,
        &mut running,
        prepared.templates,
        prepared.case_kinds,
        doors,
    )
    .await
    {
        Ok(()) => Ok(running),
        // Nobody may take it for a node that lives, nor miss its slot.
        Err(error) => match running.sign_off().await {
            Ok(()) => Err(error),
            Err(further) => {
                tracing::warn!(error = %further, "the node that did not start is still listed");
                Err(error)
            }
        },
    }
}

async fn start_roles(
    config: &Config,
    running: &mut Running,
    templates: Vec<Source>,
    case_kinds: CaseKinds,
    doors: Option<serving::Doors>,
) -> Result<(), AppError> {
    let (store, clock) = (&running.store, running.clock.as_ref());
    files::import_templates(store, &templates, clock, running.ids.as_ref()).await?;
    let signer = node::signer(store, config, clock).await?;
    let public = Public {
        url: Arc::from(serving::public_url(config, running)),
        signer,
    };
    roles::upkeep(config, running);
    peers::start(config, running);
    if config.node.does(NodeRole::Dispatch) {
        running.world = roles::dispatch(config, running, &public).await?;
    }
    if config.node.does(NodeRole::Plan) {
        roles::plan(config, running, case_kinds.clone());
    }
    if let Some(doors) = doors {
        roles::web(config, running, public, case_kinds, doors).await?;
    }
    Ok(())
}
