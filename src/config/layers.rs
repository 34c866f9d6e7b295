//! Three layers become one: defaults, then a file, then the environment. Each value remembers
//! where it came from. What the values mean is read in `section` and in the settings' own files.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use crate::text::toml_faults::line_at;

/// The settings built into the program.
pub(super) const DEFAULT: &str = include_str!("../../config/default.toml");
/// What every variable begins with.
const PREFIX: &str = "ARALDO__";
/// Sections of which there may be several, each with a name that somebody chose.
const NAMED: [&str; 4] = ["provider", "source", "inbox", "login"];
/// Tables inside a source's section that are sections of their own here, so that each of their
/// keys has its place.
const PARTS_OF_SOURCES: [&str; 4] = ["case", "incident", "area", "states"];

/// One value and where it was set.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: toml::Value,
    pub(super) at: Origin,
}

/// The keys of one section and where the section begins.
#[derive(Debug, Clone)]
pub(super) struct Entries {
    pub(super) at: Origin,
    pub(super) keys: BTreeMap<String, Setting>,
}

/// Sections by name; a provider's is called `provider.NAME`, a source's `source.NAME`, an inbox's
/// `inbox.NAME`, a login's `login.NAME`, and a table
/// inside a source `source.NAME.case`.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers(pub(super) BTreeMap<String, Entries>);

impl Layers {
    /// The layers, and what in them belongs to no section. An error when the file is not TOML.
    pub(super) fn merge(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<ConfigError>), ConfigError> {
        let mut layers = Self::default();
        let mut stray = layers.add_text(None, DEFAULT)?;
        if let Some((path, text)) = file {
            stray.extend(layers.add_text(Some(path), text)?);
        }
        for (name, value) in environment {
            if name.starts_with(PREFIX) && !value.is_empty() {
                stray.extend(layers.add_variable(name, value).err());
            }
        }
        Ok((layers, stray))
    }

    fn add_text(
        &mut self,
        path: Option<&Path>,
        text: &str,
    ) -> Result<Vec<ConfigError>, ConfigError> {
        let origin = |offset: usize| match path {
            None => Origin::Default,
            Some(path) => Origin::file(path, line_at(text, offset)),
        };
        let fault = |error: &toml::de::Error| ConfigError::Syntax {
            at: origin(error.span().map_or(0, |span| span.start)),
            detail: error.message().to_owned(),
        };
        let spans = DeTable::parse(text).map_err(|error| fault(&error))?;
        let values: toml::Table = toml::from_str(text).map_err(|error| fault(&error))?;
        let mut stray = Vec::new();
        for (name, inner) in spans.get_ref() {
            let at = origin(name.span().start);
            let section = match section_of(name.get_ref(), inner.get_ref(), &at) {
                Ok(section) => section,
                Err(fault) => {
                    stray.push(fault);
                    continue;
                }
            };
            let value = &values[name.get_ref().as_ref()];
            if NAMED.contains(&name.get_ref().as_ref()) {
                for (own, inner) in section {
                    let at = origin(own.span().start);
                    let full = format!("{}.{}", name.get_ref(), own.get_ref());
                    let keys = match section_of(&full, inner.get_ref(), &at) {
                        Ok(keys) => keys,
                        Err(fault) => {
                            stray.push(fault);
                            continue;
                        }
                    };
                    let told = &value[own.get_ref().as_ref()];
                    // One described again takes nothing from one of the same name. Without a `kind` it is
                    // no description: it changes keys of the one that is built in.
                    if told.get("kind").is_some() {
                        self.remove(&full);
                    }
                    self.add_section(&full, &at, keys, told, &origin);
                }
            } else {
                self.add_section(name.get_ref(), &at, section, value, &origin);
            }
        }
        Ok(stray)
    }

