//! Reading one section: each key is asked for by name and type; what nobody asked for is an
//! error that lists what could have been meant.

use std::str::FromStr;

use chrono::TimeDelta;
use serde::de::DeserializeOwned;

use super::error::{ConfigError, Origin};
use super::layers::{Entries, Layers, Setting};
use crate::text::time::parse_time;
use crate::text::toml_faults::plain;

/// A section while it is being read.
pub(super) struct Section {
    name: String,
    entries: Entries,
    asked: Vec<&'static str>,
}

impl Section {
    /// Takes a section out of the layers, so that what remains at the end is unknown.
    pub(super) fn take(layers: &mut Layers, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            entries: layers.0.remove(name).unwrap_or_else(|| Entries {
                at: Origin::Default,
                keys: std::collections::BTreeMap::new(),
            }),
            asked: Vec::new(),
        }
    }

    /// Where a key was set.
    pub(super) fn at(&self, key: &str) -> Origin {
        let entry = self.entries.keys.get(key);
        entry.map_or_else(|| self.entries.at.clone(), |entry| entry.at.clone())
    }

    /// A number, a truth value or a text.
    pub(super) fn get<T: DeserializeOwned>(&mut self, key: &'static str) -> Result<T, ConfigError> {
        let entry = self.need(key)?;
        let parsed = match (&entry.value, &entry.at) {
            (toml::Value::String(text), Origin::Environment { .. }) => {
                // A variable is text: what reads as TOML is taken so, else as it stands.
                let typed = toml::from_str::<toml::Table>(&format!("v = {text}"))
                    .ok()
                    .and_then(|table| table.get("v").cloned());
                typed
                    .and_then(|value| value.try_into().ok())
                    .map_or_else(|| entry.value.clone().try_into(), Ok)
            }
            (value, _) => value.clone().try_into(),
        };
        parsed.map_err(|error: toml::de::Error| self.fault(key, plain(error.message())))
    }

    /// A text with a meaning: an address, a word of a closed list, a time of day.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &'static str) -> Result<T, ConfigError>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(key)?;
        text.parse()
            .map_err(|error: T::Err| self.fault(key, error.to_string()))
    }

    /// A text, empty or not.
    pub(super) fn text(&mut self, key: &'static str) -> Result<String, ConfigError> {
        match self.need(key)?.value {
            toml::Value::String(text) => Ok(text),
            // It may be a secret: not a word of it in the message.
            _ => Err(self.fault(key, "write it in quotation marks, as a text")),
        }
    }

    /// A text that may be absent; an empty one counts as absent.
    pub(super) fn optional(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.asked.push(key);
        if !self.entries.keys.contains_key(key) {
            return Ok(None);
        }
        Ok(Some(self.text(key)?).filter(|text| !text.trim().is_empty()))
    }

    /// Several texts; one alone may stand without brackets, and a variable separates by commas.
    pub(super) fn list(&mut self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        match self.need(key)?.value {
            toml::Value::String(text) if !text.trim_start().starts_with('[') => Ok(text
                .split(',')
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect()),
            _ => self.get(key),
        }
    }

    /// A whole number within bounds.
    pub(super) fn number<T>(
        &mut self,
        key: &'static str,
        least: i64,
        most: i64,
    ) -> Result<T, ConfigError>
    where
        T: TryFrom<i64>,
    {
        let number: i64 = self.get(key)?;
        Some(number)
            .filter(|number| (least..=most).contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                self.fault(
                    key,
                    format!("{number} is out of range; write {least} to {most}"),
                )
            })
    }

    /// A whole number within bounds that may be absent.
    pub(super) fn number_if<T>(
        &mut self,
        key: &'static str,
        least: i64,
        most: i64,
    ) -> Result<Option<T>, ConfigError>
    where
        T: TryFrom<i64>,
    {
        self.asked.push(key);
        if !self.entries.keys.contains_key(key) {
            return Ok(None);
        }
        self.number(key, least, most).map(Some)
    }

    /// A length of time above zero.
    pub(super) fn time(&mut self, key: &'static str) -> Result<TimeDelta, ConfigError> {
        let text = self.text(key)?;
        parse_time(&text).map_err(|detail| self.fault(key, detail))
    }

    /// A fault in the value of a key.
    pub(super) fn fault(&self, key: &str, detail: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            at: self.at(key),
            section: self.name.clone(),
            key: key.to_owned(),
            detail: detail.into(),
        }
    }

    /// A fault that two keys make together: the one to mend is the one that somebody set.
    pub(super) fn clash(&self, keys: &[&str], detail: impl Into<String>) -> ConfigError {
        let set = keys.iter().find(|key| self.at(key) != Origin::Default);
        self.fault(set.or(keys.first()).unwrap_or(&""), detail)
    }

    /// Refuses keys that nobody asked for.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let unknown = self
            .entries
            .keys
            .into_iter()
            .find(|(key, _)| !self.asked.contains(&key.as_str()));
        match unknown {
            None => Ok(()),
            Some((key, entry)) => Err(ConfigError::UnknownKey {
                at: entry.at,
                section: self.name,
                key,
                expected: self.asked.into_iter().map(str::to_owned).collect(),
            }),
        }
    }

    fn need(&mut self, key: &'static str) -> Result<Setting, ConfigError> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let entry = self.entries.keys.get(key).cloned();
        entry.ok_or_else(|| self.fault(key, "a value is needed here"))
    }
}
