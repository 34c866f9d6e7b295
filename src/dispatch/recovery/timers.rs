//! Timers of messages: quiet hours that end, receipts that did not come, and unknown messages. Each is
//! decided by its state; providers are asked outside any transaction. Who turns to another channel is
//! `fallback`'s.

use std::sync::Arc;
use std::time::Duration;

use super::fallback::{self, DueFallback};
use super::turning::FallbackTurn;
use super::unknown::{NextStep, UnknownCase, next_step};
use crate::channel::Found;
use crate::dispatch::Shared;
use crate::dispatch::claim::CachedPlan;
use crate::dispatch::providers::{ProviderRoute, balance};
use crate::domain::{Lane, MessageState, Reason, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::messages::timers::{Looked, Woken};

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
        if let Err(error) = balance(&shared).await {
            tracing::error!(error = %error, "cannot see how soon providers bring receipts");
        }
        if let Err(error) = note_providers(&shared).await {
            tracing::error!(error = %error, "cannot note how the providers do");
        }
        tokio::select! {
            () = tokio::time::sleep(shared.clock.sleep_for(EVERY)) => {}
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
        let mut look = decide(shared, message, &plan, now).await;
        let turn = fallback::turn(message, &plan, look.to, now);
        if let FallbackTurn::Wait(until) = turn {
            look.wake_at = Some(look.wake_at.map_or(until, |wake| wake.min(until)));
        }
        looks.push(look);
        fallbacks.extend(DueFallback::of(message, plan, turn));
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
    fallback::apply(shared, &mut tx, fallbacks, &stood, now).await?;
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
                // Sooner where its fallback is still to come.
                look.wake_at = Some(horizon);
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
        settled_at: began_at
            + shared
                .clock
                .meanwhile(shared.settings.patience_of(route.map(|route| &**route))),
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
            .note_provider(
                &one.provider,
                one.paused_until,
                one.why.as_deref(),
                one.weight,
            )
            .await?;
    }
    tx.commit().await?;
    *noted = statuses;
    Ok(())
}
