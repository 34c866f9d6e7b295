//! Secrets: read from the settings or from the file that their `_file` twin names, and never
//! printed.

use super::error::ConfigError;
use super::section::Section;

/// A text that prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself: for the one who signs in or signs with it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `key`, or the content of the file named by its twin. Both at once contradict each other.
    pub(super) fn read(
        section: &mut Section,
        key: &'static str,
        twin: &'static str,
    ) -> Result<Option<Self>, ConfigError> {
        let inline = section.optional(key)?;
        match (inline, section.optional(twin)?) {
            (Some(_), Some(_)) => {
                Err(section.fault(twin, format!("`{key}` is set as well; keep one of the two")))
            }
            (Some(text), None) => Ok(Some(Self(text))),
            (None, Some(_)) => Self::from_file(section, twin).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The content of the file that `twin` names, without the end of its last line.
    pub(super) fn from_file(
        section: &mut Section,
        twin: &'static str,
    ) -> Result<Self, ConfigError> {
        let path = section.text(twin)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self(text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => Err(section.fault(twin, format!("cannot read `{path}`: {error}"))),
        }
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
