//! The rate limiter: never faster than the contract with a provider, all nodes and restarts
//! together; urgent messages first.
//!
//! A message asks twice. [`RateLimiter::acquire`] comes before its attempt begins and lets through
//! only what has a slot within the next tenth of a second, so that few messages wait in `sending`.
//! [`SlotPermit::wait_for_slot`] comes after, right before the provider: how long the commit took
//! no longer shows on the wire. What slots are is said in `slots`, who sells them in
//! `store::cluster::rate_limit`.

mod permit;
pub(super) mod queue;
mod slots;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

pub(in crate::dispatch) use permit::SlotPermit;
use queue::{CountedWaiter, Queue, QueuePlace};
pub use slots::USED_PERCENT;

use crate::domain::Lane;
use crate::runtime::Lifecycle;
use crate::store::cluster::rate_limit::{Bought, Wanted};
use crate::store::{Store, StoreError};
use slots::{OtherClock, SlotBuffer, SlotRate};

/// The longest block bought at once, in microseconds.
const BLOCK_US: i64 = 250_000;
/// How long before its slot a message may begin, beside the time that beginning takes.
const AHEAD_US: i64 = 100_000;
/// The most that slots are bought ahead because buying and beginning take their time.
const LONGEST_LEAD_US: i64 = 500_000;
/// An account that is further ahead than this and 250 intervals belongs to a clock put back.
const HORIZON_US: i64 = 60_000_000;
/// Nodes that may each have bought one slot of a slow provider.
const NODES: u32 = 250;
/// Pause after the store failed.
const STORE_RETRY: Duration = Duration::from_millis(500);

pub trait SlotSource: Send + Sync {
    /// Sells a block. What it answers is durable.
    fn buy(&self, wanted: Wanted) -> BoxFuture<'_, Result<Bought, StoreError>>;
}

/// One provider's account in the store.
pub struct StoredRate {
    pub store: Store,
    /// Its name in the configuration: nodes that share a contract use one name.
    pub provider: String,
}

impl SlotSource for StoredRate {
    fn buy(&self, wanted: Wanted) -> BoxFuture<'_, Result<Bought, StoreError>> {
        Box::pin(async move {
            let mut tx = self.store.write().await?;
            let bought = tx.rate_accounts().buy(&self.provider, wanted).await?;
            tx.commit().await?;
            Ok(bought)
        })
    }
}

/// Keeps one provider's rate.
pub struct RateLimiter {
    rate: SlotRate,
    source: Box<dyn SlotSource>,
    lifecycle: Lifecycle,
    epoch: Instant,
    state: Mutex<LimiterState>,
    buying: tokio::sync::Mutex<()>,
    urgent: Queue,
    others: Queue,
}

struct LimiterState {
    buffer: SlotBuffer,
    clock: OtherClock,
    /// Messages that wait to be let through, and those that were and have no slot yet.
    waiting: usize,
    permits: usize,
    /// How many slots were bought last, and when.
    last: Option<(u32, i64)>,
    /// How long buying a block and beginning an attempt take.
    buying: Duration,
    beginning: Duration,
}

/// What to do about the next message.
enum QueueTurn {
    Go,
    WaitUntil(i64),
    Buy,
}

impl RateLimiter {
    /// `rate`: messages a second by contract, above zero.
    #[must_use]
    pub fn per_second(rate: f64, source: Box<dyn SlotSource>, lifecycle: Lifecycle) -> Self {
        let rate = SlotRate::per_second(rate);
        Self {
            rate,
            source,
            lifecycle,
            epoch: Instant::now(),
            state: Mutex::new(LimiterState {
                buffer: SlotBuffer::new(rate),
                clock: OtherClock::default(),
                waiting: 0,
                permits: 0,
                last: None,
                buying: Duration::ZERO,
                beginning: Duration::ZERO,
            }),
            buying: tokio::sync::Mutex::default(),
            urgent: Queue::default(),
            others: Queue::default(),
        }
    }

