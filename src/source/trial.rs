//! One record, tried: the event that it would become, or why it would become none. Nothing is taken.
//! Whom the event would tell is said by `plan`, which plans it and throws the plan away.

use std::fmt;
use std::sync::Arc;

use super::known::known;
use super::mapping::{Mapped, Mapping};
use super::reader::SourceRecord;
use super::taking::UNHOLDABLE;
use crate::domain::event::Arrival;
use crate::domain::{FieldError, Timestamp};
use crate::store::{Store, StoreError};
use crate::template::{Unfinished, Workshop};

/// What a record would become.
#[derive(Debug)]
pub struct TriedRecord {
    /// The event as it would be made now; a fault names our field, and where it comes from.
    pub event: Result<Arrival, FieldError>,
    /// What is strange about it although it could be taken.
    pub notes: Vec<RecordNote>,
}

/// Something strange about a record that could be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordNote {
    /// This state is not listed among their words and ours.
    Unlisted(String),
    /// Its kind or state is not among the kinds of cases.
    Undescribed,
}

impl fmt::Display for RecordNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlisted(word) => write!(
                f,
                "the state `{word}` is not listed in `states`; it is passed on as it is"
            ),
            Self::Undescribed => f.write_str(
                "its kind or state is not among the kinds of cases: clients read the word as it is",
            ),
        }
    }
}

/// Tries a record as the runner would take it, if it brought it now. The mapping works in a
/// workshop: what somebody wrote into the settings holds up nobody.
pub async fn try_record(
    store: &Store,
    mapping: &Arc<Mapping>,
    record: SourceRecord,
    workshop: &Workshop,
    now: Timestamp,
) -> Result<TriedRecord, StoreError> {
    let shared = Arc::clone(mapping);
    let mapped = workshop.work(move || shared.map(&record)).await;
    let mapped = match mapped.unwrap_or_else(|why| Err(unready(why))) {
        Ok(mapped) => mapped,
        Err(fault) => return Ok(refused(fault)),
    };
    let is_known = match was_heard_of(store, mapping, &mapped).await {
        Err(error) if error.is_unholdable() => {
            return Ok(refused(FieldError::new("", UNHOLDABLE)));
        }
        known => known?,
    };
    let event = mapping.event(&mapped, is_known, false, now);
    let notes = notes(mapping, &mapped, event.as_ref().ok());
    Ok(TriedRecord { event, notes })
}

fn refused(fault: FieldError) -> TriedRecord {
    TriedRecord {
        event: Err(fault),
        notes: Vec::new(),
    }
}

fn unready(why: Unfinished) -> FieldError {
    let detail = match why {
        Unfinished::Late(time) => format!(
            "the mapping was not done with it within {} s",
            time.as_secs()
        ),
        Unfinished::Failed => "the mapping stumbled over it".to_owned(),
    };
    FieldError::new("", detail)
}

/// Whether its case or incident was heard of before.
async fn was_heard_of(
    store: &Store,
    mapping: &Mapping,
    mapped: &Mapped,
) -> Result<bool, StoreError> {
    let subject = std::slice::from_ref(&mapped.subject);
    let mut tx = store.read().await?;
    Ok(!known(&mut tx, mapping, subject).await?.is_empty())
}

fn notes(mapping: &Mapping, mapped: &Mapped, event: Option<&Arrival>) -> Vec<RecordNote> {
    let unlisted = mapped.unlisted.clone().map(RecordNote::Unlisted);
    let undescribed = event.filter(|event| !mapping.is_described(event));
    let undescribed = undescribed.map(|_| RecordNote::Undescribed);
    unlisted.into_iter().chain(undescribed).collect()
}
