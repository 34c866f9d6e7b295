//! Whether an event says the same as the stored one with its source and id.

use super::ready::ReadyEvent;
use crate::domain::event::is_comparable;
use crate::domain::{EventId, Timestamp};
use crate::store::database::rows::row;

row! {
    /// A stored event that bears the source and id of one that came in.
    pub(super) struct KnownEvent {
        /// Place of the one that came in.
        pub(super) at: i64,
        /// The stored one's row.
        pub(super) id: EventId,
        kind: String,
        subject: Option<String>,
        occurred_at: Timestamp,
        received_at: Timestamp,
        claimed_at: Option<Timestamp>,
        data: String,
        body_hash: String,
    }
}

impl KnownEvent {
    /// By fingerprint. A row of an earlier version has another kind of fingerprint, which counts
    /// what a broker adds: it is compared by what it says.
    pub(super) fn says_the_same_as(&self, row: &ReadyEvent) -> bool {
        let event = &row.event;
        if is_comparable(&self.body_hash) {
            return *self.body_hash == *event.fingerprint;
        }
        let said = event.claimed_at.unwrap_or(event.occurred_at);
        let same_time = self.claimed_at.unwrap_or(self.occurred_at) == said;
        // Neither said when: both were dated by their receipt.
        let no_time = self.occurred_at == self.received_at
            && self.claimed_at.is_none()
            && event.occurred_at == Timestamp::from_micros(row.received_at)
            && event.claimed_at.is_none();
        (same_time || no_time)
            && *self.kind == *event.kind
            && self.subject.as_deref() == event.subject.as_deref()
            && *self.data == *event.data
    }
}
