//! What a provider's answer means for the attempt and its message: pure, but for the settings.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use chrono::TimeDelta;

use crate::channel::{Accepted, SendError};
use crate::dispatch::DispatcherSettings;
use crate::dispatch::claim::CachedPlan;
use crate::dispatch::providers::Whom;
use crate::dispatch::providers::{AnswerEffect, ProviderRoute};
use crate::domain::retry::RetryDecision;
use crate::domain::{MessageState, Reason, Timestamp};
use crate::store::messages::Claimed;
use crate::store::messages::attempts::FinishedAttempt;

/// When a message comes again that was denied by policy, at the earliest: neither a recipient's
/// mind nor a set-up changes sooner.
const DENIED_PAUSE: Duration = Duration::from_mins(1);

/// What is needed beside the answer.
pub(super) struct AnswerContext<'a> {
    pub(super) settings: &'a DispatcherSettings,
    pub(super) plan: &'a CachedPlan,
    pub(super) route: &'a ProviderRoute,
    pub(super) now: Timestamp,
    /// Another provider of the channel takes it at once, if this one certainly did not.
    pub(super) hops: bool,
}

/// What an answer means for the attempt and its message. `effect`: what it means beside that.
pub(super) fn finished(
    context: &AnswerContext<'_>,
    message: &Claimed,
    answer: &Result<Accepted, SendError>,
    effect: AnswerEffect,
) -> FinishedAttempt {
    let now = context.now;
    let mut finished = blank(message);
    match answer {
        Ok(Accepted { provider_ref, code }) => {
            finished.provider_ref.clone_from(provider_ref);
            finished.code = Some(code.clone());
            let look = context
                .settings
                .first_look(context.plan, message.channel, now);
            finished.wake_at = Some(look);
        }
        Err(SendError::NotSent {
            stage,
            code,
            detail,
            retry_after,
            ..
        }) => {
            said(&mut finished, "not_sent", stage, code.as_ref(), detail);
            // A provider that asks for patience or is down costs the message no try.
            finished.counts = retry_after.is_none() && effect.whom == Whom::Recipient;
            retry(context, message, &mut finished, *retry_after, effect);
        }
        Err(SendError::Denied {
            stage,
            code,
            detail,
        }) => {
            let outcome = match effect.whom {
                Whom::Everybody => "misconfigured",
                Whom::Recipient | Whom::Unclear => "not_sent",
            };
            said(&mut finished, outcome, stage, code.as_ref(), detail);
            finished.counts = effect.whom == Whom::Recipient;
            retry(context, message, &mut finished, Some(DENIED_PAUSE), effect);
        }
        Err(SendError::Rejected {
            stage,
            code,
            detail,
            bad_address,
        }) => {
            said(&mut finished, "rejected", stage, code.as_ref(), detail);
            (finished.state, finished.reason) =
                (MessageState::Rejected, Some(Reason::ProviderRefused));
            finished.wake_at = context.plan.settings.fallback.map(|_| now);
            finished.bad_address = *bad_address;
        }
        Err(SendError::Misconfigured { detail }) => {
            (finished.outcome, finished.detail) = ("misconfigured", Some(detail.clone()));
            retry(context, message, &mut finished, None, effect);
        }
        Err(SendError::Unknown { stage, detail }) => {
            said(&mut finished, "unknown", stage, None, detail);
            (finished.state, finished.reason) = (MessageState::Unknown, Some(Reason::AnswerLost));
            finished.wake_at =
                Some(now + context.settings.first_doubt(context.plan, context.route));
        }
    }
    finished
}

const fn blank(message: &Claimed) -> FinishedAttempt {
    FinishedAttempt {
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
    finished: &mut FinishedAttempt,
    outcome: &'static str,
    stage: &'static str,
    code: Option<&String>,
    detail: &str,
) {
    (finished.outcome, finished.stage) = (outcome, Some(stage));
    (finished.code, finished.detail) = (code.cloned(), Some(detail.to_owned()));
}

/// When it is tried again. What is not the message's own waits for its provider.
fn retry(
    context: &AnswerContext<'_>,
    message: &Claimed,
    finished: &mut FinishedAttempt,
    retry_after: Option<Duration>,
    effect: AnswerEffect,
) {
    let now = context.now;
    let own = effect.whom == Whom::Recipient;
    finished.reason = Some(if own {
        Reason::PutOff
    } else {
        Reason::ProviderAway
    });
    if context.hops && effect.whom == Whom::Everybody {
        (finished.state, finished.due_at) = (MessageState::Queued, Some(now));
        return;
    }
    if let (false, Some(until)) = (own, effect.wait) {
        // The pre-send check of the next try knows when its time is over.
        (finished.state, finished.due_at) = (MessageState::Queued, Some(until));
        return;
    }
    let wait = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
    let tries = message.tries + u32::from(finished.counts);
    let schedule = context.settings.retry;
    match schedule.next_due(tries, now, message.expires_at, wait, chance_of(message)) {
        RetryDecision::At(due) => {
            (finished.state, finished.due_at) = (MessageState::Queued, Some(due));
        }
        RetryDecision::TriesUsedUp => {
            (finished.state, finished.reason) = (MessageState::Failed, Some(Reason::TriesUsedUp));
            finished.wake_at = context.plan.settings.fallback.map(|_| now);
        }
        RetryDecision::TooLate => {
            (finished.state, finished.reason) = (MessageState::Expired, Some(Reason::TooLate));
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
