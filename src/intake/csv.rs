//! Clients as CSV: the names of the JSON form flattened, one row per place.
//!
//! Columns: `client, name, locale, time_zone, preferred, sms, email, place, kind,
//! municipality, postal_code, lat, lon, tags, partner, quiet_from, quiet_to,
//! tracking_consent, topic.NAME`; `tags` are divided by `|`. Several places are several rows
//! of the same client, one after the other; what the first row says need not be said again.
//! Cells are taken literally: `=1+1` is a name. `text::csv_form` looks at the file first; `flat`
//! turns rows into the JSON form, so that there is one parser for both.

use std::collections::HashMap;
use std::io::{Chain, Read};

use csv::StringRecord;

use crate::domain::FieldError;
use crate::domain::address::PhonePolicy;
use crate::domain::client::Client;
use crate::intake::client;
use crate::text::csv_form::{self, CsvFormError};

mod flat;

pub use crate::text::csv_form::{CsvForm, Delimiter, LineEnd};

/// The file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// It is written in another encoding.
    #[error(
        "line {line} is not UTF-8 but probably {guess}; save the file as `CSV UTF-8` and try again"
    )]
    Encoding {
        /// Counted from 1.
        line: u64,
        /// What it looks like.
        guess: &'static str,
    },
    /// The header is not right.
    #[error("{0}")]
    Header(String),
    /// It cannot be read.
    #[error("cannot read the file: {0}")]
    Read(#[from] std::io::Error),
    /// Its rows cannot be told apart.
    #[error("cannot read the rows: {0}")]
    Rows(#[from] csv::Error),
}

/// Reads through the file once: whether it can be read, and how.
pub fn inspect(reader: impl Read) -> Result<CsvForm, CsvError> {
    csv_form::inspect(reader).map_err(|error| match error {
        CsvFormError::Encoding { line, guess } => CsvError::Encoding { line, guess },
        CsvFormError::Read(error) => CsvError::Read(error),
    })
}

/// A client as its rows describe it, or the reason why not.
#[derive(Debug)]
pub struct Described {
    /// First row's line, counted from 1.
    pub line: u64,
    /// Its rows, as they stand.
    pub rows: Vec<StringRecord>,
    /// The client; or the line, column and reason.
    pub outcome: Result<Client, (u64, FieldError)>,
}

/// Reads clients one after the other.
pub struct ClientReader<R> {
    rows: csv::Reader<Chain<R, &'static [u8]>>,
    header: StringRecord,
    ahead: Option<StringRecord>,
    /// What divides the cells of a row.
    delimiter: char,
    /// Reference to the line it first stood in, to notice rows that are not together.
    seen: HashMap<String, u64>,
}

impl<R: Read> ClientReader<R> {
    pub fn open(reader: R, form: CsvForm) -> Result<Self, CsvError> {
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(form.delimiter.byte())
            .terminator(form.line_end.terminator())
            .flexible(true)
            .trim(csv::Trim::Headers)
            // The last row ends like the others; see `read`.
            .from_reader(reader.chain(&b"\n"[..]));
        let header: StringRecord = rows
            .headers()?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_lowercase())
            .collect();
        flat::check_header(&header)?;
        Ok(Self {
            rows,
            header,
            ahead: None,
            delimiter: char::from(form.delimiter.byte()),
            seen: HashMap::new(),
        })
    }

    /// The names of the columns.
    #[must_use]
    pub const fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The next client; none at the end.
    pub fn next(&mut self, phones: &PhonePolicy) -> Result<Option<Described>, CsvError> {
        let Some(first) = self.take()? else {
            return Ok(None);
        };
        let line = line_of(&first);
        let reference = self.reference(&first).to_owned();
        let mut rows = vec![first];
        while let Some(row) = self.take()? {
            if reference.is_empty() || self.reference(&row) != reference {
                self.ahead = Some(row);
                break;
            }
            rows.push(row);
        }
        let outcome = self.describe(&reference, line, &rows, phones);
        Ok(Some(Described {
            line,
            rows,
            outcome,
        }))
    }

    fn describe(
        &mut self,
        reference: &str,
        line: u64,
        rows: &[StringRecord],
        phones: &PhonePolicy,
    ) -> Result<Client, (u64, FieldError)> {
        self.quotes_are_closed(rows)?;
        if let Some(earlier) = self.seen.get(reference) {
            let detail = format!(
                "client `{reference}` stands in line {earlier} already; put its rows one after the other"
            );
            return Err((line, FieldError::new("client", detail)));
        }
        if !reference.is_empty() {
            self.seen.insert(reference.to_owned(), line);
        }
        let flat = flat::unflatten(&self.header, rows)?;
        client::parse(&flat.value, phones).map_err(|fault| flat.locate(&fault))
    }

    /// A cell that holds whole rows begins with a quotation mark that nobody closed: the client
    /// would get what belongs to another.
    fn quotes_are_closed(&self, rows: &[StringRecord]) -> Result<(), (u64, FieldError)> {
        let swallowed = |cell: &str| cell.contains(['\n', '\r']) && cell.contains(self.delimiter);
        for row in rows {
            if let Some(at) = row.iter().position(swallowed) {
                let detail = "the cell goes on over several rows: a quotation mark is left open; \
                              close it, or write it twice where it belongs to the text";
                let field = self.header.get(at).unwrap_or_default();
                return Err((line_of(row), FieldError::new(field, detail)));
            }
        }
        Ok(())
    }

    fn reference<'a>(&self, row: &'a StringRecord) -> &'a str {
        let at = self.header.iter().position(|name| name == "client");
        at.and_then(|at| row.get(at)).unwrap_or_default()
    }

    fn take(&mut self) -> Result<Option<StringRecord>, CsvError> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        let mut row = StringRecord::new();
        while self.read(&mut row)? {
            // Spreadsheets write rows of nothing but delimiters below the last one.
            if row.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl<R: Read> ClientReader<R> {
    /// Reads a row, trimmed, with the line it begins in. The reader's own count leaves out empty
    /// lines above a row; so the line is counted back from the row's end.
    fn read(&mut self, row: &mut StringRecord) -> Result<bool, CsvError> {
        if !self.rows.read_record(row)? {
            return Ok(false);
        }
        let breaks = row.as_slice().bytes().filter(|byte| *byte == b'\n').count();
        // A quotation mark that is open at the end has the last line break in its cell.
        let ended = u64::from(!row.as_slice().ends_with('\n'));
        let end = self.rows.position().line();
        row.trim();
        if let Some(begin) = row.position() {
            let mut begin = begin.clone();
            begin.set_line(end.saturating_sub(breaks as u64 + ended).max(1));
            row.set_position(Some(begin));
        }
        Ok(true)
    }
}

fn line_of(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

#[cfg(test)]
mod tests;
