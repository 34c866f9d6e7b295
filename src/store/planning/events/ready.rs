//! A batch of events prepared for the store: whatever can be computed before the write lock is
//! taken.

use std::sync::Arc;

use crate::domain::event::Arrival;
use crate::domain::{Ids, Timestamp};

/// A batch to be stored as a whole.
#[derive(Debug)]
pub struct Ready {
    rows: Vec<ReadyEvent>,
}

/// An event with what the store adds to it.
#[derive(Debug)]
pub(super) struct ReadyEvent {
    pub(super) id: i64,
    pub(super) received_at: i64,
    pub(super) event: Arrival,
}

impl Ready {
    /// Makes a batch ready. `received_at`: when it came.
    pub fn of(
        events: impl IntoIterator<Item: Into<Arrival>>,
        received_at: Timestamp,
        ids: &dyn Ids,
    ) -> Self {
        let row = |event: Arrival| ReadyEvent {
            id: ids.next(),
            received_at: received_at.as_micros(),
            event,
        };
        Self {
            rows: events.into_iter().map(Into::into).map(row).collect(),
        }
    }

    pub(super) fn rows(&self) -> &[ReadyEvent] {
        &self.rows
    }

    /// How many events it has.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }

    /// Source and id of the event at a place.
    #[must_use]
    pub fn name(&self, at: usize) -> (String, String) {
        let name = |text: &Arc<str>| text.as_ref().to_owned();
        let row = self.rows.get(at);
        row.map(|row| (name(&row.event.source), name(&row.event.id)))
            .unwrap_or_default()
    }
}
