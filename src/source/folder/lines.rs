//! Lines of a file, one at a time and never longer than a record may be: a file of any length is read
//! with little memory.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use super::place::FilePosition;
use crate::domain::limits::SOURCE_ROW;

/// Bytes that are looked at to see how a file is written.
const BEGINNING: u64 = 1 << 16;

/// What was read of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileLine {
    Whole,
    /// It was passed over; its beginning was read.
    TooLong,
    /// There are no more.
    End,
}

/// Reads lines from a place on.
pub(super) struct FileLines<'a> {
    reader: BufReader<&'a File>,
    /// What ends a line.
    end: u8,
    position: FilePosition,
}

impl<'a> FileLines<'a> {
    pub(super) fn begin(file: &'a File, end: u8) -> std::io::Result<Self> {
        let mut lines = Self {
            reader: BufReader::with_capacity(1 << 16, file),
            end,
            position: FilePosition::default(),
        };
        lines.go_to(FilePosition::default())?;
        Ok(lines)
    }

    pub(super) const fn position(&self) -> FilePosition {
        self.position
    }

    pub(super) fn go_to(&mut self, position: FilePosition) -> std::io::Result<()> {
        let step = i64::try_from(position.byte).ok().and_then(|to| {
            let from = i64::try_from(self.position.byte).ok()?;
            to.checked_sub(from)
        });
        // A short way back lies in what was read already.
        match step {
            Some(step) if self.position.byte > 0 => self.reader.seek_relative(step)?,
            _ => {
                self.reader.seek(SeekFrom::Start(position.byte))?;
            }
        }
        self.position = position;
        Ok(())
    }

    /// Adds the next line, without its end, to `row`, which may become as long as a record.
    pub(super) fn read_to(&mut self, row: &mut Vec<u8>) -> std::io::Result<FileLine> {
        let (mut begun, mut is_long) = (false, false);
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                if !begun {
                    return Ok(FileLine::End);
                }
                break;
            }
            begun = true;
            let end = memchr::memchr(self.end, chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            let room = SOURCE_ROW.saturating_sub(row.len());
            is_long |= part.len() > room;
            row.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.reader.consume(used);
            self.position.byte += used as u64;
            if end.is_some() {
                break;
            }
        }
        self.position.line += 1;
        Ok(match is_long {
            true => FileLine::TooLong,
            false => FileLine::Whole,
        })
    }
}

/// The first bytes of a file.
pub(super) fn beginning(mut file: &File) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(BEGINNING).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A line of the beginning without the mark that some editors put there.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let long = "x".repeat(SOURCE_ROW + 70_000);
        let file = file(format!("one\n\n{long}\nlast").as_bytes());
        let mut lines = FileLines::begin(&file, b'\n').unwrap();
        let mut seen = Vec::new();
        loop {
            let mut row = Vec::new();
            let line = lines.read_to(&mut row).unwrap();
            if line == FileLine::End {
                break;
            }
            seen.push((line, row.len()));
        }
        let whole = |length| (FileLine::Whole, length);
        let cut = (FileLine::TooLong, SOURCE_ROW);
        assert_eq!(seen, [whole(3), whole(0), cut, whole(4)]);
        assert_eq!(lines.position().line, 4);
    }

    #[test]
    fn reading_goes_on_from_a_place_and_goes_back_to_one() {
        let file = file(b"one\ntwo\nthree\n");
        let mut lines = FileLines::begin(&file, b'\n').unwrap();
        let mut row = Vec::new();
        lines.read_to(&mut row).unwrap();
        let second = lines.position();
        assert_eq!(second, FilePosition { line: 1, byte: 4 });
        lines.read_to(&mut row).unwrap();
        lines.read_to(&mut row).unwrap();
        lines.go_to(second).unwrap();
        row.clear();
        lines.read_to(&mut row).unwrap();
        assert_eq!(row, b"two");
        let mut anew = FileLines::begin(&file, b'\n').unwrap();
        anew.go_to(FilePosition { line: 2, byte: 8 }).unwrap();
        row.clear();
        anew.read_to(&mut row).unwrap();
        assert_eq!((row.as_slice(), anew.position().line), (&b"three"[..], 3));
    }
}
