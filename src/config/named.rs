//! Sections whose names somebody chose: `[provider.NAME]`, `[source.NAME]`. The table is put together
//! here and understood by whoever knows the kinds. A fault that is found there is brought back to the
//! line it stands on.

use serde::de::DeserializeOwned;

use super::error::{ConfigError, Origin, missing_key};
use super::layers::{Entries, Setting};
use crate::text::toml_faults::plain;

/// Keys whose value is a text even where it looks like a number.
const TEXTS: [&str; 21] = [
    "username",
    "password",
    "from",
    "host",
    "key",
    "url",
    "smsc",
    "bounces",
    "hello_name",
    "secret",
    "token",
    "receipt_secret",
    "signature_secret",
    "signing_key",
    "key_id",
    "topic",
    "price",
    "issuer",
    "client_id",
    "client_secret",
    "label",
];

/// The keys of a section as one table.
pub(super) fn table(entries: &Entries) -> toml::Table {
    let keys = entries.keys.iter();
    keys.map(|(key, entry)| (key.clone(), typed(key, entry)))
        .collect()
}

/// Reads a table that was made of a section.
pub(super) fn understood<T: DeserializeOwned>(
    section: &str,
    entries: &Entries,
    table: toml::Table,
) -> Result<T, ConfigError> {
    table
        .try_into()
        .map_err(|error: toml::de::Error| fault(section, entries, plain(error.message())))
}

/// A fault of a section, at the line of the key that it quotes first.
pub(super) fn fault(section: &str, entries: &Entries, detail: String) -> ConfigError {
    let key = culprit(entries, &detail);
    let at = key.map_or(&entries.at, |key| &entries.keys[key].at);
    ConfigError::Named {
        at: at.clone(),
        section: section.to_owned(),
        key: key.cloned(),
        detail: without_secrets(entries, detail),
    }
}

/// Quotes no password, not even one that was written as a number.
fn without_secrets(entries: &Entries, mut detail: String) -> String {
    for (key, entry) in &entries.keys {
        let (written, is_text) = match &entry.value {
            toml::Value::String(text) => (text.clone(), true),
            other => (other.to_string(), false),
        };
        let names_one = ["password", "secret", "token", "signing_key"]
            .iter()
            .any(|word| key.contains(word));
        let secret = names_one && !key.ends_with("_file");
        if (secret || (key == "url" && !is_text)) && !written.is_empty() {
            detail = detail.replace(&written, "***");
        }
    }
    detail
}

/// The key that a fault quotes first, by its name or by its value; none for a key that is missing.
fn culprit<'a>(entries: &'a Entries, detail: &str) -> Option<&'a String> {
    if missing_key(detail).is_some() {
        return None;
    }
    let nearest = entries.keys.iter().filter_map(|(key, entry)| {
        // Of a name and a value that are the same word, the name is meant.
        let by_name = detail.find(&format!("`{key}`")).map(|at| (at, 0));
        let by_value = quoted(detail, &entry.value).map(|at| (at, 1));
        Some((by_name.into_iter().chain(by_value).min()?, key))
    });
    nearest.min_by_key(|(first, _)| *first).map(|(_, key)| key)
}

/// Where a value is quoted.
fn quoted(detail: &str, value: &toml::Value) -> Option<usize> {
    match value {
        toml::Value::String(text) => {
            let as_text = detail.find(&format!("{text:?}"));
            detail.find(&format!("`{text}`")).or(as_text)
        }
        other => detail.find(&format!("`{other}`")),
    }
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
