//! Events on their way to the store: many requests in one transaction, each answered when its
//! events are durable.
//!
//! A transaction per request would wait for the disk once per request, and for its turn behind
//! every other. One task takes whatever waits, writes it together, and then answers everyone.
//! No timer: a lone request is written at once. Each request is still taken as a whole or not at
//! all: when one of them is in conflict, nothing of the common transaction is kept, and each is
//! tried alone. What an event means is decided later, by `plan`.

use tokio::sync::{mpsc, oneshot};

use super::accept::{IntakeError, Taken, answer};
use crate::domain::event::Arrival;
use crate::domain::{Ids, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::planning::events::Ready;
use crate::store::{Store, StoreError};

/// Requests that may wait; more of them wait outside, in their connections.
const CAPACITY: usize = 1_024;
/// Requests written together.
const REQUESTS: usize = 256;
/// Events written together, unless one request alone brings more.
const EVENTS: usize = 4_096;

struct Job {
    events: Ready,
    answer: oneshot::Sender<Result<Taken, IntakeError>>,
}

/// Takes events in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventInbox {
    sender: mpsc::Sender<Job>,
}

impl EventInbox {
    /// Starts the task that writes.
    #[must_use]
    pub fn start(lifecycle: &Lifecycle, store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        lifecycle.spawn(
            "events",
            Keeper { store }.run(receiver, lifecycle.stopping()),
        );
        Self { sender }
    }

    /// Stores all events or none. When this returns, they survive a crash.
    pub async fn take(
        &self,
        events: impl IntoIterator<Item: Into<Arrival>>,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Taken, IntakeError> {
        // Made ready here, in the request's own task: the one that writes has enough to do.
        let events = Ready::of(events, now, ids);
        let (answer, kept) = oneshot::channel();
        let job = Job { events, answer };
        self.sender
            .send(job)
            .await
            .map_err(|_| IntakeError::NotKept)?;
        kept.await.map_err(|_| IntakeError::NotKept)?
    }
}

/// The one task that writes.
struct Keeper {
    store: Store,
}

impl Keeper {
    async fn run(self, mut receiver: mpsc::Receiver<Job>, stopping: impl Future<Output = ()>) {
        tokio::pin!(stopping);
        let mut jobs = Vec::with_capacity(REQUESTS);
        loop {
            tokio::select! {
                taken = receiver.recv_many(&mut jobs, REQUESTS) => if taken == 0 { return },
                // What came before is still written; `recv_many` ends when nothing is left.
                () = &mut stopping, if !receiver.is_closed() => {
                    receiver.close();
                    continue;
                }
            }
            while !jobs.is_empty() {
                let together: Vec<Job> = jobs.drain(..fitting(&jobs)).collect();
                self.keep(together).await;
            }
        }
    }

    async fn keep(&self, jobs: Vec<Job>) {
        let (events, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.events, job.answer)).unzip();
        let alone = events.len() == 1;
        match self.write(&events).await {
            Ok(taken) if alone || taken.iter().all(Result::is_ok) => reply(answers, taken),
            Err(error) if alone || !error.is_an_answer() => {
                reply(answers, refuse(&error, events.len()));
            }
            // One of them is in conflict or not to be stored: the others must not suffer for it.
            Ok(_) | Err(_) => self.keep_each(events, answers).await,
        }
    }

    async fn keep_each(
        &self,
        events: Vec<Ready>,
        answers: Vec<oneshot::Sender<Result<Taken, IntakeError>>>,
    ) {
        for (events, answer) in events.into_iter().zip(answers) {
            let taken = self.write(std::slice::from_ref(&events)).await;
            reply(
                vec![answer],
                taken.unwrap_or_else(|error| refuse(&error, 1)),
            );
        }
    }

    /// One transaction, committed only when nothing is in conflict.
    async fn write(&self, events: &[Ready]) -> Result<Vec<Result<Taken, IntakeError>>, StoreError> {
        let mut tx = self.store.write().await?;
        let answers = tx.events().accept_all(events).await?;
        let taken: Vec<_> = answers
            .into_iter()
            .zip(events)
            .map(|(accepted, events)| answer(accepted, |at| events.name(at)))
            .collect();
        if taken.iter().all(Result::is_ok) {
            tx.commit().await?;
        }
        Ok(taken)
    }
}

/// How many of the first jobs go into one transaction: one at least.
fn fitting(jobs: &[Job]) -> usize {
    let mut events = 0;
    let fitting = jobs.iter().take_while(|job| {
        events += job.events.len();
        events <= EVENTS
    });
    fitting.count().max(1)
}

fn refuse(error: &StoreError, requests: usize) -> Vec<Result<Taken, IntakeError>> {
    if error.is_unholdable() {
        return (0..requests)
            .map(|_| Err(IntakeError::Unholdable))
            .collect();
    }
    tracing::error!(error = %error, requests.refused = requests,
        "events cannot be kept; their sources will send them again");
    (0..requests).map(|_| Err(IntakeError::NotKept)).collect()
}

fn reply(
    answers: Vec<oneshot::Sender<Result<Taken, IntakeError>>>,
    taken: Vec<Result<Taken, IntakeError>>,
) {
    for (answer, taken) in answers.into_iter().zip(taken) {
        if answer.send(taken).is_err() {
            tracing::debug!("a caller hung up before its events were answered");
        }
    }
}
