//! All faults of the settings in one run. The reader stops at the first; here what was at fault is
//! taken out, so that the default stands in for it, and the reader goes over the rest again.

use std::collections::BTreeSet;

use super::Config;
use super::error::{ConfigError, Origin};
use super::layers::Layers;

/// Reads until nothing new is found.
pub(super) fn read(mut layers: Layers) -> Result<Config, ConfigError> {
    let mut faults = Vec::new();
    let mut taken = Taken::default();
    loop {
        let found = match Config::read_once(layers.clone()) {
            Ok(config) if faults.is_empty() => return Ok(config),
            Ok(_) => return Err(together(faults)),
            Err(fault) => fault.each(),
        };
        let mut goes_on = false;
        for fault in found {
            let follows = taken.explains(&fault);
            goes_on |= taken.take(&mut layers, &fault)?;
            if !follows {
                faults.push(fault);
            }
        }
        if !goes_on {
            return Err(together(faults));
        }
    }
}

fn together(mut faults: Vec<ConfigError>) -> ConfigError {
    faults.sort_by(|one, other| one.at().cmp(&other.at()));
    match faults.len() {
        1 => faults.remove(0),
        _ => ConfigError::Several(faults),
    }
}

/// What was taken out.
#[derive(Default)]
struct Taken {
    /// Keys of providers.
    keys: BTreeSet<(String, String)>,
    /// Whole providers, as `provider.NAME`.
    providers: BTreeSet<String>,
}

impl Taken {
    /// Whether a fault is there only because something was taken out.
    fn explains(&self, fault: &ConfigError) -> bool {
        match fault {
            ConfigError::Provider {
                section, detail, ..
            } => self.keys.iter().any(|(taken, key)| {
                taken == section && detail.starts_with(&format!("missing field `{key}`"))
            }),
            ConfigError::Contradiction { detail, .. } => self
                .providers
                .iter()
                .any(|provider| detail.ends_with(&format!("there is no [{provider}]"))),
            _ => false,
        }
    }

    /// Takes out what is at fault. False when nothing was, and so nothing more can be found.
    fn take(&mut self, layers: &mut Layers, fault: &ConfigError) -> Result<bool, ConfigError> {
        match fault {
            ConfigError::UnknownSection { section, .. } => Ok(layers.0.remove(section).is_some()),
            ConfigError::UnknownKey { section, key, .. }
            | ConfigError::Value { section, key, .. } => put_back(layers, section, key),
            ConfigError::Provider {
                section,
                key: Some(key),
                ..
            } => {
                let entries = layers.0.get_mut(section);
                let gone = entries.and_then(|entries| entries.keys.remove(key));
                self.keys.insert((section.clone(), key.clone()));
                Ok(gone.is_some())
            }
            ConfigError::Provider {
                section, key: None, ..
            } => {
                self.providers.insert(section.clone());
                Ok(layers.0.remove(section).is_some())
            }
            _ => Ok(false),
        }
    }
}

/// Lets the default stand where a key was set. Where the key itself is the default, others of its
/// section contradict it, and the whole section goes back.
fn put_back(layers: &mut Layers, section: &str, key: &str) -> Result<bool, ConfigError> {
    let defaults = Layers::merge(None, std::iter::empty())?;
    let default = defaults.0.get(section);
    let Some(entries) = layers.0.get_mut(section) else {
        return Ok(false);
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
        return Ok(true);
    }
    let changed = entries
        .keys
        .values()
        .any(|entry| entry.at != Origin::Default);
    match default {
        Some(default) => *entries = default.clone(),
        None => drop(layers.0.remove(section)),
    }
    Ok(changed)
}
