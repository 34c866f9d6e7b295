//! Sends one message: render, choose a route, begin, send, finish. The only place that calls a
//! provider's `send`, and never before the attempt writer says that the attempt is durable.

mod attempt_writer;
mod finish;
mod pre_send_check;
mod render;

use std::time::Duration;

use chrono::TimeDelta;

use crate::dispatch::providers::Destination;
pub(in crate::dispatch) use attempt_writer::{
    AttemptWriter, WriterEntry, WriterHandle, attempt_writer,
};
pub use pre_send_check::FloodGuard;

use crate::channel::{Outgoing, Reference};
use crate::dispatch::claim::CachedPlan;
use crate::dispatch::providers::SlotPermit;
use crate::dispatch::providers::{Choice, ProviderRoute};
use crate::dispatch::{DispatcherSettings, Shared};
use crate::domain::{Channel, MessageState, Reason, Timestamp};
use crate::store::messages::Claimed;
use crate::store::messages::attempts::{NewAttempt, SkippedMessage};
use attempt_writer::{BeginAnswer, InFlight};
use finish::{AnswerContext, finished};

/// When to come back if no connection came about and the provider does not rest.
const UNREACHED: TimeDelta = TimeDelta::seconds(1);
/// How long a message may take from its permit to its departure, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Carries a message as far as it goes now.
pub(in crate::dispatch) async fn send_message(shared: &Shared, message: Claimed) {
    let Some(plan) = shared.plans.plan(&shared.store, message.plan).await else {
        // The store is sick: the message goes back and nothing is lost.
        shared.writer.write(WriterEntry::GiveBack(message.id));
        return;
    };
    let now = shared.clock.now();
    if message.address.is_empty() {
        // Its client was erased while an earlier attempt was on the wire.
        let erased = Some(Reason::Erased);
        return skip(
            shared,
            &message,
            MessageState::Cancelled,
            erased,
            message.due_at,
        );
    }
    // Here, too: what no provider takes and no template can write comes to no check.
    if now > message.expires_at {
        let late = Some(Reason::TooLate);
        return skip(
            shared,
            &message,
            MessageState::Expired,
            late,
            message.due_at,
        );
    }
    let chosen = match shared.routes.choose(message.channel, now) {
        Choice::Route(chosen) => chosen,
        Choice::Wait(until) => return turn_away(shared, &message, until),
        Choice::Nobody => return hold(shared, &message, Reason::NoProvider, now),
    };
    let route = &*chosen.route;
    let outgoing = match render::render(shared, &message, &plan) {
        Ok(outgoing) => outgoing,
        Err(fault) => {
            tracing::warn!(message.id = %message.id, fault = %fault, "a text could not be rendered; the message is held");
            return hold(shared, &message, fault.reason(), now);
        }
    };
    if let Err(error) = route.provider.warm().await {
        let now = shared.clock.now();
        let wait = route.unreached(&error, now).wait;
        return turn_away(shared, &message, wait.unwrap_or(now + UNREACHED));
    }
    let Some(permit) = route.acquire(message.lane).await else {
        shared.writer.write(WriterEntry::GiveBack(message.id));
        return;
    };
    // The wait may have been long enough for the provider to fall ill: choose again.
    if !chosen.asks() && route.rests() {
        return turn_away(shared, &message, shared.clock.now());
    }
    hand_over(shared, &message, &plan, route, (outgoing, permit)).await;
    drop(chosen);
    if let Err(error) = crate::dispatch::claim::fetch(shared).await {
        // The timers fetch again.
        tracing::warn!(error = %error, "cannot fetch what waited for a provider");
    }
}

/// A message waits because its provider rests.
fn turn_away(shared: &Shared, message: &Claimed, until: Timestamp) {
    let why = Some(Reason::ProviderAway);
    skip(shared, message, MessageState::Queued, why, until);
}

/// Begins and sends what is rendered and has a permit.
async fn hand_over(
    shared: &Shared,
    message: &Claimed,
    plan: &CachedPlan,
    route: &ProviderRoute,
    (outgoing, permit): (Outgoing, SlotPermit<'_>),
) {
    let in_flight = InFlight {
        client: message.client,
        respects_quiet_hours: plan.settings.respects_quiet_hours,
        answers: plan.settings.answers,
    };
    let attempt = NewAttempt {
        message: message.id,
        lease_no: message.lease_no,
        provider: route.provider.name().to_owned(),
        reference: outgoing.reference.0.clone(),
        reports: route.provider.capabilities().gives_receipts,
        key_life: route.key_life(),
    };
    if shared.writer.begin(in_flight, attempt).await == BeginAnswer::No {
        return;
    }
    let departed = permit.wait_for_slot(patience(&shared.settings)).await;
    fail::fail_point!("send-before");
    let answer = match departed {
        Ok(()) => route.provider.send(&outgoing).await,
        Err(missed) => Err(missed.into()),
    };
    fail::fail_point!("send-after");
    // Nothing that can fail stands between the answer and its entry in the writer.
    let now = shared.clock.now();
    let effect = route.note_answer(&answer, Destination::of(&message.address), now);
    let context = AnswerContext {
        settings: &shared.settings,
        plan,
        route,
        now,
    };
    let finished = finished(&context, message, &answer, effect);
    shared.writer.write(WriterEntry::Finish(finished));
}

/// How long a message may take from its permit to its departure. The node beat at most one
/// heartbeat before the permit, and is not taken for dead before a lease after that; another
/// heartbeat is to spare.
fn patience(settings: &DispatcherSettings) -> Duration {
    let lease = settings.node_ttl.to_std().unwrap_or_default();
    LONGEST_WAIT.min(lease.saturating_sub(settings.heartbeat * 2))
}

fn skip(
    shared: &Shared,
    message: &Claimed,
    state: MessageState,
    reason: Option<Reason>,
    due_at: Timestamp,
) {
    let skipped = SkippedMessage {
        message: message.id,
        lease_no: message.lease_no,
        state,
        reason,
        due_at: Some(due_at),
    };
    shared.writer.write(WriterEntry::Skip(skipped));
}

/// A message that is held until a person acts is looked at again after an hour, or when its time
/// is over: what was wrong may have been corrected meanwhile.
fn hold(shared: &Shared, message: &Claimed, why: Reason, now: Timestamp) {
    let over = message.expires_at + TimeDelta::milliseconds(1);
    let later = over.min(now + TimeDelta::hours(1));
    skip(shared, message, MessageState::Held, Some(why), later);
}

/// Our name for a message towards a provider: the same for every try.
pub(in crate::dispatch) fn reference(
    message: crate::domain::MessageId,
    channel: Channel,
) -> Reference {
    let letter = match channel {
        Channel::Sms => 's',
        Channel::Email => 'e',
    };
    Reference(format!("araldo-{letter}{message}"))
}
