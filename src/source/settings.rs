//! What the settings say about a source whatever its kind is: when it is looked at, what its
//! records become. What a kind needs besides is in its own folder.
//!
//! Only shapes and defaults are here. `config` finds the sections and gives each fault its line;
//! whether an expression can be read is said by `mapping`.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Deserialize;

use super::kinds::ReaderSettings;
use super::schedule::Schedule;
use crate::text::text_enum::text_enum;
use crate::text::time::parse_time;
use crate::text::toml_faults::plain;

/// How often a source is looked at that does not say.
const USUAL_EVERY: &str = "5s";
/// How long one may be silent that does not say.
const USUAL_ALARM: TimeDelta = TimeDelta::hours(1);

/// `[source.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSettings {
    pub watch: WatchSettings,
    pub reader: ReaderSettings,
}

/// What all kinds have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchSettings {
    pub every: Schedule,
    /// Where times without a zone are told, those of `every` among them.
    pub time_zone: Tz,
    /// A source that brings nothing for longer is an alarm.
    pub alarm_after: TimeDelta,
    pub baseline: Baseline,
    /// `[source.NAME.case]`; this or `incident`.
    pub case: Option<CaseFields>,
    /// `[source.NAME.incident]`; this or `case`.
    pub incident: Option<IncidentFields>,
    /// Their words for states, each with ours.
    pub states: BTreeMap<String, String>,
}

text_enum! {
    /// What becomes of that which stands there when a source is new.
    pub enum Baseline {
        /// It is taken in, and nobody is told.
        Silent => "silent",
        /// As if it had happened now.
        Tell => "tell",
    }
}

/// Where the fields of a case come from: each is a column of theirs, or a text with `{{ }}` over
/// `record`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFields {
    pub case: String,
    pub client: String,
    pub kind: String,
    pub state: String,
    pub owner: Option<String>,
    pub expected_by: Option<String>,
    pub note: Option<String>,
    /// Tells two states of one record apart; absent: what the event would say.
    pub version: Option<String>,
    /// When it changed over there, by their clock.
    pub changed_at: Option<String>,
    /// The event's type; absent: opened, moved or closed, as is known here.
    pub event: Option<String>,
}

/// Where the fields of an incident come from, as for a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentFields {
    pub incident: String,
    pub kind: String,
    pub service: Option<String>,
    pub severity: Option<String>,
    pub began_at: Option<String>,
    pub expected_end: Option<String>,
    pub cause: Option<String>,
    pub note: Option<String>,
    /// The reference of the incident that it is a part of.
    pub parent: Option<String>,
    /// When the next word is promised.
    pub next_update: Option<String>,
    /// Whether nobody is to be told, said as for `ended`.
    pub quiet: Option<String>,
    /// Whether it is over: true, a number that is not zero, a text that does not deny.
    pub ended: Option<String>,
    /// Tells two states of one record apart; absent: what the event would say.
    pub version: Option<String>,
    /// When it changed over there, by their clock.
    pub changed_at: Option<String>,
    /// The event's type; absent: opened, updated or resolved, as is known here.
    pub event: Option<String>,
    #[serde(default)]
    pub area: AreaFields,
}

/// Whom it hits: codes are a list, or one text with commas; shapes are those of an area.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaFields {
    pub municipalities: Option<String>,
    pub postal_codes: Option<String>,
    pub tags: Option<String>,
    pub places: Option<String>,
    /// Corners as latitude and longitude: a list, or its JSON.
    pub polygon: Option<String>,
    /// `{"lat": .., "lon": .., "radius_km": ..}`, or its JSON.
    pub circle: Option<String>,
    /// A `Polygon` or `MultiPolygon`, or its JSON.
    pub geojson: Option<String>,
}

/// The keys as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWatch {
    every: Option<String>,
    time_zone: Option<String>,
    alarm_after: Option<String>,
    baseline: Option<Baseline>,
}

impl WatchSettings {
    /// The keys that [`Self::read`] takes, of a section in which those of its kind stand as well.
    pub const KEYS: [&'static str; 4] = ["every", "time_zone", "alarm_after", "baseline"];

    /// Reads these keys. What records become has sections of its own, and is not in it yet. A fault
    /// names its key or its value.
    pub fn read(keys: toml::Table, usual_zone: Tz) -> Result<Self, String> {
        let written: WrittenWatch = keys
            .try_into()
            .map_err(|error: toml::de::Error| plain(error.message()))?;
        let time_zone = match &written.time_zone {
            None => usual_zone,
            Some(name) => name.parse::<Tz>().map_err(|_| {
                format!("`time_zone`: `{name}` is no IANA zone such as Europe/Rome")
            })?,
        };
        let every = written.every.as_deref().unwrap_or(USUAL_EVERY);
        let alarm_after = match &written.alarm_after {
            None => USUAL_ALARM,
            Some(text) => parse_time(text).map_err(|detail| format!("`alarm_after`: {detail}"))?,
        };
        Ok(Self {
            every: Schedule::parse(every, time_zone)
                .map_err(|error| format!("`every`: {error}"))?,
            time_zone,
            alarm_after,
            baseline: written.baseline.unwrap_or(Baseline::Silent),
            case: None,
            incident: None,
            states: BTreeMap::new(),
        })
    }
}
