//! Secrets: read from the settings, or from the file that their `_file` twin names.

use std::path::Path;

use super::error::ConfigError;
use super::section::Section;
use crate::channel::Secret;

/// `key`, or the content of the file named by its twin. Both at once contradict each other.
pub(super) fn read(
    section: &mut Section,
    key: &'static str,
    twin: &'static str,
) -> Result<Option<Secret>, ConfigError> {
    let inline = section.optional(key)?;
    match (inline, section.optional(twin)?) {
        (Some(_), Some(_)) => {
            Err(section.fault(twin, format!("`{key}` is set as well; keep one of the two")))
        }
        (Some(text), None) => Ok(Some(Secret::new(text))),
        (None, Some(_)) => from_file(section, twin).map(Some),
        (None, None) => Ok(None),
    }
}

/// The content of the file that `twin` names, without the end of its last line.
pub(super) fn from_file(section: &mut Section, twin: &'static str) -> Result<Secret, ConfigError> {
    let path = section.text(twin)?;
    Secret::read(Path::new(&path))
        .map_err(|error| section.fault(twin, format!("cannot read `{path}`: {error}")))
}
