//! What stands in the folder: the files that are to be read, oldest first, and what is left lying.
//! Nothing is opened here, and no link is followed.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::limits::{EARLIEST, FOLDER_ENTRIES};
use crate::source::fault::SourceFault;
use crate::text::invisible::is_invisible;

/// How long nobody must have touched a file for the very first look to take it.
const LONG_UNTOUCHED: Duration = Duration::from_mins(10);
/// How files are called that somebody is still writing.
const UNFINISHED: [&str; 4] = [".tmp", ".part", ".partial", ".filepart"];

/// How a file is to be read, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileForm {
    Json,
    Ndjson,
    Csv,
}

impl FileForm {
    fn of(name: &OsStr) -> Option<Self> {
        let end = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// What tells a file from another of its name, and from itself after somebody wrote to it. Its
/// change time is set by renaming as well: a file that was moved away and back is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileStamp {
    inode: u64,
    pub(super) size: u64,
    /// In nanoseconds since 1970, as are all times here.
    mtime: i64,
    ctime: i64,
}

impl FileStamp {
    pub(super) fn of(file: &Metadata) -> Self {
        let nanos = |seconds: i64, rest: i64| {
            let seconds = seconds.saturating_mul(1_000_000_000);
            seconds.saturating_add(rest)
        };
        Self {
            inode: file.ino(),
            size: file.size(),
            mtime: nanos(file.mtime(), file.mtime_nsec()),
            ctime: nanos(file.ctime(), file.ctime_nsec()),
        }
    }

    /// Whether this very file has other contents now. Its change time alone says nothing: moving a
    /// file sets it.
    pub(super) fn was_written_to(&self, now: &Self) -> bool {
        self.inode == now.inode && (self.size, self.mtime) != (now.size, now.mtime)
    }

    /// When the file was put here, or last changed here: by the clock of this machine, whatever time
    /// the file itself bears. None, if that lies ahead or before all clocks.
    pub(super) fn handed_in(&self, now: Timestamp) -> Option<Timestamp> {
        let at = Timestamp::from_micros(self.ctime / 1_000);
        (EARLIEST..=now).contains(&at).then_some(at)
    }

    /// Whether its last change lies so far back, or ahead: then it was written by another clock.
    fn is_older(&self, than: Duration, now: Timestamp) -> bool {
        let age = now.as_micros().saturating_sub(self.mtime / 1_000);
        age < 0 || age >= micros(than)
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// A file that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FolderFile {
    pub(super) name: OsString,
    pub(super) form: FileForm,
    pub(super) stamp: FileStamp,
}

/// All that stands there.
#[derive(Debug, Default)]
pub(super) struct FolderListing {
    /// The oldest first; of the same age, by name.
    pub(super) files: Vec<FolderFile>,
    /// A sentence about something that nobody will ever read.
    pub(super) stray: Option<String>,
}

impl FolderListing {
    pub(super) fn read(folder: &Path) -> Result<Self, SourceFault> {
        let fault = |error: std::io::Error| folder_fault(folder, "look into", &error);
        let mut listing = Self::default();
        for (number, entry) in std::fs::read_dir(folder).map_err(fault)?.enumerate() {
            if number == FOLDER_ENTRIES {
                let folder = shown(folder.as_os_str());
                listing.stray = Some(format!(
                    "`{folder}` holds more than {FOLDER_ENTRIES} files; only so many are looked at"
                ));
                break;
            }
            let entry = entry.map_err(fault)?;
            // Of the entry itself, not of what it points to.
            match entry.metadata() {
                Ok(metadata) => listing.add(entry.file_name(), &metadata),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(fault(error)),
            }
        }
        let order = |file: &FolderFile| (file.stamp.mtime, file.name.clone());
        listing.files.sort_by_cached_key(order);
        Ok(listing)
    }

