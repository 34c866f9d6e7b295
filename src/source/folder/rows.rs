//! Rows of a CSV file as they stand: where one ends is decided by its quotation marks.
//!
//! A mark that nobody closes would take the rows below into its cell, and give one client what
//! belongs to another. So the marks are followed one by one: where they do not fit, the line is
//! refused alone, and reading goes on with the next line.

use super::lines::{FileLine, FileLines};
use super::place::FilePosition;
use crate::domain::limits::SOURCE_ROW;
use crate::text::csv_form::CsvForm;

/// A row without the end of its last line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CsvRow {
    /// The line in which it begins, counted from 1.
    pub(super) line: u64,
    pub(super) text: Vec<u8>,
    /// Why it cannot be told apart into cells.
    pub(super) fault: Option<String>,
}

impl CsvRow {
    fn refused(line: u64, text: Vec<u8>, why: impl Into<String>) -> Self {
        let fault = Some(why.into());
        Self { line, text, fault }
    }
}

/// Takes rows out of lines.
pub(super) struct CsvRows<'a> {
    lines: FileLines<'a>,
    delimiter: u8,
    form: CsvForm,
}

impl<'a> CsvRows<'a> {
    pub(super) const fn new(lines: FileLines<'a>, delimiter: u8, form: CsvForm) -> Self {
        Self {
            lines,
            delimiter,
            form,
        }
    }

    pub(super) const fn position(&self) -> FilePosition {
        self.lines.position()
    }

    pub(super) fn go_to(&mut self, position: FilePosition) -> std::io::Result<()> {
        self.lines.go_to(position)
    }

    /// The next row that is not empty.
    pub(super) fn next(&mut self) -> std::io::Result<Option<CsvRow>> {
        loop {
            let mut text = Vec::new();
            let read = self.lines.read_to(&mut text)?;
            let line = self.position().line;
            match read {
                FileLine::End => return Ok(None),
                FileLine::TooLong => {
                    let why = format!("the line is longer than {SOURCE_ROW} bytes");
                    return Ok(Some(CsvRow::refused(line, text, why)));
                }
                FileLine::Whole if text.trim_ascii().is_empty() => {}
                FileLine::Whole => return self.whole(line, text).map(Some),
            }
        }
    }

    /// The row that begins with this line.
    fn whole(&mut self, line: u64, mut text: Vec<u8>) -> std::io::Result<CsvRow> {
        let (first, behind) = (text.len(), self.position());
        let mut marks = QuoteScan::new(self.delimiter);
        marks.read(&text);
        while marks.is_open() {
            text.push(self.form.line_end.byte());
            let from = text.len();
            let read = self.lines.read_to(&mut text)?;
            if read != FileLine::Whole {
                break;
            }
            marks.read(&text[from..]);
        }
        if marks.are_closed() {
            return Ok(CsvRow {
                line,
                text,
                fault: None,
            });
        }
        self.lines.go_to(behind)?;
        text.truncate(first);
        let why = "its quotation marks do not fit: close the one that is open, or write it twice \
                   where it belongs to the text";
        Ok(CsvRow::refused(line, text, why))
    }

    /// Its cells, without blanks around them; none of a row of nothing but delimiters.
    pub(super) fn cells(&self, row: &CsvRow) -> Result<Option<csv::ByteRecord>, csv::Error> {
        let text = row.text.strip_suffix(b"\r").unwrap_or(&row.text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .terminator(self.form.line_end.terminator())
            .buffer_capacity(text.len().max(1))
            .from_reader(text);
        let mut cells = csv::ByteRecord::new();
        reader.read_byte_record(&mut cells)?;
        cells.trim();
        let is_empty = cells.iter().all(<[u8]>::is_empty);
        Ok((!is_empty).then_some(cells))
    }
}

/// Where in a row one is, as far as its quotation marks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuotePlace {
    /// Before the first letter of a cell.
    CellBegins,
    /// In a cell without marks around it; marks in it are letters.
    Plain,
    Quoted,
    /// Behind a mark that ends the cell, or is the first of two that are one letter.
    MarkSeen,
    /// Behind the cell's last mark.
    Closed,
    Broken,
}

