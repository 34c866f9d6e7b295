//! PostgreSQL: each row is made JSON over there, so that types we have never heard of arrive as
//! well; the cursor's columns come as texts besides, exact to the last digit, and go back as such.
//!
//! The operator's query stands whole inside ours. What its parameters are cast to is asked once for
//! each connection.

use std::str::FromStr as _;
use std::time::Duration;

use serde_json::{Map, Value};
use sqlx::postgres::{PgColumn, PgConnectOptions, PgConnection, PgRow};
use sqlx::{
    Column as _, ConnectOptions as _, Connection as _, Executor as _, Postgres, Row as _, SqlStr,
    Statement as _, TypeInfo as _,
};

use super::bind::{NamedQuery, Parameter};
use super::errors::fault;
use super::page::{RowPage, fill, no_column, no_cursor};
use super::position::Position;
use super::present::{Digits, read_whole};
use super::settings::SqlSettings;
use super::text::{identifier, literal, stated};
use super::verbatim::Dialect;
use crate::source::fault::SourceFault;
use crate::source::reconcile::TheirPresent;

/// What the row is called inside our query: unlike any column, which would come first.
pub(super) const ROW: &str = "araldo_row";

/// A connection on which the query is prepared.
pub(super) struct PostgresSession {
    connection: PgConnection,
    statement: SqlStr,
    parameters: Vec<Parameter>,
    least: Position,
    /// Of each column of the cursor, whether it holds whole numbers.
    whole: Vec<bool>,
}

/// A column of the cursor, as the database knows it.
struct CursorType {
    name: String,
    least: Value,
    whole: bool,
}

/// How every connection of ours to a PostgreSQL of theirs calls and bounds itself. The driver sets
/// the time zone to UTC.
pub(in crate::source) fn options(
    address: &str,
    timeout: Duration,
) -> Result<PgConnectOptions, SourceFault> {
    Ok(PgConnectOptions::from_str(address)
        .map_err(fault)?
        .application_name("araldo")
        .options([("statement_timeout", timeout.as_millis())])
        .disable_statement_logging())
}

