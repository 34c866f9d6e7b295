//! One look's share of a file: so many records, each with the text it was read from, and how far
//! that is. Whether the file stayed the same meanwhile is seen to here; what a form of file means,
//! in `table`, `objects` and `items`.

use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Seek as _, SeekFrom};

use encoding_rs::{Encoding, UTF_8};
use serde_json::{Map, Value};

use super::items::read_items;
use super::lines::beginning;
use super::listing::{FileForm, FileStamp, FolderFile, shown, stamp_of};
use super::objects::read_objects;
use super::place::FilePosition;
use super::settings::FolderSettings;
use super::table::read_table;
use crate::domain::limits::{FOLDER_FILE, SOURCE_PAGE, SOURCE_ROW};
use crate::source::reader::SourceRecord;
use crate::text::csv_form::{CsvFormError, inspect};

/// Why nothing of a file was read.
#[derive(Debug)]
pub(super) enum FileUnread {
    /// It is gone, or somebody writes to it.
    Moving,
    /// It is no file of its form, and will never be one.
    Garbage(String),
    Broken(std::io::Error),
}

impl From<std::io::Error> for FileUnread {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Moving,
            _ => Self::Broken(error),
        }
    }
}

/// What is read, and how much of it.
pub(super) struct FileTask<'a> {
    pub(super) file: &'a File,
    /// Its name as it is shown.
    pub(super) name: &'a str,
    pub(super) from: FilePosition,
    pub(super) limit: usize,
    pub(super) settings: &'a FolderSettings,
}

/// A record and the text it was read from.
#[derive(Debug)]
pub(super) struct FileRecord {
    pub(super) record: SourceRecord,
    pub(super) text: Vec<u8>,
}

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct FilePortion {
    pub(super) records: Vec<FileRecord>,
    /// The line that names the columns, as it stands.
    pub(super) header: Option<Vec<u8>>,
    /// From where to read on.
    pub(super) end: FilePosition,
    /// There is nothing behind it.
    pub(super) is_last: bool,
    bytes: usize,
}

impl FilePortion {
    pub(super) fn is_full(&self, limit: usize) -> bool {
        self.records.len() >= limit || self.bytes >= SOURCE_PAGE
    }

    /// Adds what stands in a line; the inner error: why it is no record.
    pub(super) fn add(
        &mut self,
        task: &FileTask<'_>,
        line: u64,
        text: Vec<u8>,
        fields: Result<Map<String, Value>, String>,
    ) {
        let place = format!("{}:{line}", task.name);
        let record = match fields {
            Ok(fields) => SourceRecord { place, fields },
            Err(why) => SourceRecord::unreadable(place, &why, &String::from_utf8_lossy(&text)),
        };
        self.bytes += text.len();
        self.records.push(FileRecord { record, text });
    }
}

/// Reads from a place on. What somebody wrote to meanwhile counts as not read.
pub(super) fn read(
    settings: &FolderSettings,
    file: &FolderFile,
    from: FilePosition,
    limit: usize,
) -> Result<FilePortion, FileUnread> {
    let opened = File::open(settings.path.join(&file.name))?;
    // By its name as well: a link may have taken its place since it was listed.
    let is_same = || -> Result<bool, FileUnread> {
        let now = FileStamp::of(&opened.metadata()?);
        Ok(now == file.stamp && stamp_of(&settings.path, &file.name) == Some(now))
    };
    if !is_same()? {
        return Err(FileUnread::Moving);
    }
    let name = shown(&file.name);
    let task = FileTask {
        file: &opened,
        name: &name,
        from,
        limit,
        settings,
    };
    let portion = read_form(&task, file);
    match is_same()? {
        true => portion,
        false => Err(FileUnread::Moving),
    }
}

fn read_form(task: &FileTask<'_>, file: &FolderFile) -> Result<FilePortion, FileUnread> {
    if file.stamp.size > FOLDER_FILE {
        let most = FOLDER_FILE >> 20;
        return Err(FileUnread::Garbage(format!(
            "it is larger than {most} MiB: divide it"
        )));
    }
    match file.form {
        FileForm::Json => read_items(task),
        FileForm::Ndjson => read_objects(task),
        FileForm::Csv => read_table(task),
    }
}

/// Looks through a file once, before its first line is taken: a letter in the wrong character set in
/// the last one would else be noticed when the others are told.
pub(super) fn check_text(task: &FileTask<'_>) -> Result<(), FileUnread> {
    let begins = beginning(task.file)?;
    let is_utf_16 = begins.starts_with(b"\xFF\xFE") || begins.starts_with(b"\xFE\xFF");
    if !is_utf_16 && begins.contains(&0) {
        let why = "it holds characters NUL: it is no text".to_owned();
        return Err(FileUnread::Garbage(why));
    }
    if task.settings.charset != UTF_8 {
        return Ok(());
    }
    let mut file = task.file;
    file.seek(SeekFrom::Start(0))?;
    match inspect(file) {
        Ok(_) => Ok(()),
        Err(CsvFormError::Read(error)) => Err(error.into()),
        Err(error @ CsvFormError::Encoding { .. }) => Err(FileUnread::Garbage(format!(
            "{error}; save it as UTF-8, or write `charset = \"latin1\"` if that is what it is"
        ))),
    }
}

/// A text in the character set of the settings.
pub(super) fn decoded<'a>(
    bytes: &'a [u8],
    charset: &'static Encoding,
) -> Result<Cow<'a, str>, String> {
    let text = charset.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| format!("it holds bytes that are no {}", charset.name()))
}

/// Why a record is not taken that is longer than records may be.
pub(super) fn too_long() -> String {
    format!("it is longer than {SOURCE_ROW} bytes")
}
