//! What is kept of one thing, and the records that it becomes. When it is told, and whether it has
//! ended, is decided in the folder above.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::Timestamp;
use crate::domain::limits::SNAPSHOT_STATES;
use crate::source::mapping::digest;
use crate::source::reader::{SourceRecord, UNREADABLE};

/// A field of each record: how often the thing came back, after its end or to a state in which it was
/// before. The first turn is 1. Without it, what was said once could not be said again.
pub(in crate::source) const TURN: &str = "_turn";
/// A field of the record with which a thing comes back after its end: it is opened again.
pub(in crate::source) const BACK: &str = "_back";
const ENDED: &str = "ended";
/// A field of each record: it is told because the thing is not shown any more.
pub(in crate::source) const VANISHED: &str = "vanished";
/// A field of the record of something that vanished: when a look first did not show it. The look by which
/// that is believed comes later, and more may have begun by then.
pub(in crate::source) const GONE_AT: &str = "_gone_at";
/// Letters of a state's digest: enough to tell apart the few of one thing.
const STATE_LETTERS: usize = 16;

/// Something that is going on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct GoingThing {
    /// As they were last shown so that they could be read.
    pub(super) fields: Map<String, Value>,
    /// See [`TURN`].
    pub(super) turn: u32,
    /// Digests of the states it was in, the last one at the end.
    states: Vec<String>,
    /// Looks in a row in which it was not shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) absent: u32,
    /// The time of the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone_at: Option<Timestamp>,
    /// It cannot be read as it is shown now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unreadable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct PastThing {
    pub(super) turn: u32,
    /// Its place among all ends.
    pub(super) end: u64,
}

impl GoingThing {
    /// It is shown for the first time, or again after it had ended.
    pub(super) fn begun(
        fields: Map<String, Value>,
        state: String,
        past: Option<PastThing>,
    ) -> Self {
        Self {
            turn: past.map_or(1, |past| past.turn.saturating_add(1)),
            states: vec![state],
            absent: 0,
            gone_at: None,
            unreadable: !is_readable(&fields),
            fields,
        }
    }

    /// It is shown with other words. A state in which it was before is another turn: what it says
    /// then is news, though it was said before. Nobody heard of what could not be read.
    pub(super) fn move_to(&mut self, fields: Map<String, Value>, state: String) {
        let was_there = self.states.contains(&state) && !self.unreadable;
        self.turn = self.turn.saturating_add(u32::from(was_there));
        self.states.retain(|known| *known != state);
        self.states.push(state);
        let surplus = self.states.len().saturating_sub(SNAPSHOT_STATES);
        self.states.drain(..surplus);
        self.see(fields);
    }

    /// What cannot be read replaces nothing that could: its end is told by that.
    pub(super) fn see(&mut self, fields: Map<String, Value>) {
        self.unreadable = !is_readable(&fields);
        if !self.unreadable || !is_readable(&self.fields) {
            self.fields = fields;
        }
    }

    pub(super) fn is_in(&self, state: &str) -> bool {
        self.states.last().is_some_and(|last| last == state)
    }

    pub(super) fn is_absent(&self) -> bool {
        self.absent > 0
    }

    /// A look does not show it.
    pub(super) fn miss(&mut self, now: Timestamp) {
        if !self.is_absent() {
            self.gone_at = Some(now);
        }
        self.absent = self.absent.saturating_add(1);
    }
}

/// The record of something that is shown. Whether it ended by its own word, it may say itself.
pub(super) fn shown(
    key: &str,
    fields: Map<String, Value>,
    turn: u32,
    is_back: bool,
) -> SourceRecord {
    let mut record = record(key, fields, turn);
    record
        .fields
        .insert(VANISHED.to_owned(), Value::Bool(false));
    record.fields.insert(BACK.to_owned(), Value::Bool(is_back));
    let own = record.fields.entry(ENDED).or_insert(Value::Null);
    if own.is_null() {
        *own = Value::Bool(false);
    }
    record
}

/// The record of something that is not shown any more; none if it had said itself that it ended, or if
/// it could never be read: then people have it as a dead letter, and nobody was told that it began.
pub(super) fn ended(key: &str, thing: GoingThing) -> Option<SourceRecord> {
    let is_told = thing.fields.get(ENDED) == Some(&Value::Bool(true));
    if is_told || !is_readable(&thing.fields) {
        return None;
    }
    let mut record = record(key, thing.fields, thing.turn);
    if let Some(gone_at) = thing.gone_at {
        let gone_at = Value::String(gone_at.to_string());
        record.fields.insert(GONE_AT.to_owned(), gone_at);
    }
    for (name, value) in [(ENDED, true), (VANISHED, true), (BACK, false)] {
        record.fields.insert(name.to_owned(), Value::Bool(value));
    }
    Some(record)
}

fn record(key: &str, mut fields: Map<String, Value>, turn: u32) -> SourceRecord {
    fields.insert(TURN.to_owned(), Value::from(turn));
    SourceRecord {
        place: key.to_owned(),
        fields,
    }
}

/// Whether a reader could understand it.
pub(super) fn is_readable(fields: &Map<String, Value>) -> bool {
    !fields.contains_key(UNREADABLE)
}

/// A digest of all that is compared.
pub(super) fn state_of(fields: &Map<String, Value>) -> String {
    let compared = fields.iter().filter(|(name, _)| !name.starts_with('_'));
    let compared: Map<String, Value> = compared
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut state = digest(&Value::Object(compared).to_string());
    state.truncate(STATE_LETTERS);
    state
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
