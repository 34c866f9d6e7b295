//! Carries one message: render, choose a line, open, send, close. The only place that calls a
//! provider's `send`, and never before the ledger says that the attempt is durable.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::ledger::{Entry, Opened, Ticket};
use super::line::{Choice, Line};
use super::pace::Admission;
use super::texts::PlanText;
use super::{Settings, Shared};
use crate::channel::{Accepted, Outgoing, Reference, SendError};
use crate::domain::retry::Next;
use crate::domain::{Channel, MessageState, Reason, Timestamp};
use crate::store::attempts::{Closed, Diverted, NewAttempt};
use crate::store::messages::Claimed;

/// How long a message may take from its admission to its departure, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Carries a message as far as it goes now.
pub(super) async fn carry(shared: &Shared, message: Claimed) {
    let Some(plan) = shared.texts.plan(&shared.store, message.plan).await else {
        // The store is sick: the message goes back and nothing is lost.
        shared.ledger.write(Entry::GiveBack(message.id));
        return;
    };
    let ticket = ticket(&message, Arc::clone(&plan));
    let now = shared.clock.now();
    if message.address.is_empty() {
        // Its client was erased while an earlier attempt was on the wire.
        let erased = Some(Reason::Erased);
        return divert(
            shared,
            ticket,
            MessageState::Cancelled,
            erased,
            message.due_at,
        );
    }
    // Here, too: what no provider takes and no template can write comes to no other gate.
    if now > message.expires_at {
        let late = Some(Reason::TooLate);
        return divert(shared, ticket, MessageState::Expired, late, message.due_at);
    }
    let line = match shared.lines.choose(message.channel, now) {
        Choice::Line(line) => line,
        Choice::Wait(until) => return divert(shared, ticket, MessageState::Queued, None, until),
        Choice::Nobody => return hold(shared, ticket, &message, Reason::NoProvider, now),
    };
    let outgoing = match super::compose::compose(shared, &message, &plan) {
        Ok(outgoing) => outgoing,
        Err(fault) => {
            tracing::warn!(message.id = %message.id, fault = %fault, "a text could not be rendered; the message is held");
            return hold(shared, ticket, &message, Reason::TemplateFault, now);
        }
    };
    if let Err(error) = line.provider.warm().await {
        line.failed(&error, shared.clock.now());
        let rest = line.rests_until(now).unwrap_or(now + TimeDelta::seconds(2));
        return divert(shared, ticket, MessageState::Queued, None, rest);
    }
    let Some(admission) = line.admit(message.lane).await else {
        shared.ledger.write(Entry::GiveBack(message.id));
        return;
    };
    // The wait may have been long enough for the provider to fall ill: choose again.
    let now = shared.clock.now();
    if line.rests_until(now).is_some() {
        return divert(shared, ticket, MessageState::Queued, None, now);
    }
    let ready = Ready {
        ticket,
        outgoing,
        admission,
    };
    hand_over(shared, &message, &plan, &line, ready).await;
}

/// What is rendered and may be opened.
struct Ready<'a> {
    ticket: Ticket,
    outgoing: Outgoing,
    admission: Admission<'a>,
}

