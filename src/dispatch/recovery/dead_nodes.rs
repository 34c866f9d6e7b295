//! Takes back the messages a dead node held. Any node rescues. A node is dead when it has been
//! silent for too long, or at once when it is an earlier run of this one whose sign is gone
//! (`store::cluster::presence`). The heartbeat itself is `app::presence`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::dispatch::Shared;
use crate::domain::{Channel, Lane, MessageId, MessageState, NodeId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::cluster::nodes::{Looks, Rescued};

/// After a start, an earlier run is looked for so often and so long.
const SOON: Duration = Duration::from_millis(250);
const EARLY: Duration = Duration::from_secs(5);

/// Earlier runs of this node that showed no sign of life at the last look. Two looks are needed:
/// a living node of the same name may just be connecting again.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct SilentNodes(Vec<NodeId>);

/// Rescues until the daemon stops.
pub(in crate::dispatch) async fn watch(
    shared: Arc<Shared>,
    mut silent: SilentNodes,
    lifecycle: Lifecycle,
) {
    let begun = Instant::now();
    let ttl = shared.settings.node_ttl.to_std().unwrap_or(Duration::MAX);
    let mut stable = StableSince::from(begun, ttl);
    while !lifecycle.is_stopping() {
        match rescue(&shared, &silent, Some(&mut stable)).await {
            Ok(seen) => silent = seen,
            Err(error) => {
                tracing::error!(error = %error, "cannot rescue; trying again");
                stable = StableSince::from(Instant::now(), ttl);
            }
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

/// Since when this node has reached the database without a gap. When the database was away,
/// nobody could beat: the first to reach it again must not take the others' silence for death, or
/// each outage that is longer than a lease would leave one node of all.
pub(in crate::dispatch) struct StableSince {
    ttl: Duration,
    since: Instant,
    last: Instant,
}

impl StableSince {
    const fn from(now: Instant, ttl: Duration) -> Self {
        Self {
            ttl,
            since: now,
            last: now,
        }
    }

    fn reached(&mut self, now: Instant) {
        if now - self.last > self.ttl / 2 {
            self.since = now;
        }
        self.last = now;
    }

    /// As after a long steady time: for one who steps through a node's life.
    pub(in crate::dispatch) fn always() -> Self {
        Self::from(Instant::now(), Duration::ZERO)
    }

    /// Long enough that every living node has had the time to beat, too.
    fn for_long(&self, now: Instant) -> bool {
        now - self.last <= self.ttl / 2 && now - self.since >= self.ttl
    }
}

/// Takes everything out of dead nodes' hands. Returns who is to be looked at again. `stable`: how
/// steadily this node has reached the database; one that has just begun judges only earlier runs
/// of its own. What anybody declared dead is rescued in any case.
pub(in crate::dispatch) async fn rescue(
    shared: &Shared,
    silent: &SilentNodes,
    stable: Option<&mut StableSince>,
) -> Result<SilentNodes, StoreError> {
    let ttl = shared.settings.node_ttl.num_microseconds();
    let ttl = ttl.unwrap_or(i64::MAX);
    let mut tx = shared.store.write().await?;
    // Not before: it may have taken long to get here.
    let now = Instant::now();
    let judges_others = stable.is_some_and(|stable| {
        stable.reached(now);
        stable.for_long(now)
    });
    let others_ttl = if judges_others { ttl } else { i64::MAX };
    let seen = tx
        .nodes()
        .silent_runs(shared.node, Some(&shared.node_name), ttl)
        .await?;
    let sure = |node: &NodeId| shared.store.kind() == "sqlite" || silent.0.contains(node);
    let silent_runs: Vec<NodeId> = seen.iter().copied().filter(sure).collect();
    let dead = tx
        .nodes()
        .mark_dead(shared.node, others_ttl, &silent_runs)
        .await?;
    let now = shared.clock.now();
    let looks = looks(shared, now);
    let rescued = tx.nodes().rescue(&dead, now, looks).await?;
    let may_have_left = |one: &&Rescued| one.state == MessageState::Unknown;
    let unknown = rescued.iter().filter(may_have_left);
    let unknown: Vec<MessageId> = unknown.map(|one| one.id).collect();
    tx.receipts(shared.settings.receipts())
        .apply_pending(&unknown, now)
        .await?;
    fail::fail_point!("rescue-before-commit");
    tx.commit().await?;
    fail::fail_point!("rescue-after-commit");
    if !rescued.is_empty() {
        tracing::warn!(
            messages.queued = rescued.len() - unknown.len(),
            messages.unknown = unknown.len(),
            "took messages out of a dead node's hands"
        );
        shared.wake.messages_queued(Lane::ALL);
    }
    Ok(SilentNodes(seen))
}

/// What a dead node had handed over may still be on its way to a provider, who then needs a while to
/// say so. An SMS does not wait for as long as a relay may take for a mail.
fn looks(shared: &Shared, now: Timestamp) -> Looks {
    let settled = |channel| {
        let on_its_way = shared.clock.meanwhile(shared.routes.longest_send(channel));
        now + on_its_way + shared.settings.reconcile_after
    };
    let (sms, email) = (settled(Channel::Sms), settled(Channel::Email));
    let soon = sms.max(email).min(now + crate::dispatch::SOON);
    Looks { sms, email, soon }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_gap_of_its_own_a_node_takes_nobodys_silence_for_death() {
        let (begun, ttl) = (Instant::now(), Duration::from_secs(15));
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut stable = StableSince::from(begun, ttl);
        for second in (2..=14).step_by(2) {
            stable.reached(at(second));
            assert!(!stable.for_long(at(second)), "it has just begun");
        }
        stable.reached(at(16));
        assert!(stable.for_long(at(18)));
        // The database is away for longer than a lease.
        assert!(!stable.for_long(at(40)));
        stable.reached(at(40));
        assert!(
            !stable.for_long(at(42)),
            "the others may not have reached it yet"
        );
        for second in (42..=56).step_by(2) {
            stable.reached(at(second));
        }
        assert!(stable.for_long(at(56)));
    }
}
