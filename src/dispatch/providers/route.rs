//! A route: one provider with its rate and its health. Says of each answer whom it concerns: `breaker`
//! and `blame` judge, this asks them and tells people. It decides nothing about messages; who carries
//! the next one is chosen in `routes`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use super::blame::{Blame, Destination, Whom};
use super::breaker::{Breaker, BreakerChange, Cause};
use super::places::{SendingPlace, SendingPlaces};
use super::rate_limiter::{RateLimiter, SlotPermit};
use super::weight::Weight;
use crate::channel::{Accepted, Concern, Content, Outgoing, Provider, SendError};
use crate::domain::money::{Money, PriceList};
use crate::domain::segments::measure;
use crate::domain::{Channel, Lane, Timestamp};

/// Answers looked back at for the share that was lost, and how many lost ones are too many.
const LOOK_BACK: usize = 200;
const TOO_MANY_UNKNOWN: usize = 20;
/// Messages that come back at the end of a rest, so that one of them asks. The others come a while
/// later, or as soon as the provider is well.
const FEW: usize = 8;
const LATER: TimeDelta = TimeDelta::seconds(30);
/// When to come back while another one asks.
const ASKING: TimeDelta = TimeDelta::seconds(1);
/// How often the log hears of a fault of this machine's.
const TELL_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// How often what waited is fetched after a provider is well again: some messages were just being
/// turned away.
const FETCHES: u8 = 3;
/// Shown as resting for so long beyond the rest: until the answer of the one that asks.
const SHOWN: TimeDelta = TimeDelta::seconds(5);

/// One provider with its rate and health.
pub struct ProviderRoute {
    pub provider: Arc<dyn Provider>,
    /// How fast, by contract.
    pub rate_limiter: Option<RateLimiter>,
    /// How many may be on their way to it.
    places: SendingPlaces,
    health: Mutex<RouteHealth>,
    /// Its part of the channel, where several share it.
    weight: Option<Mutex<Weight>>,
    /// What it charges, as far as that is known.
    prices: PriceList,
}

#[derive(Debug)]
pub(super) struct RouteHealth {
    pub(super) breaker: Breaker,
    blame: Blame,
    why: Option<String>,
    lost: VecDeque<bool>,
    pub(super) turned_away: usize,
    /// How often what waits for this provider is still to be fetched.
    fetches: u8,
    told_of_here: Option<Timestamp>,
}

/// How a route does, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStatus {
    pub provider: String,
    pub channel: Channel,
    pub paused_until: Option<Timestamp>,
    pub why: Option<String>,
    /// The points of its part, where several share the channel.
    pub weight: Option<u32>,
}

/// What an answer means beside its own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) struct AnswerEffect {
    pub(in crate::dispatch) whom: Whom,
    /// When the message may ask again, because its provider rests.
    pub(in crate::dispatch) wait: Option<Timestamp>,
}

