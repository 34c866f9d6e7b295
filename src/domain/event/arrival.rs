//! An event on its way in: checked like any [`Event`], and already in the form it is kept in.
//!
//! What it says is not kept as a value: whoever acts on an event reads it from the store.

use std::sync::Arc;

use super::{Envelope, Event, EventData, fingerprint};
use crate::domain::clock::Timestamp;
use crate::domain::fault::Fault;
use crate::domain::tree::Tree;

/// An event to be kept. Its texts are shared, not copied, by all that bring it to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// See [`Event::source`].
    pub source: Arc<str>,
    /// See [`Event::id`].
    pub id: Arc<str>,
    /// See [`Event::kind`].
    pub kind: Arc<str>,
    /// See [`Event::subject`].
    pub subject: Option<Arc<str>>,
    /// See [`Event::occurred_at`].
    pub occurred_at: Timestamp,
    /// [`Event::raw`], written as JSON.
    pub data: Arc<str>,
    /// See [`Event::fingerprint`].
    pub fingerprint: Arc<str>,
}

impl Arrival {
    /// Reads what [`Event::parse`] reads, and refuses what that refuses.
    pub fn parse(mut event: Tree<'_>, received_at: Timestamp) -> Result<Self, Fault> {
        let fingerprint = fingerprint::of(&event);
        let data = super::data_of(&mut event);
        let envelope = Envelope::read(&event, received_at)?;
        EventData::parse(envelope.kind, &data).map_err(|fault| fault.under("/data"))?;
        Ok(Self {
            source: envelope.source.into(),
            id: envelope.id.into(),
            kind: envelope.kind.into(),
            subject: envelope.subject.map(Arc::from),
            occurred_at: envelope.occurred_at,
            data: data.to_json().into(),
            fingerprint: fingerprint.into(),
        })
    }
}

impl From<&Event> for Arrival {
    fn from(event: &Event) -> Self {
        Self {
            source: event.source.as_str().into(),
            id: event.id.as_str().into(),
            kind: event.kind.as_str().into(),
            subject: event.subject.as_deref().map(Arc::from),
            occurred_at: event.occurred_at,
            data: event.raw.to_string().into(),
            fingerprint: event.fingerprint.as_str().into(),
        }
    }
}
