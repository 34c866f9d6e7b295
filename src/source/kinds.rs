//! Which kinds of sources there are: for each a word for `kind`, its settings and its reader. A new
//! reader is a folder and a line in each of the lists here.

use serde::Deserialize;
use serde_json::Value;

use super::arcgis::{ArcgisReader, ArcgisSettings};
use super::cap::{CapReader, CapSettings};
use super::fault::SourceFault;
use super::folder::{FolderReader, FolderSettings};
use super::gtfs_rt::{GtfsMemory, GtfsReader, GtfsSettings};
use super::http_feed::{HttpFeedReader, HttpFeedSettings};
use super::nats::{NatsFormat, NatsReader, NatsSettings};
use super::postgres_changes::{ChangesReader, ChangesSettings};
use super::postgres_outbox::{OutboxReader, OutboxSettings};
use super::reader::{Cursor, Reader};
use super::settings::{Baseline, IncidentFields};
use super::snapshot::{Snapshot, check_belief};
use super::sql::{SqlReader, SqlSettings};
use super::webhook::{WEBHOOK, WebhookSettings};

/// What one kind of source needs; `kind` chooses the variant, unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReaderSettings {
    /// A query that is asked again and again.
    Sql(SqlSettings),
    /// A table that a trigger in their database fills.
    PostgresOutbox(OutboxSettings),
    /// What their server writes into its log about some tables.
    PostgresChanges(ChangesSettings),
    /// Whatever a system posts by itself.
    Webhook(WebhookSettings),
    /// Public alerts: one, or an index of them.
    Cap(CapSettings),
    /// Alerts and delays of a transit agency.
    GtfsRt(GtfsSettings),
    /// Files that somebody puts there.
    Folder(FolderSettings),
    /// A stream of messages.
    Nats(NatsSettings),
    /// A list in JSON over HTTP.
    HttpFeed(HttpFeedSettings),
    /// The layer of a map that shows the outages of now.
    ArcgisOutages(ArcgisSettings),
}

impl ReaderSettings {
    /// The word in the settings.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sql(_) => "sql",
            Self::PostgresOutbox(_) => "postgres-outbox",
            Self::PostgresChanges(_) => "postgres-changes",
            Self::Webhook(_) => WEBHOOK,
            Self::Cap(_) => "cap",
            Self::GtfsRt(_) => "gtfs-rt",
            Self::Folder(_) => "folder",
            Self::Nats(_) => "nats",
            Self::HttpFeed(_) => "http-feed",
            Self::ArcgisOutages(_) => "arcgis-outages",
        }
    }

    /// Finds what cannot be meant. The fault names the key to mend first.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Sql(settings) => settings.check(),
            Self::PostgresOutbox(settings) => settings.check(),
            Self::PostgresChanges(settings) => settings.check(),
            Self::Webhook(settings) => settings.check(),
            Self::Cap(settings) => settings.check(),
            Self::GtfsRt(settings) => settings.check(),
            Self::Folder(settings) => settings.check(),
            Self::Nats(settings) => settings.check(),
            Self::HttpFeed(settings) => settings.check(),
            Self::ArcgisOutages(settings) => settings.check(),
        }
    }

    /// What its records become where the settings do not say it; `None`: they have to.
    #[must_use]
    pub fn usual_incident(&self) -> Option<IncidentFields> {
        match self {
            Self::Sql(_)
            | Self::PostgresOutbox(_)
            | Self::PostgresChanges(_)
            | Self::Webhook(_)
            | Self::HttpFeed(_)
            | Self::Folder(_)
            | Self::Nats(_) => None,
            Self::Cap(_) => Some(CapSettings::incident()),
            Self::GtfsRt(_) => Some(GtfsSettings::incident()),
            Self::ArcgisOutages(_) => Some(ArcgisSettings::incident()),
        }
    }

    /// What becomes of that which stands there when a source is new and does not say it: a file was
    /// put there to be told.
    #[must_use]
    pub const fn usual_baseline(&self) -> Baseline {
        match self {
            Self::Folder(_) => Baseline::Tell,
            _ => Baseline::Silent,
        }
    }

    /// Whether its records are events already, which need no mapping.
    #[must_use]
    pub fn brings_events(&self) -> bool {
        match self {
            // Files without a mapping hold events.
            Self::Folder(_) => true,
            Self::Nats(settings) => settings.format == NatsFormat::CloudEvents,
            Self::Sql(_)
            | Self::PostgresOutbox(_)
            | Self::PostgresChanges(_)
            | Self::Webhook(_)
            | Self::HttpFeed(_)
            | Self::ArcgisOutages(_)
            | Self::GtfsRt(_)
            | Self::Cap(_) => false,
        }
    }

    /// What is kept when an operator names a place, which `check_cursor` found in order. To a source
    /// that shows what is going on, a place is a word about what is `stored`.
    #[must_use]
    pub fn set_back(&self, stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        match (self, to) {
            (
                Self::HttpFeed(HttpFeedSettings { complete: true, .. }) | Self::ArcgisOutages(_),
                Some(_),
            ) => {
                let stored = stored.and_then(|text| serde_json::from_str(text).ok());
                Some(Snapshot::from_cursor(stored.map(Cursor).as_ref()).believing())
            }
            (Self::GtfsRt(_), Some(_)) => {
                let stored = stored.and_then(|text| serde_json::from_str(text).ok());
                Some(GtfsMemory::read(stored.map(Cursor).as_ref()).believing())
            }
            (_, to) => to,
        }
    }

    /// Finds what this source cannot be read on from; `None`: its beginning.
    pub fn check_cursor(&self, cursor: Option<&Value>) -> Result<(), String> {
        match (self, cursor) {
            (Self::Sql(settings), Some(place)) => settings.check_place(place),
            (Self::HttpFeed(settings), Some(place)) => settings.check_place(place),
            (Self::ArcgisOutages(_) | Self::GtfsRt(_), Some(place)) => check_belief(place),
            // Of a log, where the slot stands: what is not taken yet.
            (
                Self::Sql(_)
                | Self::PostgresChanges(_)
                | Self::Cap(_)
                | Self::HttpFeed(_)
                | Self::ArcgisOutages(_)
                | Self::GtfsRt(_),
                None,
            ) => Ok(()),
            (Self::PostgresOutbox(_), _) => Err(
                "an outbox has no place to go back to: what was taken is gone from it".to_owned(),
            ),
            (Self::PostgresChanges(_), Some(_)) => Err(
                "their log has no place to go back to: what was taken may be gone from it; \
                 `--to start` begins where the slot stands"
                    .to_owned(),
            ),
            (Self::Nats(settings), _) => Err(settings.no_place()),
            (Self::Cap(_), Some(_)) => Err(
                "alerts have no place to go back to; `--to start` reads again what is listed now"
                    .to_owned(),
            ),
            (Self::Folder(_), _) => Err(
                "a folder has no place to go back to: put the file into it again, out of `done`"
                    .to_owned(),
            ),
            (Self::Webhook(_), _) => Err(
                "a webhook has no place to go back to: let their system post it again".to_owned(),
            ),
        }
    }
}

