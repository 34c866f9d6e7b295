//! The rows of one answer, taken one after another until there are enough. What would make a look
//! skip a row or read one for ever is found here: a cursor that is empty, that stands twice where a
//! page ends, or that goes down.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use futures_util::{TryStream, TryStreamExt as _};
use serde_json::{Map, Value};

use super::bind::condition;
use super::errors::fault;
use super::position::Position;
use crate::domain::limits::{SOURCE_PAGE, SOURCE_ROW};
use crate::source::fault::SourceFault;

/// A row and where it stands.
pub(super) type PlacedRow = (Position, Map<String, Value>);

/// The values of a row, and those of them in the cursor's columns.
pub(super) type RowValues = (Map<String, Value>, Vec<Value>);

/// Takes rows as they come until the page has enough; what then is still on its way is cut off.
pub(super) async fn fill<R>(
    page: &mut RowPage<'_>,
    mut rows: impl TryStream<Ok = R, Error = sqlx::Error> + Unpin,
    read: impl Fn(&R) -> Result<RowValues, SourceFault>,
) -> Result<(), SourceFault> {
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        let (fields, at) = read(&row)?;
        if page.take(fields, at)?.is_break() {
            if rows.try_next().await.map_err(fault)?.is_some() {
                page.cut_off();
            }
            break;
        }
    }
    Ok(())
}

/// What a row has in the cursor's columns.
pub(super) fn with_place(cursor: &[String], fields: Map<String, Value>) -> RowValues {
    let at = cursor.iter().map(|column| fields.get(column).cloned());
    let at = at.map(Option::unwrap_or_default).collect();
    (fields, at)
}

/// What is being read.
pub(super) struct RowPage<'a> {
    columns: &'a [String],
    /// Rows come from behind it.
    begin: Position,
    limit: usize,
    rows: Vec<PlacedRow>,
    bytes: usize,
    more: bool,
    cut: bool,
}

impl<'a> RowPage<'a> {
    /// `columns` are those of the cursor.
    pub(super) fn new(columns: &'a [String], begin: Position, limit: usize) -> Self {
        Self {
            columns,
            begin,
            limit: limit.max(1),
            rows: Vec::new(),
            bytes: 0,
            more: false,
            cut: false,
        }
    }

    pub(super) const fn begin(&self) -> &Position {
        &self.begin
    }

    /// How many rows to ask for: one more shows whether there are more.
    pub(super) fn wanted(&self) -> i64 {
        i64::try_from(self.limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
    }

    /// Takes a row with its values in the cursor's columns; breaks when there are enough.
    pub(super) fn take(
        &mut self,
        fields: Map<String, Value>,
        at: Vec<Value>,
    ) -> Result<ControlFlow<()>, SourceFault> {
        let at = self.whole(at)?;
        self.check_order(&at)?;
        let bytes = weight_of(&fields);
        let too_large = bytes > SOURCE_ROW;
        if too_large && self.rows.is_empty() {
            return Err(SourceFault::Unexpected(format!(
                "the row at {at} has {bytes} bytes, and {SOURCE_ROW} are taken at most: select \
                 fewer columns"
            )));
        }
        // Those before a row that cannot be taken can.
        if too_large || self.rows.len() >= self.limit || self.bytes + bytes > SOURCE_PAGE {
            self.check_end(&at)?;
            self.more = true;
            return Ok(ControlFlow::Break(()));
        }
        self.bytes += bytes;
        self.rows.push((at, fields));
        Ok(ControlFlow::Continue(()))
    }

    /// Rows are still on their way: the connection is of no further use.
    pub(super) const fn cut_off(&mut self) {
        self.cut = true;
    }

    pub(super) const fn is_cut_off(&self) -> bool {
        self.cut
    }

    /// The rows, and whether there are more.
    pub(super) fn into_rows(self) -> (Vec<PlacedRow>, bool) {
        (self.rows, self.more)
    }

    fn whole(&self, at: Vec<Value>) -> Result<Position, SourceFault> {
        let empty = at.iter().position(Value::is_null);
        let at = Position(at);
        match empty.and_then(|empty| self.columns.get(empty)) {
            None => Ok(at),
            Some(column) => Err(SourceFault::Unexpected(format!(
                "`{column}` is empty in row {} of the answer ({at}): nobody can say what comes \
                 after such a row; leave it out with {column} IS NOT NULL",
                self.rows.len() + 1
            ))),
        }
    }

    fn check_order(&self, at: &Position) -> Result<(), SourceFault> {
        let previous = self.rows.last().map_or(&self.begin, |(at, _)| at);
        if previous.order(at) != Some(Ordering::Greater) {
            return Ok(());
        }
        Err(SourceFault::Unexpected(match self.rows.is_empty() {
            true => format!(
                "the query brings the row at {at}, which lies before {previous}: it must say {}",
                condition(self.columns)
            ),
            false => format!(
                "the row at {at} comes after the one at {previous}: the query must say ORDER BY {}",
                self.columns.join(", ")
            ),
        }))
    }

    /// The next page begins after this one's last row, and would pass over its twin.
    fn check_end(&self, next: &Position) -> Result<(), SourceFault> {
        match self.rows.last() {
            Some((last, _)) if last == next => Err(SourceFault::Unexpected(format!(
                "two rows have the same cursor ({next}): add a column to `cursor` that tells them \
                 apart"
            ))),
            _ => Ok(()),
        }
    }
}

/// The fault of a query that lacks a column of the cursor.
pub(super) fn no_column<'a>(column: &str, there: impl Iterator<Item = &'a str>) -> SourceFault {
    let there: Vec<&str> = there.collect();
    SourceFault::Unexpected(format!(
        "the query brings no column `{column}`, which `cursor` names; it brings: {}",
        there.join(", ")
    ))
}

