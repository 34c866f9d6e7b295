//! The last look before sending, pure: what changed since the message was claimed, and what
//! that means. It runs inside the transaction that begins the attempt.

use chrono::TimeDelta;

use crate::dispatch::recovery::KEY_MARGIN;
use crate::domain::consent::refusal;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Class, MessageState, NodeId, Reason, Timestamp};
use crate::store::messages::attempts::{NewAttempt, PreSendState};

/// How many times the cap safety messages may use.
const SAFETY_ROOM: i64 = 3;

/// How many messages one client may get, whatever the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodGuard {
    pub per_hour: i64,
    pub per_day: i64,
}

/// What the check needs to know besides the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct PolicyInput {
    pub(super) now: Timestamp,
    pub(super) node: NodeId,
    /// The cap per client.
    pub(super) flood: FloodGuard,
    /// Quiet hours of clients who set none.
    pub(super) quiet_hours: Option<QuietHours>,
    /// How often a provider must say that it never got a message before it is believed.
    pub(super) reconcile_attempts: u32,
    /// How long to wait before looking again at what nobody knows.
    pub(super) reconcile_after: TimeDelta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SendDecision {
    Send,
    /// Not now, or never: move the message there.
    Skip {
        state: MessageState,
        reason: Option<Reason>,
        /// Until when it is held.
        until: Option<Timestamp>,
    },
    /// The message is not this node's any more: leave it alone.
    NotMine,
}

/// Judges one message. `attempt`: the one that is to be made, under the lease of its claim;
/// `begun_now`: attempts to the same client already begun in this batch.
#[must_use]
pub(super) fn judge(
    seen: &PreSendState,
    attempt: &NewAttempt,
    respects_quiet_hours: bool,
    begun_now: i64,
    input: &PolicyInput,
) -> SendDecision {
    let mine = seen.state == MessageState::Leased
        && seen.lease_no == attempt.lease_no
        && seen.lease_node == Some(input.node);
    if !mine {
        return SendDecision::NotMine;
    }
    if seen.proven {
        // A late report proved that an earlier attempt arrived: a second one would be a double.
        return SendDecision::Skip {
            state: MessageState::Accepted,
            reason: None,
            until: Some(input.now),
        };
    }
    let end = |state, reason| SendDecision::Skip {
        state,
        reason: Some(reason),
        until: None,
    };
    if seen.cancelled {
        return end(MessageState::Cancelled, Reason::Withdrawn);
    }
    if seen.superseded {
        return end(MessageState::Superseded, Reason::Newer);
    }
    if seen.erased {
        return end(MessageState::Cancelled, Reason::Erased);
    }
    if input.now > seen.expires_at {
        return end(MessageState::Expired, Reason::TooLate);
    }
    if let Some(reason) = refusal(seen.class, seen.barred, seen.wanted) {
        return end(MessageState::Suppressed, reason);
    }
    // Who was told of a blackout must hear that it is over: safety has more room, not endless.
    let room = if seen.class == Class::Safety {
        SAFETY_ROOM
    } else {
        1
    };
    if seen.attempts_last_hour + begun_now >= input.flood.per_hour * room
        || seen.attempts_last_day + begun_now >= input.flood.per_day * room
    {
        return end(MessageState::Suppressed, Reason::FloodGuard);
    }
    if may_double(seen, attempt, input) {
        return SendDecision::Skip {
            state: MessageState::Unknown,
            reason: Some(Reason::AnswerLost),
            until: Some(input.now + input.reconcile_after),
        };
    }
    match quiet_until(seen, respects_quiet_hours, input) {
        Some(until) => SendDecision::Skip {
            state: MessageState::Held,
            reason: Some(Reason::QuietHours),
            until: Some(until),
        },
        None => SendDecision::Send,
    }
}

/// What was seen of a message that answers its client's own words: the STOP that it confirms does not
/// keep it back, nor does a topic that is refused.
#[must_use]
pub(super) fn of_answer(seen: &PreSendState) -> PreSendState {
    PreSendState {
        barred: seen.barred.filter(|why| *why != Reason::Stop),
        wanted: None,
        ..seen.clone()
    }
}

/// Whether this attempt could make a second message, and nobody has taken that risk. A repeat
/// that was safe when it was decided may have waited since: the provider has forgotten the key,
/// or another provider would have it now.
fn may_double(seen: &PreSendState, attempt: &NewAttempt, input: &PolicyInput) -> bool {
    let Some(doubt) = &seen.doubt else {
        return false;
    };
    let proved_absent = seen.inquiries > 0 && seen.inquiries >= i64::from(input.reconcile_attempts);
    let key_lives = doubt.provider.as_deref() == Some(attempt.provider.as_str())
        && attempt
            .key_life
            .is_some_and(|life| input.now < doubt.since + life - KEY_MARGIN);
    !(seen.maybe_duplicate || proved_absent || key_lives)
}

fn quiet_until(seen: &PreSendState, respected: bool, input: &PolicyInput) -> Option<Timestamp> {
    if !respected {
        return None;
    }
    let zone = seen.time_zone.as_deref()?.parse().ok()?;
    let quiet = seen.quiet_hours.or(input.quiet_hours)?;
    quiet.until(input.now, zone)
}

#[cfg(test)]
mod tests;
