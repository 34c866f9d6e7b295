//! The claim loop of one lane: claims what is due, and starts a task for each message as the
//! lane's own concurrency allows. Three loops run side by side, so that a full bulk lane never
//! holds up an urgent message.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::dispatch::Shared;
use crate::dispatch::send::{WriterEntry, send_message};
use crate::domain::Lane;
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::messages::Claimed;

/// The longest a lane sleeps without looking.
const POLL: Duration = Duration::from_secs(1);
/// Between a claim and the look for what becomes due next.
const BREATH: Duration = Duration::from_millis(5);
/// How long to wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Claims for the lane until the daemon stops.
pub(in crate::dispatch) async fn claim_loop(shared: Arc<Shared>, lane: Lane, lifecycle: Lifecycle) {
    loop {
        let woken = shared.wake.dispatch.of(lane).notified();
        tokio::pin!(woken);
        // Listen before looking, so that nothing queued in between is missed.
        woken.as_mut().enable();
        if lifecycle.is_stopping() {
            return;
        }
        match claim(&shared, lane).await {
            Ok(claimed) => {
                let full = claimed.len() >= shared.settings.claim as usize;
                start(&shared, lane, claimed, &lifecycle).await;
                // Fewer than asked for: nothing is left, and what comes later notifies.
                if full {
                    continue;
                }
            }
            Err(error) => {
                tracing::error!(error = %error, lane = %lane, "cannot claim messages; trying again");
                tokio::time::sleep(STORE_RETRY).await;
            }
        }
        tokio::select! {
            () = woken => {}
            () = until_due(&shared, lane) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// What was just claimed begins first; the look ahead has time.
async fn until_due(shared: &Shared, lane: Lane) {
    tokio::time::sleep(BREATH).await;
    tokio::time::sleep(shared.until_next_due(lane, POLL).await).await;
}

/// Takes what is due in the lane, at most one batch of it; nothing while sending is paused.
pub(in crate::dispatch) async fn claim(
    shared: &Shared,
    lane: Lane,
) -> Result<Vec<(Claimed, Arc<ClaimGuard>)>, StoreError> {
    let (now, claim) = (shared.clock.now(), shared.ids.next());
    // On disk with the attempt at the latest; a claim that a power cut takes back was used for
    // nothing yet.
    let mut tx = shared.store.write_soon().await?;
    let claimed = tx
        .messages()
        .claim(shared.node, lane, shared.settings.claim, now, claim)
        .await?;
    if claimed.is_empty() {
        return Ok(Vec::new());
    }
    shared.plans.fetch(&mut tx, &claimed).await?;
    fail::fail_point!("claim-before-commit");
    if let Err(error) = tx.commit().await {
        // The answer was lost, the commit perhaps not: nobody may be left holding these.
        shared.writer.write(WriterEntry::Disclaim(claim));
        return Err(error);
    }
    fail::fail_point!("claim-after-commit");
    let guard = Arc::new(ClaimGuard {
        claim,
        left: AtomicUsize::new(claimed.len()),
    });
    Ok(claimed
        .into_iter()
        .map(|message| (message, Arc::clone(&guard)))
        .collect())
}

async fn start(
    shared: &Arc<Shared>,
    lane: Lane,
    claimed: Vec<(Claimed, Arc<ClaimGuard>)>,
    lifecycle: &Lifecycle,
) {
    for (message, guard) in claimed {
        let permit = tokio::select! {
            permit = shared.limit.permit(lane) => permit,
            () = lifecycle.stopping() => {
                shared.writer.write(WriterEntry::GiveBack(message.id));
                guard.dealt_with(shared);
                continue;
            }
        };
        let shared = Arc::clone(shared);
        lifecycle.spawn("send a message", async move {
            send_message(&shared, message).await;
            guard.dealt_with(&shared);
            drop(permit);
        });
    }
}

/// Keeps a claim for as long as one of its messages is on its way; then the claim is forgotten. Where
/// one is cut off on its way, by a crash or at the end of the time for stopping, the claim stays: by
/// it the rescue finds the messages.
pub(in crate::dispatch) struct ClaimGuard {
    claim: i64,
    /// Messages on their way.
    left: AtomicUsize,
}

impl ClaimGuard {
    /// One of its messages has come as far as it goes now.
    pub(in crate::dispatch) fn dealt_with(&self, shared: &Shared) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            shared.writer.write(WriterEntry::Done(self.claim));
        }
    }
}
