//! Messages of one stream, in their order, become records. It remembers what each table is like,
//! which transaction it is in, and how far everything was taken before; what comes again it passes
//! over. It knows no database: `session` hands the bytes over.

use std::collections::HashMap;

use chrono::SecondsFormat;
use serde_json::{Map, Value};

use super::lsn::LogPlace;
use super::pgoutput::{ChangeMessage, ColumnWord, OldRow, RowMessage, TableColumn, TableShape};
use super::place::{ChangesPlace, PartTaken, PassedMessage};
use super::settings::{ChangesSettings, RowOperation};
use super::values::json;
use crate::domain::Timestamp;
use crate::domain::limits::CHANGED_TABLES;
use crate::source::reader::SourceRecord;

/// Makes records of the messages of one stream.
pub struct ChangeDecoder {
    tables: Vec<String>,
    operations: Vec<RowOperation>,
    place: ChangesPlace,
    /// When the stream is read.
    now: Timestamp,
    /// By their number; `None`: not one of ours.
    shapes: HashMap<u32, Option<TableShape>>,
    transaction: OpenTransaction,
}

/// The transaction whose changes come.
#[derive(Debug, Clone, Copy, Default)]
struct OpenTransaction {
    commit: LogPlace,
    /// When it was committed, in microseconds.
    at: i64,
    /// Changes that have come.
    come: u64,
    /// Of these, how many were taken before.
    had: u64,
}

/// One of its columns, with what it holds.
type NamedWord<'a> = (&'a TableColumn, ColumnWord<'a>);

impl ChangeDecoder {
    /// For a stream that begins at `place` or before.
    #[must_use]
    pub fn new(settings: &ChangesSettings, place: ChangesPlace, now: Timestamp) -> Self {
        Self {
            tables: settings.tables.clone(),
            operations: settings.operations.clone(),
            place,
            now,
            shapes: HashMap::new(),
            transaction: OpenTransaction::default(),
        }
    }

    /// How far it has come.
    pub(super) const fn place(&self) -> &ChangesPlace {
        &self.place
    }

    /// Takes the next message, and makes a record of it if it is a change that was not taken before.
    /// `whole`: all of the message was handed over.
    pub fn take(&mut self, message: &[u8], whole: bool) -> Option<SourceRecord> {
        match ChangeMessage::read(message, whole) {
            Ok(ChangeMessage::Begin { commit, at }) => self.begin(LogPlace(commit), at),
            Ok(ChangeMessage::Commit { end }) => self.commit(LogPlace(end)),
            Ok(ChangeMessage::Relation(number, shape)) => self.learn(number, shape),
            Ok(ChangeMessage::Row(row)) => return self.row(&row),
            Ok(ChangeMessage::Truncate(tables)) => {
                if self.is_new() {
                    let last = self.transaction.commit;
                    tracing::warn!(lsn = %last, tables, "a TRUNCATE over there tells nobody");
                    self.place
                        .pass_over(PassedMessage::Truncate, last, self.now);
                }
            }
            Ok(ChangeMessage::Aside) => {}
            // It must not hold up their disk, nor what comes behind it.
            Err(why) => {
                if self.transaction.come >= self.transaction.had {
                    let last = self.transaction.commit;
                    tracing::warn!(lsn = %last, "{why} was passed over");
                    self.place.pass_over(PassedMessage::Unread, last, self.now);
                }
            }
        }
        None
    }

    fn begin(&mut self, commit: LogPlace, at: i64) {
        let part = self.place.within.filter(|part| part.commit == commit);
        let had = match part {
            _ if commit < self.place.lsn => u64::MAX,
            Some(part) => part.taken,
            None => 0,
        };
        self.transaction = OpenTransaction {
            commit,
            at,
            come: 0,
            had,
        };
    }

    fn commit(&mut self, end: LogPlace) {
        if self.transaction.had != u64::MAX {
            self.place.lsn = self.place.lsn.max(end);
            self.place.within = None;
        }
        self.transaction = OpenTransaction::default();
    }

