//! An event on its way in: checked like any [`Event`], and already in the form it is kept in.
//!
//! What it says is not kept as a value: whoever acts on an event reads it from the store.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{ContextAttributes, Event, fingerprint};
use crate::domain::clock::Timestamp;
use crate::domain::fault::FieldError;
use crate::domain::limits::CLOCK_SKEW;
use crate::text::tree::Tree;

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
    /// See [`Event::claimed_at`].
    pub claimed_at: Option<Timestamp>,
    /// [`Event::raw`], written as JSON.
    pub data: Arc<str>,
    /// See [`Event::fingerprint`].
    pub fingerprint: Arc<str>,
    /// See [`Event::quiet`].
    pub quiet: bool,
    /// See [`Event::late`].
    pub late: bool,
}

impl Arrival {
    /// Reads what [`Event::parse`] reads, and refuses what that refuses.
    pub fn parse(mut event: Tree<'_>, received_at: Timestamp) -> Result<Self, FieldError> {
        let data = super::data_of(&mut event);
        let envelope = ContextAttributes::read(&event, received_at)?;
        super::checked(envelope.kind, &data)?;
        let fingerprint = fingerprint::of(&envelope, &data);
        Ok(Self {
            source: envelope.source.into(),
            id: envelope.id.into(),
            kind: envelope.kind.into(),
            subject: envelope.subject.map(Arc::from),
            occurred_at: envelope.at.occurred_at,
            claimed_at: envelope.at.claimed_at,
            data: data.to_json().into(),
            fingerprint: fingerprint.into(),
            quiet: false,
            late: false,
        })
    }

    /// How far its source's clock is ahead of ours, if that is more than clocks may differ.
    #[must_use]
    pub fn ahead(&self) -> Option<TimeDelta> {
        let ahead = self.claimed_at? - self.occurred_at;
        (ahead > CLOCK_SKEW).then_some(ahead)
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
            claimed_at: event.claimed_at,
            data: event.raw.to_string().into(),
            fingerprint: event.fingerprint.as_str().into(),
            quiet: event.quiet,
            late: event.late,
        }
    }
}
