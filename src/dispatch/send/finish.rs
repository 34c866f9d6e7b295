//! What a provider's answer means for the attempt and its message: pure, but for the settings.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use chrono::TimeDelta;

use crate::channel::{Accepted, SendError};
use crate::dispatch::Settings;
use crate::dispatch::claim::PlanText;
use crate::dispatch::providers::Whom;
use crate::dispatch::providers::{Heard, Line};
use crate::domain::retry::Next;
use crate::domain::{MessageState, Reason, Timestamp};
use crate::store::messages::Claimed;
use crate::store::messages::attempts::Closed;

/// When a message comes again that was denied by policy, at the earliest: neither a recipient's
/// mind nor a set-up changes sooner.
const DENIED_PAUSE: Duration = Duration::from_mins(1);

/// What is needed beside the answer.
pub(super) struct Terms<'a> {
    pub(super) settings: &'a Settings,
    pub(super) plan: &'a PlanText,
    pub(super) line: &'a Line,
    pub(super) now: Timestamp,
}

/// What an answer means for the attempt and its message. `heard`: what it means beside that.
pub(super) fn closed(
    terms: &Terms<'_>,
    message: &Claimed,
    answer: &Result<Accepted, SendError>,
    heard: Heard,
) -> Closed {
    let now = terms.now;
    let mut closed = blank(message);
    match answer {
        Ok(Accepted { provider_ref, code }) => {
            closed.provider_ref.clone_from(provider_ref);
            closed.code = Some(code.clone());
            let look = terms.settings.first_look(terms.plan, message.channel, now);
            closed.wake_at = Some(look);
        }
        Err(SendError::NotSent {
            stage,
            code,
            detail,
            retry_after,
            ..
        }) => {
            said(&mut closed, "not_sent", stage, code.as_ref(), detail);
            // A provider that asks for patience or is down costs the message no try.
            closed.counts = retry_after.is_none() && heard.whom == Whom::Recipient;
            retry(terms, message, &mut closed, *retry_after, heard);
        }
        Err(SendError::Denied {
            stage,
            code,
            detail,
        }) => {
            let outcome = match heard.whom {
                Whom::Everybody => "misconfigured",
                Whom::Recipient | Whom::Unclear => "not_sent",
            };
            said(&mut closed, outcome, stage, code.as_ref(), detail);
            closed.counts = heard.whom == Whom::Recipient;
            retry(terms, message, &mut closed, Some(DENIED_PAUSE), heard);
        }
        Err(SendError::Rejected {
            stage,
            code,
            detail,
            bad_address,
        }) => {
            said(&mut closed, "rejected", stage, code.as_ref(), detail);
            (closed.state, closed.reason) = (MessageState::Rejected, Some(Reason::ProviderRefused));
            closed.wake_at = terms.plan.settings.fallback.map(|_| now);
            closed.bad_address = *bad_address;
        }
        Err(SendError::Misconfigured { detail }) => {
            (closed.outcome, closed.detail) = ("misconfigured", Some(detail.clone()));
            retry(terms, message, &mut closed, None, heard);
        }
        Err(SendError::Unknown { stage, detail }) => {
            said(&mut closed, "unknown", stage, None, detail);
            (closed.state, closed.reason) = (MessageState::Unknown, Some(Reason::AnswerLost));
            closed.wake_at = Some(now + terms.settings.first_doubt(terms.plan, terms.line));
        }
    }
    closed
}

const fn blank(message: &Claimed) -> Closed {
    Closed {
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
    }
}

fn said(
    closed: &mut Closed,
    outcome: &'static str,
    stage: &'static str,
    code: Option<&String>,
    detail: &str,
) {
    (closed.outcome, closed.stage) = (outcome, Some(stage));
    (closed.code, closed.detail) = (code.cloned(), Some(detail.to_owned()));
}

/// When it is tried again. What is not the message's own waits for its provider.
fn retry(
    terms: &Terms<'_>,
    message: &Claimed,
    closed: &mut Closed,
    retry_after: Option<Duration>,
    heard: Heard,
) {
    let now = terms.now;
    let own = heard.whom == Whom::Recipient;
    closed.reason = Some(if own {
        Reason::PutOff
    } else {
        Reason::ProviderAway
    });
    if let (false, Some(until)) = (own, heard.wait) {
        // The gate before the next try knows when its time is over.
        (closed.state, closed.due_at) = (MessageState::Queued, Some(until));
        return;
    }
    let wait = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
    let tries = message.tries + u32::from(closed.counts);
    let schedule = terms.settings.retry;
    match schedule.next_due(tries, now, message.expires_at, wait, chance_of(message)) {
        Next::At(due) => (closed.state, closed.due_at) = (MessageState::Queued, Some(due)),
        Next::TriesUsedUp => {
            (closed.state, closed.reason) = (MessageState::Failed, Some(Reason::TriesUsedUp));
            closed.wake_at = terms.plan.settings.fallback.map(|_| now);
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
