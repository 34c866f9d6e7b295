//! `[provider.NAME]`: the table is put together here and understood by `channel`, which knows the
//! kinds. A fault it finds is brought back to the line it stands on.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin, missing_key};
use super::layers::{Entries, Layers, Setting};
use crate::channel::ProviderSettings;
use crate::text::toml_faults::plain;

/// Keys whose value is a text even where it looks like a number.
const TEXTS: [&str; 9] = [
    "username",
    "password",
    "from",
    "host",
    "key",
    "url",
    "smsc",
    "bounces",
    "hello_name",
];

/// One provider as it is configured.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its kind and what that kind needs.
    pub settings: ProviderSettings,
    /// Where its section begins.
    pub at: Origin,
    keys: BTreeMap<String, Origin>,
}

impl ConfiguredProvider {
    /// The line to look at for a fault, which names its key in backticks first.
    #[must_use]
    pub fn place(&self, fault: &str) -> &Origin {
        let quoted = |key: &str| {
            let inside = fault.find(&format!("`{key}."));
            fault.find(&format!("`{key}`")).or(inside)
        };
        let keys = self.keys.iter();
        keys.filter_map(|(key, at)| Some((quoted(key)?, at)))
            .min_by_key(|(first, _)| *first)
            .map_or(&self.at, |(_, at)| at)
    }
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
            let keys = entries.keys.into_iter();
            let keys = keys.map(|(key, entry)| (key, entry.at)).collect();
            Ok((name, ConfiguredProvider { settings, at, keys }))
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
        let detail = plain(error.message());
        // A key that is not there is no other one's fault, though its name stand there as a value.
        let key = culprit(entries, &detail).filter(|_| missing_key(&detail).is_none());
        let at = key.map_or(&entries.at, |key| &entries.keys[key].at);
        ConfigError::Provider {
            at: at.clone(),
            section: section.to_owned(),
            key: key.cloned(),
            detail: without_secrets(entries, detail),
        }
    })
}

/// Quotes no password, not even one that was written as a number.
fn without_secrets(entries: &Entries, mut detail: String) -> String {
    for (key, entry) in &entries.keys {
        let written = match &entry.value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if key.contains("password") && !key.ends_with("_file") && !written.is_empty() {
            detail = detail.replace(&written, "***");
        }
    }
    detail
}

/// The key that a fault quotes first, by its name or by its value.
fn culprit<'a>(entries: &'a Entries, detail: &str) -> Option<&'a String> {
    let quoted = |text: &str| detail.find(&format!("`{text}`"));
    let nearest = entries.keys.iter().filter_map(|(key, entry)| {
        let written = match &entry.value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let first = quoted(key).into_iter().chain(quoted(&written)).min()?;
        Some((first, key))
    });
    nearest.min_by_key(|(first, _)| *first).map(|(_, key)| key)
}

/// A variable is text; numbers, truth values and lists among them are read as such.
fn typed(key: &str, entry: &Setting) -> toml::Value {
    let (toml::Value::String(text), Origin::Environment { .. }) = (&entry.value, &entry.at) else {
        return entry.value.clone();
    };
    if TEXTS.contains(&key) || key.ends_with("_file") {
        return entry.value.clone();
    }
    let table: Result<toml::Table, _> = toml::from_str(&format!("v = {text}"));
    table
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| entry.value.clone())
}