/// The fault of a cursor that cannot be bound.
pub(super) fn no_cursor(column: &str, kind: &str) -> SourceFault {
    SourceFault::Unexpected(format!(
        "`{column}` is of type {kind}, which is no cursor: take a time, a number or a text"
    ))
}

/// Why a row is too large to be taken, if it is: with its largest column.
pub(in crate::source) fn excess(fields: &Map<String, Value>) -> Option<String> {
    let bytes = weight_of(fields);
    let largest = fields.iter().max_by_key(|(_, value)| weight(value));
    let (column, _) = largest.filter(|_| bytes > SOURCE_ROW)?;
    Some(format!(
        "the row has {bytes} bytes, most of them in `{column}`, and {SOURCE_ROW} are taken at most: select \
         fewer columns"
    ))
}

/// About as many bytes as it has as JSON.
fn weight_of(fields: &Map<String, Value>) -> usize {
    let weight_of_field = |(name, value): (&String, &Value)| name.len() + 4 + weight(value);
    fields.iter().map(weight_of_field).sum()
}

fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| weight(item) + 1).sum(),
        Value::Object(fields) => weight_of(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn columns() -> Vec<String> {
        vec!["at".to_owned(), "id".to_owned()]
    }

    fn begin() -> Position {
        Position(vec![json!(0), json!(0)])
    }

    fn row(at: Value, id: Value) -> (Map<String, Value>, Vec<Value>) {
        let fields = [("at".to_owned(), at.clone()), ("id".to_owned(), id.clone())];
        (fields.into_iter().collect(), vec![at, id])
    }

    /// What becomes of a page of at most two rows.
    fn taken(rows: &[(i64, i64)]) -> Result<(usize, bool), String> {
        let columns = columns();
        let mut page = RowPage::new(&columns, begin(), 2);
        for (at, id) in rows {
            let (fields, at) = row(json!(at), json!(id));
            let flow = page.take(fields, at).map_err(|fault| fault.to_string())?;
            if flow.is_break() {
                break;
            }
        }
        let (rows, more) = page.into_rows();
        Ok((rows.len(), more))
    }

    #[test]
    fn one_row_more_than_wanted_shows_that_there_are_more() {
        assert_eq!(taken(&[]), Ok((0, false)));
        assert_eq!(taken(&[(1, 1), (1, 2)]), Ok((2, false)));
        assert_eq!(taken(&[(1, 1), (1, 2), (1, 3), (9, 9)]), Ok((2, true)));
        assert_eq!(RowPage::new(&columns(), begin(), 2).wanted(), 3);
    }

    #[test]
    fn rows_that_a_page_would_pass_over_are_a_fault() {
        let fault = taken(&[(1, 1), (1, 2), (1, 2)]).unwrap_err();
        assert!(fault.contains("same cursor (1 / 2)"), "{fault}");
        let fault = taken(&[(1, 2), (1, 1)]).unwrap_err();
        assert!(fault.ends_with("ORDER BY at, id"), "{fault}");
        let fault = taken(&[(-1, 1)]).unwrap_err();
        assert!(fault.ends_with("(at, id) > (:at, :id)"), "{fault}");
    }

    #[test]
    fn a_row_without_a_place_is_named_by_its_number() {
        let columns = columns();
        let mut page = RowPage::new(&columns, begin(), 9);
        let (fields, at) = row(json!(1), json!(1));
        assert_eq!(page.take(fields, at), Ok(ControlFlow::Continue(())));
        let (fields, at) = row(json!(2), Value::Null);
        let fault = page.take(fields, at).unwrap_err().to_string();
        assert!(fault.starts_with("`id` is empty in row 2"), "{fault}");
    }

    #[test]
    fn a_document_is_no_row_and_a_page_of_large_rows_ends_early() {
        let columns = columns();
        let mut page = RowPage::new(&columns, begin(), 1_000);
        let large = |id: i64, bytes: usize| {
            let (mut fields, at) = row(json!(1), json!(id));
            fields.insert("text".to_owned(), json!("x".repeat(bytes)));
            (fields, at)
        };
        let (fields, at) = large(1, SOURCE_ROW);
        assert!(page.take(fields, at).is_err());
        for id in 1..1_000 {
            let (fields, at) = large(id, SOURCE_ROW / 2);
            if page.take(fields, at).unwrap().is_break() {
                break;
            }
        }
        let (rows, more) = page.into_rows();
        assert!(
            more && rows.len() > 200 && rows.len() < 256,
            "{}",
            rows.len()
        );
    }
}
