//! Files that were moved to `done` a short while ago. Whoever had one open then goes on writing to it
//! there, where nobody reads it any more: that cannot be kept from happening, but it is said.

use std::collections::VecDeque;
use std::path::PathBuf;

use chrono::TimeDelta;

use super::listing::{FileStamp, shown};
use crate::domain::Timestamp;

/// How long a file is looked after.
const WATCHED_FOR: TimeDelta = TimeDelta::minutes(10);
/// So many are looked after, the newest ones.
const WATCHED: usize = 100;

/// A file that was read to its end and moved.
#[derive(Debug)]
pub(super) struct DoneFile {
    pub(super) path: PathBuf,
    /// As it was when it was read.
    pub(super) stamp: FileStamp,
}

impl DoneFile {
    /// Whether somebody wrote to it after it was read. Another file that has its name now is none of
    /// our business.
    fn was_written_to(&self) -> bool {
        let now = std::fs::symlink_metadata(&self.path);
        now.is_ok_and(|now| self.stamp.was_written_to(&FileStamp::of(&now)))
    }

    fn doubt(&self) -> String {
        let name = shown(self.path.file_name().unwrap_or_default());
        format!(
            "somebody wrote to `done/{name}` after it had been read and moved: what was added stands \
             there and was not read. Move it back into the folder to have it read again, and write \
             files elsewhere until they are whole"
        )
    }
}

/// The files that are looked after, the oldest first.
#[derive(Debug, Default)]
pub(super) struct DoneFiles(VecDeque<(DoneFile, Timestamp)>);

impl DoneFiles {
    pub(super) fn add(&mut self, file: DoneFile, now: Timestamp) {
        // One that was put back, mended and read again is known as it is now.
        self.0.retain(|(known, _)| known.path != file.path);
        if self.0.len() == WATCHED {
            self.0.pop_front();
        }
        self.0.push_back((file, now));
    }

    /// A sentence about a file to which somebody wrote. It is said once.
    pub(super) fn written_to(&mut self, now: Timestamp) -> Option<String> {
        self.0.retain(|(_, since)| now < *since + WATCHED_FOR);
        let at = self.0.iter().position(|(file, _)| file.was_written_to())?;
        self.0.remove(at).map(|(file, _)| file.doubt())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros((1_800_000_000 + seconds) * 1_000_000)
    }

    #[test]
    fn what_is_written_to_a_file_that_was_moved_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut open = std::fs::File::create(&path).unwrap();
        open.write_all(b"id\n1\n").unwrap();
        let stamp = FileStamp::of(&open.metadata().unwrap());
        let moved = folder.path().join("moved.csv");
        std::fs::rename(&path, &moved).unwrap();
        let mut done = DoneFiles::default();
        let file = |path: &PathBuf| DoneFile {
            path: path.clone(),
            stamp,
        };
        done.add(file(&moved), at(0));
        assert_eq!(done.written_to(at(5)), None);
        open.write_all(b"2\n").unwrap();
        let doubt = done.written_to(at(10)).unwrap();
        assert!(doubt.contains("`done/moved.csv`"), "{doubt}");
        assert_eq!(done.written_to(at(15)), None);
        // One that has its name later is another file, and one that is gone is none.
        std::fs::write(&path, "other").unwrap();
        done.add(file(&path), at(20));
        done.add(file(&folder.path().join("gone.csv")), at(20));
        assert_eq!(done.written_to(at(25)), None);
    }

    #[test]
    fn the_newest_files_are_looked_after_and_none_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "1").unwrap();
        let stamp = FileStamp::of(&std::fs::metadata(&path).unwrap());
        std::fs::write(&path, "1 and 2").unwrap();
        let file = |name: &str| DoneFile {
            path: folder.path().join(name),
            stamp,
        };
        let mut done = DoneFiles::default();
        done.add(file("a.csv"), at(0));
        assert_eq!(done.written_to(at(600)), None, "too long ago");
        for number in 0..2 * WATCHED {
            done.add(file(&number.to_string()), at(0));
        }
        done.add(file("a.csv"), at(0));
        assert_eq!(done.0.len(), WATCHED);
        assert!(done.written_to(at(599)).is_some());
        done.add(file("a.csv"), at(0));
        let now = FileStamp::of(&std::fs::metadata(&path).unwrap());
        done.add(DoneFile { path, stamp: now }, at(0));
        assert_eq!(done.written_to(at(599)), None, "read again as it is now");
    }
}
