//! The second half of the rate limiter: from the permit to the slot. Whatever goes wrong in between
//! ends as [`Missed`], which says for certain that nothing has left.

use std::time::Duration;

use tokio::time::Instant;

use super::slots::is_expired;
use super::{RateLimiter, STORE_RETRY, slower};
use crate::channel::{Concern, SendError};

/// May begin; has a slot soon. Dropped without waiting for it, the slot is another's.
pub(in crate::dispatch) struct SlotPermit<'a> {
    /// None: the provider has no rate.
    limiter: Option<&'a RateLimiter>,
    since: Instant,
    /// Whether it has taken its slot, and is not counted any more.
    has_slot: bool,
}

impl<'a> SlotPermit<'a> {
    pub(super) fn new(limiter: &'a RateLimiter) -> Self {
        Self {
            limiter: Some(limiter),
            since: Instant::now(),
            has_slot: false,
        }
    }

    /// For a provider without a rate.
    pub(in crate::dispatch) fn unlimited() -> Self {
        Self {
            limiter: None,
            since: Instant::now(),
            has_slot: false,
        }
    }

    /// Whether it was let through longer ago than this.
    pub(in crate::dispatch) fn is_older_than(&self, age: Duration) -> bool {
        self.since.elapsed() > age
    }

    /// Waits for the next slot. After Ok, send at once. `patience`: how long ago the message may
    /// have been let through. It must be shorter than a lease: a node that slept longer may have
    /// been declared dead, and its message may be on its way a second time.
    pub(in crate::dispatch) async fn wait_for_slot(
        mut self,
        patience: Duration,
    ) -> Result<(), Missed> {
        let last = self.since + patience;
        if Instant::now() > last {
            return Err(Missed);
        }
        let Some(limiter) = self.limiter else {
            return Ok(());
        };
        limiter.begun_in(self.since.elapsed());
        while Instant::now() <= last {
            let Some(at) = self.take_slot(limiter) else {
                limiter.restock(last).await?;
                continue;
            };
            if limiter.instant(at) > last {
                break;
            }
            tokio::time::sleep_until(limiter.instant(at)).await;
            if !is_expired(at, limiter.now()) {
                return Ok(());
            }
            // Woken too late: it is counted again, and takes another.
            self.has_slot = false;
            limiter.state().permits += 1;
        }
        Err(Missed)
    }

    fn take_slot(&mut self, limiter: &RateLimiter) -> Option<i64> {
        let now = limiter.now();
        let mut state = limiter.state();
        state.buffer.drop_expired(now);
        let at = state.buffer.take()?;
        state.permits -= 1;
        self.has_slot = true;
        Some(at)
    }
}

impl RateLimiter {
    fn begun_in(&self, took: Duration) {
        let mut state = self.state();
        state.beginning = slower(state.beginning, took);
    }

    /// Buys for a message that has begun already.
    async fn restock(&self, last: Instant) -> Result<(), Missed> {
        match tokio::time::timeout_at(last, self.buy(1)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) if !self.lifecycle.is_stopping() => {
                tokio::time::sleep(STORE_RETRY).await;
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(Missed),
        }
    }
}

impl Drop for SlotPermit<'_> {
    fn drop(&mut self) {
        if let Some(limiter) = self.limiter.filter(|_| !self.has_slot) {
            limiter.state().permits -= 1;
        }
    }
}

/// No slot came for a message that had begun: it certainly has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dispatch) struct Missed;

impl From<Missed> for SendError {
    fn from(_: Missed) -> Self {
        Self::NotSent {
            stage: "pace",
            code: None,
            detail: String::from("no slot of the provider's rate came in time"),
            // Costs no try: nobody refused anything.
            retry_after: Some(Duration::from_secs(1)),
            concerns: Concern::Here,
        }
    }
}
