//! What the roles of a node are made of. Each function starts one; `start` says when.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::mpsc::Receiver;

use super::{
    AppError, COMMAND_SLOT, Running, load_rules, logins, providers, serving, settings,
    with_published,
};
use crate::channel::sandbox::World;
use crate::channel::{Handover, HandoverDesk, Provider};
use crate::config::{Config, NodeRole};
use crate::dispatch::{Dispatcher, DispatcherParts};
use crate::domain::case_kind::CaseKinds;
use crate::domain::clock::SystemClock;
use crate::domain::ids::TimeOrderedIds;
use crate::domain::links::Links;
use crate::domain::promise::Dialogue;
use crate::domain::token::Signer;
use crate::feed::{self, WebhookParts, WebhookSender};
use crate::intake::inbox::EventInbox;
use crate::plan::Planner;
use crate::runtime::Wake;
use crate::source::{ClockSource, RunnerParts};
use crate::store::Store;
use crate::track::Track;
use crate::track::asking::ProviderAsking;
use crate::track::dialogue::StaffMailer;
use crate::track::postbag::{InboxWatch, Postbag};
use crate::upkeep::Upkeep;
use crate::web::auth::keys::KeyCache;
use crate::web::hooks::keep_handovers;
use crate::web::{Door, Web, console, public};

/// How the node is seen from outside: what stands in messages and where gateways report to.
#[derive(Clone)]
pub(super) struct Public {
    pub(super) url: Arc<str>,
    pub(super) signer: Signer,
}

/// The upkeep is no role: every node looks, and one of them does the work.
pub(super) fn upkeep(config: &Config, running: &Running, public: &Public, case_kinds: &CaseKinds) {
    let own = &config.console;
    let writer = console::WeekLetters::new(
        own.language,
        &config.contact.organisation,
        own.url.as_deref().unwrap_or(&public.url),
        config.channels.currency.clone(),
    );
    let upkeep = Upkeep {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        node: running.id,
        settings: settings::upkeep_settings(config),
        kinds: Arc::new(case_kinds.clone()),
        writer: Arc::new(writer),
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
    let postbag = postbag(config, running, &public.signer);
    let lifecycle = &running.lifecycle;
    for (name, inbox) in &config.inboxes {
        let (name, settings) = (name.clone(), &inbox.settings);
        let watch = InboxWatch::new(name, settings, postbag.clone(), running.id);
        lifecycle.spawn("inbox", watch.run(lifecycle.clone()));
    }
}

fn postbag(config: &Config, running: &Running, signer: &Signer) -> Postbag {
    Postbag {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        signer: signer.clone(),
        horizon: settings::receipt_horizon(config),
        reception: settings::reception(config, Arc::clone(&running.matcher)),
    }
}

/// The role `source` as well: what clients write is mailed to whoever is to answer, where the settings say so.
pub(super) fn staff_mails(config: &Config, running: &Running, public: &Public) {
    if !config.dialogue.tutor_mail {
        return;
    }
    let mailer = StaffMailer {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        public_url: Arc::from(config.console.url.as_deref().unwrap_or(&public.url)),
        inbox_mail: config.dialogue.inbox_mail.clone(),
    };
    let lifecycle = &running.lifecycle;
    lifecycle.spawn("staff-mails", mailer.run(lifecycle.clone()));
}

/// The role `dispatch`: the providers in use, and the dispatcher that hands messages to them. Only
/// a node with this role speaks to providers. Returns the sandbox's handsets and mailboxes, if one
/// is in use.
pub(super) async fn dispatch(
    config: &Config,
    running: &Running,
    public: &Public,
    desk: HandoverDesk,
) -> Result<Option<Arc<World>>, AppError> {
    let carriers = providers::carriers(config, running, public, desk.clone())?;
    for provider in &carriers.polled {
        ask(running, provider, &desk);
    }
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

/// The role `dispatch` as well: providers that call nothing back are asked.
fn ask(running: &Running, provider: &Arc<dyn Provider>, desk: &HandoverDesk) {
    let lifecycle = &running.lifecycle;
    for wanted in ProviderAsking::wanted(&**provider) {
        let asking = ProviderAsking {
            store: running.store.clone(),
            clock: Arc::clone(&running.clock),
            node: running.id,
            provider: Arc::clone(provider),
            desk: desk.clone(),
            wanted,
        };
        lifecycle.spawn("asking", asking.run(lifecycle.clone()));
    }
}

/// The roles `web`, `source` and `track`: what of them the node has, behind these doors; and what
/// providers bring over connections of their own to a node with the role `dispatch`.
pub(super) async fn web(
    config: &Config,
    running: &Running,
    public: Public,
    case_kinds: CaseKinds,
    (doors, handovers): (Option<serving::Doors>, Option<Receiver<Handover>>),
) -> Result<(), AppError> {
    let lifecycle = running.lifecycle.clone();
    let console = console::ConsoleState::new(providers::faces(config), lifecycle)
        .in_zone(config.upkeep.zone)
        .speaking(config.console.language)
        .declaring(providers::declaring(config))
        .pricing(providers::unit_prices(config))
        .promising(Dialogue {
            bodies: config.clock.bodies.keys().cloned().collect(),
            ..config.dialogue.clone()
        })
        // What is wrong with it was said before anything began (`prepare`).
        .signing_in(logins::sign_in(config).0);
    let web = web_state(config, running, public, case_kinds, console).await?;
    if let Some(handovers) = handovers {
        let stopping = running.lifecycle.stopping();
        let postbag = postbag(config, running, &web.signer);
        let keeping = keep_handovers((web.clone(), postbag), handovers, stopping);
        running.lifecycle.spawn("handovers", keeping);
    }
    let Some(doors) = doors else {
        return Ok(());
    };
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
        .asking_how_it_went(config.clock.survey.is_some())
        .keeping_messages(config.retention.messages);
    pages.learn_links(&running.store).await?;
    let pages = Arc::new(pages);
    watch_erasures(&pages, running);
    let door = Arc::new(door(config, &public));
    let signer = public.signer.clone();
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
            signer,
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
