//! What each kind of source says of itself, and the table by which the kinds are known: `source` calls
//! `kinds!` with a line for each. The words `sql` and `webhook`, the settings behind them and the
//! readers come from that table; nothing else lists the kinds.
//!
//! A new kind is a folder whose settings are a [`SourceKind`], and a line there.

use std::time::Duration;

use serde_json::Value;

use super::ReaderSettings;
use super::fault::SourceFault;
use super::reader::Reader;
use super::settings::{Baseline, CaseFields, IncidentFields};

/// The settings of one kind, and what follows from its being that kind. What most kinds have in
/// common need not be said.
pub(super) trait SourceKind {
    /// Finds what cannot be meant. The fault names the key to mend first.
    fn check(&self) -> Result<(), String>;

    /// The reader of `[source.NAME]`. It connects to nobody yet.
    fn open(&self, name: &str) -> Result<Box<dyn Reader>, SourceFault>;

    /// Finds what this source cannot be read on from; `None`: its beginning.
    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String>;

    /// What is kept when an operator names a place, which `check_cursor` found in order. `stored`:
    /// the place that was reached.
    fn set_back(&self, _stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        to
    }

    /// The case that its records become where the settings do not say it; `None`: they have to, or
    /// it is an incident. An error names the key without which there is none.
    fn usual_case(&self) -> Result<Option<CaseFields>, String> {
        Ok(None)
    }

    /// The incident that its records become where the settings do not say it; `None`: they have to.
    fn usual_incident(&self) -> Option<IncidentFields> {
        None
    }

    /// What becomes of that which stands there when a source is new and does not say it.
    fn usual_baseline(&self) -> Baseline {
        Baseline::Silent
    }

    /// Whether its records are events already, which need no mapping.
    fn brings_events(&self) -> bool {
        false
    }

    /// Why it cannot be asked for its present state beside what is new; `None`: it can.
    fn why_not_asked(&self) -> Option<&'static str> {
        Some("a source of this kind cannot be asked for its present state")
    }

    /// What makes all that the source `name` needs in somebody else's database; `None`: nothing.
    fn install_sql(&self, _name: &str) -> Option<String> {
        None
    }

    /// What takes it away again.
    fn remove_sql(&self, _name: &str) -> Option<String> {
        None
    }

    /// Where such SQL is run, and how long it may take.
    fn their_database(&self) -> Option<(Result<String, String>, Duration)> {
        None
    }
}

/// The table of kinds. Of each line come the folder's module, the variant whose settings are read
/// where `kind` is this word, and the way to what that kind says of itself.
macro_rules! kinds {
    ( $( $variant:ident($folder:ident::$settings:ident) = $word:literal, )+ ) => {
        $( mod $folder; )+

        /// What one kind of source needs; `kind` chooses the variant, unknown keys are errors.
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(tag = "kind")]
        pub enum ReaderSettings {
            $(
                #[doc = concat!("The keys of a source with `kind = \"", $word, "\"`.")]
                #[serde(rename = $word)]
                $variant($crate::source::$folder::$settings),
            )+
        }

        impl ReaderSettings {
            /// The word in the settings.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $( Self::$variant(_) => $word, )+ }
            }

            fn of_kind(&self) -> &dyn $crate::source::kinds::SourceKind {
                match self { $( Self::$variant(settings) => settings, )+ }
            }
        }
    };
}
pub(super) use kinds;

impl ReaderSettings {
    /// Finds what cannot be meant. The fault names the key to mend first.
    pub fn check(&self) -> Result<(), String> {
        self.of_kind().check()
    }

    /// The case that its records become where the settings do not say it; `None`: they have to, or
    /// it is an incident. An error names the key without which there is none.
    pub fn usual_case(&self) -> Result<Option<CaseFields>, String> {
        self.of_kind().usual_case()
    }

    /// The incident that its records become where the settings do not say it; `None`: they have to.
    #[must_use]
    pub fn usual_incident(&self) -> Option<IncidentFields> {
        self.of_kind().usual_incident()
    }

    /// What becomes of that which stands there when a source is new and does not say it.
    #[must_use]
    pub fn usual_baseline(&self) -> Baseline {
        self.of_kind().usual_baseline()
    }

    /// Whether its records are events already, which need no mapping.
    #[must_use]
    pub fn brings_events(&self) -> bool {
        self.of_kind().brings_events()
    }

    /// Why it cannot be asked for its present state beside what is new; `None`: it can.
    #[must_use]
    pub fn why_not_asked(&self) -> Option<&'static str> {
        self.of_kind().why_not_asked()
    }

    /// What is kept when an operator names a place, which `check_cursor` found in order. To a source
    /// that shows what is going on, a place is a word about what is `stored`.
    #[must_use]
    pub fn set_back(&self, stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        self.of_kind().set_back(stored, to)
    }

    /// Finds what this source cannot be read on from; `None`: its beginning.
    pub fn check_cursor(&self, cursor: Option<&Value>) -> Result<(), String> {
        self.of_kind().check_cursor(cursor)
    }
}

/// The reader of `[source.NAME]`. It connects to nobody yet.
pub fn open(name: &str, settings: &ReaderSettings) -> Result<Box<dyn Reader>, SourceFault> {
    settings.of_kind().open(name)
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
