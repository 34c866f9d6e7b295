//! What the roles of a node are made of. Each function starts one; `start` says when.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{
    AppError, COMMAND_SLOT, Running, load_rules, providers, serving, settings, with_published,
};
use crate::channel::sandbox::World;
use crate::config::{Config, NodeRole};
use crate::dispatch::{Dispatcher, DispatcherParts};
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::domain::ids::TimeOrderedIds;
use crate::domain::links::Links;
use crate::domain::token::Signer;
use crate::feed::{self, WebhookParts, WebhookSender};
use crate::intake::inbox::EventInbox;
use crate::plan::Planner;
use crate::runtime::Wake;
use crate::source::{ClockSource, RunnerParts};
use crate::store::Store;
use crate::track::Track;
use crate::track::postbag::{InboxWatch, Postbag};
use crate::upkeep::Upkeep;
use crate::web::auth::keys::KeyCache;
use crate::web::{Door, Web, console, public};

/// How the node is seen from outside: what stands in messages and where gateways report to.
#[derive(Clone)]
pub(super) struct Public {
    pub(super) url: Arc<str>,
    pub(super) signer: Signer,
}

/// The upkeep is no role: every node looks, and one of them does the work.
pub(super) fn upkeep(config: &Config, running: &Running, case_kinds: &CaseKinds) {
    let upkeep = Upkeep {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        node: running.id,
        settings: settings::upkeep_settings(config),
        kinds: Arc::new(case_kinds.clone()),
    };
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("upkeep", upkeep.run(lifecycle.clone()));
}

/// What happens is kept for programs, if the settings or a webhook want it; a node with the role
/// `dispatch` posts it.
pub(super) async fn feed(config: &Config, running: &Running) -> Result<(), AppError> {
    let now = running.clock.now();
    feed::keep(&running.store, config.feed.enabled, now).await?;
    if !config.node.does(NodeRole::Dispatch) {
        return Ok(());
    }
    let parts = WebhookParts {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        node: running.id,
        allowed: config.feed.allow_private.clone(),
        give_up: config.feed.give_up,
    };
    let sender = WebhookSender::new(parts).map_err(|error| AppError::File(error.to_string()))?;
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("webhooks", Arc::new(sender).run(lifecycle.clone()));
    Ok(())
}

/// The role `plan`.
pub(super) fn plan(config: &Config, running: &Running, case_kinds: CaseKinds) {
    let planner = planner(config, running, case_kinds);
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("planner", planner.run(lifecycle.clone()));
}

fn planner(config: &Config, running: &Running, case_kinds: CaseKinds) -> Planner {
    Planner::new(
        running.store.clone(),
        Arc::clone(&running.clock),
        Arc::clone(&running.ids),
        Arc::clone(&running.wake),
        settings::plan(config, case_kinds),
        Arc::clone(&running.matcher),
    )
}

/// A planner that is only asked what an event would come to, by the rules in force.
pub async fn rehearsing_planner(
    config: &Config,
    store: &Store,
    case_kinds: CaseKinds,
) -> Result<Planner, AppError> {
    let matcher = with_published(store, &load_rules(config)?).await?;
    Ok(Planner::new(
        store.clone(),
        Arc::new(SystemClock),
        Arc::new(TimeOrderedIds::new(SystemClock, COMMAND_SLOT)),
        Arc::new(Wake::default()),
        settings::plan(config, case_kinds),
        Arc::new(ArcSwap::from_pointee(matcher)),
    ))
}

/// The role `source`: the clock, which one of the nodes that have the role minds. What else it watches
/// is in `sources`.
pub(super) fn clock(config: &Config, running: &Running, case_kinds: &CaseKinds) {
    let parts = RunnerParts {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        wake: Arc::clone(&running.wake),
        node: running.id,
    };
    let kinds = Arc::new(case_kinds.clone());
    let clock = ClockSource::new(config.clock.clone(), kinds, parts);
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("clock", clock.run(lifecycle.clone()));
}

/// The role `source` as well: the mailboxes that mails come back to.
pub(super) fn inboxes(config: &Config, running: &Running, public: &Public) {
    let postbag = Postbag {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        signer: public.signer.clone(),
        horizon: settings::receipt_horizon(config),
    };
    let lifecycle = &running.lifecycle;
    for (name, inbox) in &config.inboxes {
        let (name, settings) = (name.clone(), &inbox.settings);
        let watch = InboxWatch::new(name, settings, postbag.clone(), running.id);
        lifecycle.spawn("inbox", watch.run(lifecycle.clone()));
    }
}

