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
    last: TaskTracker,
    over: CancellationToken,
}

impl Lifecycle {
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

    /// The same tasks, of which one can be asked to stop while the others go on: stopping this part
    /// stops nothing else, and stopping the whole stops this part as well.
    #[must_use]
    pub fn part(&self) -> Self {
        Self {
            soft: self.soft.child_token(),
            ..self.clone()
        }
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
    /// that whoever watches over it starts it again.
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
