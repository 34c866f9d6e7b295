//! `[source.NAME]`, and the sections inside it that say what its records become. Understood by
//! `source`, which knows the kinds; here each fault finds its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use serde::de::DeserializeOwned;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers};
use super::named;
use crate::domain::case_kind::CaseKinds;
use crate::domain::limits::{SOURCE_NAME, SOURCES};
use crate::source::{Mapping, ReaderSettings, SourceSettings, WatchSettings};
use crate::store::sources::CLOCK;
use crate::text::toml_faults::plain;

/// Sections inside a source's.
const PARTS: [&str; 4] = ["case", "incident", "incident.area", "states"];

/// One source as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredSource {
    pub settings: SourceSettings,
    /// Where its section begins.
    pub at: Origin,
}

/// Takes every `source.NAME` out of the layers. `zone`: where its times are told, unless it says so.
pub(super) fn read(
    layers: &mut Layers,
    zone: Tz,
) -> Result<BTreeMap<String, ConfiguredSource>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| name_of(section).is_some())
        .collect();
    let mut sources = BTreeMap::new();
    for (section, entries) in sections {
        let name = name_of(&section).unwrap_or_default().to_owned();
        let wrong = match () {
            () if !is_name(&name) => Some(format!(
                "a source is called by 1 to {SOURCE_NAME} small letters, digits and hyphens"
            )),
            () if name == CLOCK => Some(format!(
                "Araldo's own clock is called `{CLOCK}`; give the source another name"
            )),
            () if sources.len() == SOURCES => Some(format!(
                "there are more than {SOURCES} sources; let another installation watch the rest"
            )),
            () => None,
        };
        if let Some(detail) = wrong {
            return Err(named::fault(&section, &entries, detail));
        }
        let settings = understood(
            &name,
            &section,
            &entries,
            &Parts::take(layers, &section),
            zone,
        )?;
        let at = entries.at;
        sources.insert(name, ConfiguredSource { settings, at });
    }
    Ok(sources)
}

/// The name of a source whose whole section this is.
fn name_of(section: &str) -> Option<&str> {
    let name = section.strip_prefix("source.")?;
    (!name.contains('.')).then_some(name)
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=SOURCE_NAME).contains(&name.len()) && name.chars().all(fits)
}

fn understood(
    name: &str,
    section: &str,
    entries: &Entries,
    parts: &Parts,
    zone: Tz,
) -> Result<SourceSettings, ConfigError> {
    let fault = |detail: String| named::fault(section, entries, detail);
    if let Some(key) = PARTS.iter().find(|key| entries.keys.contains_key(**key)) {
        return Err(fault(format!(
            "`{key}`: write a section of its own, [{section}.{key}]"
        )));
    }
    let (keys, reader): (toml::Table, toml::Table) = named::table(entries)
        .into_iter()
        .partition(|(key, _)| WatchSettings::KEYS.contains(&key.as_str()));
    let says_baseline = keys.contains_key("baseline");
    let says_reconcile = keys.contains_key("reconcile");
    let mut watch = WatchSettings::read(keys, zone).map_err(fault)?;
    parts.fill(&mut watch)?;
    let reader: ReaderSettings = reader
        .try_into()
        .map_err(|error: toml::de::Error| fault(with_all_keys(plain(error.message()))))?;
    if !says_baseline {
        watch.baseline = reader.usual_baseline();
    }
    if watch.case.is_none() && watch.incident.is_none() && !reader.brings_events() {
        watch.case = reader.usual_case().map_err(fault)?;
        if watch.case.is_none() {
            let detail =
                format!("missing field `case`: write [{section}.case] or [{section}.incident]");
            watch.incident = Some(reader.usual_incident().ok_or_else(|| fault(detail))?);
        }
    }
    // Which kinds of cases there are changes nothing in what can be read.
    Mapping::new(name, &watch, Arc::new(CaseKinds::shipped())).map_err(|error| {
        parts
            .fault(&error.field, error.to_string())
            .unwrap_or_else(|| fault(error.to_string()))
    })?;
    reader.check().map_err(fault)?;
    watch
        .check_reconcile(says_reconcile, reader.why_not_asked())
        .map_err(fault)?;
    Ok(SourceSettings { watch, reader })
}

/// A kind's settings know its own keys only.
fn with_all_keys(detail: String) -> String {
    if !detail.starts_with("unknown field") {
        return detail;
    }
    let others = WatchSettings::KEYS.into_iter().chain(PARTS);
    let others: Vec<_> = others
        .filter(|key| !key.contains('.'))
        .map(|key| format!("`{key}`"))
        .collect();
    format!("{detail}, {}", others.join(", "))
}

/// The sections inside that of one source, each with its name in the layers.
struct Parts(Vec<(&'static str, String, Entries)>);

impl Parts {
    fn take(layers: &mut Layers, section: &str) -> Self {
        let taken = PARTS.iter().filter_map(|part| {
            let (section, entries) = layers.0.remove_entry(&format!("{section}.{part}"))?;
            Some((*part, section, entries))
        });
        Self(taken.collect())
    }

    fn read<T: DeserializeOwned>(&self, part: &str) -> Result<Option<T>, ConfigError> {
        let Some((_, section, entries)) = self.0.iter().find(|(name, ..)| *name == part) else {
            return Ok(None);
        };
        named::understood(section, entries, named::table(entries)).map(Some)
    }

    fn fill(&self, watch: &mut WatchSettings) -> Result<(), ConfigError> {
        watch.states = self.read("states")?.unwrap_or_default();
        if let Some((word, _)) = watch.states.iter().find(|(_, ours)| ours.trim().is_empty()) {
            let detail = format!("`{word}`: write our word for it");
            return self.fault(word, detail).map_or(Ok(()), Err);
        }
        watch.case = self.read("case")?;
        watch.incident = self.read("incident")?;
        if let Some(incident) = &mut watch.incident {
            incident.area = self.read("incident.area")?.unwrap_or_default();
        }
        match (
            &watch.case,
            self.0.iter().find(|(name, ..)| *name == "incident"),
        ) {
            (Some(_), Some((_, section, entries))) => {
                let detail = "there is a section `case` as well; a source tells of one of the two";
                Err(named::fault(section, entries, detail.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// A fault in a key of one of these sections.
    fn fault(&self, key: &str, detail: String) -> Option<ConfigError> {
        let mut parts = self.0.iter();
        let (_, section, entries) = parts.find(|(.., entries)| entries.keys.contains_key(key))?;
        Some(named::fault(section, entries, detail))
    }
}

#[cfg(test)]
mod tests;