    fn add_section(
        &mut self,
        name: &str,
        at: &Origin,
        keys: &DeTable<'_>,
        values: &toml::Value,
        origin: &impl Fn(usize) -> Origin,
    ) {
        self.section(name, at.clone());
        for (key, inner) in keys {
            let word: &str = key.get_ref();
            let set_at = origin(key.span().start);
            let value = &values[word];
            match inner.get_ref().as_table() {
                Some(part) if name.starts_with("source.") && PARTS_OF_SOURCES.contains(&word) => {
                    self.add_section(&format!("{name}.{word}"), &set_at, part, value, origin);
                }
                _ => {
                    let entry = Setting {
                        value: value.clone(),
                        at: set_at,
                    };
                    let section = self.section(name, at.clone());
                    section.keys.insert(word.to_owned(), entry);
                }
            }
        }
    }

    fn add_variable(&mut self, name: String, value: String) -> Result<(), ConfigError> {
        let words: Vec<String> = name[PREFIX.len()..]
            .split("__")
            .map(str::to_lowercase)
            .collect();
        let at = Origin::Environment { name };
        let (section, key) = match words.as_slice() {
            [section, key] => (section.clone(), key.clone()),
            [kind, name, key] if NAMED.contains(&kind.as_str()) => {
                (self.section_called(kind, name), key.clone())
            }
            _ => {
                return Err(ConfigError::Contradiction {
                    at,
                    detail: "write ARALDO__SECTION__KEY, ARALDO__PROVIDER__NAME__KEY or \
                             ARALDO__SOURCE__NAME__KEY"
                        .to_owned(),
                });
            }
        };
        let value = toml::Value::String(value);
        self.section(&section, at.clone())
            .keys
            .insert(key, Setting { value, at });
        Ok(())
    }

    /// A variable's name has no hyphens: `SANDBOX_SMS` means `sandbox-sms` if there is one.
    fn section_called(&self, kind: &str, word: &str) -> String {
        let known = self.0.keys().find(|name| {
            name.strip_prefix(kind)
                .and_then(|name| name.strip_prefix('.'))
                .is_some_and(|name| name.replace('-', "_").eq_ignore_ascii_case(word))
        });
        known.cloned().unwrap_or_else(|| format!("{kind}.{word}"))
    }

    /// Takes a section out, and the sections inside it. False when there was none.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let inside = format!("{name}.");
        let before = self.0.len();
        self.0
            .retain(|section, _| section != name && !section.starts_with(&inside));
        self.0.len() < before
    }

    fn section(&mut self, name: &str, at: Origin) -> &mut Entries {
        self.0.entry(name.to_owned()).or_insert_with(|| Entries {
            at,
            keys: BTreeMap::new(),
        })
    }
}

fn section_of<'a, 'i>(
    name: &str,
    value: &'a DeValue<'i>,
    at: &Origin,
) -> Result<&'a DeTable<'i>, ConfigError> {
    value.as_table().ok_or_else(|| ConfigError::Contradiction {
        at: at.clone(),
        detail: format!("`{name}` stands outside of a section; sections begin with [name]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, faults};
    use crate::domain::message::Channel;
    use crate::domain::money::Money;

    fn read(text: &str) -> Result<Config, String> {
        let file = Some((Path::new("araldo.toml"), text));
        let (layers, stray) = Layers::merge(file, std::iter::empty()).unwrap();
        let config = faults::read(layers, stray).settings();
        config.map_err(|error| error.to_string())
    }

    #[test]
    fn one_key_of_a_built_in_provider_is_changed_and_one_described_anew_keeps_nothing() {
        let amended = read("[provider.sandbox-sms]\nprice = \"0.05\"\n").unwrap();
        let sms = &amended.providers["sandbox-sms"];
        assert_eq!(sms.settings.channel(), Channel::Sms);
        assert_eq!(sms.prices.each, Some(Money::from_micros(50_000)));
        let anew = "[provider.sandbox-sms]\nkind = \"sandbox\"\nprice = \"0.05\"\n";
        assert!(read(anew).unwrap_err().contains("`channel`"));
        let nowhere = "[provider.gateway]\nprice = \"0.05\"\n";
        assert!(read(nowhere).unwrap_err().contains("`kind`"));
    }
}
