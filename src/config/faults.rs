//! All faults of the settings in one run. The reader stops at the first; here what was at fault is
//! taken out, so that the default stands in for it, and the reader goes over the rest again.

use std::collections::BTreeSet;

use super::Config;
use super::error::{ConfigError, Origin, missing_key};
use super::layers::{Entries, Layers, Setting};
use crate::domain::limits::NAMED_FAULTS;

/// What was read, as far as it could be, and what was at fault in it.
#[derive(Debug)]
pub struct ConfigReading {
    /// With a default where something is at fault: for finding further faults, not for use. `None`
    /// when not even that can be had.
    pub config: Option<Config>,
    /// In the order of the file; empty when the settings are right.
    pub faults: Vec<ConfigError>,
}

impl ConfigReading {
    /// Settings with nothing wrong in them.
    #[must_use]
    pub const fn right(config: Config) -> Self {
        Self {
            config: Some(config),
            faults: Vec::new(),
        }
    }

    /// Nothing was read but this.
    pub(super) fn of(fault: ConfigError) -> Self {
        Self {
            config: None,
            faults: vec![fault],
        }
    }

    /// The settings, if nothing is wrong with them.
    pub fn settings(self) -> Result<Config, ConfigError> {
        match (self.config, self.faults) {
            (Some(config), faults) if faults.is_empty() => Ok(config),
            (_, mut faults) if faults.len() == 1 => Err(faults.remove(0)),
            (_, faults) => Err(ConfigError::Several(faults)),
        }
    }
}

/// Reads until nothing new is found, or so many faults that they are enough for one run. `faults`
/// are known already.
pub(super) fn read(mut layers: Layers, mut faults: Vec<ConfigError>) -> ConfigReading {
    let mut taken = RemovedSettings::default();
    let config = loop {
        let fault = match Config::read_once(layers.clone()) {
            Ok(config) => break Some(config),
            Err(fault) => fault,
        };
        let follows = taken.explains(&fault);
        let goes_on = taken.take(&mut layers, &fault);
        if !follows {
            faults.push(fault);
        }
        if !goes_on || faults.len() >= NAMED_FAULTS {
            break None;
        }
    };
    let unfit = config.iter().flat_map(Config::channels_without_provider);
    faults.extend(unfit.filter(|fault| !taken.explains(fault)));
    faults.extend(config.iter().flat_map(Config::hurried_providers));
    faults.sort_by(|one, other| one.at().cmp(&other.at()));
    ConfigReading { config, faults }
}

/// What was taken out.
#[derive(Default)]
struct RemovedSettings {
    keys: BTreeSet<(String, String)>,
    /// Keys that a section lacked, or that were taken from it, and have something in their place.
    filled: BTreeSet<(String, String)>,
    /// Whole sections, such as `provider.NAME`.
    sections: BTreeSet<String>,
}

impl RemovedSettings {
    /// Whether a fault is there only because something was taken out.
    fn explains(&self, fault: &ConfigError) -> bool {
        match fault {
            ConfigError::Named {
                section,
                key,
                detail,
                ..
            } => {
                let is = |key: &str| (section.clone(), key.to_owned());
                missing_key(detail).is_some_and(|key| self.keys.contains(&is(key)))
                    || missing_key(detail) == Some("case") && self.has_part_of(section)
                    || key
                        .as_deref()
                        .is_some_and(|key| self.filled.contains(&is(key)))
            }
            ConfigError::Contradiction { detail, .. } => self
                .sections
                .iter()
                .any(|provider| detail.ends_with(&format!("there is no [{provider}]"))),
            _ => false,
        }
    }

    /// Whether a section inside this one was taken out whole.
    fn has_part_of(&self, section: &str) -> bool {
        let inside = format!("{section}.");
        self.sections.iter().any(|gone| gone.starts_with(&inside))
    }