async fn hand_over(
    shared: &Shared,
    message: &Claimed,
    plan: &PlanText,
    line: &Line,
    ready: Ready<'_>,
) {
    let Ready {
        ticket,
        outgoing,
        admission,
    } = ready;
    let attempt = NewAttempt {
        message: message.id,
        lease_no: message.lease_no,
        provider: line.provider.name().to_owned(),
        reference: outgoing.reference.0.clone(),
        key_life: line.key_life(),
    };
    if shared.ledger.open(ticket.clone(), attempt).await == Opened::No {
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
    let closed = closed(shared, message, plan, line, &answer);
    shared.ledger.write(Entry::Close { ticket, closed });
    match &answer {
        Ok(_) | Err(SendError::Rejected { .. }) => line.well(),
        // No fault of the provider's.
        Err(_) if departed.is_err() => {}
        Err(error) => line.failed(error, shared.clock.now()),
    }
}

/// How long a message may take from its admission to its departure. The node beat at most one
/// heartbeat before the admission, and is not taken for dead before a lease after that; another
/// heartbeat is to spare.
fn patience(settings: &Settings) -> Duration {
    let lease = settings.node_ttl.to_std().unwrap_or_default();
    LONGEST_WAIT.min(lease.saturating_sub(settings.heartbeat * 2))
}

/// What an answer means for the attempt and its message.
fn closed(
    shared: &Shared,
    message: &Claimed,
    plan: &PlanText,
    line: &Line,
    answer: &Result<Accepted, SendError>,
) -> Closed {
    let now = shared.clock.now();
    let mut closed = Closed {
        message: message.id,
        lease_no: message.lease_no,
        outcome: "accepted",
        stage: None,
        code: None,
        detail: None,
        provider_ref: None,
        state: MessageState::Accepted,
        reason: None,
        due_at: None,
        wake_at: None,
        counts: false,
        bad_address: false,
    };
    match answer {
        Ok(Accepted { provider_ref, code }) => {
            closed.provider_ref.clone_from(provider_ref);
            closed.code = Some(code.clone());
            closed.wake_at = Some(shared.settings.first_look(plan, message.channel, now));
        }
        Err(SendError::NotSent {
            stage,
            code,
            detail,
            retry_after,
            provider_down,
        }) => {
            (closed.outcome, closed.stage) = ("not_sent", Some(*stage));
            (closed.code, closed.detail) = (code.clone(), Some(detail.clone()));
            // A provider that asks for patience or is down costs the message no try.
            closed.counts = retry_after.is_none() && !provider_down;
            retry(shared, message, plan, &mut closed, *retry_after, now);
        }
        Err(SendError::Rejected {
            stage,
            code,
            detail,
            bad_address,
        }) => {
            (closed.outcome, closed.stage) = ("rejected", Some(*stage));
            (closed.code, closed.detail) = (code.clone(), Some(detail.clone()));
            (closed.state, closed.reason) = (MessageState::Rejected, Some(Reason::ProviderRefused));
            closed.wake_at = plan.settings.fallback.map(|_| now);
            closed.bad_address = *bad_address;
        }
        Err(SendError::Misconfigured { detail }) => {
            (closed.outcome, closed.detail) = ("misconfigured", Some(detail.clone()));
            closed.state = MessageState::Queued;
            closed.due_at = Some(now + TimeDelta::seconds(5));
        }
        Err(SendError::Unknown { stage, detail }) => {
            (closed.outcome, closed.stage) = ("unknown", Some(*stage));
            (closed.state, closed.reason) = (MessageState::Unknown, Some(Reason::AnswerLost));
            closed.detail = Some(detail.clone());
            closed.wake_at = Some(now + shared.settings.patience(line));
        }
    }
    closed
}

fn retry(
    shared: &Shared,
    message: &Claimed,
    plan: &PlanText,
    closed: &mut Closed,
    retry_after: Option<Duration>,
    now: Timestamp,
) {
    let wait = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
    let tries = message.tries + u32::from(closed.counts);
    let next =
        shared
            .settings
            .retry
            .next_due(tries, now, message.expires_at, wait, chance_of(message));
    match next {
        Next::At(due) => (closed.state, closed.due_at) = (MessageState::Queued, Some(due)),
        Next::TriesUsedUp => {
            (closed.state, closed.reason) = (MessageState::Failed, Some(Reason::TriesUsedUp));
            closed.wake_at = plan.settings.fallback.map(|_| now);
        }
        Next::TooLate => {
            (closed.state, closed.reason) = (MessageState::Expired, Some(Reason::TooLate));
        }
    }
}

/// A chance from 0 to 1 of its own for each try of each message: the same for the same try, so
/// that a test can tell its story again.
#[expect(
    clippy::cast_precision_loss,
    reason = "a share needs no more than 32 bits"
)]
fn chance_of(message: &Claimed) -> f64 {
    let mut hasher = DefaultHasher::new();
    (message.id, message.lease_no).hash(&mut hasher);
    (hasher.finish() >> 32) as f64 / f64::from(u32::MAX)
}

fn ticket(message: &Claimed, plan: Arc<PlanText>) -> Ticket {
    Ticket {
        message: message.id,
        client: message.client,
        lease_no: message.lease_no,
        channel: message.channel,
        tracking: message.tracking,
        created_at: message.created_at,
        plan,
    }
}

fn divert(
    shared: &Shared,
    ticket: Ticket,
    state: MessageState,
    reason: Option<Reason>,
    due_at: Timestamp,
) {
    let diverted = Diverted {
        message: ticket.message,
        lease_no: ticket.lease_no,
        state,
        reason,
        due_at: Some(due_at),
    };
    shared.ledger.write(Entry::Divert { ticket, diverted });
}

/// A message that is held until a person acts is looked at again after an hour, or when its time
/// is over: what was wrong may have been mended meanwhile.
fn hold(shared: &Shared, ticket: Ticket, message: &Claimed, why: Reason, now: Timestamp) {
    let over = message.expires_at + TimeDelta::milliseconds(1);
    let later = over.min(now + TimeDelta::hours(1));
    divert(shared, ticket, MessageState::Held, Some(why), later);
}

/// Our name for a message towards a provider: the same for every try.
pub(super) fn reference(message: crate::domain::MessageId, channel: Channel) -> Reference {
    let letter = match channel {
        Channel::Sms => 's',
        Channel::Email => 'e',
    };
    Reference(format!("araldo-{letter}{message}"))
}
