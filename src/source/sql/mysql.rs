//! MySQL and MariaDB: values are read by the types of their columns. A time goes back as a time: a
//! text beside a DATETIME would be compared as something else, by one of the two in another way.

use std::str::FromStr;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::mysql::{
    MySqlArguments, MySqlColumn, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError,
};
use sqlx::{
    Column as _, ConnectOptions as _, Connection as _, Executor as _, MySql, SqlStr,
    Statement as _, Type, TypeInfo as _,
};

use super::bind::{NamedQuery, Parameter};
use super::errors::fault;
use super::mysql_values::fields;
use super::page::{RowPage, fill, no_column, no_cursor, with_place};
use super::position::Position;
use super::settings::SqlSettings;
use super::text::stated;
use super::verbatim::Dialect;
use crate::source::fault::SourceFault;
use crate::source::reader::SourceRecord;
use crate::source::reconcile::TheirPresent;

/// A variable that this server does not have.
const UNKNOWN_VARIABLE: u16 = 1193;

/// A connection on which the query is prepared.
pub(super) struct MysqlSession {
    connection: MySqlConnection,
    statement: SqlStr,
    parameters: Vec<Parameter>,
    kinds: Vec<MysqlKind>,
    least: Position,
}

/// How a column of the cursor is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MysqlKind {
    Whole,
    Real,
    Decimal,
    Date,
    Datetime,
    /// In UTC, which is the session's zone.
    Timestamp,
    Text,
}

