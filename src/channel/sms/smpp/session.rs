//! One connection kept: bound, bound again when it is cut, each time after a longer pause while nothing
//! comes of it, and left in good order when the daemon stops.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use super::error::stopping;
use super::exchange::{Parting, SmppExchange};
use super::link::{SmppCentre, SmppLink};
use super::memory::{JustTaken, TextNames};
use super::settings::SmppIds;
use crate::channel::{Accepted, HandoverDesk, SendError};
use crate::domain::{Clock, MessageId};
use crate::runtime::Lifecycle;

/// After a connection over which SMS went.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Where only a person can help: some centres lock an account after a few wrong passwords.
const OURS_PAUSE: Duration = Duration::from_secs(5 * 60);

/// One SMS on its way to a connection.
pub(super) struct SmppJob {
    /// The bodies of its parts.
    pub(super) parts: Vec<Vec<u8>>,
    /// Message and lease; none where nothing is to be reported.
    pub(super) attempt: Option<(MessageId, i64)>,
    pub(super) answer: oneshot::Sender<Result<Accepted, SendError>>,
}

impl SmppJob {
    /// Ends it before anything of it has left.
    fn refuse(self, why: SendError) {
        // Whoever does not listen any more has been stopped.
        self.answer.send(Err(why)).ok();
    }
}

/// What waits for a connection; whichever has room takes the next. Cheap to clone.
#[derive(Clone)]
pub(super) struct SmppQueue(Arc<Mutex<mpsc::Receiver<SmppJob>>>);

impl SmppQueue {
    pub(super) fn of(receiver: mpsc::Receiver<SmppJob>) -> Self {
        Self(Arc::new(Mutex::new(receiver)))
    }

    /// The next SMS that somebody still waits for; none once the queue is closed and empty. Given up
    /// half-way it loses nothing.
    pub(super) async fn next(&self) -> Option<SmppJob> {
        let mut waiting = self.0.lock().await;
        loop {
            let job = waiting.recv().await?;
            if !job.answer.is_closed() {
                return Some(job);
            }
        }
    }

    /// Takes no more in; what waits is still handed out.
    pub(super) async fn close(&self) {
        self.0.lock().await.close();
    }
}

/// How the connections to one centre stand.
#[derive(Default)]
pub(super) struct SmppStanding {
    pub(super) bound: usize,
    /// Why the last try to bind failed, until one does not.
    pub(super) failed: Option<SendError>,
}

/// What all connections to one centre share.
pub(super) struct SmppShared {
    /// The name from the configuration.
    pub(super) provider: String,
    pub(super) centre: SmppCentre,
    pub(super) window: usize,
    pub(super) enquire_every: Duration,
    pub(super) ids: SmppIds,
    pub(super) clock: Arc<dyn Clock>,
    /// Where reports and texts go; without one they are brought again.
    pub(super) desk: Option<HandoverDesk>,
    pub(super) taken: JustTaken,
    pub(super) texts: TextNames,
    pub(super) standing: watch::Sender<SmppStanding>,
}

/// One connection, and what it needs to come back.
pub(super) struct SmppSession {
    pub(super) shared: Arc<SmppShared>,
    pub(super) queue: SmppQueue,
}

impl SmppSession {
    /// Keeps the connection until the daemon stops.
    pub(super) async fn run(self, lifecycle: Lifecycle) {
        let mut pause = FIRST_PAUSE;
        while !lifecycle.is_stopping() {
            let bound = tokio::select! {
                bound = SmppLink::bind(&self.shared.centre) => bound,
                () = lifecycle.stopping() => break,
            };
            match bound {
                Ok(link) => {
                    match self.converse(link, &lifecycle).await {
                        // The daemon stops, or nobody sends by this provider any more.
                        Parting::InOrder => break,
                        Parting::Lost { proven: true } => pause = FIRST_PAUSE,
                        Parting::Lost { proven: false } => {}
                    }
                }
                Err(error) => {
                    if matches!(error, SendError::Misconfigured { .. }) {
                        pause = OURS_PAUSE;
                    }
                    self.failed(error);
                }
            }
            tokio::select! {
                () = self.rest(pause) => {}
                () = lifecycle.stopping() => break,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.queue.close().await;
        while let Some(job) = self.queue.next().await {
            job.refuse(stopping());
        }
    }

    async fn converse(&self, link: SmppLink, lifecycle: &Lifecycle) -> Parting {
        self.shared.standing.send_modify(|standing| {
            standing.bound += 1;
            standing.failed = None;
        });
        tracing::info!(
            provider.name = %self.shared.provider,
            "a connection to an SMS centre is bound"
        );
        let exchange = SmppExchange::over(link, self);
        let parting = Box::pin(exchange.run(lifecycle.stopping())).await;
        self.shared
            .standing
            .send_modify(|standing| standing.bound -= 1);
        parting
    }

    fn failed(&self, error: SendError) {
        let mut is_first = false;
        let said = error.to_string();
        self.shared.standing.send_modify(|standing| {
            is_first = standing.failed.is_none();
            standing.failed = Some(error);
        });
        // Once per outage: a centre that is away is away for each try.
        if is_first {
            tracing::warn!(
                provider.name = %self.shared.provider,
                error = %said,
                "an SMS centre cannot be bound to; it is tried again and again"
            );
        }
    }

    /// Waits; what comes meanwhile, while no connection stands and none is likely, was not sent.
    async fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        loop {
            let failed = {
                let standing = self.shared.standing.borrow();
                standing.failed.clone().filter(|_| standing.bound == 0)
            };
            tokio::select! {
                () = sleep_until(until) => return,
                Some(job) = self.queue.next(), if failed.is_some() => {
                    job.refuse(failed.unwrap_or_else(stopping));
                }
            }
        }
    }
}