impl PostgresSession {
    /// Connects, read-only, and asks what the query will bring.
    pub(super) async fn open(address: &str, settings: &SqlSettings) -> Result<Self, SourceFault> {
        let options = options(address, settings.timeout)?;
        let mut connection = options
            .options([("default_transaction_read_only", "on")])
            .connect()
            .await
            .map_err(fault)?;
        must_be_read_only(&mut connection).await?;
        let cursor = &settings.cursor;
        let query = NamedQuery::read(&settings.query, cursor, Dialect::Postgres)?;
        // NULL fits every type: what a parameter is compared with need not say which.
        let bare = query.text(|_, _| "NULL".to_owned());
        let described = connection.prepare(stated(bare)).await.map_err(fault)?;
        let types = cursor_types(&mut connection, described.columns(), cursor).await?;
        let text = whole_text(&query, described.columns(), cursor, &types);
        Ok(Self {
            connection,
            statement: stated(text),
            parameters: query.parameters(),
            whole: types.iter().map(|column| column.whole).collect(),
            least: Position(types.into_iter().map(|column| column.least).collect()),
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

    pub(super) async fn read(&mut self, page: &mut RowPage<'_>) -> Result<(), SourceFault> {
        let mut query = sqlx::query::<Postgres>(self.statement.clone());
        for parameter in &self.parameters {
            query = match parameter {
                Parameter::Column(column) => query.bind(page.begin().text(*column)),
                Parameter::Limit => query.bind(page.wanted()),
            };
        }
        let rows = query.bind(page.wanted()).fetch(&mut self.connection);
        fill(page, rows, |row| decoded(row, &self.whole)).await
    }

    /// Hands over all that another query brings.
    pub(super) async fn present(
        &mut self,
        query: &str,
        timeout: Duration,
        seen: &mut TheirPresent,
    ) -> Result<(), SourceFault> {
        read_whole(&mut self.connection, query, Digits::AsText, timeout, seen).await
    }
}

/// A pooler in between may drop what a session asks for at its beginning, and say nothing.
async fn must_be_read_only(connection: &mut PgConnection) -> Result<(), SourceFault> {
    let set: String = sqlx::query_scalar("SELECT current_setting('transaction_read_only')")
        .fetch_one(connection)
        .await
        .map_err(fault)?;
    match set.as_str() {
        "on" => Ok(()),
        _ => Err(SourceFault::Refused(
            "the session is not read-only although it was asked to be; a pooler may have dropped \
             it: connect to PostgreSQL itself"
                .to_owned(),
        )),
    }
}

async fn cursor_types(
    connection: &mut PgConnection,
    columns: &[PgColumn],
    cursor: &[String],
) -> Result<Vec<CursorType>, SourceFault> {
    let mut types = Vec::with_capacity(cursor.len());
    for name in cursor {
        let column = columns.iter().find(|column| column.name() == name);
        let column = column.ok_or_else(|| no_column(name, columns.iter().map(PgColumn::name)))?;
        types.push(cursor_type(connection, column).await?);
    }
    Ok(types)
}

async fn cursor_type(
    connection: &mut PgConnection,
    column: &PgColumn,
) -> Result<CursorType, SourceFault> {
    let oid = column.type_info().oid();
    let oid = oid.ok_or_else(|| no_cursor(column.name(), column.type_info().name()))?;
    // With -1 for its length: `char` alone would be one character.
    let name: String = sqlx::query_scalar("SELECT format_type($1, -1)")
        .bind(oid)
        .fetch_one(connection)
        .await
        .map_err(fault)?;
    let least = least(&name).ok_or_else(|| no_cursor(column.name(), &name))?;
    Ok(CursorType {
        whole: least.is_i64(),
        least,
        name,
    })
}

/// The least value of a type, by the name that PostgreSQL has for it.
fn least(name: &str) -> Option<Value> {
    Some(match name {
        "smallint" => Value::from(i16::MIN),
        "integer" => Value::from(i32::MIN),
        "bigint" => Value::from(i64::MIN),
        // Before version 14 it has no infinity.
        "numeric" => Value::from("-1e1000"),
        "real" | "double precision" => Value::from("-Infinity"),
        "timestamp with time zone" | "timestamp without time zone" | "date" => {
            Value::from("-infinity")
        }
        "uuid" => Value::from("00000000-0000-0000-0000-000000000000"),
        "oid" | "xid8" => Value::from("0"),
        "pg_lsn" => Value::from("0/0"),
        "text" | "character varying" | "bpchar" | "name" => Value::from(""),
        name if name.ends_with("citext") => Value::from(""),
        _ => return None,
    })
}

/// Our query around theirs. A number with a fraction or more digits than a machine's number has
/// stays what it is only as a text.
fn whole_text(
    query: &NamedQuery,
    columns: &[PgColumn],
    cursor: &[String],
    types: &[CursorType],
) -> String {
    let numbers = exact_numbers(columns);
    let texts = cursor.iter().map(|name| format!(", {}", text_of(name)));
    let texts: String = texts.collect();
    let inside = query.text(|number, parameter| match parameter {
        Parameter::Column(column) => {
            let name = types.get(column).map_or("text", |it| it.name.as_str());
            format!("CAST(CAST(${number} AS text) AS {name})")
        }
        Parameter::Limit => format!("CAST(${number} AS bigint)"),
    });
    let last = query.parameters().len() + 1;
    format!(
        "SELECT CAST(to_jsonb({ROW}){numbers} AS text){texts} FROM (\n{inside}\n) {ROW} \
         LIMIT CAST(${last} AS bigint)"
    )
}

/// What is added to a row as JSON, so that its numbers come to the last digit.
pub(super) fn exact_numbers(columns: &[PgColumn]) -> String {
    let numbers = columns
        .iter()
        .filter(|column| column.type_info().name() == "NUMERIC");
    let numbers = numbers.map(|column| {
        let name = column.name();
        format!(
            " || jsonb_build_object({}, {})",
            literal(name),
            text_of(name)
        )
    });
    numbers.collect()
}

fn text_of(column: &str) -> String {
    format!("CAST({ROW}.{} AS text)", identifier(column))
}

fn decoded(row: &PgRow, whole: &[bool]) -> Result<(Map<String, Value>, Vec<Value>), SourceFault> {
    let json: String = row.try_get(0).map_err(fault)?;
    let fields = serde_json::from_str(&json).map_err(|error| {
        SourceFault::Unexpected(format!("a row cannot be read as JSON: {error}"))
    })?;
    let mut at = Vec::with_capacity(whole.len());
    for (number, whole) in whole.iter().enumerate() {
        let text: Option<String> = row.try_get(number + 1).map_err(fault)?;
        at.push(value(text, *whole));
    }
    Ok((fields, at))
}

fn value(text: Option<String>, whole: bool) -> Value {
    let Some(text) = text else {
        return Value::Null;
    };
    match text.parse::<i64>() {
        Ok(number) if whole => Value::from(number),
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(name: &str) -> CursorType {
        CursorType {
            name: name.to_owned(),
            least: least(name).unwrap(),
            whole: false,
        }
    }

    #[test]
    fn the_query_stands_whole_inside_ours() {
        let cursor = ["at".to_owned(), "id".to_owned()];
        let theirs = "SELECT id, at FROM t WHERE (at, id) > (:at, :id) LIMIT :limit -- all";
        let query = NamedQuery::read(theirs, &cursor, Dialect::Postgres).unwrap();
        let types = [stamped("timestamp with time zone"), stamped("integer")];
        let expected = "SELECT CAST(to_jsonb(araldo_row) AS text), \
            CAST(araldo_row.\"at\" AS text), CAST(araldo_row.\"id\" AS text) FROM (\n\
            SELECT id, at FROM t WHERE (at, id) > \
            (CAST(CAST($1 AS text) AS timestamp with time zone), \
            CAST(CAST($2 AS text) AS integer)) \
            LIMIT CAST($3 AS bigint) -- all\n\
            ) araldo_row LIMIT CAST($4 AS bigint)";
        assert_eq!(whole_text(&query, &[], &cursor, &types), expected);
    }

    #[test]
    fn a_type_without_an_order_of_its_own_is_no_cursor() {
        assert_eq!(least("bigint"), Some(Value::from(i64::MIN)));
        assert_eq!(least("public.citext"), Some(Value::from("")));
        for name in ["jsonb", "boolean", "bytea", "point", "interval"] {
            assert_eq!(least(name), None, "{name}");
        }
    }

    #[test]
    fn only_whole_numbers_are_kept_as_numbers() {
        assert_eq!(value(Some("7".to_owned()), true), Value::from(7));
        assert_eq!(value(Some("7".to_owned()), false), Value::from("7"));
        assert_eq!(value(None, true), Value::Null);
    }
}
