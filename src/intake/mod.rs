//! Where things come from: events by HTTP or file, clients by HTTP, NDJSON or CSV.
//!
//! Bytes become the checked words of `domain` here, and are acknowledged only after the store
//! has them. Nothing here decides who is told: that is `plan`. Begin with `accept` and `inbox`
//! (events) and `import` (clients); `client` knows the JSON of one client, `cloud_event` the three
//! HTTP modes, `csv` and `lines` the files, `areas` the shapes of municipalities.

use crate::domain::limits;

pub mod accept;
pub mod areas;
pub mod client;
pub mod cloud_event;
pub mod csv;
pub mod import;
pub mod inbox;
pub mod json;
pub mod lines;

/// How much is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one request with one document.
    pub single_bytes: usize,
    /// Bytes of a batch of events.
    pub batch_bytes: usize,
    /// Events in a batch.
    pub batch_events: usize,
    /// Bytes of one line of an import.
    pub line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            single_bytes: limits::DOCUMENT_BYTES,
            batch_bytes: limits::BATCH_BYTES,
            batch_events: limits::BATCH_EVENTS,
            line_bytes: limits::LINE_BYTES,
        }
    }
}
