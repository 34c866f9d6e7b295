//! What the settings say about a source whatever its kind is: when it is looked at, what its
//! records become. What a kind needs besides is in its own folder.
//!
//! Only shapes and defaults are here. `config` finds the sections and gives each fault its line;
//! whether an expression can be read is said by `mapping`.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta, Timelike as _};
use chrono_tz::Tz;
use serde::Deserialize;

use super::ReaderSettings;
use super::schedule::Schedule;
use crate::text::text_enum::text_enum;
use crate::text::time::parse_time;
use crate::text::toml_faults::plain;

/// How often a source is looked at that does not say.
const USUAL_EVERY: &str = "5s";
/// When one is asked for its present state that does not say.
const USUAL_NIGHT: &str = "03:10";
/// The word for one that is not asked.
const NEVER: &str = "never";
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
    /// When it is asked for its present state, once a day; none: it is not, or cannot be.
    pub reconcile: Option<Schedule>,
    /// What is missed then becomes late events.
    pub reconcile_events: bool,
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
    reconcile: Option<String>,
    #[serde(default)]
    reconcile_events: bool,
}

impl WatchSettings {
    /// The keys that [`Self::read`] takes, of a section in which those of its kind stand as well.
    pub const KEYS: [&'static str; 6] = [
        "every",
        "time_zone",
        "alarm_after",
        "baseline",
        "reconcile",
        "reconcile_events",
    ];

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
            reconcile: night(
                written.reconcile.as_deref().unwrap_or(USUAL_NIGHT),
                time_zone,
            )?,
            reconcile_events: written.reconcile_events,
            case: None,
            incident: None,
            states: BTreeMap::new(),
        })
    }

    /// Takes back what a kind cannot do that nobody asked for. `reconcile`: whether that key is
    /// written; `why_not`: why such a source cannot be asked for its present state, if so. A fault names
    /// the key to mend.
    pub fn check_reconcile(
        &mut self,
        reconcile: bool,
        why_not: Option<&str>,
    ) -> Result<(), String> {
        if let Some(why) = why_not.filter(|_| self.reconcile.is_some()) {
            if reconcile {
                return Err(format!("`reconcile`: {why}"));
            }
            if self.reconcile_events {
                return Err(format!("`reconcile_events`: {why}"));
            }
            self.reconcile = None;
        }
        match self.reconcile_events && self.reconcile.is_none() {
            true => Err(
                "`reconcile_events`: nothing is found while `reconcile` is \"never\"".to_owned(),
            ),
            false => Ok(()),
        }
    }
}

/// Once a day at this time, as it is told in `zone`; `never`: not at all.
fn night(text: &str, zone: Tz) -> Result<Option<Schedule>, String> {
    if text == NEVER {
        return Ok(None);
    }
    let fault = || format!("`reconcile`: `{text}` is neither a time such as 03:10 nor `{NEVER}`");
    let time = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| fault())?;
    let daily = format!("0 {} {} * * *", time.minute(), time.hour());
    Schedule::parse(&daily, zone).map(Some).map_err(|_| fault())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn read(text: &str) -> Result<WatchSettings, String> {
        WatchSettings::read(toml::from_str(text).unwrap(), chrono_tz::Europe::Rome)
    }

    /// What stands there at last for a kind that cannot be asked.
    fn of_a_webhook(text: &str) -> Result<Option<Schedule>, String> {
        let mut watch = read(text)?;
        watch.check_reconcile(text.contains("reconcile ="), Some("it cannot be asked"))?;
        Ok(watch.reconcile)
    }

    #[test]
    fn a_source_is_asked_once_a_night_unless_it_says_otherwise() {
        let at = Timestamp::parse("2026-11-24T12:00:00Z").unwrap();
        let next = |text: &str| {
            read(text)
                .unwrap()
                .reconcile
                .map(|it| it.next(at).to_string())
        };
        assert_eq!(next("").unwrap(), "2026-11-25T02:10:00.000Z");
        let evening = next("reconcile = \"22:05\"").unwrap();
        assert_eq!(evening, "2026-11-24T21:05:00.000Z");
        assert_eq!(next("reconcile = \"never\""), None);
        for wrong in ["25:00", "3", "night", "Never", ""] {
            let fault = read(&format!("reconcile = \"{wrong}\"")).unwrap_err();
            assert!(fault.starts_with("`reconcile`: `"), "{fault}");
        }
    }

    #[test]
    fn a_kind_that_cannot_be_asked_is_not_and_says_so_where_it_was_wanted() {
        assert_eq!(of_a_webhook(""), Ok(None));
        assert_eq!(of_a_webhook("reconcile = \"never\""), Ok(None));
        let fault = of_a_webhook("reconcile = \"03:10\"").unwrap_err();
        assert_eq!(fault, "`reconcile`: it cannot be asked");
        let fault = of_a_webhook("reconcile_events = true").unwrap_err();
        assert_eq!(fault, "`reconcile_events`: it cannot be asked");
        let mut watch = read("reconcile = \"never\"\nreconcile_events = true").unwrap();
        let fault = watch.check_reconcile(true, None).unwrap_err();
        assert!(
            fault.starts_with("`reconcile_events`: nothing is found"),
            "{fault}"
        );
    }
}
