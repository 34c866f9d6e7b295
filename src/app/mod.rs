//! The composition root: from settings to a running node. Opens the store, makes what the roles
//! share, starts each role, and hands back what `cli` waits for. Nothing is decided here.

mod bell;
mod node;
mod prepare;
mod presence;
mod providers;
mod renderer;
mod sending;
mod serving;
mod sound;

use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine as _;
use serde_json::{Map, Value, json};

pub use node::COMMAND_SLOT;
pub use prepare::{Prepared, every_fault, prepare};

use crate::channel::SetupError;
use crate::channel::sandbox::World;
use crate::config::{Config, ConfigError, Role, rules};
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::domain::links::Links;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids, NodeId};
use crate::intake::Limits;
use crate::intake::inbox::EventInbox;
use crate::plan::{self, Matcher, Planner};
use crate::runtime::{Lifecycle, Wake};
use crate::store::cluster::presence::Presence;
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::templates::Pen;
use crate::store::{DaemonLock, Store, StoreError};
use crate::template::{Source, Workshop};
use crate::track::Track;
use crate::upkeep::{self, Upkeep};
use crate::web::auth::keys::KeyCache;
use crate::web::{Door, Web, console, public};

/// Who wrote the templates that come with the program or from the configured folder.
const AUTHOR: &str = "araldo";

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store is.
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
        /// The setting.
        key: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

/// A node that runs.
pub struct Running {
    /// Its tasks.
    pub lifecycle: Lifecycle,
    /// Its store.
    pub store: Store,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// The time.
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
    import_templates(&store, &prepared.templates, clock.as_ref(), ids.as_ref()).await?;
    let signer = signer(&store, config, clock.as_ref()).await?;
    let matcher = Arc::new(ArcSwap::from_pointee(prepared.matcher));
    let doors = match config
        .node
        .does_any(&[Role::Web, Role::Source, Role::Track])
    {
        true => Some(serving::open(config).await?),
        false => None,
    };
    let running = Running {
        lifecycle: lifecycle.clone(),
        store,
        ids,
        clock,
        wake: Arc::new(Wake::default()),
        address: doors.as_ref().map(|doors| doors.address),
        public_address: doors.as_ref().and_then(|doors| doors.public_address),
        world: None,
        matcher,
        id,
        presence,
        _lock: lock,
    };
    start_roles(config, running, signer, prepared.case_kinds, doors).await
}

async fn start_roles(
    config: &Config,
    mut running: Running,
    signer: Signer,
    case_kinds: CaseKinds,
    doors: Option<serving::Doors>,
) -> Result<Running, AppError> {
    let lifecycle = running.lifecycle.clone();
    let public_url = serving::public_url(config, &running);
    start_upkeep(config, &running);
    let links = Links::new(
        Arc::from(public_url.as_str()),
        signer.clone(),
        config.tracking.clicks,
    );
    bell::start(config, &running, &lifecycle);
    if config.node.does(Role::Dispatch) {
        let public = sending::Public {
            url: &public_url,
            signer: &signer,
            links: &links,
        };
        running.world = sending::start(config, &running, public).await?;
    }
    if config.node.does(Role::Plan) {
        start_planner(config, &running, case_kinds.clone());
    }
    if let Some(doors) = doors {
        let console = console::Desk::new(
            Some(Arc::new(renderer::StoredRenderer {
                store: running.store.clone(),
                links: Links::for_looking(Arc::from(public_url.as_str())),
                texts: Workshop::default(),
            })),
            providers::faces(config),
            lifecycle.clone(),
        )
        .in_zone(config.upkeep.zone);
        let web = web_state(config, &running, signer, case_kinds, &public_url, console).await?;
        if config.node.does(Role::Web) {
            console::Desk::watch(&web);
        }
        serving::start(config, web, doors, &lifecycle);
    }
    Ok(running)
}

fn start_planner(config: &Config, running: &Running, case_kinds: CaseKinds) {
    let settings = plan::Settings {
        quiet_hours: config.quiet_hours,
        opens: config.tracking.opens,
        clicks: config.tracking.clicks,
        zone: config.upkeep.zone,
        contact: contact(config),
        case_kinds,
        small_area: plan::SMALL_AREA,
    };
    let planner = Planner::new(
        running.store.clone(),
        Arc::clone(&running.clock),
        Arc::clone(&running.ids),
        Arc::clone(&running.wake),
        settings,
        Arc::clone(&running.matcher),
    );
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("planner", planner.run(lifecycle.clone()));
}

/// No role: every node looks, and one of them does the work.
fn start_upkeep(config: &Config, running: &Running) {
    let upkeep = Upkeep {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        node: running.id,
        settings: upkeep_settings(config),
    };
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("upkeep", upkeep.run(lifecycle.clone()));
}

