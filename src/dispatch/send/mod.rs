//! Carries one message: render, choose a line, open, send, close. The only place that calls a
//! provider's `send`, and never before the ledger says that the attempt is durable.

mod attempt_writer;
mod finish;
mod pre_send_check;
mod render;

use std::time::Duration;

use chrono::TimeDelta;

use crate::dispatch::providers::Place;
pub(in crate::dispatch) use attempt_writer::{Entry, Handle, Ledger, ledger};
pub use pre_send_check::FloodGuard;

use crate::channel::{Outgoing, Reference};
use crate::dispatch::claim::PlanText;
use crate::dispatch::providers::Admission;
use crate::dispatch::providers::{Choice, Line};
use crate::dispatch::{Settings, Shared};
use crate::domain::{Channel, MessageState, Reason, Timestamp};
use crate::store::messages::Claimed;
use crate::store::messages::attempts::{Diverted, NewAttempt};
use attempt_writer::{Opened, Ticket};
use finish::{Terms, closed};

/// When to come back if no connection came about and the provider does not rest.
const UNREACHED: TimeDelta = TimeDelta::seconds(1);
/// How long a message may take from its admission to its departure, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Carries a message as far as it goes now.
pub(in crate::dispatch) async fn carry(shared: &Shared, message: Claimed) {
    let Some(plan) = shared.texts.plan(&shared.store, message.plan).await else {
        // The store is sick: the message goes back and nothing is lost.
        shared.ledger.write(Entry::GiveBack(message.id));
        return;
    };
    let now = shared.clock.now();
    if message.address.is_empty() {
        // Its client was erased while an earlier attempt was on the wire.
        let erased = Some(Reason::Erased);
        return divert(
            shared,
            &message,
            MessageState::Cancelled,
            erased,
            message.due_at,
        );
    }
    // Here, too: what no provider takes and no template can write comes to no other gate.
    if now > message.expires_at {
        let late = Some(Reason::TooLate);
        return divert(
            shared,
            &message,
            MessageState::Expired,
            late,
            message.due_at,
        );
    }
    let chosen = match shared.lines.choose(message.channel, now) {
        Choice::Line(chosen) => chosen,
        Choice::Wait(until) => return turn_away(shared, &message, until),
        Choice::Nobody => return hold(shared, &message, Reason::NoProvider, now),
    };
    let line = &*chosen.line;
    let outgoing = match render::compose(shared, &message, &plan) {
        Ok(outgoing) => outgoing,
        Err(fault) => {
            tracing::warn!(message.id = %message.id, fault = %fault, "a text could not be rendered; the message is held");
            return hold(shared, &message, fault.reason(), now);
        }
    };
    if let Err(error) = line.provider.warm().await {
        let now = shared.clock.now();
        let wait = line.unreached(&error, now).wait;
        return turn_away(shared, &message, wait.unwrap_or(now + UNREACHED));
    }
    let Some(admission) = line.admit(message.lane).await else {
        shared.ledger.write(Entry::GiveBack(message.id));
        return;
    };
    // The wait may have been long enough for the provider to fall ill: choose again.
    if !chosen.asks() && line.rests() {
        return turn_away(shared, &message, shared.clock.now());
    }
    hand_over(shared, &message, &plan, line, (outgoing, admission)).await;
    drop(chosen);
    if let Err(error) = crate::dispatch::claim::fetch(shared).await {
        // The timers fetch again.
        tracing::warn!(error = %error, "cannot fetch what waited for a provider");
    }
}

/// A message waits because its provider rests.
fn turn_away(shared: &Shared, message: &Claimed, until: Timestamp) {
    let why = Some(Reason::ProviderAway);
    divert(shared, message, MessageState::Queued, why, until);
}

/// Opens and sends what is rendered and admitted.
async fn hand_over(
    shared: &Shared,
    message: &Claimed,
    plan: &PlanText,
    line: &Line,
    (outgoing, admission): (Outgoing, Admission<'_>),
) {
    let ticket = Ticket {
        client: message.client,
        respects_quiet_hours: plan.settings.respects_quiet_hours,
    };
    let attempt = NewAttempt {
        message: message.id,
        lease_no: message.lease_no,
        provider: line.provider.name().to_owned(),
        reference: outgoing.reference.0.clone(),
        reports: line.provider.capabilities().gives_receipts,
        key_life: line.key_life(),
    };
    if shared.ledger.open(ticket, attempt).await == Opened::No {
        return;
    }
    let departed = admission.depart(patience(&shared.settings)).await;
    fail::fail_point!("send-before");
    let answer = match departed {
        Ok(()) => line.provider.send(&outgoing).await,
        Err(missed) => Err(missed.into()),
    };
    fail::fail_point!("send-after");
    // Nothing that can fail stands between the answer and its entry in the ledger.
    let now = shared.clock.now();
    let heard = line.heard(&answer, Place::of(&message.address), now);
    let terms = Terms {
        settings: &shared.settings,
        plan,
        line,
        now,
    };
    let closed = closed(&terms, message, &answer, heard);
    shared.ledger.write(Entry::Close(closed));
}

/// How long a message may take from its admission to its departure. The node beat at most one
/// heartbeat before the admission, and is not taken for dead before a lease after that; another
/// heartbeat is to spare.
fn patience(settings: &Settings) -> Duration {
    let lease = settings.node_ttl.to_std().unwrap_or_default();
    LONGEST_WAIT.min(lease.saturating_sub(settings.heartbeat * 2))
}

fn divert(
    shared: &Shared,
    message: &Claimed,
    state: MessageState,
    reason: Option<Reason>,
    due_at: Timestamp,
) {
    let diverted = Diverted {
        message: message.id,
        lease_no: message.lease_no,
        state,
        reason,
        due_at: Some(due_at),
    };
    shared.ledger.write(Entry::Divert(diverted));
}

/// A message that is held until a person acts is looked at again after an hour, or when its time
/// is over: what was wrong may have been mended meanwhile.
fn hold(shared: &Shared, message: &Claimed, why: Reason, now: Timestamp) {
    let over = message.expires_at + TimeDelta::milliseconds(1);
    let later = over.min(now + TimeDelta::hours(1));
    divert(shared, message, MessageState::Held, Some(why), later);
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
