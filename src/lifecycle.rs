//! Every task of the daemon is started here, so that stopping can wait for it.
//!
//! Stopping is soft first (no new work, what is under way is finished), then hard.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::Lane;

/// Starts tasks and stops them together. Clones share the same tasks.
#[derive(Clone, Default)]
pub struct Lifecycle {
    tasks: TaskTracker,
    soft: CancellationToken,
    hard: CancellationToken,
    crashed: Arc<AtomicUsize>,
    last: TaskTracker,
    over: CancellationToken,
}

impl Lifecycle {
    /// Nothing started yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task. A panic in it is logged, counted, and stops the daemon softly.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let hard = self.hard.clone();
        let this = self.clone();
        tokio::spawn(self.tasks.track_future(async move {
            let guarded = std::panic::AssertUnwindSafe(work).catch_unwind();
            tokio::select! {
                outcome = guarded => if outcome.is_err() {
                    tracing::error!(task.name = name, "a task crashed; stopping");
                    this.crashed.fetch_add(1, Ordering::SeqCst);
                    this.soft.cancel();
                },
                () = hard.cancelled() => {}
            }
        }));
    }

    /// Starts a task that goes on while the others finish what they are doing, and ends where it
    /// stands when the last of them has ended. It holds nothing that could be lost.
    #[expect(clippy::disallowed_methods, reason = "spawned by the Lifecycle")]
    pub fn spawn_to_the_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        let over = self.over.clone();
        tokio::spawn(self.last.track_future(async move {
            tokio::select! {
                () = work => {}
                () = over.cancelled() => {}
            }
        }));
    }

    /// Completes when no new work should be begun.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        self.soft.clone().cancelled_owned()
    }

    /// Whether stopping has begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Asks every task to finish what it is doing.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// The same, because this node cannot go on: it ends in good order and counts as failed, so
    /// that whoever watches over it starts it anew.
    pub fn give_up(&self) {
        self.crashed.fetch_add(1, Ordering::SeqCst);
        self.soft.cancel();
    }

    /// Ends every task where it stands.
    pub fn abort(&self) {
        self.soft.cancel();
        self.hard.cancel();
        self.over.cancel();
    }

    /// Waits until all tasks have ended, at most `patience` after stopping began; ends the rest.
    /// Returns how many tasks crashed or gave up.
    pub async fn ended(&self, patience: Duration) -> usize {
        self.soft.cancelled().await;
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait())
            .await
            .is_err()
        {
            self.hard.cancel();
            self.tasks.wait().await;
        }
        self.over.cancel();
        self.last.close();
        self.last.wait().await;
        self.crashed.load(Ordering::SeqCst)
    }
}

/// Wakes the stages when there is work for them, so that nobody polls in a hurry.
/// A wake-up is a hint: each stage also looks by itself now and then.
#[derive(Debug, Default)]
pub struct Wake {
    /// Events were stored, here or on another node.
    pub plan: Notify,
    /// Messages were queued, here or on another node: one bell for each lane.
    pub dispatch: LaneBells,
    /// What is to be said to the nodes that share the store.
    pub abroad: Abroad,
}

/// What this node has done that concerns others.
#[derive(Debug, Default)]
pub struct Abroad {
    /// It stored events.
    pub events: Notify,
    /// It queued messages.
    pub messages: Notify,
}

impl Wake {
    /// Events were stored by this node.
    pub fn events_stored(&self) {
        self.plan.notify_one();
        self.abroad.events.notify_one();
    }

    /// Messages were queued by this node in these lanes.
    pub fn messages_queued(&self, lanes: &[Lane]) {
        for lane in lanes {
            self.dispatch.of(*lane).notify_waiters();
        }
        if !lanes.is_empty() {
            self.abroad.messages.notify_one();
        }
    }
}

/// A bell for each lane, so that one message wakes one lane.
#[derive(Debug, Default)]
pub struct LaneBells {
    urgent: Notify,
    normal: Notify,
    bulk: Notify,
}

impl LaneBells {
    /// The bell of one lane.
    #[must_use]
    pub const fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Urgent => &self.urgent,
            Lane::Normal => &self.normal,
            Lane::Bulk => &self.bulk,
        }
    }

    /// Rings them all.
    pub fn ring(&self) {
        for lane in Lane::ALL {
            self.of(*lane).notify_waiters();
        }
    }
}
