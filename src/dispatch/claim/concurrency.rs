//! How many messages may be between claim and finish at once. Each lane has places of its own, and all lanes share the rest, so that a storm in one never fills the others' places.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::Lane;

/// The places of all lanes.
#[derive(Debug)]
pub(in crate::dispatch) struct ConcurrencyLimit {
    shared: Arc<Semaphore>,
    own: BTreeMap<Lane, Arc<Semaphore>>,
}

impl ConcurrencyLimit {
    /// `window` places in all, of which `reserved` belong to single lanes.
    pub(in crate::dispatch) fn new(window: usize, reserved: &BTreeMap<Lane, usize>) -> Self {
        let own: BTreeMap<Lane, Arc<Semaphore>> = Lane::ALL
            .iter()
            .map(|lane| (*lane, reserved.get(lane).copied().unwrap_or(0)))
            .map(|(lane, places)| (lane, Arc::new(Semaphore::new(places))))
            .collect();
        let taken: usize = reserved.values().sum();
        Self {
            shared: Arc::new(Semaphore::new(window.saturating_sub(taken))),
            own,
        }
    }

    /// Waits for a permit: the lane's own, or a shared one. None: the daemon is ending.
    pub(in crate::dispatch) async fn permit(&self, lane: Lane) -> Option<OwnedSemaphorePermit> {
        let own = Arc::clone(self.own.get(&lane)?);
        let shared = Arc::clone(&self.shared);
        tokio::select! {
            biased;
            permit = own.acquire_owned() => permit.ok(),
            permit = shared.acquire_owned() => permit.ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_bulk_lane_leaves_the_urgent_lane_its_places() {
        let limit = ConcurrencyLimit::new(4, &BTreeMap::from([(Lane::Urgent, 2)]));
        let bulk = [
            limit.permit(Lane::Bulk).await,
            limit.permit(Lane::Bulk).await,
        ];
        assert!(bulk.iter().all(Option::is_some));
        let third = tokio::time::timeout(
            std::time::Duration::from_millis(20),
            limit.permit(Lane::Bulk),
        );
        assert!(third.await.is_err(), "bulk took an urgent permit");
        assert!(limit.permit(Lane::Urgent).await.is_some());
    }
}
