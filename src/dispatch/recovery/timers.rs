//! Timers of messages: quiet hours that end, receipts that did not come, fallbacks that are due,
//! and unknown messages. Each is decided by its state; providers are asked outside any transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::unknown::{NextStep, UnknownCase, next_step};
use crate::channel::Found;
use crate::dispatch::Shared;
use crate::dispatch::claim::CachedPlan;
use crate::dispatch::providers::ProviderRoute;
use crate::domain::reach::Reach;
use crate::domain::{Channel, Lane, MessageId, MessageState, Reason, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::messages::timers::{Looked, Woken};
use crate::store::planning::candidates::{Member, Reachable};
use crate::store::{StoreError, Tx};

/// How often to look.
const EVERY: Duration = Duration::from_secs(1);
/// Messages looked at in one go.
const BATCH: u32 = 500;

/// Looks until the daemon stops.
pub(in crate::dispatch) async fn watch(shared: Arc<Shared>, lifecycle: Lifecycle) {
    while !lifecycle.is_stopping() {
        match look(&shared).await {
            Ok(BATCH) => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(error = %error, "cannot look at timers; trying again"),
        }
        if let Err(error) = crate::dispatch::claim::fetch(&shared).await {
            tracing::error!(error = %error, "cannot fetch what waited for a provider; trying again");
        }
        if let Err(error) = note_providers(&shared).await {
            tracing::error!(error = %error, "cannot note how the providers do");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Looks at what is due now. Returns how many messages that were.
pub(in crate::dispatch) async fn look(shared: &Shared) -> Result<u32, StoreError> {
    let now = shared.clock.now();
    let woken = shared.store.read().await?.timers().due(now, BATCH).await?;
    let mut looks = Vec::with_capacity(woken.len());
    let mut fallbacks = Vec::new();
    for message in &woken {
        let Some(plan) = shared.plans.plan(&shared.store, message.plan).await else {
            continue;
        };
        looks.push(decide(shared, message, &plan, now).await);
        if let Some(channel) = fallback_due(message, &plan, now) {
            fallbacks.push(DueFallback {
                message,
                channel,
                plan,
            });
        }
    }
    if !looks.is_empty() {
        write(shared, &looks, &fallbacks, now).await?;
        shared.wake.messages_queued(Lane::ALL);
    }
    Ok(u32::try_from(woken.len()).unwrap_or(BATCH))
}

async fn write(
    shared: &Shared,
    looks: &[Looked],
    fallbacks: &[DueFallback<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = shared.store.write().await?;
    if !fallbacks.is_empty() {
        // A sibling gets an address: not of somebody who is erased this moment.
        tx.erasure().watch().await?;
    }
    let stood = tx.timers().apply(looks, now).await?;
    let clients = addressees(&mut tx, fallbacks).await?;
    // What was delivered while providers were asked about others needs no second channel.
    let needed = fallbacks
        .iter()
        .filter(|fallback| stood.contains(&fallback.message.id));
    for fallback in needed {
        let client = clients.get(&(fallback.topic(), fallback.message.client.get()));
        if let Some(client) = client {
            fall_back(shared, &mut tx, fallback, client, now).await?;
        }
    }
    fail::fail_point!("look-before-commit");
    if !fallbacks.is_empty() {
        fail::fail_point!("fallback-before-commit");
    }
    tx.commit().await?;
    fail::fail_point!("look-after-commit");
    if !fallbacks.is_empty() {
        fail::fail_point!("fallback-after-commit");
    }
    Ok(())
}

/// A message whose time to turn to another channel has come.
struct DueFallback<'a> {
    message: &'a Woken,
    channel: Channel,
    plan: Arc<CachedPlan>,
}

impl DueFallback<'_> {
    fn topic(&self) -> &str {
        &self.plan.plan.topic
    }
}

/// How the clients of these messages are reached now, by topic and client: a bar may have come
/// since they were planned.
async fn addressees<'a>(
    tx: &mut Tx,
    fallbacks: &'a [DueFallback<'_>],
) -> Result<HashMap<(&'a str, i64), Reachable>, StoreError> {
    let mut members: BTreeMap<&str, BTreeSet<Member>> = BTreeMap::new();
    for fallback in fallbacks {
        let client = fallback.message.client.get();
        let of_topic = members.entry(fallback.topic()).or_default();
        of_topic.insert(Member { client, place: 0 });
    }
    let mut found = HashMap::new();
    for (topic, members) in members {
        let members = Vec::from_iter(members);
        let clients = tx.candidates().reachable(&members, topic).await?;
        found.extend(clients.into_iter().map(|one| ((topic, one.client), one)));
    }
    Ok(found)
}

/// Makes the sibling on the other channel, where that reaches the client.
async fn fall_back(
    shared: &Shared,
    tx: &mut Tx,
    fallback: &DueFallback<'_>,
    client: &Reachable,
    now: Timestamp,
) -> Result<(), StoreError> {
    let class = fallback.plan.plan.class;
    let Reach::At(address) = client.addressee().on(fallback.channel, class) else {
        return Ok(());
    };
    let sibling = MessageId::new(shared.ids.next());
    let expires_at = now + TimeDelta::seconds(fallback.plan.settings.expires_s);
    let to = (fallback.channel, address);
    tx.timers()
        .fall_back(fallback.message.id, to, sibling, now, expires_at)
        .await?;
    Ok(())
}

async fn decide(shared: &Shared, message: &Woken, plan: &CachedPlan, now: Timestamp) -> Looked {
    let mut look = Looked {
        message: message.id,
        from: message.state,
        to: message.state,
        reason: None,
        wake_at: None,
        inquired: false,
        maybe_duplicate: false,
    };
    match message.state {
        MessageState::Held => look.to = MessageState::Queued,
        MessageState::Accepted => {
            let horizon =
                message.accepted_at.unwrap_or(now) + shared.settings.horizon(message.channel);
            if now >= horizon {
                (look.to, look.reason) = (MessageState::Unconfirmed, Some(Reason::NoReceipt));
            } else {
                let accepted_at = message.accepted_at.unwrap_or(now);
                look.wake_at = Some(next_look(plan, message, accepted_at, horizon, now));
            }
        }
        MessageState::Unknown => decide_unknown(shared, message, plan, &mut look, now).await,
        // A final state that woke only for its fallback, or one that moved meanwhile.
        _ => {}
    }
    look
}

async fn decide_unknown(
    shared: &Shared,
    message: &Woken,
    plan: &CachedPlan,
    look: &mut Looked,
    now: Timestamp,
) {
    let route = message
        .provider
        .as_deref()
        .and_then(|name| shared.routes.named(name));
    let began_at = message.began_at.unwrap_or(now);
    let case = UnknownCase {
        policy: plan.settings.on_unknown,
        provider: route.map(|route| route.provider.capabilities()),
        inquiries: message.inquiries,
        reconcile_attempts: shared.settings.reconcile_attempts,
        maybe_duplicate: message.maybe_duplicate,
        began_at,
        class: plan.plan.class,
        settled_at: began_at + shared.settings.patience_of(route.map(|route| &**route)),
        horizon: began_at + shared.settings.horizon(message.channel),
    };
    match (next_step(&case, now), route) {
        (NextStep::Ask, Some(route)) => ask(shared, message, plan, route, look, now).await,
        (NextStep::Ask, None) | (NextStep::GiveUp, _) => look.to = MessageState::Unresolved,
        (NextStep::SendAgain, _) => look.to = MessageState::Queued,
        (NextStep::SendAgainAtRisk, _) => {
            (look.to, look.maybe_duplicate) = (MessageState::Queued, true);
        }
        (NextStep::Wait(until), _) => look.wake_at = Some(until),
    }
}

async fn ask(
    shared: &Shared,
    message: &Woken,
    plan: &CachedPlan,
    route: &ProviderRoute,
    look: &mut Looked,
    now: Timestamp,
) {
    let reference = crate::dispatch::send::reference(message.id, message.channel);
    match route.provider.query(&reference).await {
        Ok(Found::Present(_)) => {
            look.to = MessageState::Accepted;
            look.wake_at = Some(shared.settings.first_look(plan, message.channel, now));
        }
        Ok(Found::Absent) => {
            look.inquired = true;
            look.wake_at = Some(now + shared.settings.reconcile_after);
        }
        Err(error) => {
            tracing::warn!(message.id = %message.id, error = %error, "a provider could not say what became of a message");
            look.wake_at = Some(now + shared.settings.reconcile_after);
        }
    }
}

/// When an accepted message is looked at next: for its fallback, if that is still to come.
fn next_look(
    plan: &CachedPlan,
    message: &Woken,
    accepted_at: Timestamp,
    horizon: Timestamp,
    now: Timestamp,
) -> Timestamp {
    match plan.settings.fallback {
        Some((after_s, other)) if other != message.channel => {
            let fallback = accepted_at + TimeDelta::seconds(after_s);
            if fallback > now {
                fallback.min(horizon)
            } else {
                horizon
            }
        }
        _ => horizon,
    }
}

/// The channel to turn to, when the time for that has come. Not while it is unknown whether the
/// first message left.
fn fallback_due(message: &Woken, plan: &CachedPlan, now: Timestamp) -> Option<Channel> {
    let (after_s, channel) = plan.settings.fallback?;
    if channel == message.channel {
        return None;
    }
    let due = match message.state {
        MessageState::Accepted => message.accepted_at? + TimeDelta::seconds(after_s),
        MessageState::Undelivered | MessageState::Rejected | MessageState::Failed => now,
        _ => return None,
    };
    (now >= due).then_some(channel)
}

async fn note_providers(shared: &Shared) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let statuses = shared.routes.statuses(now);
    let mut noted = shared.noted.lock().await;
    if *noted == statuses {
        return Ok(());
    }
    let mut tx = shared.store.write().await?;
    for one in &statuses {
        tx.switches()
            .note_provider(&one.provider, one.paused_until, one.why.as_deref())
            .await?;
    }
    tx.commit().await?;
    *noted = statuses;
    Ok(())
}
