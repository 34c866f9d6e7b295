//! The rescue of what a dead node had in hand. Any node rescues. A node is dead when it has been
//! silent for too long, or at once when it is an earlier run of this one whose sign is gone
//! (`store::presence`). The heartbeat itself is `app::presence`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use crate::domain::{MessageState, NodeId};
use crate::lifecycle::Lifecycle;
use crate::store::StoreError;
use crate::store::nodes::Rescued;
use crate::store::sums::Moved;

/// After a start, an earlier run is looked for so often and so long.
const SOON: Duration = Duration::from_millis(250);
const EARLY: Duration = Duration::from_secs(5);

/// Earlier runs of this node that showed no sign of life at the last look. Two looks are needed:
/// a living node of the same name may just be connecting anew.
#[derive(Debug, Default)]
pub(super) struct Suspects(Vec<NodeId>);

/// Rescues until the daemon stops.
pub(super) async fn watch(shared: Arc<Shared>, mut suspects: Suspects, lifecycle: Lifecycle) {
    let begun = Instant::now();
    while !lifecycle.is_stopping() {
        match rescue(&shared, &suspects).await {
            Ok(seen) => suspects = seen,
            Err(error) => tracing::error!(error = %error, "cannot rescue; trying again"),
        }
        let pause = if begun.elapsed() < EARLY {
            SOON.min(shared.settings.heartbeat)
        } else {
            shared.settings.heartbeat
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Takes everything out of dead nodes' hands. Returns who is to be looked at again.
pub(super) async fn rescue(shared: &Shared, suspects: &Suspects) -> Result<Suspects, StoreError> {
    let ttl = shared.settings.node_ttl.num_microseconds();
    let ttl = ttl.unwrap_or(i64::MAX);
    let mut tx = shared.store.write().await?;
    let seen = tx.nodes().gone(shared.node, &shared.node_name, ttl).await?;
    let sure = |node: &NodeId| shared.store.kind() == "sqlite" || suspects.0.contains(node);
    let gone: Vec<NodeId> = seen.iter().copied().filter(sure).collect();
    let dead = tx.nodes().bury(shared.node, ttl, &gone).await?;
    let now = shared.clock.now();
    let mut rescued = Vec::new();
    for node in dead {
        // What the dead node had handed over may still be on its way to a provider.
        let wake_at = now + shared.settings.settle.max(shared.lines.longest_send());
        rescued.extend(tx.nodes().rescue(node, now, wake_at).await?);
    }
    let moved = unknown(&rescued);
    tx.sums().moved(&moved).await?;
    let unknown: Vec<_> = moved.iter().map(|one| one.message).collect();
    tx.receipts(shared.settings.receipts())
        .settle(&unknown, now)
        .await?;
    fail::fail_point!("rescue-before-commit");
    tx.commit().await?;
    fail::fail_point!("rescue-after-commit");
    if !rescued.is_empty() {
        tracing::warn!(
            messages.queued = rescued.len() - moved.len(),
            messages.unknown = moved.len(),
            "took messages out of a dead node's hands"
        );
        shared.wake.messages_queued();
    }
    Ok(Suspects(seen))
}

/// What may have been sent, as moves for the sums.
fn unknown(rescued: &[Rescued]) -> Vec<Moved> {
    let may_have_left = |one: &&Rescued| one.state == MessageState::Unknown;
    let moved = |one: &Rescued| Moved {
        message: one.id,
        from: Some(MessageState::Sending),
        to: one.state,
    };
    rescued.iter().filter(may_have_left).map(moved).collect()
}
