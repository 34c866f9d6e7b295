//! Where texts are compiled, checked and tried: on threads of their own, few, with a stack of
//! known size and a deadline, so that no text somebody typed holds up those who serve and send.
//!
//! What a text may cost is bounded before (`bounds`, `layout`) and while it is rendered
//! (`engine`, `values`); this is the second wall. Writing one message from a compiled template
//! needs none of it and stays with whoever sends it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

/// Stack of one thread. The deepest text within the limits takes less than a sixteenth, which a
/// test holds.
const STACK: usize = 16 * 1024 * 1024;

/// Threads of one workshop, where nothing else is said: who types sees the answer to his own text.
const BENCHES: usize = 2;

/// How long somebody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Threads that work at once; more wait for their turn. Clones share them.
#[derive(Debug, Clone)]
pub struct Workshop {
    benches: Arc<Semaphore>,
    patience: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfinished {
    /// It takes too long, or others before it do.
    #[error("the text was not ready within {} s: make it shorter, or try again", .0.as_secs())]
    Late(Duration),
    /// The work ended without an answer.
    #[error("the text could not be worked on; the log says why")]
    Failed,
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new(BENCHES, PATIENCE)
    }
}

impl Workshop {
    /// So many threads at once, and so long until a caller is told that it takes too long.
    #[must_use]
    pub fn new(benches: usize, patience: Duration) -> Self {
        Self {
            benches: Arc::new(Semaphore::new(benches)),
            patience,
        }
    }

    /// Does the work and hands its answer back. Work that is late goes on to its end, which its
    /// limits bring near, and keeps its place until then: its caller does not wait for it.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unfinished> {
        let benches = Arc::clone(&self.benches);
        let answered = async {
            let bench = benches
                .acquire_owned()
                .await
                .map_err(|_| Unfinished::Failed)?;
            let (answer, answered) = oneshot::channel();
            std::thread::Builder::new()
                .name("texts".to_owned())
                .stack_size(STACK)
                .spawn(move || {
                    let done = work();
                    drop(bench);
                    // A caller that does not wait any more needs no answer.
                    answer.send(done).ok();
                })
                .map_err(|error| {
                    tracing::error!(error = %error, "no thread could be started to work on a text");
                    Unfinished::Failed
                })?;
            answered.await.map_err(|_| Unfinished::Failed)
        };
        tokio::time::timeout(self.patience, answered)
            .await
            .unwrap_or(Err(Unfinished::Late(self.patience)))
    }
}