/// The reader of `[source.NAME]`. It connects to nobody yet.
pub fn open(name: &str, settings: &ReaderSettings) -> Result<Box<dyn Reader>, SourceFault> {
    Ok(match settings {
        ReaderSettings::Sql(settings) => Box::new(SqlReader::new(settings)?),
        ReaderSettings::PostgresOutbox(settings) => Box::new(OutboxReader::new(name, settings)?),
        ReaderSettings::PostgresChanges(settings) => Box::new(ChangesReader::new(name, settings)),
        ReaderSettings::Cap(settings) => Box::new(CapReader::new(name, settings)?),
        ReaderSettings::GtfsRt(settings) => Box::new(GtfsReader::new(settings)?),
        ReaderSettings::Folder(settings) => Box::new(FolderReader::new(settings)),
        ReaderSettings::Nats(settings) => Box::new(NatsReader::new(settings)?),
        ReaderSettings::HttpFeed(settings) => Box::new(HttpFeedReader::new(settings)?),
        ReaderSettings::ArcgisOutages(settings) => Box::new(ArcgisReader::new(settings)?),
        ReaderSettings::Webhook(_) => {
            return Err(SourceFault::Unexpected(
                "nobody looks at a webhook: their system posts. Try what it posts with \
                 `araldo source try NAME --file record.json`"
                    .to_owned(),
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_about_what_is_shown_keeps_what_is_known() {
        let read = |text: &str| toml::from_str::<ReaderSettings>(text).unwrap();
        let grid = read("kind = \"arcgis-outages\"\nurl = \"https://a/0\"\n");
        let stored = "{\"ends\": 7}";
        let belief = json!({"believe": true});
        assert_eq!(grid.check_cursor(Some(&belief)), Ok(()));
        let kept = grid.set_back(Some(stored), Some(belief)).unwrap();
        assert_eq!(
            (&kept["ends"], &kept["believed"]),
            (&json!(7), &json!(true))
        );
        assert_eq!(grid.set_back(Some(stored), None), None);
        let list =
            read("kind = \"http-feed\"\nurl = \"https://a/?{{ cursor }}\"\ncursor = \"a\"\n");
        let place = json!({"since": 7});
        assert_eq!(
            list.set_back(Some(stored), Some(place.clone())),
            Some(place)
        );
    }

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
        let bus = read(
            "kind = \"nats\"\nurl = \"nats://a\"\nstream = \"a\"\nconsumer = \"a\"\n\
             subjects = [\"a\"]\nformat = \"json\"\n",
        );
        for place in [None, Some(json!({"sequence": 7}))] {
            let fault = bus.check_cursor(place.as_ref()).unwrap_err();
            assert!(fault.starts_with("a consumer of NATS keeps"), "{fault}");
        }
        let changes =
            read("kind = \"postgres-changes\"\nurl = \"postgres://a\"\ntables = [\"a.b\"]\n");
        assert_eq!(changes.check_cursor(None), Ok(()));
        let fault = changes
            .check_cursor(Some(&json!({"lsn": "0/7"})))
            .unwrap_err();
        assert!(fault.starts_with("their log has no place"), "{fault}");
    }
}
