//! How far the folder has been read: one file at a time, and in it so many lines.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::listing::{FileStamp, FolderFile, shown};
use crate::source::reader::Cursor;

/// A place in a file: what lies before it has been read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilePosition {
    /// Lines; in a JSON file, records.
    pub(super) line: u64,
    /// Nothing in a JSON file, which is read as one.
    pub(super) byte: u64,
}

/// What became of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FileProgress {
    /// There is more of it.
    Reading,
    /// It was read to its end and goes to `done`.
    Read,
    /// It could not be read at all and goes to `rejected`.
    Rejected,
}

/// The cursor of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FolderPlace {
    /// The file's name as it is shown; the stamp tells which file it is.
    file: String,
    #[serde(flatten)]
    stamp: FileStamp,
    #[serde(flatten)]
    pub(super) position: FilePosition,
    pub(super) progress: FileProgress,
}

impl FolderPlace {
    pub(super) fn new(file: &FolderFile, position: FilePosition, progress: FileProgress) -> Self {
        Self {
            file: shown(&file.name),
            stamp: file.stamp,
            position,
            progress,
        }
    }

    /// What the store kept. One that cannot be read is none: then a file is read again, and its
    /// events are known.
    pub(super) fn of(cursor: &Cursor) -> Option<Self> {
        Self::deserialize(&cursor.0).ok()
    }

    pub(super) fn to_cursor(&self) -> Option<Cursor> {
        let value: Value = serde_json::to_value(self).ok()?;
        Some(Cursor(value))
    }

    /// Whether it is in this very file, as it was when it was read.
    pub(super) fn is_in(&self, file: &FolderFile) -> bool {
        self.stamp == file.stamp && self.is_of_name(file)
    }

    /// Whether that file has the name of this one.
    pub(super) fn is_of_name(&self, file: &FolderFile) -> bool {
        self.file == shown(&file.name)
    }

    /// Its file's name, for people.
    pub(super) fn file(&self) -> &str {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_kept_with_what_tells_its_file_from_others() {
        let cursor = Cursor(json!({
            "file": "a.csv", "inode": 7, "size": 9, "mtime": 1_800_000_000_000_000_001_i64,
            "ctime": 2, "line": 3, "byte": 40, "progress": "reading",
        }));
        let place = FolderPlace::of(&cursor).unwrap();
        assert_eq!(place.position, FilePosition { line: 3, byte: 40 });
        assert_eq!(place.to_cursor(), Some(cursor));
        assert_eq!(FolderPlace::of(&Cursor(json!({"id": 7}))), None);
    }
}
