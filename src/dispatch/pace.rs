//! Pace: never faster than the contract with a provider, urgent messages first.
//!
//! The generic cell rate algorithm: one number, the time from which the next message may go.
//! Time lost to a late wake-up is made good for one hundredth of a second, and the pace is one
//! hundredth below the contract, so that no window of a second holds more than the contract.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::domain::Lane;

/// How much lost time is made good.
const CATCH_UP: Duration = Duration::from_millis(10);

/// Hands out permits at a rate.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
    urgent_waiting: AtomicUsize,
}

impl Pace {
    /// `rate`: permits a second, above zero.
    #[must_use]
    pub fn per_second(rate: f64) -> Self {
        Self {
            interval: Duration::from_secs_f64(1.0 / (rate.max(0.001) * 0.99)),
            next: Mutex::new(None),
            urgent_waiting: AtomicUsize::new(0),
        }
    }

    /// Waits for a permit. Urgent messages go before all that wait.
    pub async fn permit(&self, lane: Lane) {
        let _urgent = (lane == Lane::Urgent).then(|| Waiting::enter(&self.urgent_waiting));
        loop {
            let yields = lane != Lane::Urgent && self.urgent_waiting.load(Ordering::Relaxed) > 0;
            let wait = if yields {
                self.interval
            } else {
                self.take().await
            };
            if wait.is_zero() {
                return;
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a permit, or says how long until there is one.
    async fn take(&self) -> Duration {
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let due = next.unwrap_or(now).max(earliest);
        if due > now {
            return due - now;
        }
        *next = Some(due + self.interval);
        Duration::ZERO
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn never_more_than_the_rate_in_any_second() {
        let pace = Pace::per_second(50.0);
        let start = Instant::now();
        let mut at = Vec::new();
        for _ in 0..200 {
            pace.permit(Lane::Normal).await;
            at.push(start.elapsed());
        }
        for (index, first) in at.iter().enumerate() {
            let within = at[index..]
                .iter()
                .filter(|t| **t < *first + Duration::from_secs(1))
                .count();
            assert!(
                within <= 50,
                "{within} permits in the second from {first:?}"
            );
        }
        assert!(at.last().unwrap() >= &Duration::from_millis(3_800));
    }
}
