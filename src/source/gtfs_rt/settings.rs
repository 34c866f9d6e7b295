//! The keys of a source with `kind = "gtfs-rt"`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::lines::LineTags;
use super::{GtfsMemory, GtfsReader};
use crate::domain::language::Language;
use crate::domain::limits::{GTFS_DELAY, GTFS_STALE};
use crate::source::address::ten_seconds;
use crate::source::fault::SourceFault;
use crate::source::http::{FeedAddress, HeaderSetting};
use crate::source::kinds::SourceKind;
use crate::source::reader::{Cursor, Reader};
use crate::source::settings::{AreaFields, IncidentFields};
use crate::source::snapshot::{SHOWN_EACH_TIME, check_belief};
use crate::text::time::duration;

/// A feed of a transit agency, as configured.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GtfsSettings {
    /// Where the feed is. May hold a token.
    pub url: String,
    /// Sent to the host of `url` and to no other.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderSetting>,
    /// Secrets may go over plain http to another machine, inside a protected network.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// How long an answer may take.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub timeout: Duration,
    /// The tags of clients who use a line, a stop, an agency.
    #[serde(default)]
    pub lines: GtfsLines,
    /// Which delays are told.
    #[serde(default)]
    pub delay: DelaySteps,
    /// In which language alerts are taken and delays are said.
    #[serde(default = "italian")]
    pub language: String,
    /// How old the feed's own time may be.
    #[serde(default = "ten_minutes", deserialize_with = "duration")]
    pub stale_after: Duration,
}

/// Whom an alert or a delay concerns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GtfsLines {
    /// Of a line, made of `route_id` and `agency_id`.
    #[serde(default = "line_tag")]
    pub tag: String,
    /// Of a stop that is named without a line, made of `stop_id`.
    pub stop: Option<String>,
    /// Of an agency that is named without line and stop, made of `agency_id`.
    pub agency: Option<String>,
}

/// From which delay on clients are told, and how often again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelaySteps {
    /// The least delay that is told.
    #[serde(default = "ten_minutes", deserialize_with = "duration")]
    pub first: Duration,
    /// By how much it has to grow to be told again.
    #[serde(default = "ten_minutes", deserialize_with = "duration")]
    pub step: Duration,
    /// Below this it is over.
    #[serde(default = "five_minutes", deserialize_with = "duration")]
    pub calm: Duration,
}

fn italian() -> String {
    "it".to_owned()
}

fn line_tag() -> String {
    "line:{{ route_id }}".to_owned()
}

const fn ten_minutes() -> Duration {
    Duration::from_mins(10)
}

const fn five_minutes() -> Duration {
    Duration::from_mins(5)
}

impl Default for GtfsLines {
    fn default() -> Self {
        Self {
            tag: line_tag(),
            stop: None,
            agency: None,
        }
    }
}

impl Default for DelaySteps {
    fn default() -> Self {
        Self {
            first: ten_minutes(),
            step: ten_minutes(),
            calm: five_minutes(),
        }
    }
}

impl GtfsSettings {
    pub(super) fn address(&self) -> FeedAddress {
        FeedAddress {
            url: self.url.clone(),
            headers: self.headers.clone(),
            timeout: self.timeout,
            allow_plain_http: self.allow_plain_http,
        }
    }

    /// In which language our own words are said.
    pub(super) fn spoken(&self) -> Language {
        Language::for_reader(&self.language)
    }

    /// What its records become where the settings do not say it.
    pub(in crate::source) fn incident() -> IncidentFields {
        let column = |name: &str| Some(name.to_owned());
        IncidentFields {
            incident: "incident".to_owned(),
            kind: "kind".to_owned(),
            service: column("service"),
            severity: column("severity"),
            began_at: column("began_at"),
            expected_end: column("expected_end"),
            cause: column("cause"),
            note: column("note"),
            parent: None,
            next_update: None,
            quiet: None,
            ended: column("ended"),
            version: None,
            changed_at: None,
            event: None,
            area: AreaFields {
                tags: column("tags"),
                ..AreaFields::default()
            },
        }
    }
}

