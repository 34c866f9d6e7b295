//! Settings that name a file or a folder: where it is, and where that was said, because whoever
//! mends a wrong path looks for the line that has it.

use std::fs::FileType;
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::section::Section;
use crate::domain::limits::SETTINGS_BYTES;

/// A file or a folder that a setting names.
#[derive(Debug, Clone)]
pub struct FileSetting {
    pub path: PathBuf,
    pub at: Origin,
    /// As `[rules] file`.
    key: String,
}

impl FileSetting {
    pub(super) fn read(
        layers: &mut Layers,
        name: &str,
        key: &'static str,
    ) -> Result<Option<Self>, ConfigError> {
        let mut section = Section::take(layers, name);
        let at = section.at(key);
        let path = section.optional(key)?.map(PathBuf::from);
        section.finish()?;
        Ok(path.map(|path| Self {
            path,
            at,
            key: format!("[{name}] {key}"),
        }))
    }

    /// What stands in the file.
    pub fn text(&self) -> Result<String, ConfigError> {
        text_of(&self.path).map_err(|source| self.unreadable(source))
    }

    /// The error for a path that leads nowhere.
    #[must_use]
    pub fn unreadable(&self, fault: std::io::Error) -> ConfigError {
        ConfigError::Unreadable {
            named: format!("{}: {}: ", self.at, self.key),
            path: self.path.clone(),
            fault,
        }
    }
}

/// The settings' own file, which no setting names.
pub(super) fn settings_text(path: &Path) -> Result<String, ConfigError> {
    text_of(path).map_err(|fault| ConfigError::Unreadable {
        named: String::new(),
        path: path.to_path_buf(),
        fault,
    })
}

fn text_of(path: &Path) -> std::io::Result<String> {
    let refused = |kind, detail: String| Err(std::io::Error::new(kind, detail));
    let found = std::fs::metadata(path)?;
    // Asked before it is opened: a pipe that nobody writes to keeps its reader for ever.
    if !found.is_file() {
        let what = other_than_file(found.file_type());
        let detail = format!("it is {what}; name a regular file");
        return refused(ErrorKind::InvalidInput, detail);
    }
    if found.len() > SETTINGS_BYTES {
        let detail = format!("it has more than {SETTINGS_BYTES} bytes");
        return refused(ErrorKind::FileTooLarge, detail);
    }
    std::fs::read_to_string(path)
}

/// What stands at a path in place of a file.
fn other_than_file(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
