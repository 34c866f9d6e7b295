//! Who waits to be admitted: in order, and the others only when no urgent message waits.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::Pace;

/// Those who wait to be admitted, in order.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) head: tokio::sync::Mutex<()>,
    length: AtomicUsize,
    shorter: Notify,
}

/// Counts a message that waits to be admitted.
pub(super) struct Counted<'a>(&'a Pace);

impl<'a> Counted<'a> {
    pub(super) fn enter(pace: &'a Pace) -> Self {
        pace.state().waiting += 1;
        Self(pace)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

/// A place in a queue.
pub(super) struct Place<'a>(&'a Queue);

impl<'a> Place<'a> {
    pub(super) fn enter(queue: &'a Queue) -> Self {
        queue.length.fetch_add(1, Ordering::SeqCst);
        Self(queue)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.length.fetch_sub(1, Ordering::SeqCst);
        self.0.shorter.notify_waiters();
    }
}

impl Queue {
    /// Waits until nobody waits here.
    pub(super) async fn until_empty(&self) {
        loop {
            let shorter = self.shorter.notified();
            if self.length.load(Ordering::SeqCst) == 0 {
                return;
            }
            shorter.await;
        }
    }
}