    fn add(&mut self, name: OsString, metadata: &Metadata) {
        if metadata.is_dir() || is_unfinished(&name) {
            return;
        }
        let why = match (metadata.is_file(), FileForm::of(&name)) {
            (true, Some(form)) => {
                let stamp = FileStamp::of(metadata);
                self.files.push(FolderFile { name, form, stamp });
                return;
            }
            (true, None) => "its name ends in none of .json, .ndjson, .csv",
            (false, _) => "it is no plain file, and links are not followed",
        };
        let name = shown(&name);
        self.stray
            .get_or_insert_with(|| format!("`{name}` is not read: {why}"));
    }
}

/// The file as it stands there now; none if it is gone, or no file any more.
pub(super) fn stamp_of(folder: &Path, name: &OsStr) -> Option<FileStamp> {
    let metadata = std::fs::symlink_metadata(folder.join(name)).ok()?;
    metadata.is_file().then(|| FileStamp::of(&metadata))
}

fn is_unfinished(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes().to_ascii_lowercase();
    let mut ends = UNFINISHED.iter();
    bytes.starts_with(b".") || ends.any(|end| bytes.ends_with(end.as_bytes()))
}

/// Which files stand still: nobody can see whether somebody has a file open and will go on writing.
#[derive(Debug, Default)]
pub(super) struct StandingFiles {
    /// Each file as it was first seen like this, and when.
    since: HashMap<OsString, (FileStamp, Timestamp)>,
    /// A look came before.
    begun: bool,
}

impl StandingFiles {
    /// Of what stands there, the files to which nobody has written for `settle`: neither by the
    /// time of the file, which another machine's clock may have set, nor by what the looks before
    /// have seen. A file that was left alone for long needs no look before.
    pub(super) fn still(
        &mut self,
        files: Vec<FolderFile>,
        settle: Duration,
        now: Timestamp,
    ) -> Vec<FolderFile> {
        let first = !std::mem::replace(&mut self.begun, true);
        let mut before = std::mem::take(&mut self.since);
        let mut still = Vec::new();
        for file in files {
            let seen = before.remove(&file.name);
            let seen = seen.filter(|(stamp, _)| *stamp == file.stamp);
            let since = seen.map_or(now, |(_, since)| since);
            let watched = now.as_micros().saturating_sub(since.as_micros());
            let watched = seen.is_some() && watched >= micros(settle);
            // An empty file may be a name that somebody keeps free.
            let settle = match file.stamp.size {
                0 => LONG_UNTOUCHED,
                _ => settle,
            };
            let untouched = first && file.stamp.is_older(LONG_UNTOUCHED, now);
            self.since.insert(file.name.clone(), (file.stamp, since));
            if untouched || watched && file.stamp.is_older(settle, now) {
                still.push(file);
            }
        }
        still
    }
}

/// A name as people read it: what cannot be seen or is no text stands there by its code.
pub(super) fn shown(name: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c.is_control() || is_invisible(c) {
                true => shown.extend(c.escape_default()),
                false => shown.push(c),
            }
        }
        for byte in chunk.invalid() {
            shown.extend(std::ascii::escape_default(*byte).map(char::from));
        }
    }
    shown
}

