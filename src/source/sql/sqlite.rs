//! SQLite: a file of somebody else's, opened for reading only. A value is what it was stored as,
//! whatever its column says; what a column was declared as decides only where a first look begins.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value};
use sqlx::sqlite::{
    SqliteArguments, SqliteColumn, SqliteConnectOptions, SqliteConnection, SqliteRow,
};
use sqlx::{
    Column as _, ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlStr, Sqlite,
    Statement as _, TypeInfo as _, ValueRef as _,
};

use super::bind::{NamedQuery, Parameter};
use super::errors::fault;
use super::page::{RowPage, fill, no_column, no_cursor, with_place};
use super::position::Position;
use super::settings::SqlSettings;
use super::text::stated;
use super::verbatim::Dialect;
use crate::source::fault::SourceFault;
use crate::source::reader::SourceRecord;
use crate::source::reconcile::TheirPresent;

/// Longest wait for a writer.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// After so many of its steps SQLite asks whether it is to go on.
const STEPS: i32 = 10_000;

/// A connection on which the query is prepared.
pub(super) struct SqliteSession {
    connection: SqliteConnection,
    statement: SqlStr,
    parameters: Vec<Parameter>,
    least: Position,
    /// Nobody waits any more.
    ended: Arc<AtomicBool>,
}

impl SqliteSession {
    pub(super) async fn open(address: &str, settings: &SqlSettings) -> Result<Self, SourceFault> {
        let options = SqliteConnectOptions::from_str(address)
            .map_err(fault)?
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(settings.timeout.min(LONGEST_WAIT))
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(fault)?;
        let ended = stopped_with_us(&mut connection).await?;
        let cursor = &settings.cursor;
        let query = NamedQuery::read(&settings.query, cursor, Dialect::Sqlite)?;
        let statement = stated(query.text(|_, _| "?".to_owned()));
        let described = connection.prepare(statement.clone()).await.map_err(fault)?;
        let least: Result<_, SourceFault> = cursor
            .iter()
            .map(|name| least(name, described.columns()))
            .collect();
        Ok(Self {
            connection,
            statement,
            parameters: query.parameters(),
            least: Position(least?),
            ended,
        })
    }

    pub(super) const fn least(&self) -> &Position {
        &self.least
    }

    pub(super) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    pub(super) async fn ping(&mut self) -> Result<(), SourceFault> {
        self.connection.ping().await.map_err(fault)
    }

    pub(super) async fn read(
        &mut self,
        cursor: &[String],
        page: &mut RowPage<'_>,
    ) -> Result<(), SourceFault> {
        let mut query = sqlx::query::<Sqlite>(self.statement.clone());
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Column(column) => bound(query, page.begin().0.get(*column)),
                Parameter::Limit => query.bind(page.wanted()),
            };
        }
        let rows = query.fetch(&mut self.connection);
        fill(page, rows, |row| {
            let fields = fields(row).map_err(fault)?;
            Ok(with_place(cursor, fields))
        })
        .await
    }

    /// Hands over all that another query brings.
    pub(super) async fn present(
        &mut self,
        query: &str,
        seen: &mut TheirPresent,
    ) -> Result<(), SourceFault> {
        let query = sqlx::query::<Sqlite>(stated(query.to_owned()));
        let mut rows = query.fetch(&mut self.connection);
        let mut number = 0_usize;
        while let Some(row) = rows.try_next().await.map_err(fault)? {
            number += 1;
            seen.take(SourceRecord {
                place: format!("row {number}"),
                fields: fields(&row).map_err(fault)?,
            })?;
        }
        Ok(())
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// A statement runs on a thread of its own, which would go on to the end of the largest table.
async fn stopped_with_us(
    connection: &mut SqliteConnection,
) -> Result<Arc<AtomicBool>, SourceFault> {
    let ended = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ended);
    let mut handle = connection.lock_handle().await.map_err(fault)?;
    handle.set_progress_handler(STEPS, move || !seen.load(Ordering::Relaxed));
    drop(handle);
    Ok(ended)
}

/// Numbers come before texts, whatever they are; only a column of texts compares a number as one.
fn least(name: &str, columns: &[SqliteColumn]) -> Result<Value, SourceFault> {
    let column = columns.iter().find(|column| column.name() == name);
    let column = column.ok_or_else(|| no_column(name, columns.iter().map(SqliteColumn::name)))?;
    match column.type_info().name() {
        "TEXT" => Ok(Value::from("")),
        "BLOB" => Err(no_cursor(name, "BLOB")),
        _ => Ok(Value::from(i64::MIN)),
    }
}

type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// A value goes back as what it was stored as.
fn bound<'q>(query: SqliteQuery<'q>, value: Option<&Value>) -> SqliteQuery<'q> {
    match value {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(whole) => query.bind(whole),
            None => query.bind(number.as_f64()),
        },
        Some(Value::String(text)) => query.bind(text.clone()),
        _ => query.bind(None::<String>),
    }
}

fn fields(row: &SqliteRow) -> Result<Map<String, Value>, sqlx::Error> {
    let columns = row.columns().iter();
    columns
        .map(|column| Ok((column.name().to_owned(), value(row, column.ordinal())?)))
        .collect()
}

fn value(row: &SqliteRow, column: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let class = raw.type_info().into_owned();
    Ok(match class.name() {
        "INTEGER" => Value::from(row.try_get_unchecked::<i64, _>(column)?),
        "REAL" => Value::from(row.try_get_unchecked::<f64, _>(column)?),
        "TEXT" => {
            // Old programs write Latin-1 into such files: better a wrong letter than no message.
            let bytes = row.try_get_unchecked::<Vec<u8>, _>(column)?;
            Value::from(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => Value::from(STANDARD.encode(row.try_get_unchecked::<Vec<u8>, _>(column)?)),
    })
}
