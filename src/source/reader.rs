//! What every reader promises: it looks from a place onwards and says how far it came. It keeps
//! nothing, decides nothing, and changes nothing over there before it is told to acknowledge.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::fault::SourceFault;
use crate::domain::Timestamp;

/// One thing as their system says it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// Where it stands over there, for people: a key, a line, a sequence number.
    pub place: String,
    /// Its columns or fields, with their names and their words.
    pub fields: Map<String, Value>,
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
    /// Why, for people.
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

    /// Called after each look, when what it brought has been committed here: the other side may
    /// forget it. `refused`: those of its records that became dead letters.
    fn acknowledge<'a>(
        &'a mut self,
        taken: &'a SourceLook,
        refused: &'a [RefusedRecord],
    ) -> BoxFuture<'a, Result<(), SourceFault>>;

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