/// The role `dispatch`: the providers in use, and the dispatcher that hands messages to them. Only
/// a node with this role speaks to providers. Returns the sandbox's handsets and mailboxes, if one
/// is in use.
pub(super) async fn dispatch(
    config: &Config,
    running: &Running,
    public: &Public,
) -> Result<Option<Arc<World>>, AppError> {
    let carriers = providers::carriers(config, running, &public.url, &public.signer)?;
    let parts = DispatcherParts {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        routes: carriers.routes,
        node: running.id,
        node_name: config.node.name.clone(),
        links: Links::new(
            Arc::clone(&public.url),
            public.signer.clone(),
            config.tracking.clicks,
        ),
        settings: settings::dispatch(config),
        wake: Arc::clone(&running.wake),
    };
    Dispatcher::new(parts).start(&running.lifecycle).await?;
    Ok(carriers.sandbox.map(|sandbox| sandbox.world))
}

/// The roles `web`, `source` and `track`: what of them the node has, behind these doors.
pub(super) async fn web(
    config: &Config,
    running: &Running,
    public: Public,
    case_kinds: CaseKinds,
    doors: serving::Doors,
) -> Result<(), AppError> {
    let lifecycle = running.lifecycle.clone();
    let console = console::ConsoleState::new(providers::faces(config), lifecycle)
        .in_zone(config.upkeep.zone)
        .speaking(config.console.language)
        .declaring(providers::declaring(config))
        .promising(config.dialogue.clone());
    let web = web_state(config, running, public, case_kinds, console).await?;
    if config.node.does(NodeRole::Web) {
        console::ConsoleState::watch(&web);
    }
    serving::start(config, web, doors, &running.lifecycle);
    Ok(())
}

async fn web_state(
    config: &Config,
    running: &Running,
    public: Public,
    case_kinds: CaseKinds,
    console: console::ConsoleState,
) -> Result<Web, AppError> {
    let rehearsal = Arc::new(planner(config, running, case_kinds.clone()));
    let case_kinds = Arc::new(case_kinds);
    let pages = public::Pages::new(settings::public_contact(config), case_kinds)
        .counting_clicks(config.tracking.clicks)
        .keeping_messages(config.retention.messages);
    pages.learn_links(&running.store).await?;
    let pages = Arc::new(pages);
    watch_erasures(&pages, running);
    let door = Arc::new(door(config, &public));
    Ok(Web {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        signer: public.signer,
        public_url: public.url,
        inbox: EventInbox::start(&running.lifecycle, running.store.clone()),
        wake: Arc::clone(&running.wake),
        keys: KeyCache::default(),
        limits: settings::limits(config),
        phones: Arc::new(config.phone.clone()),
        sandbox: running.world.clone(),
        rules: Arc::clone(&running.matcher),
        rehearsal,
        sources: Arc::clone(running.sources.register()),
        track: Track::start(
            &running.lifecycle,
            &running.store,
            Arc::clone(&running.clock),
            Arc::clone(&running.ids),
            settings::receipt_horizon(config),
        ),
        pages,
        console: Arc::new(console),
        door,
        private_receivers: config.feed.allow_private.as_slice().into(),
    })
}

/// What is wrong with the secrets was said before anything began (`prepare`).
fn door(config: &Config, public: &Public) -> Door {
    let (replies, _) = providers::reply_secrets(config);
    let (calls, _) = providers::callback_desk(config, &public.url, &public.signer);
    Door::new(config.http.trusted_proxies.clone())
        .taking_replies(replies)
        .taking_calls(calls)
}

/// Links of the erased end on every node, whichever did it.
fn watch_erasures(pages: &Arc<public::Pages>, running: &Running) {
    let (pages, store) = (Arc::clone(pages), running.store.clone());
    let (clock, lifecycle) = (Arc::clone(&running.clock), running.lifecycle.clone());
    running.lifecycle.spawn("erasures", async move {
        pages.watch_erasures(store, clock.as_ref(), lifecycle).await;
    });
}
