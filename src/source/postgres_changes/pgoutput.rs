//! The messages of PostgreSQL's `pgoutput`, protocol version 1: one of them out of its bytes. What
//! they add up to is `decoder`'s.
//!
//! A message of which only the beginning was handed over is read as far as it goes: its columns that
//! are not there are [`ColumnWord::Cut`].

use crate::domain::limits::TABLE_COLUMNS;

/// Microseconds from 1970, where our time begins, to 2000, where theirs does.
const THEIR_EPOCH: i64 = 946_684_800_000_000;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChangeMessage<'a> {
    /// A transaction begins. `commit` is where in the log it was committed, `at` when, in
    /// microseconds since 1970.
    Begin {
        commit: u64,
        at: i64,
    },
    /// It is over; what follows stands behind `end`.
    Commit {
        end: u64,
    },
    /// What a table is like from here on.
    Relation(u32, TableShape),
    Row(RowMessage<'a>),
    /// All rows of so many tables are gone.
    Truncate(u32),
    /// A type, an origin, a message of a program: nothing of it is ours.
    Aside,
}

/// A table's name and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableShape {
    pub(super) name: String,
    pub(super) columns: Vec<TableColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Of what tells rows apart.
    pub(super) is_key: bool,
    pub(super) kind: u32,
}

/// What happened to one row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RowMessage<'a> {
    Insert(u32, RowWords<'a>),
    /// The table, the row before where it is known, the row now.
    Update(u32, Option<OldRow<'a>>, RowWords<'a>),
    Delete(u32, OldRow<'a>),
}

/// A row as it was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OldRow<'a> {
    /// Columns of the key alone; the others say NULL, which means nothing.
    Key(RowWords<'a>),
    Whole(RowWords<'a>),
}

pub(super) type RowWords<'a> = Vec<ColumnWord<'a>>;

/// What one column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnWord<'a> {
    Null,
    /// A large value that the change left alone; it is not in the log.
    Unchanged,
    Text(&'a [u8]),
    /// Behind the end of what was handed over.
    Cut,
}

/// Why a message cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnreadMessage {
    #[error("a message of the kind {0}, which is not known")]
    Unknown(u8),
    #[error("a message that ends too early")]
    Short,
    #[error("a message that is not what it says")]
    Malformed,
}

impl<'a> ChangeMessage<'a> {
    /// Reads one. `whole`: nothing was cut off.
    pub(super) fn read(message: &'a [u8], whole: bool) -> Result<Self, UnreadMessage> {
        let mut bytes = MessageBytes {
            rest: message,
            whole,
        };
        Ok(match bytes.byte()? {
            b'B' => {
                let commit = bytes.long()?;
                let at = bytes.long()?.cast_signed();
                let at = at.saturating_add(THEIR_EPOCH);
                Self::Begin { commit, at }
            }
            b'C' => {
                let (_flags, _commit) = (bytes.byte()?, bytes.long()?);
                let end = bytes.long()?;
                Self::Commit { end }
            }
            b'R' => {
                let number = bytes.number()?;
                Self::Relation(number, bytes.table()?)
            }
            b'I' => Self::Row(RowMessage::Insert(bytes.number()?, bytes.new_row()?)),
            b'U' => Self::Row(bytes.update()?),
            b'D' => {
                let table = bytes.number()?;
                let mark = bytes.byte()?;
                let old = bytes.old_row(mark)?.ok_or(UnreadMessage::Malformed)?;
                Self::Row(RowMessage::Delete(table, old))
            }
            b'T' => Self::Truncate(bytes.number()?),
            b'Y' | b'O' | b'M' => Self::Aside,
            other => return Err(UnreadMessage::Unknown(other)),
        })
    }
}

/// What of a message was not read yet.
struct MessageBytes<'a> {
    rest: &'a [u8],
    whole: bool,
}

