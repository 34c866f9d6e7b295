//! What must hold after every test that sends: asked as the daemon asks every night.

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use araldo::store::Store;
use araldo::store::cluster::invariants::{Inspection, Invariant};
use araldo::store::messages::receipts::ReceiptHorizon;
use chrono::TimeDelta;

/// Every invariant holds, for a node with the settings that come with the program.
pub(crate) async fn hold(store: &Store) {
    hold_at(store, SystemClock.now()).await;
}

/// The same, of a store whose last moment was then.
pub(crate) async fn hold_at(store: &Store, now: Timestamp) {
    let scope = Inspection {
        now,
        since: now - TimeDelta::days(8),
        patience: TimeDelta::minutes(30),
        skew: TimeDelta::seconds(2),
        cap_per_hour: 10,
        horizon: ReceiptHorizon::default(),
    };
    for invariant in Invariant::ALL {
        let mut tx = store.read().await.unwrap();
        let finding = tx.invariants(scope).ask(*invariant).await.unwrap();
        assert_eq!(finding.broken, 0, "{finding:?}: {}", invariant.complaint());
    }
}