    fn learn(&mut self, number: u32, shape: TableShape) {
        if self.shapes.len() >= CHANGED_TABLES {
            self.shapes.retain(|_, shape| shape.is_some());
        }
        let is_ours = self.tables.contains(&shape.name);
        self.shapes.insert(number, is_ours.then_some(shape));
    }

    /// Counts one more change of the transaction; false: it was taken before.
    fn is_new(&mut self) -> bool {
        let transaction = &mut self.transaction;
        transaction.come += 1;
        if transaction.come <= transaction.had {
            return false;
        }
        self.place.within = Some(PartTaken {
            commit: transaction.commit,
            taken: transaction.come,
        });
        true
    }

    fn row(&mut self, row: &RowMessage<'_>) -> Option<SourceRecord> {
        if !self.is_new() {
            return None;
        }
        let (number, operation) = match row {
            RowMessage::Insert(number, _) => (number, RowOperation::Insert),
            RowMessage::Update(number, _, _) => (number, RowOperation::Update),
            RowMessage::Delete(number, _) => (number, RowOperation::Delete),
        };
        let Some(known) = self.shapes.get(number) else {
            let (last, now) = (self.transaction.commit, self.now);
            tracing::warn!(lsn = %last, table = number, "a change of a table nobody told of");
            self.place.pass_over(PassedMessage::Unread, last, now);
            return None;
        };
        let shape = known.as_ref()?;
        self.operations
            .contains(&operation)
            .then(|| self.record(shape, operation, row))
    }

    fn record(
        &self,
        shape: &TableShape,
        operation: RowOperation,
        row: &RowMessage<'_>,
    ) -> SourceRecord {
        let OpenTransaction {
            commit, at, come, ..
        } = self.transaction;
        let lsn = format!("{commit}-{come}");
        let committed = Timestamp::from_micros(at).to_utc();
        let committed = committed.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut fields = fields(shape, row);
        for (name, value) in [
            ("_op", operation.as_str()),
            ("_table", &*shape.name),
            ("_commit_at", &*committed),
            ("_lsn", &*lsn),
        ] {
            fields.insert(name.to_owned(), Value::from(value));
        }
        SourceRecord { place: lsn, fields }
    }
}

/// What is known of the row: of a value that the change left alone, what it was before; of a row
/// that is gone, its key at least. A column of which nothing is known is not there.
fn fields(shape: &TableShape, row: &RowMessage<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    match row {
        RowMessage::Insert(_, new) => fill(&mut fields, named(shape, new)),
        RowMessage::Update(_, old, new) => {
            if let Some(OldRow::Whole(old)) = old {
                let left_alone = named(shape, old).zip(new);
                let left_alone = left_alone.filter(|(_, new)| **new == ColumnWord::Unchanged);
                fill(&mut fields, left_alone.map(|(old, _)| old));
            }
            fill(&mut fields, named(shape, new));
        }
        RowMessage::Delete(_, OldRow::Whole(old)) => fill(&mut fields, named(shape, old)),
        RowMessage::Delete(_, OldRow::Key(old)) => {
            let key = named(shape, old).filter(|(column, _)| column.is_key);
            fill(&mut fields, key);
        }
    }
    fields
}

fn named<'a>(
    shape: &'a TableShape,
    words: &'a [ColumnWord<'a>],
) -> impl Iterator<Item = NamedWord<'a>> {
    shape.columns.iter().zip(words.iter().copied())
}

fn fill<'a>(fields: &mut Map<String, Value>, words: impl Iterator<Item = NamedWord<'a>>) {
    for (column, word) in words {
        let value = match word {
            ColumnWord::Null => Value::Null,
            ColumnWord::Text(text) => json(column.kind, &String::from_utf8_lossy(text)),
            ColumnWord::Unchanged | ColumnWord::Cut => continue,
        };
        fields.insert(column.name.clone(), value);
    }
}