impl<'a> MessageBytes<'a> {
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], UnreadMessage> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(UnreadMessage::Short)?;
        self.rest = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, UnreadMessage> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> Result<u16, UnreadMessage> {
        self.fixed().map(u16::from_be_bytes)
    }

    fn number(&mut self) -> Result<u32, UnreadMessage> {
        self.fixed().map(u32::from_be_bytes)
    }

    fn long(&mut self) -> Result<u64, UnreadMessage> {
        self.fixed().map(u64::from_be_bytes)
    }

    /// A text that ends with a zero.
    fn name(&mut self) -> Result<String, UnreadMessage> {
        let end = self.rest.iter().position(|byte| *byte == 0);
        let (name, rest) = self.rest.split_at(end.ok_or(UnreadMessage::Short)?);
        self.rest = &rest[1..];
        Ok(String::from_utf8_lossy(name).into_owned())
    }

    fn table(&mut self) -> Result<TableShape, UnreadMessage> {
        let (schema, table) = (self.name()?, self.name()?);
        let _identity = self.byte()?;
        let columns = (0..self.columns()?).map(|_| {
            let flags = self.byte()?;
            let (name, kind) = (self.name()?, self.number()?);
            let _length = self.number()?;
            Ok(TableColumn {
                name,
                is_key: flags & 1 == 1,
                kind,
            })
        });
        Ok(TableShape {
            columns: columns.collect::<Result<_, UnreadMessage>>()?,
            name: format!("{schema}.{table}"),
        })
    }

    fn update(&mut self) -> Result<RowMessage<'a>, UnreadMessage> {
        let table = self.number()?;
        let mark = self.byte()?;
        match self.old_row(mark)? {
            None if mark == b'N' => Ok(RowMessage::Update(table, None, self.row()?)),
            None => Err(UnreadMessage::Malformed),
            // Where the old row fills all that was handed over, nothing is known of the new one.
            old if !self.whole && self.rest.is_empty() => {
                Ok(RowMessage::Update(table, old, Vec::new()))
            }
            old => Ok(RowMessage::Update(table, old, self.new_row()?)),
        }
    }

    /// The row before, if that is what this byte announces.
    fn old_row(&mut self, mark: u8) -> Result<Option<OldRow<'a>>, UnreadMessage> {
        Ok(match mark {
            b'K' => Some(OldRow::Key(self.row()?)),
            b'O' => Some(OldRow::Whole(self.row()?)),
            _ => None,
        })
    }

    fn new_row(&mut self) -> Result<RowWords<'a>, UnreadMessage> {
        match self.byte()? {
            b'N' => self.row(),
            _ => Err(UnreadMessage::Malformed),
        }
    }

    fn row(&mut self) -> Result<RowWords<'a>, UnreadMessage> {
        (0..self.columns()?).map(|_| self.word()).collect()
    }

    fn columns(&mut self) -> Result<u16, UnreadMessage> {
        match self.short()? {
            count if count <= TABLE_COLUMNS => Ok(count),
            _ => Err(UnreadMessage::Malformed),
        }
    }

    fn word(&mut self) -> Result<ColumnWord<'a>, UnreadMessage> {
        match self.word_in_full() {
            Err(UnreadMessage::Short) if !self.whole => {
                self.rest = &[];
                Ok(ColumnWord::Cut)
            }
            word => word,
        }
    }

    fn word_in_full(&mut self) -> Result<ColumnWord<'a>, UnreadMessage> {
        match self.byte()? {
            b'n' => Ok(ColumnWord::Null),
            b'u' => Ok(ColumnWord::Unchanged),
            b't' => {
                let length = self.number()?;
                let length = usize::try_from(length).map_err(|_| UnreadMessage::Short)?;
                let split = self.rest.split_at_checked(length);
                let (text, rest) = split.ok_or(UnreadMessage::Short)?;
                self.rest = rest;
                Ok(ColumnWord::Text(text))
            }
            _ => Err(UnreadMessage::Malformed),
        }
    }
}
