//! The heartbeat, and the rescue of what a dead node had in hand. Any node rescues; an earlier
//! run of this same node is buried after three missed beats, others when they have been silent for
//! too long while this node was not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use crate::domain::MessageState;
use crate::lifecycle::Lifecycle;
use crate::store::StoreError;
use crate::store::sums::Moved;

/// Beats that an earlier run of this node must have missed to count as dead.
const MISSED: u32 = 3;

/// Beats and rescues until the daemon stops.
pub(super) async fn watch(shared: Arc<Shared>, lifecycle: Lifecycle) {
    let ttl = shared.settings.node_ttl.to_std().unwrap_or(Duration::MAX);
    let mut steady = Steady::from(Instant::now(), ttl);
    while !lifecycle.is_stopping() {
        if let Err(error) = round(&shared, &lifecycle, &mut steady).await {
            tracing::error!(error = %error, "cannot beat or rescue; trying again");
            steady = Steady::from(Instant::now(), ttl);
        }
        tokio::select! {
            () = tokio::time::sleep(shared.settings.heartbeat) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// Since when this node has beaten without a gap. When the database was away, nobody could beat:
/// the first to reach it again must not take the others' silence for death, or each outage that
/// is longer than a lease would leave one node of all.
pub(super) struct Steady {
    ttl: Duration,
    since: Instant,
    last: Instant,
}

impl Steady {
    const fn from(now: Instant, ttl: Duration) -> Self {
        Self {
            ttl,
            since: now,
            last: now,
        }
    }

    fn beat(&mut self, now: Instant) {
        if now - self.last > self.ttl / 2 {
            self.since = now;
        }
        self.last = now;
    }

    /// Long enough that every living node has had the time to beat, too.
    fn for_long(&self, now: Instant) -> bool {
        now - self.last <= self.ttl / 2 && now - self.since >= self.ttl
    }
}

async fn round(
    shared: &Shared,
    lifecycle: &Lifecycle,
    steady: &mut Steady,
) -> Result<(), StoreError> {
    let mut tx = shared.store.write().await?;
    if !tx.nodes().beat(shared.node).await? {
        tracing::error!(
            "this node was declared dead by another one; it stops, so that nothing is sent twice"
        );
        lifecycle.fail();
        return Ok(());
    }
    tx.commit().await?;
    steady.beat(Instant::now());
    rescue(shared, Some(steady)).await
}

/// Takes everything out of dead nodes' hands. `steady`: how steadily this node has beaten; one
/// that has just begun declares only earlier runs of its own dead. Those that were declared dead
/// by anybody are rescued in any case.
pub(super) async fn rescue(shared: &Shared, steady: Option<&Steady>) -> Result<(), StoreError> {
    let ttl = shared
        .settings
        .node_ttl
        .num_microseconds()
        .unwrap_or(i64::MAX);
    let beats = i64::try_from((shared.settings.heartbeat * MISSED).as_micros());
    let mut tx = shared.store.write().await?;
    // Not before: it may have taken long to get here.
    let judges_others = steady.is_some_and(|steady| steady.for_long(Instant::now()));
    // The lock on a SQLite file proves that an earlier run of this node is gone.
    let (own_ttl, others_ttl) = match shared.store.kind() {
        "sqlite" => (0, ttl),
        _ if judges_others => (beats.unwrap_or(ttl).min(ttl), ttl),
        _ => (beats.unwrap_or(ttl).min(ttl), i64::MAX),
    };
    let dead = tx
        .nodes()
        .bury(shared.node, &shared.node_name, others_ttl, own_ttl)
        .await?;
    let now = shared.clock.now();
    let mut rescued = Vec::new();
    for node in dead {
        let wake_at = now + shared.settings.settle;
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
    tx.commit().await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_gap_of_its_own_a_node_takes_nobodys_silence_for_death() {
        let (begun, ttl) = (Instant::now(), Duration::from_secs(15));
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut steady = Steady::from(begun, ttl);
        for second in (2..=14).step_by(2) {
            steady.beat(at(second));
            assert!(!steady.for_long(at(second)), "it has just begun");
        }
        steady.beat(at(16));
        assert!(steady.for_long(at(18)));
        // The database is away for longer than a lease.
        assert!(!steady.for_long(at(40)));
        steady.beat(at(40));
        assert!(
            !steady.for_long(at(42)),
            "the others may not have reached it yet"
        );
        for second in (42..=56).step_by(2) {
            steady.beat(at(second));
        }
        assert!(steady.for_long(at(56)));
    }
}
