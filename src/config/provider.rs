//! `[provider.NAME]`: the table is put together here and understood by `channel`, which knows the
//! kinds. A fault it finds is brought back to the line it stands on.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Entry, Layers};
use crate::channel::ProviderSettings;

/// Keys whose value is a text even where it looks like a number.
const TEXTS: [&str; 6] = ["username", "password", "from", "host", "key", "url"];

/// One provider as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its kind and what that kind needs.
    pub settings: ProviderSettings,
    /// Where its section begins.
    pub at: Origin,
}

/// Takes every `provider.NAME` out of the layers.
pub(super) fn read(
    layers: &mut Layers,
) -> Result<BTreeMap<String, ConfiguredProvider>, ConfigError> {
    let sections: Vec<(String, Entries)> = layers
        .0
        .extract_if(.., |section, _| section.starts_with("provider."))
        .collect();
    sections
        .into_iter()
        .map(|(section, entries)| {
            let settings = understood(&section, &entries)?;
            let name = section.trim_start_matches("provider.").to_owned();
            let at = entries.at;
            Ok((name, ConfiguredProvider { settings, at }))
        })
        .collect()
}

fn understood(section: &str, entries: &Entries) -> Result<ProviderSettings, ConfigError> {
    let table: toml::Table = entries
        .keys
        .iter()
        .map(|(key, entry)| (key.clone(), typed(key, entry)))
        .collect();
    table.try_into().map_err(|error: toml::de::Error| {
        let detail = error.message().trim().to_owned();
        let at = place(entries, &detail);
        ConfigError::Provider {
            at,
            section: section.to_owned(),
            detail,
        }
    })
}

/// The line of the key or value that a fault quotes first, else of the section.
fn place(entries: &Entries, detail: &str) -> Origin {
    let quoted = |text: &str| detail.find(&format!("`{text}`"));
    let nearest = entries.keys.iter().filter_map(|(key, entry)| {
        let value = entry.value.as_str().and_then(quoted);
        let first = quoted(key).into_iter().chain(value).min()?;
        Some((first, &entry.at))
    });
    nearest
        .min_by_key(|(first, _)| *first)
        .map_or(&entries.at, |(_, at)| at)
        .clone()
}

/// A variable is text; numbers, truth values and lists among them are read as such.
fn typed(key: &str, entry: &Entry) -> toml::Value {
    let (toml::Value::String(text), Origin::Environment { .. }) = (&entry.value, &entry.at) else {
        return entry.value.clone();
    };
    if TEXTS.contains(&key) {
        return entry.value.clone();
    }
    let table: Result<toml::Table, _> = toml::from_str(&format!("v = {text}"));
    table
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| entry.value.clone())
}
