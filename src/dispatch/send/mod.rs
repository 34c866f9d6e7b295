//! Sends one message: render, choose a route, begin, send, finish. The only place that calls a
//! provider's `send`, and never before the attempt writer says that the attempt is durable.

mod attempt_writer;
mod finish;
mod pre_send_check;
mod render;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use chrono::TimeDelta;

use crate::dispatch::providers::Destination;
pub(in crate::dispatch) use attempt_writer::{
    AttemptWriter, WriterEntry, WriterHandle, attempt_writer,
};
pub use pre_send_check::FloodGuard;

use crate::channel::{HeldConnection, Outgoing, Reference};
use crate::dispatch::claim::CachedPlan;
use crate::dispatch::providers::{Choice, Chosen, Leaning, ProviderRoute};
use crate::dispatch::providers::{SendingPlace, SlotPermit};
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
    if let Some((state, why)) = over(&message, now) {
        return skip(shared, &message, state, Some(why), message.due_at);
    }
    let leaning = leaning(&message);
    let chosen = match shared.routes.choose(message.channel, &leaning, now) {
        Choice::Route(chosen) => chosen,
        Choice::Wait(until) => return turn_away(shared, &message, until),
        Choice::Nobody => return hold(shared, &message, Reason::NoProvider, now),
    };
    let outgoing = match render::render(shared, &message, &plan) {
        Ok(outgoing) => outgoing,
        Err(fault) => {
            tracing::warn!(message.id = %message.id, fault = %fault, "a text could not be rendered; the message is held");
            return hold(shared, &message, fault.reason(), now);
        }
    };
    let chosen = match connected(shared, &message, chosen, leaning).await {
        Ok(chosen) => chosen,
        Err(until) => return turn_away(shared, &message, until),
    };
    let route = &*chosen.route;
    let (place, permit, held) = match ready(shared, &message, route).await {
        // Those on the wire were cut off, and their places went to whoever waited.
        _ if shared.writer.is_gone() => return,
        Ok(Some(ready)) => ready,
        Ok(None) => {
            shared.writer.write(WriterEntry::GiveBack(message.id));
            return;
        }
        Err(until) => return turn_away(shared, &message, until),
    };
    // The wait may have been long enough for the provider to fall ill: choose again.
    if !chosen.asks() && route.rests() {
        return turn_away(shared, &message, shared.clock.now());
    }
    hand_over(shared, &message, &plan, route, (outgoing, permit)).await;
    drop((held, place));
    drop(chosen);
    if let Err(error) = crate::dispatch::claim::fetch(shared).await {
        // The timers fetch again.
        tracing::warn!(error = %error, "cannot fetch what waited for a provider");
    }
}

/// Whether there is nothing left to send: its client was erased while an earlier attempt was on the
/// wire, or its time is over. Here, too: what no provider takes and no template can write comes to
/// no check.
fn over(message: &Claimed, now: Timestamp) -> Option<(MessageState, Reason)> {
    if message.address.is_empty() {
        return Some((MessageState::Cancelled, Reason::Erased));
    }
    (now > message.expires_at).then_some((MessageState::Expired, Reason::TooLate))
}

/// Who had a message and may know it again, or would know its sender: a repeat after a lost answer, and
/// one that was put off. Who was away is passed over.
fn leaning(message: &Claimed) -> Leaning {
    let mut hasher = DefaultHasher::new();
    message.id.hash(&mut hasher);
    let mut leaning = Leaning {
        number: hasher.finish(),
        ..Leaning::default()
    };
    let last = message.provider.clone();
    match message.reason {
        Some(Reason::AnswerLost | Reason::NodeDied | Reason::PutOff) => leaning.to = last,
        Some(Reason::ProviderAway) => leaning.away.extend(last),
        _ => {}
    }
    leaning
}

/// Sees to it that there is a connection. Where none comes about, nothing has left, and the next
/// provider of the channel that is well is taken at once. Or says when to come back.
async fn connected(
    shared: &Shared,
    message: &Claimed,
    mut chosen: Chosen,
    mut leaning: Leaning,
) -> Result<Chosen, Timestamp> {
    loop {
        let warm = chosen.route.provider.warm().await;
        let Err(error) = warm else {
            return Ok(chosen);
        };
        let now = shared.clock.now();
        let wait = chosen.route.unreached(&error, now).wait;
        let wait = wait.unwrap_or(now + UNREACHED);
        leaning.away.push(chosen.route.provider.name().to_owned());
        if !shared.routes.has_other(message.channel, &leaning.away) {
            return Err(wait);
        }
        chosen = match shared.routes.choose(message.channel, &leaning, now) {
            Choice::Route(next) => next,
            Choice::Wait(_) | Choice::Nobody => return Err(wait),
        };
    }
}

/// Everything that a message needs before its attempt begins: a place, so that no more attempts begin than
/// there are connections; then leave by the provider's rate; then a connection. None: the daemon stops.
/// Or says when to come back, because no connection came about.
///
/// The place comes first: whoever waits for the rate holds one, and an urgent message waits for one of
/// them at most. The connection comes last, so that none is idle while the rate says wait.
async fn ready<'a>(
    shared: &Shared,
    message: &Claimed,
    route: &'a ProviderRoute,
) -> Result<Option<(SendingPlace<'a>, SlotPermit<'a>, HeldConnection<'a>)>, Timestamp> {
    let Some(place) = route.place(message.lane).await else {
        return Ok(None);
    };
    let Some(mut permit) = route.acquire(message.lane).await else {
        return Ok(None);
    };
    let held = route.provider.hold(message.id).await.map_err(|error| {
        let now = shared.clock.now();
        let wait = route.unreached(&error, now).wait;
        wait.unwrap_or(now + UNREACHED)
    })?;
    // It waited long for a connection: the slot that it was let through for may be over.
    if permit.is_older_than(patience(&shared.settings) / 2) {
        drop(permit);
        let Some(again) = route.acquire(message.lane).await else {
            return Ok(None);
        };
        permit = again;
    }
    Ok(Some((place, permit, held)))
}

/// Whether a message that its provider certainly did not take goes to the next one at once: when that
/// one is well, and this was not a second chance already.
fn hops(shared: &Shared, message: &Claimed, route: &ProviderRoute) -> bool {
    let own = [route.provider.name().to_owned()];
    message.reason != Some(Reason::ProviderAway) && shared.routes.has_other(message.channel, &own)
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
        price: route.price_of(&outgoing),
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
        hops: hops(shared, message, route),
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
    Reference::of(message, channel)
}
