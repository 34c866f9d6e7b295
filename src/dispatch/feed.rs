//! Feeds one lane: claims what is due, and starts a carrier for each message as the lane's own
//! concurrency allows. Three feeders run side by side, so that a full bulk lane never holds up
//! an urgent message.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Shared;
use super::carry::carry;
use super::ledger::{Entry, Handle};
use crate::domain::Lane;
use crate::lifecycle::Lifecycle;
use crate::store::StoreError;
use crate::store::messages::Claimed;

/// The longest a lane sleeps without looking.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Feeds the lane until the daemon stops.
pub(super) async fn feed(shared: Arc<Shared>, lane: Lane, lifecycle: Lifecycle) {
    loop {
        let woken = shared.wake.dispatch.notified();
        tokio::pin!(woken);
        // Listen before looking, so that nothing queued in between is missed.
        woken.as_mut().enable();
        if lifecycle.is_stopping() {
            return;
        }
        match claim(&shared, lane).await {
            Ok(claimed) if !claimed.is_empty() => {
                start(&shared, lane, claimed, &lifecycle).await;
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = %error, lane = %lane, "cannot claim messages; trying again");
                tokio::time::sleep(STORE_RETRY).await;
            }
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(shared.until_next_due(lane, POLL).await) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Takes what is due in the lane, at most one grasp of it.
pub(super) async fn claim(
    shared: &Shared,
    lane: Lane,
) -> Result<Vec<(Claimed, Arc<Grasp>)>, StoreError> {
    undo_doubtful(shared).await?;
    // Look without the writer's lock first: an idle lane costs no write.
    let mut tx = shared.store.read().await?;
    let now = shared.clock.now();
    let waits = tx.messages().is_due(lane, now).await?;
    let paused = tx
        .switches()
        .is_thrown(crate::store::switches::DISPATCH)
        .await?;
    drop(tx);
    if !waits || paused {
        return Ok(Vec::new());
    }
    let claim = shared.ids.next();
    let mut tx = shared.store.write().await?;
    let claimed = tx
        .messages()
        .claim(shared.node, lane, shared.settings.claim, now, claim)
        .await?;
    fail::fail_point!("claim-before-commit");
    if let Err(error) = tx.commit().await {
        shared.doubtful.note(claim);
        return Err(error);
    }
    fail::fail_point!("claim-after-commit");
    let grasp = Arc::new(Grasp {
        claim,
        ledger: shared.ledger.clone(),
    });
    Ok(claimed
        .into_iter()
        .map(|message| (message, Arc::clone(&grasp)))
        .collect())
}

/// Claims whose commit was not confirmed: a connection that breaks in a commit leaves open what
/// became of it. Nobody carries their messages, so they go back before anything else is claimed.
#[derive(Debug, Default)]
pub(super) struct Doubtful(Mutex<Vec<i64>>);

impl Doubtful {
    fn note(&self, claim: i64) {
        self.claims().push(claim);
    }

    fn claims(&self) -> MutexGuard<'_, Vec<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn undo_doubtful(shared: &Shared) -> Result<(), StoreError> {
    let claims = shared.doubtful.claims().clone();
    if claims.is_empty() {
        return Ok(());
    }
    let mut tx = shared.store.write().await?;
    for claim in &claims {
        tx.messages().undo_claim(shared.node, *claim).await?;
    }
    tx.commit().await?;
    shared
        .doubtful
        .claims()
        .retain(|claim| !claims.contains(claim));
    Ok(())
}

async fn start(
    shared: &Arc<Shared>,
    lane: Lane,
    claimed: Vec<(Claimed, Arc<Grasp>)>,
    lifecycle: &Lifecycle,
) {
    for (message, grasp) in claimed {
        let place = tokio::select! {
            place = shared.room.place(lane) => place,
            () = lifecycle.stopping() => {
                shared.ledger.write(Entry::GiveBack(message.id));
                continue;
            }
        };
        let shared = Arc::clone(shared);
        lifecycle.spawn("carry a message", async move {
            carry(&shared, message).await;
            drop(grasp);
            drop(place);
        });
    }
}

/// Holds a claim for as long as one of its messages is on its way; then the claim is forgotten.
pub(super) struct Grasp {
    claim: i64,
    ledger: Handle,
}

impl Drop for Grasp {
    fn drop(&mut self) {
        self.ledger.write(Entry::Done(self.claim));
    }
}