impl ProviderRoute {
    /// A healthy route. `rate_limiter`: if the contract has a rate.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, rate_limiter: Option<RateLimiter>) -> Self {
        Self {
            places: SendingPlaces::new(provider.capabilities().concurrency),
            provider,
            rate_limiter,
            health: Mutex::new(RouteHealth {
                breaker: Breaker::default(),
                blame: Blame::default(),
                why: None,
                lost: VecDeque::new(),
                turned_away: 0,
                // What waited for it when the last run ended, perhaps to have its set-up corrected.
                fetches: FETCHES,
                told_of_here: None,
            }),
            weight: None,
            prices: PriceList::default(),
        }
    }

    /// The same, with so many points of its channel: whoever has more gets more messages.
    #[must_use]
    pub fn weighing(mut self, points: u32) -> Self {
        self.weight = Some(Mutex::new(Weight::resting_at(points)));
        self
    }

    /// The same, at these prices.
    #[must_use]
    pub fn charging(mut self, prices: PriceList) -> Self {
        self.prices = prices;
        self
    }

    /// What this costs if the provider takes it: each segment to that number, or the e-mail. None: not known.
    pub(in crate::dispatch) fn price_of(&self, outgoing: &Outgoing) -> Option<Money> {
        match &outgoing.content {
            Content::Email(_) => self.prices.each,
            Content::Sms { to, text } => {
                let each = self.prices.of_number(to.as_str())?;
                Some(each.times(i64::try_from(measure(text).count).unwrap_or(i64::MAX)))
            }
        }
    }

    pub(super) fn weight(&self) -> Option<MutexGuard<'_, Weight>> {
        let weight = self.weight.as_ref()?;
        Some(weight.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for a place on the way to it. None: the daemon is ending.
    pub(in crate::dispatch) async fn place(&self, lane: Lane) -> Option<SendingPlace<'_>> {
        self.places.take(lane).await
    }

    /// Waits until a message may begin. None: the daemon stops.
    pub(in crate::dispatch) async fn acquire(&self, lane: Lane) -> Option<SlotPermit<'_>> {
        match &self.rate_limiter {
            Some(rate_limiter) => rate_limiter.acquire(lane).await,
            None => Some(SlotPermit::unlimited()),
        }
    }

    /// How long its provider knows a reference again.
    pub fn key_life(&self) -> Option<TimeDelta> {
        let life = self.provider.capabilities().idempotent_for?;
        TimeDelta::from_std(life).ok()
    }

    /// Whether it rests, by the last answer.
    pub(in crate::dispatch) fn rests(&self) -> bool {
        self.health().breaker.rests_until().is_some()
    }

    pub fn status(&self, now: Timestamp) -> ProviderStatus {
        let health = self.health();
        let until = health.breaker.rests_until();
        ProviderStatus {
            provider: self.provider.name().to_owned(),
            channel: self.provider.capabilities().channel,
            paused_until: until.map(|until| until.max(now) + SHOWN),
            why: until.and_then(|_| health.why.clone()),
            weight: self.weight().map(|weight| weight.points()),
        }
    }

    /// Takes in what came of a message to `destination`.
    pub(in crate::dispatch) fn note_answer(
        &self,
        answer: &Result<Accepted, SendError>,
        destination: Destination,
        now: Timestamp,
    ) -> AnswerEffect {
        let mut health = self.health();
        let whom = match answer {
            Ok(_) => {
                health.blame.taken(now);
                self.well(&mut health);
                Whom::Recipient
            }
            Err(error) => self.failed(&mut health, error, destination, now),
        };
        let wait = health.breaker.rests_until().map(|_| health.wait(now));
        AnswerEffect { whom, wait }
    }

    /// Takes in that no connection came about: no message was named yet.
    pub(in crate::dispatch) fn unreached(&self, error: &SendError, now: Timestamp) -> AnswerEffect {
        // No destination: what comes before a message is never about its recipient.
        let mut health = self.health();
        let whom = self.failed(&mut health, error, Destination::of(""), now);
        let wait = health.breaker.rests_until().map(|_| health.wait(now));
        AnswerEffect { whom, wait }
    }

    fn failed(
        &self,
        health: &mut RouteHealth,
        error: &SendError,
        destination: Destination,
        now: Timestamp,
    ) -> Whom {
        let (whom, cause) = health.judge(error, destination, now);
        match cause {
            Some(cause) => self.rest(health, cause, error, now),
            None if whom == Whom::Recipient => self.alive(health),
            None => {}
        }
        if is_here(error) && health.may_tell_of_here(now) {
            tracing::error!(provider.name = self.provider.name(), error = %error, "nothing can be sent from this machine for the moment");
        }
        whom
    }

    /// It spoke as one that works, though it did not take the message. That says nothing about a
    /// set-up that it refuses.
    fn alive(&self, health: &mut RouteHealth) {
        if !health.breaker.refuses_us() {
            self.well(health);
        }
    }

    fn well(&self, health: &mut RouteHealth) {
        remember(&mut health.lost, false);
        if health.breaker.well() == BreakerChange::Opened {
            health.why = None;
            health.fetches = FETCHES;
            tracing::info!(
                provider.name = self.provider.name(),
                "a provider works again; what waited for it goes"
            );
        }
    }

    fn rest(&self, health: &mut RouteHealth, cause: Cause, error: &SendError, now: Timestamp) {
        let change = health.breaker.failed(cause, now);
        if health.breaker.rests_until().is_some() {
            health.why = Some(error.to_string());
        }
        if change == BreakerChange::Closed {
            health.turned_away = 0;
            tracing::warn!(
                provider.name = self.provider.name(),
                error = %error,
                "a provider rests; one message at a time asks whether it works again"
            );
        }
    }

    /// Whether what waits for this provider is to be fetched now.
    pub(in crate::dispatch) fn takes_fetch(&self) -> bool {
        let mut health = self.health();
        let fetches = health.fetches > 0 && health.breaker.rests_until().is_none();
        health.fetches = health.fetches.saturating_sub(1);
        fetches
    }

    pub(super) fn health(&self) -> MutexGuard<'_, RouteHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RouteHealth {
    /// Whom an error concerns, and why the provider is to rest, if it is.
    fn judge(
        &mut self,
        error: &SendError,
        destination: Destination,
        now: Timestamp,
    ) -> (Whom, Option<Cause>) {
        let resting = self.breaker.rests_until().is_some();
        match error {
            SendError::NotSent {
                concerns: Concern::Provider,
                retry_after,
                ..
            } => {
                let wish =
                    retry_after.map(|wish| TimeDelta::from_std(wish).unwrap_or(TimeDelta::MAX));
                (
                    Whom::Everybody,
                    Some(wish.map_or(Cause::Away, Cause::Asked)),
                )
            }
            SendError::NotSent {
                concerns: Concern::Here,
                ..
            } => (Whom::Unclear, None),
            // Who asks for patience with one recipient says that he works.
            SendError::NotSent {
                retry_after: Some(_),
                ..
            }
            | SendError::Rejected { .. } => (Whom::Recipient, None),
            SendError::NotSent { .. } => {
                let whom = self.blame.put_off(destination);
                (whom, (whom == Whom::Everybody).then_some(Cause::Away))
            }
            SendError::Denied { .. } => {
                let whom = self.blame.denied(destination, now);
                let ours = whom == Whom::Everybody || self.breaker.refuses_us();
                let whom = if ours { Whom::Everybody } else { whom };
                (whom, ours.then_some(Cause::Setup))
            }
            SendError::Misconfigured { .. } => (Whom::Everybody, Some(Cause::Setup)),
            SendError::Unknown { .. } => {
                remember(&mut self.lost, true);
                let lost = self.lost.iter().filter(|lost| **lost).count();
                if lost > TOO_MANY_UNKNOWN {
                    self.lost.clear();
                    return (Whom::Unclear, Some(Cause::Losing));
                }
                (Whom::Unclear, resting.then_some(Cause::Away))
            }
        }
    }

    /// When one who is turned away comes back.
    pub(super) fn wait(&mut self, now: Timestamp) -> Timestamp {
        let until = self.breaker.rests_until().unwrap_or(now);
        let until = if until > now { until } else { now + ASKING };
        self.turned_away += 1;
        if self.turned_away <= FEW {
            until
        } else {
            until + LATER
        }
    }

    fn may_tell_of_here(&mut self, now: Timestamp) -> bool {
        let again = self
            .told_of_here
            .is_none_or(|told| now - told >= TELL_AGAIN);
        if again {
            self.told_of_here = Some(now);
        }
        again
    }
}

fn is_here(error: &SendError) -> bool {
    matches!(
        error,
        SendError::NotSent {
            stage: "connect",
            concerns: Concern::Here,
            ..
        }
    )
}

fn remember(lost: &mut VecDeque<bool>, is_lost: bool) {
    if lost.len() == LOOK_BACK {
        lost.pop_front();
    }
    lost.push_back(is_lost);
}
