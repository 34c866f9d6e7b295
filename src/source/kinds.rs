//! Which kinds of sources there are: for each a word for `kind`, its settings and its reader. A new
//! reader is a folder and a line in each of the lists here.

use serde::Deserialize;
use serde_json::Value;

use super::fault::SourceFault;
use super::postgres_outbox::{OutboxReader, OutboxSettings};
use super::reader::Reader;
use super::settings::IncidentFields;
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

    /// What its records become where the settings do not say it; `None`: they have to.
    #[must_use]
    pub fn usual_incident(&self) -> Option<IncidentFields> {
        match self {
            Self::Sql(_) | Self::PostgresOutbox(_) => None,
        }
    }

    /// Whether its records are events already, which need no mapping.
    #[must_use]
    pub fn brings_events(&self) -> bool {
        match self {
            Self::Sql(_) | Self::PostgresOutbox(_) => false,
        }
    }

    /// Finds what this source cannot be read on from; `None`: its beginning.
    pub fn check_cursor(&self, cursor: Option<&Value>) -> Result<(), String> {
        match (self, cursor) {
            (Self::Sql(settings), Some(place)) => settings.check_place(place),
            (Self::Sql(_), None) => Ok(()),
            (Self::PostgresOutbox(_), _) => Err(
                "an outbox has no place to go back to: what was taken is gone from it".to_owned(),
            ),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_has_places_is_read_again() {
        let read = |text: &str| toml::from_str::<ReaderSettings>(text).unwrap();
        let query = read(
            "kind = \"sql\"\nurl = \"sqlite:a\"\nquery = \"SELECT :id ORDER BY id\"\n\
             cursor = [\"id\"]\n",
        );
        assert_eq!(query.check_cursor(None), Ok(()));
        assert_eq!(query.check_cursor(Some(&json!({"id": 7}))), Ok(()));
        assert!(query.check_cursor(Some(&json!({"is": 7}))).is_err());
        let outbox = read(
            "kind = \"postgres-outbox\"\nurl = \"postgres://a\"\ntable = \"a.b\"\nkey = \"a\"\n\
             columns = [\"a\"]\n",
        );
        for place in [None, Some(json!({"id": 7}))] {
            let fault = outbox.check_cursor(place.as_ref()).unwrap_err();
            assert!(fault.starts_with("an outbox has no place"), "{fault}");
        }
    }
}
