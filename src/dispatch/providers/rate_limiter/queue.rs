//! The queue before a rate limiter, and before the places of a provider (`super::super::places`): first come, first served, but normal and bulk messages pass
//! only while no urgent message waits.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::RateLimiter;

/// Those who wait to be let through, in order.
#[derive(Default)]
pub(in crate::dispatch::providers) struct Queue {
    pub(in crate::dispatch::providers) head: tokio::sync::Mutex<()>,
    length: AtomicUsize,
    shorter: Notify,
}

/// Counts a message that waits to be let through.
pub(super) struct CountedWaiter<'a>(&'a RateLimiter);

impl<'a> CountedWaiter<'a> {
    pub(super) fn enter(limiter: &'a RateLimiter) -> Self {
        limiter.state().waiting += 1;
        Self(limiter)
    }
}

impl Drop for CountedWaiter<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

/// A place in a queue.
pub(in crate::dispatch::providers) struct QueuePlace<'a>(&'a Queue);

impl<'a> QueuePlace<'a> {
    pub(in crate::dispatch::providers) fn enter(queue: &'a Queue) -> Self {
        queue.length.fetch_add(1, Ordering::SeqCst);
        Self(queue)
    }
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.0.length.fetch_sub(1, Ordering::SeqCst);
        self.0.shorter.notify_waiters();
    }
}

impl Queue {
    /// Waits until nobody waits here.
    pub(in crate::dispatch::providers) async fn until_empty(&self) {
        loop {
            let shorter = self.shorter.notified();
            if self.length.load(Ordering::SeqCst) == 0 {
                return;
            }
            shorter.await;
        }
    }
}