async fn web_state(
    config: &Config,
    running: &Running,
    signer: Signer,
    case_kinds: CaseKinds,
    public_url: &str,
    console: console::Desk,
) -> Result<Web, AppError> {
    let contact = public::Contact {
        organisation: config.contact.organisation.clone(),
        phone: config.contact.phone.clone(),
        phone_free: config.contact.phone_free.clone(),
        email: config.contact.email.clone(),
        hours: config.contact.hours.clone(),
    };
    let pages = public::Pages::new(contact, Arc::new(case_kinds))
        .counting_clicks(config.tracking.clicks)
        .keeping_messages(config.retention.messages);
    pages.learn_links(&running.store).await?;
    let pages = Arc::new(pages);
    watch_erasures(&pages, running);
    let horizon = receipt_horizon(config);
    let limits = Limits {
        single_bytes: config.http.max_event,
        batch_bytes: config.http.max_batch,
        ..Limits::default()
    };
    Ok(Web {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        signer,
        public_url: Arc::from(public_url),
        inbox: EventInbox::start(&running.lifecycle, running.store.clone()),
        wake: Arc::clone(&running.wake),
        keys: KeyCache::default(),
        limits,
        phones: Arc::new(config.phone.clone()),
        sandbox: running.world.clone(),
        rules: Arc::clone(&running.matcher),
        track: Track::start(
            &running.lifecycle,
            &running.store,
            Arc::clone(&running.clock),
            Arc::clone(&running.ids),
            horizon,
        ),
        pages,
        console: Arc::new(console),
        door: Arc::new(Door::new(config.http.trusted_proxies.clone())),
    })
}

/// Links of the erased end on every node, whichever did it.
fn watch_erasures(pages: &Arc<public::Pages>, running: &Running) {
    let (pages, store) = (Arc::clone(pages), running.store.clone());
    let (clock, lifecycle) = (Arc::clone(&running.clock), running.lifecycle.clone());
    running.lifecycle.spawn("erasures", async move {
        pages.watch_erasures(store, clock.as_ref(), lifecycle).await;
    });
}

async fn signer(store: &Store, config: &Config, clock: &dyn Clock) -> Result<Signer, AppError> {
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

/// Rules as configured, ready to be asked.
pub fn load_rules(config: &Config) -> Result<Matcher, AppError> {
    let rules = rules::load(config.rules_file.as_deref())?;
    Matcher::new(rules).map_err(|error| AppError::File(error.to_string()))
}

/// Kinds of cases as configured.
pub fn load_case_kinds(config: &Config) -> Result<CaseKinds, AppError> {
    let Some(path) = &config.case_kinds_file else {
        return Ok(CaseKinds::shipped());
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| AppError::File(format!("cannot read {name}: {error}")))?;
    CaseKinds::parse(&text, &name)
        .map_err(|faults| AppError::Faults(faults.iter().map(ToString::to_string).collect()))
}

/// The templates that come with the program, or those of the configured folder that can be read;
/// and what is wrong with the others.
#[must_use]
pub fn template_sources(config: &Config) -> (Vec<Source>, Vec<String>) {
    let Some(folder) = &config.templates_folder else {
        return Source::shipped().map_or_else(
            |fault| (Vec::new(), vec![fault.to_string()]),
            |sources| (sources, Vec::new()),
        );
    };
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let fault = format!("cannot read {}: {error}", folder.display());
            return (Vec::new(), vec![fault]);
        }
    };
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in entries.iter().map(std::fs::DirEntry::path) {
        match path.is_dir().then(|| Source::from_folder(&path)) {
            Some(Ok(source)) => sources.push(source),
            Some(Err(fault)) => faults.push(format!("{}/{fault}", path.display())),
            None => {}
        }
    }
    (sources, faults)
}

async fn import_templates(
    store: &Store,
    sources: &[Source],
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<(), AppError> {
    let mut tx = store.write().await?;
    for source in sources {
        let pen = Pen {
            author: AUTHOR,
            now: clock.now(),
            ids,
        };
        tx.templates().import(source, pen).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How the upkeep works, as configured.
#[must_use]
pub fn upkeep_settings(config: &Config) -> upkeep::Settings {
    upkeep::Settings {
        zone: config.upkeep.zone,
        nightly_minute: config.upkeep.nightly_minute,
        messages: config.retention.messages,
        bodies: config.retention.bodies,
        events: config.retention.events,
        cases: config.retention.cases,
        incidents: config.retention.incidents,
        audit: config.retention.audit,
        cap_per_hour: i64::from(config.dispatch.flood_per_hour),
        horizon: receipt_horizon(config),
    }
}

const fn receipt_horizon(config: &Config) -> ReceiptHorizon {
    ReceiptHorizon {
        sms: config.dispatch.receipt_horizon_sms,
        email: config.dispatch.receipt_horizon_email,
    }
}

/// `contact` and `organisation` as texts see them; what is not configured is not there.
#[must_use]
pub fn contact(config: &Config) -> Value {
    let from = &config.contact;
    let facts = [
        ("phone", &from.phone),
        ("phone_free", &from.phone_free),
        ("email", &from.email),
        ("hours", &from.hours),
    ];
    let contact: Map<String, Value> = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name.to_owned(), json!(fact.as_ref()?))))
        .collect();
    json!({ "organisation": { "name": from.organisation }, "contact": contact })
}