/// Follows the quotation marks of one row (RFC 4180 §2).
struct QuoteScan {
    delimiter: u8,
    place: QuotePlace,
}

impl QuoteScan {
    const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            place: QuotePlace::CellBegins,
        }
    }

    fn read(&mut self, text: &[u8]) {
        for byte in text {
            self.place = self.after(*byte);
        }
    }

    fn after(&self, byte: u8) -> QuotePlace {
        use QuotePlace::{Broken, CellBegins, Closed, MarkSeen, Plain, Quoted};
        match (self.place, byte) {
            (Broken, _) => Broken,
            (Quoted, b'"') => MarkSeen,
            (Quoted, _) | (CellBegins | MarkSeen, b'"') => Quoted,
            (_, byte) if byte == self.delimiter => CellBegins,
            (CellBegins | Plain, _) => Plain,
            (MarkSeen | Closed, b' ' | b'\t' | b'\r') => Closed,
            (MarkSeen | Closed, _) => Broken,
        }
    }

    /// The row goes on in the next line.
    fn is_open(&self) -> bool {
        self.place == QuotePlace::Quoted
    }

    fn are_closed(&self) -> bool {
        !matches!(self.place, QuotePlace::Quoted | QuotePlace::Broken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Each row with its line: its cells, or that it is refused.
    fn rows(text: &str) -> Vec<(u64, Option<Vec<String>>)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let form = CsvForm::of(text.as_bytes());
        let lines = FileLines::begin(&file, form.line_end.byte()).unwrap();
        let mut rows = CsvRows::new(lines, form.delimiter.byte(), form);
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells = row.fault.is_none().then(|| rows.cells(&row).unwrap());
            let cells = cells.map(|cells| {
                let cells = cells.unwrap_or_default();
                let cell = |cell: &[u8]| String::from_utf8(cell.to_vec()).unwrap();
                cells.iter().map(cell).collect()
            });
            all.push((row.line, cells));
        }
        all
    }

    fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn rows_are_told_apart_whatever_ends_their_lines() {
        let text = "a,b\n\n 1 ,\"x, \"\"y\"\"\nz\"\n2,\"Bar \"Sport\"\n,\n3,c \"d\"\n";
        for end in ["\n", "\r\n"] {
            let all = rows(&text.replace('\n', end));
            assert_eq!(all[0], (1, Some(cells(["a", "b"]))));
            let broken = format!("x, \"y\"{end}z");
            assert_eq!(all[1], (3, Some(cells(["1", &broken]))), "{end:?}");
            assert_eq!(all[2], (5, None), "marks that do not fit");
            assert_eq!(all[3], (6, Some(cells([]))), "nothing but delimiters");
            assert_eq!(all[4], (7, Some(cells(["3", "c \"d\""]))));
            assert_eq!(all.len(), 5);
        }
        assert_eq!(rows("a;b\r1;2\r3;4")[2], (3, Some(cells(["3", "4"]))));
    }

    #[test]
    fn a_mark_left_open_refuses_one_line_and_takes_no_other() {
        for text in [
            "k,n,s\n1,\"Bar,a\n2,b,c\n3,\"d\",e\n",
            "k,n,s\n1,\"Bar,a\n2,b,c\n3,d,e\n",
        ] {
            let all = rows(text);
            assert_eq!(all[1], (2, None));
            assert_eq!(all[2], (3, Some(cells(["2", "b", "c"]))));
            assert_eq!(all[3], (4, Some(cells(["3", "d", "e"]))));
        }
    }

    #[test]
    fn a_mark_left_open_in_a_long_file_reads_no_further_than_a_record() {
        let rest = "2,b\n".repeat(SOURCE_ROW / 4 + 10);
        let all = rows(&format!("k,n\n1,\"a\n{rest}"));
        assert_eq!(all[1], (2, None));
        assert_eq!(all[2], (3, Some(cells(["2", "b"]))));
        assert_eq!(all.len(), 2 + SOURCE_ROW / 4 + 10);
    }
}