    /// Waits until the message may begin, urgent ones first. None: the daemon stops, and
    /// nothing was begun.
    pub(in crate::dispatch) async fn acquire(&self, lane: Lane) -> Option<SlotPermit<'_>> {
        let _counted = CountedWaiter::enter(self);
        tokio::select! {
            biased;
            () = self.lifecycle.stopping() => None,
            () = self.turn(lane) => Some(SlotPermit::new(self)),
        }
    }

    async fn turn(&self, lane: Lane) {
        let queue = match lane {
            Lane::Urgent => &self.urgent,
            _ => &self.others,
        };
        let _place = QueuePlace::enter(queue);
        let _head = queue.head.lock().await;
        loop {
            if lane != Lane::Urgent {
                self.urgent.until_empty().await;
            }
            match self.look() {
                QueueTurn::Go => return,
                QueueTurn::WaitUntil(us) => tokio::time::sleep_until(self.instant(us)).await,
                QueueTurn::Buy => {
                    let enough = self.state().permits + 1;
                    if let Err(error) = self.buy(enough).await {
                        tracing::warn!(error = %error, "cannot take from a provider's rate; nothing more is sent to it until that works");
                        tokio::time::sleep(STORE_RETRY).await;
                    }
                }
            }
        }
    }

    /// Admits the next message if the slot it would have is near.
    fn look(&self) -> QueueTurn {
        let now = self.now();
        let mut state = self.state();
        state.buffer.drop_expired(now);
        let ahead = AHEAD_US + micros(state.beginning);
        match state.buffer.nth(state.permits) {
            None => QueueTurn::Buy,
            Some(at) if at > now + ahead => QueueTurn::WaitUntil(at - ahead),
            Some(_) => {
                state.permits += 1;
                QueueTurn::Go
            }
        }
    }

    /// Buys what is wanted now, unless `enough` slots are here already.
    async fn buy(&self, enough: usize) -> Result<(), StoreError> {
        let _alone = self.buying.lock().await;
        let begun = self.now();
        let Some((count, lead)) = self.state().order(begun, enough, self.rate) else {
            return Ok(());
        };
        let wanted = Wanted {
            span: self.rate.span_us(count),
            lead,
            horizon: HORIZON_US + self.rate.span_us(NODES),
        };
        let bought = self.source.buy(wanted).await?;
        let received = micros(bought.received - self.epoch);
        let now = self.now();
        let mut state = self.state();
        state.clock.learn(bought.now, received);
        let first = state.clock.here(bought.first);
        state.buffer.add(first, count);
        state.last = Some((count, now));
        state.buying = slower(state.buying, duration(now - begun));
        Ok(())
    }

    fn now(&self) -> i64 {
        micros(self.epoch.elapsed())
    }

    fn instant(&self, us: i64) -> Instant {
        self.epoch + duration(us)
    }

    fn state(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimiterState {
    /// How many slots to buy at `now`, and how far ahead; none when `enough` are here.
    fn order(&mut self, now: i64, enough: usize, rate: SlotRate) -> Option<(u32, i64)> {
        self.buffer.drop_expired(now);
        let here = self.buffer.len();
        if here >= enough {
            return None;
        }
        let wanted = (self.waiting + self.permits).saturating_sub(here);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        // Who used up the last block at once gets twice as much: fewer commits under load.
        let grown = match self.last {
            Some((count, at)) if now - at < BLOCK_US => count.saturating_mul(2),
            _ => 1,
        };
        let count = wanted.max(grown).clamp(1, rate.slots_in(BLOCK_US));
        let lead = micros(self.buying + self.beginning).min(LONGEST_LEAD_US);
        Some((count, lead))
    }
}

/// The slowest of late: a slower one counts at once, a quicker one bit by bit.
fn slower(known: Duration, fresh: Duration) -> Duration {
    fresh.max(known.mul_f64(0.875))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn duration(us: i64) -> Duration {
    Duration::from_micros(u64::try_from(us).unwrap_or(0))
}

#[cfg(test)]
mod tests;
