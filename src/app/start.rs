//! The order in which a node starts: what it builds without a store, the store, its place among the
//! nodes, the ports, the roles. What each of these is made of stands in its own file.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::roles::Public;
use super::{
    AppError, Running, WatchedSources, clock_of, files, node, peers, prepare, presence, providers,
    roles, rules, serving, sound,
};
use crate::channel::HandoverDesk;
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
    // Given up half-way it leaves nothing that others would miss: a migration is made whole or not
    // at all, and locks end with their connections. Only a run that was entered in the very moment
    // stays in the list, and is found dead like any that ends without a word.
    let place = Box::pin(take_place(config, lifecycle, clock));
    let (store, presence, registered, clock) = unless_stopped(lifecycle, place).await?;
    let node::Registered { id, ids } = registered;
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
        sources: Arc::new(WatchedSources::new(config, prepared.case_kinds.clone())),
        id,
        presence,
        _lock: lock,
    };
    let roles = start_roles(
        config,
        &mut running,
        prepared.templates,
        prepared.case_kinds,
        doors,
    );
    let started = unless_stopped(lifecycle, Box::pin(roles)).await;
    match started {
        Ok(()) => Ok(running),
        Err(error) => {
            leave(config, &running).await;
            Err(error)
        }
    }
}

/// Opens the store and enters this run into the list of its nodes. Migrations, and the look for
/// damage, may take long. From here on the node goes by the clock of its store.
async fn take_place(
    config: &Config,
    lifecycle: &Lifecycle,
    machine: Arc<dyn Clock>,
) -> Result<(Store, Presence, node::Registered, Arc<dyn Clock>), AppError> {
    let store = Store::open(&config.store.url, config.store.connections).await?;
    sound::check(&store, &config.store.url, lifecycle).await?;
    let clock = clock_of(&store, config, machine).await?;
    let presence = Presence::new(&config.store.url, &store)?;
    let registered = node::register(&store, &presence, config, &clock).await?;
    Ok((store, presence, registered, clock))
}

/// Does the work, unless the node is told to stop meanwhile; then the work is dropped.
async fn unless_stopped<T>(
    lifecycle: &Lifecycle,
    work: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    tokio::select! {
        biased;
        done = work => done,
        () = lifecycle.stopping() => Err(AppError::Stopped),
    }
}

/// Ends a start that failed: first the tasks that it had begun, then the entry in the list, so
/// that nobody takes it for a node that lives, nor misses its slot.
async fn leave(config: &Config, running: &Running) {
    running.lifecycle.stop();
    running.lifecycle.ended(config.http.stop_within).await;
    if let Err(error) = running.sign_off().await {
        tracing::warn!(error = %error, "the node that did not start is still listed");
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
    rules::look(store, &running.matcher).await?;
    let signer = node::signer(store, config, clock).await?;
    let public = Public {
        url: Arc::from(serving::public_url(config, running)),
        signer,
    };
    let matcher = Arc::clone(&running.matcher);
    rules::watch(running.store.clone(), matcher, &running.lifecycle);
    roles::upkeep(config, running, &public, &case_kinds);
    peers::start(config, running);
    roles::feed(config, running).await?;
    let (desk, handovers) = HandoverDesk::open();
    if config.node.does(NodeRole::Dispatch) {
        running.world = roles::dispatch(config, running, &public, desk).await?;
    }
    if config.node.does(NodeRole::Plan) {
        roles::plan(config, running, case_kinds.clone());
    }
    let sources = running.sources.build(config, running)?;
    running.sources.apply(sources, &running.lifecycle);
    if config.node.does(NodeRole::Source) {
        roles::clock(config, running, &case_kinds);
        roles::inboxes(config, running, &public);
        roles::staff_mails(config, running, &public);
    }
    // What providers bring by themselves is kept where it arrives, also where nobody is served.
    let keeps = config.node.does(NodeRole::Dispatch) && providers::bring(config);
    if keeps || doors.is_some() {
        let handovers = keeps.then_some(handovers);
        roles::web(config, running, public, case_kinds, (doors, handovers)).await?;
    }
    Ok(())
}
