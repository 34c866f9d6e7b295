//! Turning to another channel: what did not arrive, or was not read, is said again where the rule says
//! so. When that is so is `turning`'s, pure. Here it is held against what is true now: whether the other
//! channel reaches the client, whether something newer came, whether it is night; and it is done at most
//! once for each client and plan, which the store's key holds.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;

use super::turning::{FallbackTurn, TurnCase};
use crate::dispatch::Shared;
use crate::dispatch::claim::CachedPlan;
use crate::domain::client::TrackingConsent;
use crate::domain::reach::Reach;
use crate::domain::rule::FallbackOutcome;
use crate::domain::{Channel, MessageId, MessageState, OnUnknown, Reason, Timestamp, Tracking};
use crate::store::messages::timers::{TurnedMessage, Woken};
use crate::store::planning::candidates::{Member, Reachable};
use crate::store::{StoreError, Tx};

/// A message of whose fallback something is to be done or written down.
pub(super) struct DueFallback<'a> {
    message: &'a Woken,
    channel: Channel,
    plan: Arc<CachedPlan>,
    /// Set where no second message is to be made.
    ends: Option<FallbackOutcome>,
}

/// What the message's fallback comes to, once it stands at `state`.
pub(super) fn turn(
    message: &Woken,
    plan: &CachedPlan,
    state: MessageState,
    now: Timestamp,
) -> FallbackTurn {
    let Some((after_s, channel)) = plan.settings.fallback else {
        return FallbackTurn::Stay;
    };
    if channel == message.channel {
        return FallbackTurn::Stay;
    }
    let outcome = message.fallback;
    let case = TurnCase {
        state,
        accepted_at: message.accepted_at,
        read: message.read,
        readable: is_readable(message, plan),
        without_address: message.reason.is_some_and(Reason::is_of_address),
        too_late: message.expires_at <= now,
        decided: outcome.is_some_and(|outcome| outcome != FallbackOutcome::Waits),
        after: TimeDelta::seconds(after_s),
        unread: plan.settings.unread,
        resends: plan.settings.on_unknown == OnUnknown::Resend,
    };
    case.decide(now)
}

/// Whether reading it would show itself: a mail by its pixel, which is kept by name only with the
/// client's yes; an SMS by its links. A yes that was taken back since does not count.
fn is_readable(message: &Woken, plan: &CachedPlan) -> bool {
    let refused = matches!(
        message.consent,
        None | Some(TrackingConsent::Denied | TrackingConsent::Withdrawn)
    );
    let shows = match message.channel {
        Channel::Email => message.tracking == Tracking::Individual,
        Channel::Sms => message.tracking != Tracking::None && plan.plan.clicks,
    };
    shows && !refused
}

impl<'a> DueFallback<'a> {
    /// None when there is nothing to do yet, or at all.
    pub(super) fn of(
        message: &'a Woken,
        plan: Arc<CachedPlan>,
        turn: FallbackTurn,
    ) -> Option<Self> {
        let ends = match turn {
            FallbackTurn::Stay | FallbackTurn::Wait(_) => return None,
            FallbackTurn::Now => None,
            FallbackTurn::Spared => Some(FallbackOutcome::Spared),
            FallbackTurn::LeaveUnreadable => Some(FallbackOutcome::Unreadable),
        };
        let (_, channel) = plan.settings.fallback?;
        Some(Self {
            message,
            channel,
            plan,
            ends,
        })
    }

    fn topic(&self) -> &str {
        &self.plan.plan.topic
    }

    /// When the second message may go, and when it is not worth it any more: quiet hours defer it and
    /// do not use up its time.
    fn times(&self, shared: &Shared, now: Timestamp) -> (Timestamp, Timestamp) {
        let due_at = self.quiet_until(shared, now).unwrap_or(now);
        let life = TimeDelta::seconds(self.plan.settings.expires_s);
        (due_at, due_at + life)
    }

    fn quiet_until(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        if !self.plan.settings.respects_quiet_hours {
            return None;
        }
        let zone = self.message.time_zone.as_deref()?.parse().ok()?;
        let quiet = self.message.quiet_hours.or(shared.settings.quiet_hours)?;
        quiet.until(now, zone)
    }
}

/// Makes the second messages of those that stood as they were seen, and writes down what became of
/// each. What was delivered while providers were asked about others needs no second channel.
pub(super) async fn apply(
    shared: &Shared,
    tx: &mut Tx,
    fallbacks: &[DueFallback<'_>],
    stood: &HashSet<MessageId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let clients = addressees(tx, fallbacks).await?;
    let mut turned = Vec::new();
    let stands = |one: &&DueFallback<'_>| stood.contains(&one.message.id);
    for fallback in fallbacks.iter().filter(stands) {
        let outcome = if let Some(outcome) = fallback.ends {
            outcome
        } else {
            let client = clients.get(&(fallback.topic(), fallback.message.client.get()));
            fall_back(shared, tx, fallback, client, now).await?
        };
        turned.push(TurnedMessage {
            message: fallback.message.id,
            channel: fallback.channel,
            outcome,
        });
    }
    tx.timers().note_turned(&turned).await
}

/// How the clients of these messages are reached now, by topic and client: a bar may have come
/// since they were planned.
async fn addressees<'a>(
    tx: &mut Tx,
    fallbacks: &'a [DueFallback<'_>],
) -> Result<HashMap<(&'a str, i64), Reachable>, StoreError> {
    let mut members: BTreeMap<&str, BTreeSet<Member>> = BTreeMap::new();
    for fallback in fallbacks.iter().filter(|one| one.ends.is_none()) {
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

/// Makes the sibling on the other channel, where that reaches the client; none: the client was erased.
async fn fall_back(
    shared: &Shared,
    tx: &mut Tx,
    fallback: &DueFallback<'_>,
    client: Option<&Reachable>,
    now: Timestamp,
) -> Result<FallbackOutcome, StoreError> {
    let class = fallback.plan.plan.class;
    let reach = client.map(|client| client.addressee().on(fallback.channel, class));
    let Some(Reach::At(address)) = reach else {
        return Ok(FallbackOutcome::Unreachable);
    };
    let sibling = MessageId::new(shared.ids.next());
    let to = (fallback.channel, address);
    let times = fallback.times(shared, now);
    let made = tx
        .timers()
        .fall_back(fallback.message.id, to, sibling, now, times)
        .await?;
    Ok(match made {
        true => FallbackOutcome::Turned,
        false => FallbackOutcome::Unreachable,
    })
}
