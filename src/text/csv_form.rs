//! A look at a CSV file before it is read: is it UTF-8, and what divides its cells and lines?
//!
//! The whole file is looked at, so that a letter in the wrong encoding in the last row stops
//! whoever reads it before the first, not after a million. What the cells mean is for the reader.

use std::io::Read;

/// A file that is no text as it should be.
#[derive(Debug, thiserror::Error)]
pub enum CsvFormError {
    /// It is written in another encoding.
    #[error("line {line} is not UTF-8 but probably {guess}")]
    Encoding {
        /// Counted from 1.
        line: u64,
        /// What it looks like.
        guess: &'static str,
    },
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] std::io::Error),
}

/// What divides the cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write it where the comma divides decimals.
    Semicolon,
}

impl Delimiter {
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }

    /// Whichever stands more often in the header.
    fn of(header: &[u8]) -> Self {
        let count = |sign: u8| header.split(|byte| *byte == sign).count();
        if count(b';') > count(b',') {
            Self::Semicolon
        } else {
            Self::Comma
        }
    }
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`, with or without `\r` before it. The reader is told of `\n` alone: told of both, it
    /// counts the line of a row before it has passed the second.
    Lf,
    /// `\r` alone, as very old spreadsheets write it.
    Cr,
}

impl LineEnd {
    /// The same in the words of the crate that reads rows.
    #[must_use]
    pub const fn terminator(self) -> csv::Terminator {
        match self {
            Self::Lf => csv::Terminator::Any(b'\n'),
            Self::Cr => csv::Terminator::CRLF,
        }
    }

    /// The byte behind which the next line begins.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Lf => b'\n',
            Self::Cr => b'\r',
        }
    }

    fn of(beginning: &[u8]) -> Self {
        if beginning.contains(&b'\r') && !beginning.contains(&b'\n') {
            Self::Cr
        } else {
            Self::Lf
        }
    }
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvForm {
    pub delimiter: Delimiter,
    pub line_end: LineEnd,
}

impl CsvForm {
    /// As the first bytes of a file show it.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Self {
        let mut lines = beginning.split(|byte| matches!(byte, b'\n' | b'\r'));
        Self {
            delimiter: Delimiter::of(lines.next().unwrap_or_default()),
            line_end: LineEnd::of(beginning),
        }
    }
}

/// Reads through the file once.
pub fn inspect(mut reader: impl Read) -> Result<CsvForm, CsvFormError> {
    let mut chunk = vec![0_u8; 1 << 16];
    let mut filled = 0;
    let mut line = 1;
    let mut form: Option<CsvForm> = None;
    loop {
        let read = reader.read(&mut chunk[filled..])?;
        let bytes = &chunk[..filled + read];
        if form.is_none() && (bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]))
        {
            return Err(CsvFormError::Encoding {
                line,
                guess: "UTF-16",
            });
        }
        let form = *form.get_or_insert_with(|| CsvForm::of(bytes));
        let good = valid_prefix(bytes, read == 0).map_err(|at| CsvFormError::Encoding {
            line: line + newlines(&bytes[..at]),
            guess: "latin-1 (Windows-1252)",
        })?;
        if read == 0 {
            return Ok(form);
        }
        line += newlines(&bytes[..good]);
        let end = bytes.len();
        chunk.copy_within(good..end, 0);
        filled = end - good;
    }
}

/// How many bytes are whole characters; the place of the first that cannot be one.
fn valid_prefix(bytes: &[u8], last: bool) -> Result<usize, usize> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes.len()),
        // Cut in the middle of a character: the rest comes with the next chunk.
        Err(error) if error.error_len().is_none() && !last => Ok(error.valid_up_to()),
        Err(error) => Err(error.valid_up_to()),
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').skip(1).count() as u64
}