    /// Takes out what is at fault. False when nothing was, and so nothing more can be found.
    fn take(&mut self, layers: &mut Layers, fault: &ConfigError) -> bool {
        match fault {
            ConfigError::UnknownSection { section, .. } => layers.remove(section),
            ConfigError::UnknownKey { section, key, .. }
            | ConfigError::Value { section, key, .. } => put_back(layers, section, key),
            ConfigError::Named {
                section,
                key: Some(key),
                ..
            } => {
                let entries = layers.0.get_mut(section);
                let gone = entries.and_then(|entries| entries.keys.remove(key));
                for key in [key.as_str()].into_iter().chain(stood_for(key)) {
                    self.keys.insert((section.clone(), key.to_owned()));
                }
                gone.is_some()
            }
            ConfigError::Named {
                section,
                key: None,
                detail,
                ..
            } => match missing_key(detail) {
                Some(key)
                    if has_stand_in(key)
                        && self.filled.insert((section.clone(), key.to_owned())) =>
                {
                    stand_in(layers, section, key)
                }
                _ => {
                    self.sections.insert(section.clone());
                    layers.remove(section)
                }
            },
            _ => false,
        }
    }
}

/// Whether anything can be learned with another value in the place of a key that a section lacks.
/// What all the others mean hangs on its `kind`: any that were put there would find faults in them
/// that nobody made.
fn has_stand_in(key: &str) -> bool {
    key != "kind"
}

/// The key that may be absent because of this one.
fn stood_for(key: &str) -> Option<&str> {
    match key {
        "incident" => Some("case"),
        key => key.strip_suffix("_file"),
    }
}

/// Gives a section the key that it lacks, so that what it has can be looked at.
fn stand_in(layers: &mut Layers, section: &str, key: &str) -> bool {
    let Some(entries) = layers.0.get_mut(section) else {
        return false;
    };
    let at = entries.at.clone();
    let entry = |value: toml::Value| Setting {
        value,
        at: at.clone(),
    };
    if section.starts_with("source.") && section.matches('.').count() == 1 && key == "case" {
        let keys = ["case", "client", "kind", "state"];
        let keys = keys.map(|key| (key.to_owned(), entry("localhost".into())));
        let case = Entries {
            at: at.clone(),
            keys: keys.into(),
        };
        layers.0.insert(format!("{section}.case"), case);
        return true;
    }
    let value = substitute(section, key, entries);
    entries.keys.insert(key.to_owned(), entry(value));
    true
}

/// Something that the reader of a section takes for a key.
fn substitute(section: &str, key: &str, entries: &Entries) -> toml::Value {
    match key {
        "url" if section.starts_with("source.") => "postgres://localhost/".into(),
        "url" => "http://localhost/".into(),
        "from" => "nobody@example.org".into(),
        "issuer" => "https://localhost".into(),
        "table" => "public.localhost".into(),
        "columns" | "cursor" => vec!["localhost"].into(),
        "query" => {
            // It has to name what the cursor names.
            let cursor = entries.keys.get("cursor").map(|entry| &entry.value);
            let columns = cursor.and_then(toml::Value::as_array).into_iter().flatten();
            let columns = columns.filter_map(toml::Value::as_str);
            let names: Vec<_> = columns.chain(["localhost"]).collect();
            format!("SELECT :{}", names.join(", :")).into()
        }
        _ => "localhost".into(),
    }
}

/// Lets the default stand where a key was set. Where the key itself is the default, others of its
/// section contradict it, and the whole section goes back.
fn put_back(layers: &mut Layers, section: &str, key: &str) -> bool {
    let defaults = Layers::merge(None, std::iter::empty());
    let defaults = defaults.map(|(layers, _)| layers).unwrap_or_default();
    let default = defaults.0.get(section);
    let Some(entries) = layers.0.get_mut(section) else {
        return false;
    };
    let set = entries
        .keys
        .get(key)
        .is_some_and(|entry| entry.at != Origin::Default);
    if set {
        match default.and_then(|default| default.keys.get(key)) {
            Some(entry) => drop(entries.keys.insert(key.to_owned(), entry.clone())),
            None => drop(entries.keys.remove(key)),
        }
        return true;
    }
    let changed = entries
        .keys
        .values()
        .any(|entry| entry.at != Origin::Default);
    match default {
        Some(default) => *entries = default.clone(),
        None => drop(layers.0.remove(section)),
    }
    changed
}
