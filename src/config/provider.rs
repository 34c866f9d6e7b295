//! `[provider.NAME]`: kept as the table it is and handed to `channel`, which knows the kinds.

use std::collections::BTreeMap;

use super::error::{ConfigError, Origin};
use super::layers::{Entry, Layers};

/// Keys whose value is a text even where it looks like a number.
const TEXTS: [&str; 6] = ["username", "password", "from", "host", "key", "url"];
/// Keys that are never printed.
const SECRETS: [&str; 3] = ["password", "key", "token"];

/// One provider's settings, not yet understood.
#[derive(Clone)]
pub struct ProviderTable {
    /// The keys as they were written.
    pub table: toml::Table,
    /// Where the section begins, for faults that `channel` finds.
    pub at: Origin,
}

impl std::fmt::Debug for ProviderTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut map = f.debug_map();
        for (key, value) in &self.table {
            if SECRETS.contains(&key.as_str()) {
                map.entry(key, &"***");
            } else {
                map.entry(key, value);
            }
        }
        map.finish()
    }
}

/// Takes every `provider.NAME` out of the layers.
pub(super) fn read(layers: &mut Layers) -> Result<BTreeMap<String, ProviderTable>, ConfigError> {
    let mut providers = BTreeMap::new();
    layers.0.retain(|section, entries| {
        let Some(name) = section.strip_prefix("provider.") else {
            return true;
        };
        let table = entries
            .keys
            .iter()
            .map(|(key, entry)| (key.clone(), typed(key, entry)))
            .collect();
        let at = entries.at.clone();
        providers.insert(name.to_owned(), ProviderTable { table, at });
        false
    });
    for (name, provider) in &providers {
        if !provider.table.contains_key("kind") {
            return Err(ConfigError::Contradiction {
                at: provider.at.clone(),
                detail: format!("[provider.{name}] has no `kind`; write smtp, kannel or sandbox"),
            });
        }
    }
    Ok(providers)
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
