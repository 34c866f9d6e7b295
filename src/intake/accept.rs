//! The one way in for events, whatever brought them: stored, durably, once each. Requests of
//! HTTP come through `inbox`, which stores many together.

use crate::domain::event::Arrival;
use crate::domain::{EventId, Ids, Timestamp};
use crate::store::planning::events::{Accept, Ready};
use crate::store::{Store, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    pub accepted: usize,
    /// Stored before, word for word the same.
    pub duplicates: usize,
    /// The row of each event, in order.
    pub ids: Vec<EventId>,
}

/// Nothing of the batch was taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The same source used this id before for something else.
    #[error(
        "event {index}: `{source_name}` sent another event with the id `{id}` before; give this one an id of its own"
    )]
    Conflict {
        /// Place in the batch, from 0.
        index: usize,
        /// The event's `source`.
        source_name: String,
        /// The event's `id`.
        id: String,
    },
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store will never take one of them.
    #[error("a text of the event is longer than the store can hold, or holds a character NUL")]
    Unholdable,
    /// The store did not take it together with others; the log says why.
    #[error("the events were not kept; send them again")]
    NotKept,
}

/// Stores all events or none. When this returns, they survive a crash.
pub async fn take(
    store: &Store,
    events: impl IntoIterator<Item: Into<Arrival>>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<Intake, IntakeError> {
    let mut tx = store.write().await?;
    let taken = take_in(&mut tx, events, now, ids).await?;
    tx.commit().await?;
    Ok(taken)
}

/// The same within a unit of work of the caller, who commits, or drops it on an error.
pub async fn take_in(
    tx: &mut Tx,
    events: impl IntoIterator<Item: Into<Arrival>>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<Intake, IntakeError> {
    let ready = Ready::of(events, now, ids);
    let mut answers = tx.events().accept_all(std::slice::from_ref(&ready)).await?;
    answer(answers.pop().unwrap_or_default(), |at| ready.name(at))
}

/// What the store said of a batch, as one answer. `name`: source and id of the event at a place.
pub(super) fn answer(
    answers: Vec<Accept>,
    name: impl Fn(usize) -> (String, String),
) -> Result<Intake, IntakeError> {
    let mut taken = Intake {
        accepted: 0,
        duplicates: 0,
        ids: Vec::with_capacity(answers.len()),
    };
    for (index, answer) in answers.into_iter().enumerate() {
        let id = match answer {
            Accept::New(id) => {
                taken.accepted += 1;
                id
            }
            Accept::Duplicate(id) => {
                taken.duplicates += 1;
                id
            }
            Accept::Conflict(_) => {
                let (source_name, id) = name(index);
                return Err(IntakeError::Conflict {
                    index,
                    source_name,
                    id,
                });
            }
        };
        taken.ids.push(id);
    }
    Ok(taken)
}
