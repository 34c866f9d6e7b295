//! Where a file goes after it was read: to `done`, or to `rejected` if it could not be read at all.
//! Records that were refused are copied to `rejected`, ready to be mended and put into the folder
//! again, with a report. Nothing that stands there is ever overwritten.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::done::DoneFile;
use super::listing::{FileForm, FolderFile, folder_fault, shown, stamp_of};
use super::place::FileProgress;
use crate::source::fault::SourceFault;

const DONE: &str = "done";
const REJECTED: &str = "rejected";
/// What stands behind the name of a file in that of its report.
const REPORT: &str = ".report.txt";
/// Files of one name in one folder; after years of them somebody should clear it.
const OF_ONE_NAME: u32 = 100_000;
/// Bytes that are kept of a name to which something is added: a file's name has 255 at most.
const KEPT_OF_NAME: usize = 200;
/// Who may read copies: they hold what the files hold, which is about clients.
const MODE: u32 = 0o640;
/// The end of a copied list, behind which the next record is put in.
const LIST_ENDS: &[u8] = b"\n]\n";

/// A record that was refused, and the text it was read from.
pub(super) struct RefusedText {
    pub(super) place: String,
    pub(super) why: String,
    pub(super) text: Vec<u8>,
}

/// What is to be done with a file when what was read of it is kept here.
pub(super) struct FolderFiling {
    pub(super) file: FolderFile,
    /// The line that names the columns.
    pub(super) header: Option<Vec<u8>>,
    pub(super) refused: Vec<RefusedText>,
    /// Why it could not be read at all.
    pub(super) garbage: Option<String>,
    pub(super) progress: FileProgress,
    /// Where it went, once it was moved to `done`.
    pub(super) done: Option<DoneFile>,
}

/// The copy of what was refused of one file, which grows with each look at it.
pub(super) struct RejectedCopy {
    of: FolderFile,
    path: PathBuf,
}

/// Makes the two folders.
pub(super) fn prepare(folder: &Path) -> Result<(), SourceFault> {
    for part in [DONE, REJECTED] {
        let path = folder.join(part);
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(folder_fault(&path, "make the folder", &error)),
            Ok(()) => {}
        }
    }
    Ok(())
}

impl FolderFiling {
    /// Copies what was refused, then moves the file if it was read to its end. False: somebody wrote
    /// to it after it was read, and it stays.
    pub(super) fn carry_out(
        &mut self,
        folder: &Path,
        copy: &mut Option<RejectedCopy>,
    ) -> Result<bool, SourceFault> {
        self.copy_refused(folder, copy)
            .map_err(|error| folder_fault(&folder.join(REJECTED), "write in", &error))?;
        // What was copied is not copied again if the move fails.
        self.refused.clear();
        let part = match self.progress {
            FileProgress::Reading => return Ok(true),
            FileProgress::Read => DONE,
            FileProgress::Rejected => REJECTED,
        };
        match stamp_of(folder, &self.file.name) {
            None => return Ok(true),
            Some(stamp) if stamp != self.file.stamp => return Ok(false),
            Some(_) => {}
        }
        let to = self
            .moved(folder, part)
            .map_err(|error| folder_fault(&folder.join(part), "move a file to", &error))?;
        self.done = (part == DONE).then_some(DoneFile {
            path: to,
            stamp: self.file.stamp,
        });
        Ok(true)
    }

    fn copy_refused(&self, folder: &Path, copy: &mut Option<RejectedCopy>) -> std::io::Result<()> {
        if self.refused.is_empty() || self.progress == FileProgress::Rejected {
            return Ok(());
        }
        let kept = copy.take().filter(|copy| copy.of == self.file);
        let kept = match kept {
            Some(kept) => kept,
            None => RejectedCopy {
                of: self.file.clone(),
                path: free_path(&folder.join(REJECTED), &self.file.name)?,
            },
        };
        kept.add(self)?;
        *copy = Some(kept);
        Ok(())
    }

