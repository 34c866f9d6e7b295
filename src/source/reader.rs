//! What every reader promises: it looks from a place onwards and says how far it came. It keeps
//! nothing, decides nothing, and changes nothing over there before it is told to acknowledge.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::fault::SourceFault;
use super::reconcile::TheirPresent;
use crate::domain::Timestamp;
use crate::text::sanitize;

/// One thing as their system says it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Where it stands over there, for people: a key, a line, a sequence number.
    pub place: String,
    /// Its columns or fields, with their names and their words.
    pub fields: Map<String, Value>,
}

/// The field by which a reader says when a record was handed in: that stands for the time of its
/// change where the mapping has none.
pub(super) const HANDED_IN: &str = "_handed_in";
/// The field by which a reader says that a record shows what stood there before, not what has changed:
/// nobody is told of it, unless the settings tell the baseline.
pub(super) const STOOD_THERE: &str = "_snapshot";

impl SourceRecord {
    /// When it was handed in, if its reader says so.
    pub(super) fn handed_in(&self) -> Option<Timestamp> {
        let text = self.fields.get(HANDED_IN).and_then(Value::as_str)?;
        Timestamp::parse(text).ok()
    }

    /// Whether it shows what stood there before.
    pub(super) fn stood_there(&self) -> bool {
        self.fields.get(STOOD_THERE) == Some(&Value::Bool(true))
    }
}

/// The field by which a reader says of something that it is no record, and why.
pub(super) const UNREADABLE: &str = "_unreadable";
/// Characters that are kept of it.
const UNREADABLE_SHOWN: usize = 500;

impl SourceRecord {
    /// Something that is no record: it becomes a dead letter with this reason, and what stands behind
    /// it is read on. `text`: what stands there instead.
    pub(super) fn unreadable(place: String, why: &str, text: &str) -> Self {
        // A text of megabytes need not be cleaned to its end.
        let end = text.char_indices().nth(UNREADABLE_SHOWN * 4);
        let begin = end.and_then(|(end, _)| text.get(..end)).unwrap_or(text);
        let shown = sanitize::excerpt(begin, UNREADABLE_SHOWN);
        let fields = [(UNREADABLE, why.to_owned()), ("text", shown)];
        let fields = fields.map(|(name, value)| (name.to_owned(), Value::String(value)));
        Self {
            place,
            fields: fields.into_iter().collect(),
        }
    }
}

/// How far a source has been read, in its reader's own words. JSON, kept in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor(pub Value);

/// What one look brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceLook {
    /// In the order they are to be taken.
    pub records: Vec<SourceRecord>,
    /// From where to look next; `None`: as before.
    pub cursor: Option<Cursor>,
    /// There is more to be read at once.
    pub more: bool,
    /// Something that an operator should know although reading goes on.
    pub doubt: Option<String>,
}

/// A record that could not be made an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRecord {
    /// The record's [`SourceRecord::place`].
    pub place: String,
    pub why: String,
}

pub trait Reader: Send {
    /// Reads at most `limit` records from `cursor` on; from the beginning when there is none.
    /// Nothing over there changes. By `now` it tells a row that lies ahead of time.
    fn look<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>>;

    /// What the next look would bring, for somebody who only wants to see it: over there nothing
    /// may be taken from whoever reads the source.
    fn peek<'a>(
        &'a mut self,
        cursor: Option<&'a Cursor>,
        limit: usize,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<SourceLook, SourceFault>> {
        self.look(cursor, limit, now)
    }

    /// Called after each look, when what it brought has been committed here: the other side may
    /// forget it. `refused`: those of its records that became dead letters.
    fn acknowledge<'a>(
        &'a mut self,
        taken: &'a SourceLook,
        refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>>;

    /// Hands over all that stands there now, whether it is new or not; nothing over there changes, and
    /// the place that was reached stays. Only for kinds of which the settings allow it.
    fn present<'a>(
        &'a mut self,
        _seen: &'a mut TheirPresent,
    ) -> BoxFuture<'a, Result<(), SourceFault>> {
        let fault = "it cannot be asked for its present state".to_owned();
        Box::pin(std::future::ready(Err(SourceFault::Unexpected(fault))))
    }

    /// Whether it shows only what has changed since it was set up: then nothing it brings is a
    /// baseline.
    fn begins_empty(&self) -> bool {
        false
    }

    /// Waits until the other side says that there is something new. Ends at once or never where it
    /// cannot say so; the runner does not rely on it.
    fn stirred(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}
