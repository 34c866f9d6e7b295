//! Events on their way to the store: many requests in one transaction, each answered when its
//! events are durable.
//!
//! Each request is taken as a whole or not at all: when one of them is in conflict, nothing of the
//! common transaction is kept, and each is tried alone. What an event means is decided later, by
//! `plan`.

use super::accept::{Intake, IntakeError, answer};
use crate::domain::event::Arrival;
use crate::domain::{Ids, Timestamp};
use crate::runtime::{GroupCommit, Lifecycle, Writer, Written};
use crate::store::planning::events::Ready;
use crate::store::{Store, StoreError};

/// Takes events in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventInbox(GroupCommit<Ready, Result<Intake, IntakeError>>);

impl EventInbox {
    /// Starts the task that writes.
    #[must_use]
    pub fn start(lifecycle: &Lifecycle, store: Store) -> Self {
        Self(GroupCommit::start(
            lifecycle,
            "events",
            EventWriter { store },
        ))
    }

    /// Stores all events or none. When this returns, they survive a crash.
    pub async fn take(
        &self,
        events: impl IntoIterator<Item: Into<Arrival>>,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Intake, IntakeError> {
        // Made ready here, in the request's own task: the one that writes has enough to do.
        let events = Ready::of(events, now, ids);
        let taken = self.0.write(events).await;
        taken.unwrap_or(Err(IntakeError::NotKept))
    }
}

struct EventWriter {
    store: Store,
}

impl Writer for EventWriter {
    type Job = Ready;
    type Answer = Result<Intake, IntakeError>;
    /// Events written together, unless one request alone brings more.
    const HEAVIEST: usize = 4_096;

    fn weight(events: &Ready) -> usize {
        events.count()
    }

    async fn write(&self, requests: &[Ready]) -> Written<Self::Answer> {
        let alone = requests.len() == 1;
        match self.accept(requests).await {
            Ok(taken) if alone || taken.iter().all(Result::is_ok) => Written::Together(taken),
            Err(error) if alone || !error.is_an_answer() => {
                Written::Together(refuse(&error, requests.len()))
            }
            // One of them is in conflict or not to be stored: the others must not suffer for it.
            Ok(_) | Err(_) => Written::TryEach,
        }
    }
}

impl EventWriter {
    /// One transaction, committed only when nothing is in conflict.
    async fn accept(
        &self,
        requests: &[Ready],
    ) -> Result<Vec<Result<Intake, IntakeError>>, StoreError> {
        let mut tx = self.store.write().await?;
        let answers = tx.events().accept_all(requests).await?;
        let taken: Vec<_> = answers
            .into_iter()
            .zip(requests)
            .map(|(accepted, events)| answer(accepted, |at| events.name(at)))
            .collect();
        if taken.iter().all(Result::is_ok) {
            tx.commit().await?;
        }
        Ok(taken)
    }
}

fn refuse(error: &StoreError, requests: usize) -> Vec<Result<Intake, IntakeError>> {
    let unholdable = error.is_unholdable();
    if !unholdable {
        tracing::error!(error = %error, requests.refused = requests,
            "events cannot be kept; their sources will send them again");
    }
    let why = || match unholdable {
        true => IntakeError::Unholdable,
        false => IntakeError::NotKept,
    };
    (0..requests).map(|_| Err(why())).collect()
}