    fn moved(&self, folder: &Path, part: &str) -> std::io::Result<PathBuf> {
        let to = free_path(&folder.join(part), &self.file.name)?;
        std::fs::rename(folder.join(&self.file.name), &to)?;
        if let Some(why) = &self.garbage {
            add_report(&to, &format!("{}: {why}\n", shown(&self.file.name)))?;
        }
        Ok(to)
    }
}

impl RejectedCopy {
    fn add(&self, filing: &FolderFiling) -> std::io::Result<()> {
        let mut copy = open(&self.path)?;
        let texts = filing.refused.iter().map(|refused| refused.text.as_slice());
        match self.of.form {
            FileForm::Json => add_to_list(&mut copy, texts)?,
            FileForm::Ndjson | FileForm::Csv => {
                let is_new = copy.metadata()?.len() == 0;
                let header = filing.header.as_deref().filter(|_| is_new);
                let lines: Vec<&[u8]> = header.into_iter().chain(texts).collect();
                let mut written = lines.join(&b'\n');
                written.push(b'\n');
                copy.write_all(&written)?;
            }
        }
        let refused = filing.refused.iter();
        let lines: Vec<_> = refused
            .flat_map(|refused| [&refused.place, ": ", &refused.why, "\n"])
            .collect();
        let lines = lines.concat();
        add_report(&self.path, &lines)
    }
}

/// A JSON list that is whole after each record that is added.
fn add_to_list<'a>(copy: &mut File, texts: impl Iterator<Item = &'a [u8]>) -> std::io::Result<()> {
    let length = copy.metadata()?.len();
    let mut before: &[u8] = b"[\n";
    if let Some(kept) = length.checked_sub(LIST_ENDS.len() as u64) {
        copy.set_len(kept)?;
        before = b",\n";
    }
    for text in texts {
        copy.write_all(before)?;
        copy.write_all(text)?;
        before = b",\n";
    }
    copy.write_all(LIST_ENDS)
}

fn add_report(path: &Path, lines: &str) -> std::io::Result<()> {
    open(&beside(path, REPORT))?.write_all(lines.as_bytes())
}

/// A file to whose end something is added.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(MODE).open(path)
}

/// The path of the first name that neither a file nor a report has: `cases.csv`, `cases.2.csv`.
fn free_path(folder: &Path, name: &OsStr) -> std::io::Result<PathBuf> {
    for number in 1..=OF_ONE_NAME {
        let path = folder.join(numbered(name, number));
        if is_free(&path)? && is_free(&beside(&path, REPORT))? {
            return Ok(path);
        }
    }
    Err(std::io::Error::other(format!(
        "there are {OF_ONE_NAME} files called `{}`; clear the folder",
        shown(name)
    )))
}