impl DelaySteps {
    fn check(&self) -> Result<(), String> {
        let (least, most) = GTFS_DELAY;
        for (key, time) in [("first", self.first), ("step", self.step)] {
            if !(least..=most).contains(&time) {
                return Err(format!(
                    "`delay`: `{key}` is out of range; write \"1m\" to \"24h\""
                ));
            }
        }
        match self.calm < self.first {
            true => Ok(()),
            false => Err(
                "`delay`: `calm` must be less than `first`, or a delay would begin and end with \
                 each look"
                    .to_owned(),
            ),
        }
    }
}

impl SourceKind for GtfsSettings {
    fn check(&self) -> Result<(), String> {
        self.address().check()?;
        LineTags::new(&self.lines)?;
        self.delay.check()?;
        let of_language = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.language.is_empty() || !self.language.chars().all(of_language) {
            return Err("`language` is no language such as \"it\" or \"de-AT\"".to_owned());
        }
        let (least, most) = GTFS_STALE;
        match (least..=most).contains(&self.stale_after) {
            true => Ok(()),
            false => Err("`stale_after` is out of range; write \"1m\" to \"7 days\"".to_owned()),
        }
    }

    fn open(&self, _name: &str) -> Result<Box<dyn Reader>, SourceFault> {
        Ok(Box::new(GtfsReader::new(self)?))
    }

    fn check_cursor(&self, place: Option<&Value>) -> Result<(), String> {
        place.map_or(Ok(()), check_belief)
    }

    fn set_back(&self, stored: Option<&str>, to: Option<Value>) -> Option<Value> {
        to?;
        let stored = stored.and_then(|text| serde_json::from_str(text).ok());
        Some(GtfsMemory::read(stored.map(Cursor).as_ref()).believing())
    }

    fn usual_incident(&self) -> Option<IncidentFields> {
        Some(Self::incident())
    }

    fn why_not_asked(&self) -> Option<&'static str> {
        Some(SHOWN_EACH_TIME)
    }
}

impl std::fmt::Debug for GtfsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GtfsSettings")
            // It may hold a token.
            .field("url", &"***")
            .field("headers", &self.headers)
            .field("allow_plain_http", &self.allow_plain_http)
            .field("timeout", &self.timeout)
            .field("lines", &self.lines)
            .field("delay", &self.delay)
            .field("language", &self.language)
            .field("stale_after", &self.stale_after)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> Result<GtfsSettings, toml::de::Error> {
        toml::from_str(&format!("url = \"https://a.example.it/alerts.pb\"\n{more}"))
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let usual = settings("").unwrap();
        assert_eq!(usual.check(), Ok(()));
        assert_eq!(usual.lines.tag, "line:{{ route_id }}");
        let written = settings("delay = { first = \"15m\" }").unwrap();
        assert_eq!(written.delay.first, Duration::from_mins(15));
        assert_eq!(written.delay.calm, Duration::from_mins(5));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_key() {
        for (more, said) in [
            ("delay = { first = \"5m\" }", "`delay`: `calm` must be less"),
            (
                "delay = { step = \"1s\" }",
                "`delay`: `step` is out of range",
            ),
            ("stale_after = \"30 days\"", "`stale_after` is out of range"),
            ("language = \"\"", "`language` is no language"),
            (
                "lines = { tag = \"line:12\" }",
                "`lines`: `tag` is the same for all",
            ),
            ("lines = { tag = \"{{ rout_id }}\" }", "`lines`: `tag`: "),
            ("lines = { tag = \"{{ route_id }\" }", "`lines`: `tag`: "),
            ("lines = { stop = \"{{ route_id }}\" }", "`lines`: `stop`: "),
        ] {
            let fault = settings(more).unwrap().check().unwrap_err();
            assert!(fault.starts_with(said), "{more}: {fault}");
        }
        assert!(settings("lines = { tags = \"a\" }").is_err());
    }
}
