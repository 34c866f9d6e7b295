//! The heartbeat, and the rescue of what a dead node had in hand. Any node rescues; an earlier
//! run of this same node is buried after three missed beats, others when they have been silent for
//! too long.

use std::sync::Arc;

use super::Shared;
use crate::domain::MessageState;
use crate::lifecycle::Lifecycle;
use crate::store::StoreError;
use crate::store::sums::Moved;

/// Beats that an earlier run of this node must have missed to count as dead.
const MISSED: u32 = 3;

/// Beats and rescues until the daemon stops.
pub(super) async fn watch(shared: Arc<Shared>, lifecycle: Lifecycle) {
    while !lifecycle.is_stopping() {
        match round(&shared).await {
            Ok(true) => {}
            Ok(false) => lifecycle.stop(),
            Err(error) => tracing::error!(error = %error, "cannot beat or rescue; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(shared.settings.heartbeat) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Beats and rescues once. False: this node was declared dead and must send nothing more.
pub(super) async fn round(shared: &Shared) -> Result<bool, StoreError> {
    let mut tx = shared.store.write().await?;
    if !tx.nodes().beat(shared.node).await? {
        tracing::error!(
            "this node was declared dead by another one; it stops, so that nothing is sent twice"
        );
        return Ok(false);
    }
    tx.commit().await?;
    rescue(shared).await?;
    Ok(true)
}

/// Takes everything out of dead nodes' hands.
pub(super) async fn rescue(shared: &Shared) -> Result<(), StoreError> {
    let ttl = shared
        .settings
        .node_ttl
        .num_microseconds()
        .unwrap_or(i64::MAX);
    let beats = i64::try_from((shared.settings.heartbeat * MISSED).as_micros());
    // The lock on a SQLite file proves that an earlier run of this node is gone.
    let own_ttl = match shared.store.kind() {
        "sqlite" => 0,
        _ => beats.unwrap_or(ttl).min(ttl),
    };
    let mut tx = shared.store.write().await?;
    let dead = tx
        .nodes()
        .bury(shared.node, &shared.node_name, ttl, own_ttl)
        .await?;
    let now = shared.clock.now();
    let mut rescued = Vec::new();
    for node in dead {
        // What the dead node had handed over may still be on its way to a provider, who then
        // needs a while to say so.
        let wake_at = now + shared.lines.longest_send() + shared.settings.settle;
        rescued.extend(tx.nodes().rescue(node, now, wake_at).await?);
    }
    let moved: Vec<Moved> = rescued
        .iter()
        .filter(|one| one.state == MessageState::Unknown)
        .map(|one| Moved {
            message: one.id,
            from: Some(MessageState::Sending),
            to: one.state,
        })
        .collect();
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
        shared.wake.dispatch.notify_waiters();
    }
    Ok(())
}
