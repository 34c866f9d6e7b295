//! The places of one provider: as many messages may be on their way to it as it takes at once
//! (`Capabilities::concurrency`). Whoever has one may begin an attempt; so a crash leaves no more
//! messages unknown than there were connections, however wide the window is. How fast they go is the
//! rate limiter's, which is asked after.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::rate_limiter::queue::{Queue, QueuePlace};
use crate::domain::Lane;

/// All places of one provider, urgent messages first.
pub(super) struct SendingPlaces {
    free: Semaphore,
    urgent: Queue,
    others: Queue,
}

/// A place; free again when it is dropped.
pub(in crate::dispatch) struct SendingPlace<'a> {
    _permit: SemaphorePermit<'a>,
}

impl SendingPlaces {
    /// So many; at least one, or nothing would ever go.
    pub(super) fn new(places: usize) -> Self {
        Self {
            free: Semaphore::new(places.max(1)),
            urgent: Queue::default(),
            others: Queue::default(),
        }
    }

    /// Waits for a place. At most one message that is not urgent stands before an urgent one.
    /// None: the daemon is ending.
    pub(super) async fn take(&self, lane: Lane) -> Option<SendingPlace<'_>> {
        let queue = match lane {
            Lane::Urgent => &self.urgent,
            Lane::Normal | Lane::Bulk => &self.others,
        };
        let _place = QueuePlace::enter(queue);
        let _head = queue.head.lock().await;
        if lane != Lane::Urgent {
            self.urgent.until_empty().await;
        }
        let permit = self.free.acquire().await.ok()?;
        Some(SendingPlace { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn no_more_go_than_there_are_places_and_urgent_ones_go_before_those_that_wait() {
        let places = SendingPlaces::new(1);
        let first = places.take(Lane::Bulk).await;
        assert!(first.is_some());
        let mut bulk = Box::pin(places.take(Lane::Bulk));
        assert!(bulk.as_mut().now_or_never().is_none(), "all are taken");
        let mut later = Box::pin(places.take(Lane::Normal));
        assert!(later.as_mut().now_or_never().is_none());
        let mut urgent = Box::pin(places.take(Lane::Urgent));
        assert!(urgent.as_mut().now_or_never().is_none());
        drop(first);
        // The one that stood at the door already, then the urgent one, then whoever came before it.
        drop(bulk.await);
        assert!(
            later.as_mut().now_or_never().is_none(),
            "an urgent one waits"
        );
        drop(urgent.await);
        assert!(later.await.is_some());
    }

    #[tokio::test]
    async fn a_provider_that_takes_none_at_once_takes_one_after_the_other() {
        assert!(SendingPlaces::new(0).take(Lane::Normal).await.is_some());
    }
}
