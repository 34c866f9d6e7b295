//! How far the messages of an incident got: counted aside, and kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Mutex, oneshot};

use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::store::reports::DeliveryFunnel;
use crate::web::Web;

/// A funnel counts each message, so it is kept for some seconds.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// Counting may take this part of a reader's time: a funnel that took a second is counted again
/// after twenty.
const SHARE: i32 = 20;
/// A page waits so long for a funnel that was never counted, and then shows what was planned.
const PATIENCE: Duration = Duration::from_millis(40);
/// A funnel nobody asked for during this time is forgotten.
const KEPT: TimeDelta = TimeDelta::minutes(10);

/// The funnels that were counted, by incident. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Funnels(Arc<Mutex<HashMap<i64, CountedFunnel>>>);

impl Funnels {
    /// The funnel of an incident, some seconds old at most. Counting one may take at most a
    /// twentieth of the time, so a large one is older. Pages do not wait for a large one to be
    /// counted: until it was, they get what was planned.
    pub(crate) async fn of(&self, web: &Web, incident: i64) -> Result<DeliveryFunnel, StoreError> {
        let now = web.clock.now();
        let (known, counting) = {
            let mut kept = self.0.lock().await;
            kept.retain(|_, counted| now - counted.at < KEPT);
            let counted = kept
                .entry(incident)
                .or_insert_with(|| CountedFunnel::never(now));
            let due = counted.delivery.is_none() || now - counted.at >= counted.fresh_for();
            let counting = (due && !counted.under_way).then(|| {
                counted.under_way = true;
                self.count(web, incident)
            });
            (counted.delivery, counting)
        };
        match (known, counting) {
            (Some(delivery), _) => Ok(delivery),
            (None, Some(counted)) => match tokio::time::timeout(PATIENCE, counted).await {
                Ok(Ok(delivery)) => delivery,
                Ok(Err(_)) | Err(_) => planned(web, incident).await,
            },
            (None, None) => planned(web, incident).await,
        }
    }

    /// Counts in a task of its own, which goes on when the page no longer waits.
    fn count(
        &self,
        web: &Web,
        incident: i64,
    ) -> oneshot::Receiver<Result<DeliveryFunnel, StoreError>> {
        let (answer, counted) = oneshot::channel();
        let (funnels, store, clock) = (self.clone(), web.store.clone(), Arc::clone(&web.clock));
        web.console.lifecycle.spawn("count a funnel", async move {
            let start = clock.now();
            let outcome = match store.read().await {
                Ok(mut tx) => tx.reports().delivery_funnel(incident).await,
                Err(error) => Err(error),
            };
            let at = clock.now();
            let mut kept = funnels.0.lock().await;
            let entry = kept
                .entry(incident)
                .or_insert_with(|| CountedFunnel::never(at));
            entry.under_way = false;
            if let Ok(delivery) = &outcome {
                (entry.at, entry.took, entry.delivery) = (at, at - start, Some(*delivery));
            }
            drop(kept);
            if answer.send(outcome).is_err() {
                tracing::debug!("a page did not wait for an incident's funnel");
            }
        });
        counted
    }
}

/// What was planned of an incident, from its plans: nothing else is known of it yet.
async fn planned(web: &Web, incident: i64) -> Result<DeliveryFunnel, StoreError> {
    let steps = web
        .store
        .read()
        .await?
        .reports()
        .incident_steps(incident)
        .await?;
    Ok(DeliveryFunnel {
        planned: steps.iter().map(|step| step.planned).sum(),
        ..DeliveryFunnel::default()
    })
}

/// A funnel, and when and how it was counted.
#[derive(Debug, Clone)]
struct CountedFunnel {
    at: Timestamp,
    took: TimeDelta,
    delivery: Option<DeliveryFunnel>,
    under_way: bool,
}

impl CountedFunnel {
    const fn never(at: Timestamp) -> Self {
        Self {
            at,
            took: TimeDelta::zero(),
            delivery: None,
            under_way: false,
        }
    }

    fn fresh_for(&self) -> TimeDelta {
        FRESH.max(self.took * SHARE)
    }
}
