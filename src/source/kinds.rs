//! Which kinds of sources there are: for each a word for `kind`, its settings and its reader. A new
//! reader is a folder and a line in each of the lists here.

use serde::Deserialize;

use super::fault::SourceFault;
use super::postgres_outbox::{OutboxReader, OutboxSettings};
use super::reader::Reader;
use super::sql::{SqlReader, SqlSettings};

/// What one kind of source needs; `kind` chooses the variant, unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReaderSettings {
    /// A query that is asked again and again.
    Sql(SqlSettings),
    /// A table that a trigger in their database fills.
    PostgresOutbox(OutboxSettings),
}

impl ReaderSettings {
    /// The word in the settings.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sql(_) => "sql",
            Self::PostgresOutbox(_) => "postgres-outbox",
        }
    }

    /// Finds what cannot be meant. The fault names the key to mend first.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Sql(settings) => settings.check(),
            Self::PostgresOutbox(settings) => settings.check(),
        }
    }
}

/// The reader of `[source.NAME]`. It connects to nobody yet.
pub fn open(name: &str, settings: &ReaderSettings) -> Result<Box<dyn Reader>, SourceFault> {
    Ok(match settings {
        ReaderSettings::Sql(settings) => Box::new(SqlReader::new(settings)?),
        ReaderSettings::PostgresOutbox(settings) => Box::new(OutboxReader::new(name, settings)?),
    })
}
