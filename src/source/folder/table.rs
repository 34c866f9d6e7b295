//! CSV: the first line names the columns, each further row is a record of texts. An empty cell is
//! `null`.

use std::collections::HashSet;

use encoding_rs::Encoding;
use serde_json::{Map, Value};

use super::lines::{FileLines, beginning, without_mark};
use super::portion::{FilePortion, FileTask, FileUnread, check_text, decoded};
use super::rows::{CsvRow, CsvRows};
use crate::domain::limits::FOLDER_COLUMNS;
use crate::text::csv_form::CsvForm;
use crate::text::invisible::harmless;

/// The names of the columns; one without a name is passed over.
struct TableHeader(Vec<Option<String>>);

pub(super) fn read_table(task: &FileTask<'_>) -> Result<FilePortion, FileUnread> {
    if task.from.byte == 0 {
        check_text(task)?;
    }
    let form = CsvForm::of(without_mark(&beginning(task.file)?));
    let written = task.settings.delimiter_byte();
    let delimiter = written.unwrap_or_else(|| form.delimiter.byte());
    let lines = FileLines::begin(task.file, form.line_end.byte())?;
    let mut rows = CsvRows::new(lines, delimiter, form);
    let mut portion = FilePortion::default();
    let Some(first) = rows.next()? else {
        portion.is_last = true;
        return Ok(portion);
    };
    let charset = task.settings.charset;
    let header = TableHeader::read(&rows, &first, charset).map_err(FileUnread::Garbage)?;
    portion.header = Some(first.text);
    if task.from.byte > 0 {
        rows.go_to(task.from)?;
    }
    while !portion.is_full(task.limit) {
        let Some(row) = rows.next()? else {
            portion.is_last = true;
            break;
        };
        if let Some(fields) = header.fields(&rows, &row, charset).transpose() {
            portion.add(task, row.line, row.text, fields);
        }
    }
    portion.end = rows.position();
    Ok(portion)
}

impl TableHeader {
    fn read(
        rows: &CsvRows<'_>,
        first: &CsvRow,
        charset: &'static Encoding,
    ) -> Result<Self, String> {
        if let Some(why) = &first.fault {
            return Err(format!("its first line, which names the columns: {why}"));
        }
        let unmarked = CsvRow {
            line: first.line,
            text: without_mark(&first.text).to_vec(),
            fault: None,
        };
        let cells = rows.cells(&unmarked).map_err(|error| error.to_string())?;
        let cells = cells.ok_or("its first line names no column")?;
        let mut names = Vec::new();
        for cell in &cells {
            let name = decoded(cell, charset)?.into_owned();
            names.push(Some(name).filter(|name| !name.is_empty()));
        }
        // Spreadsheets write delimiters behind the last column.
        while let Some(None) = names.last() {
            names.pop();
        }
        if names.len() > FOLDER_COLUMNS {
            return Err(format!("it has more than {FOLDER_COLUMNS} columns"));
        }
        match twice(&names) {
            Some(name) => Err(format!("it has two columns `{name}`")),
            None => Ok(Self(names)),
        }
    }

    /// The record that a row is; none of an empty one.
    fn fields(
        &self,
        rows: &CsvRows<'_>,
        row: &CsvRow,
        charset: &'static Encoding,
    ) -> Result<Option<Map<String, Value>>, String> {
        if let Some(why) = &row.fault {
            return Err(why.clone());
        }
        let Some(cells) = rows.cells(row).map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        let columns = self.0.len();
        if cells.len() < columns || cells.iter().skip(columns).any(|cell| !cell.is_empty()) {
            return Err(format!(
                "it has {} cells, and the first line names {columns} columns: a delimiter inside a \
                 text needs quotation marks around the text",
                cells.len()
            ));
        }
        let mut fields = Map::new();
        for (name, cell) in self.0.iter().zip(&cells) {
            let Some(name) = name else { continue };
            let value = match cell.is_empty() {
                true => Value::Null,
                false => Value::String(decoded(cell, charset)?.into_owned()),
            };
            fields.insert(name.clone(), value);
        }
        Ok(Some(fields))
    }
}

/// A name that two columns have.
fn twice(names: &[Option<String>]) -> Option<String> {
    let mut seen = HashSet::new();
    let mut named = names.iter().flatten();
    let name = named.find(|name| !seen.insert(*name))?;
    Some(harmless(name))
}
