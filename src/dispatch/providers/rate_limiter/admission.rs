//! The second half of pace: from "may be opened" to "send now". What may go wrong in between ends
//! as [`Missed`], which says for certain that nothing has left.

use std::time::Duration;

use tokio::time::Instant;

use super::slots::is_void;
use super::{Pace, STORE_RETRY, slower};
use crate::channel::{Concern, SendError};

/// May be opened; has a slot soon. Dropped without departing, the slot is another's.
pub(in crate::dispatch) struct Admission<'a> {
    /// None: the provider has no rate.
    pace: Option<&'a Pace>,
    since: Instant,
    /// Whether it has taken its slot, and is not counted any more.
    has_slot: bool,
}

impl<'a> Admission<'a> {
    pub(super) fn new(pace: &'a Pace) -> Self {
        Self {
            pace: Some(pace),
            since: Instant::now(),
            has_slot: false,
        }
    }

    /// For a provider without a rate.
    pub(in crate::dispatch) fn unlimited() -> Self {
        Self {
            pace: None,
            since: Instant::now(),
            has_slot: false,
        }
    }

    /// Waits for the next slot. After Ok, send at once. `patience`: how long ago the message may
    /// have been admitted. It must be shorter than a lease: a node that slept longer may have been
    /// declared dead, and its message may be on its way a second time.
    pub(in crate::dispatch) async fn depart(mut self, patience: Duration) -> Result<(), Missed> {
        let last = self.since + patience;
        if Instant::now() > last {
            return Err(Missed);
        }
        let Some(pace) = self.pace else { return Ok(()) };
        pace.opened_in(self.since.elapsed());
        while Instant::now() <= last {
            let Some(at) = self.take_slot(pace) else {
                pace.restock(last).await?;
                continue;
            };
            if pace.instant(at) > last {
                break;
            }
            tokio::time::sleep_until(pace.instant(at)).await;
            if !is_void(at, pace.now()) {
                return Ok(());
            }
            // Woken too late: it is counted again, and takes another.
            self.has_slot = false;
            pace.state().admitted += 1;
        }
        Err(Missed)
    }

    fn take_slot(&mut self, pace: &Pace) -> Option<i64> {
        let now = pace.now();
        let mut state = pace.state();
        state.bank.drop_void(now);
        let at = state.bank.take()?;
        state.admitted -= 1;
        self.has_slot = true;
        Some(at)
    }
}

impl Pace {
    fn opened_in(&self, took: Duration) {
        let mut state = self.state();
        state.opening = slower(state.opening, took);
    }

    /// Buys for a message that is open already.
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

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if let Some(pace) = self.pace.filter(|_| !self.has_slot) {
            pace.state().admitted -= 1;
        }
    }
}

/// No slot came for a message that was open: it certainly has not left.
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