/// Why something cannot be done with a folder or a file, and what helps.
pub(super) fn folder_fault(path: &Path, doing: &str, error: &std::io::Error) -> SourceFault {
    let path = shown(path.as_os_str());
    match error.kind() {
        ErrorKind::NotFound => SourceFault::Unexpected(format!(
            "there is no `{path}`: make it (`install -d -o USER {path}`, USER being the daemon's), \
             or mend `path`"
        )),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => SourceFault::Unexpected(format!(
            "cannot {doing} `{path}`: a file stands where a folder is meant; move it away, or mend \
             `path`"
        )),
        ErrorKind::PermissionDenied => SourceFault::Refused(format!(
            "cannot {doing} `{path}`: the daemon's user has no right to; give it the folder \
             (`chown USER {path}`) or write and search rights in it"
        )),
        ErrorKind::ReadOnlyFilesystem => SourceFault::Refused(format!(
            "cannot {doing} `{path}`: its file system can only be read, and what was taken has to be \
             moved"
        )),
        ErrorKind::CrossesDevices => SourceFault::Unexpected(format!(
            "cannot {doing} `{path}`: it is on another file system than the folder itself"
        )),
        _ => SourceFault::Away(format!("cannot {doing} `{path}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    fn names(listing: &FolderListing) -> Vec<String> {
        let names = listing.files.iter().map(|file| shown(&file.name));
        names.collect()
    }

    fn write(folder: &Path, name: &str, age: u64) {
        let path = folder.join(name);
        std::fs::write(&path, "{}").unwrap();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        let written = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 - age);
        file.set_modified(written).unwrap();
    }

    #[test]
    fn the_oldest_comes_first_and_what_is_being_written_does_not_come() {
        let folder = tempfile::tempdir().unwrap();
        for (name, age) in [
            ("b.csv", 5),
            ("a.CSV", 5),
            ("new.json", 1),
            ("old.ndjson", 9),
            (".hidden.csv", 9),
            ("half.csv.part", 9),
            ("half.csv.TMP", 9),
        ] {
            write(folder.path(), name, age);
        }
        std::fs::create_dir(folder.path().join("done")).unwrap();
        let listing = FolderListing::read(folder.path()).unwrap();
        assert_eq!(
            names(&listing),
            ["old.ndjson", "a.CSV", "b.csv", "new.json"]
        );
        assert_eq!(listing.stray, None);
    }

    #[test]
    fn what_is_never_read_is_said_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "report.xlsx", 1);
        let listing = FolderListing::read(folder.path()).unwrap();
        assert!(
            listing
                .stray
                .unwrap()
                .starts_with("`report.xlsx` is not read")
        );
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("a.csv")).unwrap();
        let listing = FolderListing::read(folder.path()).unwrap();
        assert_eq!(names(&listing), [""; 0]);
        assert!(listing.stray.unwrap().contains("links are not followed"));
        assert_eq!(stamp_of(folder.path(), OsStr::new("a.csv")), None);
    }

    #[test]
    fn a_file_is_still_when_it_looked_the_same_for_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        let at = |seconds: i64| Timestamp::from_micros((1_800_000_000 + seconds) * 1_000_000);
        let settle = Duration::from_secs(2);
        let mut standing = StandingFiles::default();
        let mut look = |now: Timestamp| {
            let files = FolderListing::read(folder.path()).unwrap().files;
            standing.still(files, settle, now).len()
        };
        write(folder.path(), "a.csv", 0);
        assert_eq!(look(at(5)), 0, "seen for the first time");
        assert_eq!(look(at(6)), 0, "for a second only");
        assert_eq!(look(at(7)), 1);
        std::fs::write(folder.path().join("a.csv"), "{}{}").unwrap();
        write(folder.path(), "b.csv", 3_600);
        assert_eq!(look(at(8)), 0, "one has grown, one is new here");
        assert_eq!(look(at(10)), 2);
    }

    #[test]
    fn what_was_left_alone_for_long_is_taken_at_the_first_look() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.csv", 3_600);
        let files = FolderListing::read(folder.path()).unwrap().files;
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let still = StandingFiles::default().still(files, Duration::from_secs(2), now);
        assert_eq!(still.len(), 1);
    }

    #[test]
    fn a_name_is_shown_whatever_it_is_made_of() {
        assert_eq!(shown(OsStr::new("città 1.csv")), "città 1.csv");
        assert_eq!(shown(OsStr::from_bytes(b"a\nb\xff.csv")), "a\\nb\\xff.csv");
        assert_eq!(shown(OsStr::new("a\u{202e}b")), "a\\u{202e}b");
    }

    #[test]
    fn a_fault_names_the_path_and_what_helps() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let fault = FolderListing::read(file.path()).unwrap_err().to_string();
        assert!(
            fault.contains("a file stands where a folder is meant"),
            "{fault}"
        );
        let fault = FolderListing::read(Path::new("/nowhere/at all")).unwrap_err();
        assert!(
            fault.to_string().contains("there is no `/nowhere/at all`"),
            "{fault}"
        );
        let denied = std::io::Error::from(ErrorKind::PermissionDenied);
        let fault = folder_fault(Path::new("/srv/drop"), "write in", &denied);
        assert!(
            fault.to_string().contains("`chown USER /srv/drop`"),
            "{fault}"
        );
    }
}