fn is_free(path: &Path) -> std::io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// The name with a number before its end, and short enough for what is put behind it.
fn numbered(name: &OsStr, number: u32) -> OsString {
    let path = Path::new(name);
    let (stem, end) = match (path.file_stem(), path.extension()) {
        (Some(stem), Some(end)) => (stem, end),
        _ => (name, OsStr::new("")),
    };
    let stem = stem.as_bytes();
    let mut numbered = OsStr::from_bytes(&stem[..stem.len().min(KEPT_OF_NAME)]).to_owned();
    if number > 1 {
        numbered.push(format!(".{number}"));
    }
    if !end.is_empty() {
        numbered.push(".");
        numbered.push(end);
    }
    numbered
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(end);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filing(folder: &Path, name: &str, refused: &[(&str, &str)]) -> FolderFiling {
        let listing = super::super::listing::FolderListing::read(folder).unwrap();
        let file = listing.files.into_iter().find(|file| file.name == name);
        let refused = refused.iter().map(|(place, text)| RefusedText {
            place: (*place).to_owned(),
            why: "no state".to_owned(),
            text: text.as_bytes().to_vec(),
        });
        FolderFiling {
            file: file.unwrap(),
            header: name.strip_suffix(".csv").map(|_| b"id,state".to_vec()),
            refused: refused.collect(),
            garbage: None,
            progress: FileProgress::Read,
            done: None,
        }
    }

    fn text(folder: &Path, name: &str) -> String {
        std::fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn a_file_is_moved_and_never_overwrites_another() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        prepare(folder).unwrap();
        prepare(folder).unwrap();
        for number in 1..=3 {
            std::fs::write(folder.join("a.csv"), format!("{number}")).unwrap();
            let moved = filing(folder, "a.csv", &[]).carry_out(folder, &mut None);
            assert_eq!(moved, Ok(true));
        }
        for (name, says) in [("a.csv", "1"), ("a.2.csv", "2"), ("a.3.csv", "3")] {
            assert_eq!(text(&folder.join(DONE), name), says);
        }
        assert!(!folder.join("a.csv").exists());
    }

    #[test]
    fn what_was_refused_stands_beside_its_report_look_after_look() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        prepare(folder).unwrap();
        std::fs::write(folder.join("a.csv"), "id,state\n1,\n2,\n").unwrap();
        std::fs::write(folder.join("a.json"), "[{},{\"b\": 1}]").unwrap();
        for (name, texts, copied) in [
            ("a.csv", ["1,", "2,"], "id,state\n1,\n2,\n"),
            ("a.json", ["{}", "{\"b\": 1}"], "[\n{},\n{\"b\": 1}\n]\n"),
        ] {
            let mut copy = None;
            let mut first = filing(folder, name, &[("a:2", texts[0])]);
            first.progress = FileProgress::Reading;
            assert_eq!(first.carry_out(folder, &mut copy), Ok(true));
            let mut rest = filing(folder, name, &[("a:3", texts[1])]);
            assert_eq!(rest.carry_out(folder, &mut copy), Ok(true));
            let rejected = folder.join(REJECTED);
            assert_eq!(text(&rejected, name), copied);
            let report = text(&rejected, &format!("{name}.report.txt"));
            assert_eq!(report, "a:2: no state\na:3: no state\n");
            assert!(folder.join(DONE).join(name).exists());
        }
    }

    #[test]
    fn what_cannot_be_read_at_all_goes_with_its_report() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        prepare(folder).unwrap();
        std::fs::write(folder.join("a.json"), "<html>").unwrap();
        let mut filing = filing(folder, "a.json", &[("a.json", "")]);
        filing.garbage = Some("no JSON".to_owned());
        filing.progress = FileProgress::Rejected;
        assert_eq!(filing.carry_out(folder, &mut None), Ok(true));
        let rejected = folder.join(REJECTED);
        assert_eq!(text(&rejected, "a.json"), "<html>");
        assert_eq!(text(&rejected, "a.json.report.txt"), "a.json: no JSON\n");
    }

    #[test]
    fn a_file_that_has_grown_since_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        prepare(folder).unwrap();
        std::fs::write(folder.join("a.csv"), "1").unwrap();
        let mut filing = filing(folder, "a.csv", &[]);
        std::fs::write(folder.join("a.csv"), "1 and 2").unwrap();
        assert_eq!(filing.carry_out(folder, &mut None), Ok(false));
        assert_eq!(text(folder, "a.csv"), "1 and 2");
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_said() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(DONE), "").unwrap();
        let fault = prepare(folder.path()).unwrap_err().to_string();
        assert!(fault.contains("done`: a file stands where"), "{fault}");
    }

    #[test]
    fn a_long_name_leaves_room_for_what_is_put_behind_it() {
        let name = format!("{}.csv", "x".repeat(251));
        let long = numbered(OsStr::new(&name), 7);
        assert!(long.len() + REPORT.len() <= 255);
        assert!(long.to_str().unwrap().ends_with("x.7.csv"));
        assert_eq!(numbered(OsStr::new("a.b.csv"), 2), "a.b.2.csv");
    }
}
