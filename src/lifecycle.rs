//! Every task of the daemon is started here, so that stopping can wait for it.
//!
//! Stopping is soft first (no new work, what is under way is finished), then hard.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and stops them together. Clones share the same tasks.
#[derive(Clone, Default)]
pub struct Lifecycle {
    tasks: TaskTracker,
    soft: CancellationToken,
    hard: CancellationToken,
    crashed: Arc<AtomicUsize>,
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

    /// Completes when no new work should be begun.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        self.soft.clone().cancelled_owned()
    }

    /// Whether stopping has begun.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Stops softly because of a fault: the daemon's end counts as a failure, so that whoever
    /// looks after it starts it again.
    pub fn fail(&self) {
        self.crashed.fetch_add(1, Ordering::SeqCst);
        self.soft.cancel();
    }

    /// Asks every task to finish what it is doing.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Ends every task where it stands.
    pub fn abort(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Waits until all tasks have ended, at most `patience` after stopping began; ends the rest.
    /// Returns how many tasks crashed or failed.
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
        self.crashed.load(Ordering::SeqCst)
    }
}

/// Wakes the stages when there is work for them, so that nobody polls in a hurry.
/// A wake-up is a hint: each stage also looks by itself now and then.
#[derive(Debug, Default)]
pub struct Wake {
    /// Events were stored.
    pub plan: tokio::sync::Notify,
    /// Messages were queued.
    pub dispatch: tokio::sync::Notify,
}