impl MysqlSession {
    pub(super) async fn open(address: &str, settings: &SqlSettings) -> Result<Self, SourceFault> {
        let options = MySqlConnectOptions::from_str(address)
            .map_err(fault)?
            .timezone("+00:00".to_owned())
            // The query means what it means in the operator's own client.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(fault)?;
        set(
            &mut connection,
            "SET SESSION TRANSACTION READ ONLY".to_owned(),
        )
        .await
        .map_err(fault)?;
        limit_time(&mut connection, settings.timeout).await?;
        let cursor = &settings.cursor;
        let query = NamedQuery::read(&settings.query, cursor, Dialect::Mysql)?;
        let bare = stated(query.text(|_, _| "?".to_owned()));
        let described = connection.prepare(bare).await.map_err(fault)?;
        let kinds = kinds(cursor, described.columns())?;
        Ok(Self {
            connection,
            statement: stated(query.text(|_, parameter| placeholder(parameter, &kinds))),
            parameters: query.parameters(),
            least: Position(kinds.iter().map(|kind| kind.least()).collect()),
            kinds,
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
        let mut query = sqlx::query::<MySql>(self.statement.clone());
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Column(column) => self.bound(query, *column, page.begin())?,
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
        let query = sqlx::query::<MySql>(stated(query.to_owned()));
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

    fn bound<'q>(
        &self,
        query: MysqlQuery<'q>,
        column: usize,
        begin: &Position,
    ) -> Result<MysqlQuery<'q>, SourceFault> {
        let text = begin.text(column);
        Ok(match self.kinds.get(column) {
            Some(MysqlKind::Whole) => match text.parse::<i64>().ok() {
                Some(number) => query.bind(number),
                // In the upper half of an unsigned column.
                None => query.bind(number::<u64>(&text)?),
            },
            Some(MysqlKind::Real) => query.bind(number::<f64>(&text)?),
            Some(MysqlKind::Datetime | MysqlKind::Timestamp) => {
                query.bind(text.trim_end_matches('Z').replacen('T', " ", 1))
            }
            Some(MysqlKind::Decimal | MysqlKind::Date | MysqlKind::Text) | None => query.bind(text),
        })
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, SourceFault> {
    let number = text.parse().ok();
    number.ok_or_else(|| SourceFault::Unexpected(format!("the place `{text}` is no number")))
}

type MysqlQuery<'q> = sqlx::query::Query<'q, MySql, MySqlArguments>;

impl MysqlKind {
    fn of(column: &MySqlColumn) -> Option<Self> {
        let kind = column.type_info();
        if <i64 as Type<MySql>>::compatible(kind) || <u64 as Type<MySql>>::compatible(kind) {
            return Some(Self::Whole);
        }
        if <str as Type<MySql>>::compatible(kind) {
            return Some(Self::Text);
        }
        match kind.name() {
            "YEAR" => Some(Self::Whole),
            "FLOAT" | "DOUBLE" => Some(Self::Real),
            "DECIMAL" => Some(Self::Decimal),
            "DATE" => Some(Self::Date),
            "DATETIME" => Some(Self::Datetime),
            "TIMESTAMP" => Some(Self::Timestamp),
            _ => None,
        }
    }

    /// The least value that there can be.
    fn least(self) -> Value {
        match self {
            Self::Whole => Value::from(i64::MIN),
            Self::Real => Value::from(f64::MIN),
            Self::Decimal => Value::from(format!("-{}", "9".repeat(35))),
            Self::Date => Value::from("1000-01-01"),
            Self::Datetime => Value::from("1000-01-01T00:00:00.000000"),
            Self::Timestamp => Value::from("1970-01-01T00:00:01.000000Z"),
            Self::Text => Value::from(""),
        }
    }
}

fn kinds(cursor: &[String], columns: &[MySqlColumn]) -> Result<Vec<MysqlKind>, SourceFault> {
    let kind = |name: &String| {
        let column = columns.iter().find(|column| column.name() == name);
        let column =
            column.ok_or_else(|| no_column(name, columns.iter().map(MySqlColumn::name)))?;
        MysqlKind::of(column).ok_or_else(|| no_cursor(name, column.type_info().name()))
    };
    cursor.iter().map(kind).collect()
}

fn placeholder(parameter: Parameter, kinds: &[MysqlKind]) -> String {
    let Parameter::Column(column) = parameter else {
        return "?".to_owned();
    };
    match kinds.get(column) {
        Some(MysqlKind::Decimal) => "CAST(? AS DECIMAL(65, 30))",
        Some(MysqlKind::Date) => "CAST(? AS DATE)",
        Some(MysqlKind::Datetime | MysqlKind::Timestamp) => "CAST(? AS DATETIME(6))",
        Some(MysqlKind::Whole | MysqlKind::Real | MysqlKind::Text) | None => "?",
    }
    .to_owned()
}

/// Tells the server how long a statement may take: MariaDB in seconds, MySQL in milliseconds. One
/// that is told by neither name is held by our own limit alone.
async fn limit_time(
    connection: &mut MySqlConnection,
    timeout: Duration,
) -> Result<(), SourceFault> {
    let seconds = timeout.as_secs_f64();
    let milliseconds = timeout.as_millis();
    for text in [
        format!("SET SESSION max_statement_time = {seconds}"),
        format!("SET SESSION max_execution_time = {milliseconds}"),
    ] {
        match set(connection, text).await {
            Err(error) if is_unknown_variable(&error) => {}
            done => return done.map_err(fault),
        }
    }
    Ok(())
}

async fn set(connection: &mut MySqlConnection, text: String) -> Result<(), sqlx::Error> {
    let done = sqlx::raw_sql(stated(text)).execute(connection).await;
    done.map(drop)
}

fn is_unknown_variable(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>())
        .is_some_and(|error| error.number() == UNKNOWN_VARIABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_compared_as_a_time_and_a_number_as_a_number() {
        let cursor = ["at".to_owned(), "id".to_owned()];
        let theirs = "SELECT * FROM t WHERE (at, id) > (:at, :id) LIMIT :limit";
        let query = NamedQuery::read(theirs, &cursor, Dialect::Mysql).unwrap();
        let kinds = [MysqlKind::Timestamp, MysqlKind::Whole];
        assert_eq!(
            query.text(|_, parameter| placeholder(parameter, &kinds)),
            "SELECT * FROM t WHERE (at, id) > (CAST(? AS DATETIME(6)), ?) LIMIT ?"
        );
    }

    #[test]
    fn the_least_decimal_fits_what_it_is_cast_to() {
        let least = MysqlKind::Decimal.least();
        assert_eq!(least.as_str().unwrap().len(), 1 + 65 - 30);
    }
}
