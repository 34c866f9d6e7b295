//! What an outbox and its parts are called in their database: all in a schema of our own, all with
//! the source's name.

use super::settings::OutboxSettings;
use crate::source::fault::SourceFault;
use crate::source::sql::identifier;

/// The schema that is ours over there.
pub(super) const SCHEMA: &str = "araldo";

/// Names as SQL takes them, in quotes where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutboxNames {
    /// The table that is watched.
    pub(super) watched: String,
    /// The table of what has changed.
    pub(super) outbox: String,
    /// The function that writes a change down.
    pub(super) writes: String,
    /// The trigger that calls it; it stands on their table.
    pub(super) trigger: String,
    /// What listeners listen to; without quotes.
    pub(super) channel: String,
}

impl OutboxNames {
    /// `name` is the source's.
    pub(super) fn new(name: &str, settings: &OutboxSettings) -> Self {
        let name = plain(name);
        let parts = settings.table.split('.').map(identifier);
        Self {
            watched: parts.collect::<Vec<_>>().join("."),
            outbox: format!("{SCHEMA}.{}", identifier(&format!("outbox_{name}"))),
            writes: format!("{SCHEMA}.{}", identifier(&format!("outbox_{name}_write"))),
            trigger: identifier(&format!("araldo_{name}")),
            channel: format!("araldo_{name}"),
        }
    }

    /// The fault of an outbox that is not there.
    pub(super) fn missing(&self, name: &str) -> SourceFault {
        SourceFault::Unexpected(format!(
            "there is no table {}: run `araldo source install {name}`",
            bare(&self.outbox)
        ))
    }

    /// The trigger's name as the catalog has it.
    pub(super) fn trigger_name(&self) -> String {
        bare(&self.trigger)
    }

    /// The watched table for people.
    pub(super) fn watched_name(&self) -> String {
        bare(&self.watched)
    }
}

/// Without the quotes: none of these names has one in it.
fn bare(name: &str) -> String {
    name.replace('"', "")
}

/// The name with `_` for what a name in SQL has not.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}
