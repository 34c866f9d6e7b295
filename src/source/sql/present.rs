//! All that stands in a PostgreSQL now, in portions: a cursor within one transaction that only reads,
//! so that nothing is held here, and each portion has the limit of time that every statement has.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _, Postgres, Statement as _, Transaction};

use super::errors::{fault, within};
use super::postgres::{ROW, exact_numbers};
use super::text::stated;
use crate::domain::limits::{SOURCE_RECORDS, SOURCE_ROW};
use crate::source::fault::SourceFault;
use crate::source::reader::SourceRecord;
use crate::source::reconcile::TheirPresent;

/// What the cursor is called.
const CURSOR: &str = "araldo_present";

/// How numbers of many digits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Digits {
    /// To the last digit.
    AsText,
    /// As JSON has them.
    AsNumber,
}

/// Hands over each row that `query` brings. After a fault the connection is of no further use.
pub(in crate::source) async fn read_whole(
    connection: &mut PgConnection,
    query: &str,
    digits: Digits,
    timeout: Duration,
    seen: &mut TheirPresent,
) -> Result<(), SourceFault> {
    let mut transaction = within(timeout, begin(connection, query, digits)).await?;
    let mut number = 0;
    loop {
        let before = number;
        within(timeout, portion(&mut transaction, &mut number, seen)).await?;
        if number - before < SOURCE_RECORDS {
            break;
        }
    }
    within(timeout, async { transaction.commit().await.map_err(fault) }).await
}

/// Asks, in a transaction of its own, and fetches nothing yet.
async fn begin<'c>(
    connection: &'c mut PgConnection,
    query: &str,
    digits: Digits,
) -> Result<Transaction<'c, Postgres>, SourceFault> {
    let described = connection.prepare(stated(query.to_owned())).await;
    let described = described.map_err(fault)?;
    let numbers = match digits {
        Digits::AsText => exact_numbers(described.columns()),
        Digits::AsNumber => String::new(),
    };
    let declare = format!(
        "DECLARE {CURSOR} NO SCROLL CURSOR FOR \
         SELECT CAST(to_jsonb({ROW}){numbers} AS text) FROM (\n{query}\n) {ROW}"
    );
    let begin = connection.begin_with("BEGIN TRANSACTION READ ONLY");
    let mut transaction = begin.await.map_err(fault)?;
    let declare = sqlx::raw_sql(stated(declare));
    let declared = declare.execute(&mut *transaction).await;
    declared.map_err(fault)?;
    Ok(transaction)
}

/// Hands over the next rows.
async fn portion(
    connection: &mut PgConnection,
    number: &mut usize,
    seen: &mut TheirPresent,
) -> Result<(), SourceFault> {
    let fetch = stated(format!("FETCH {SOURCE_RECORDS} FROM {CURSOR}"));
    let mut rows = sqlx::query_as::<Postgres, (String,)>(fetch)
        .persistent(false)
        .fetch(connection);
    while let Some((text,)) = rows.try_next().await.map_err(fault)? {
        *number += 1;
        seen.take(record(*number, &text))?;
    }
    Ok(())
}

fn record(number: usize, text: &str) -> SourceRecord {
    let place = format!("row {number}");
    if text.len() > SOURCE_ROW {
        let why = format!(
            "it has {} bytes, and {SOURCE_ROW} are taken at most",
            text.len()
        );
        return SourceRecord::unreadable(place, &why, text);
    }
    match serde_json::from_str(text) {
        Ok(fields) => SourceRecord { place, fields },
        Err(error) => SourceRecord::unreadable(place, &error.to_string(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::reader::UNREADABLE;

    #[test]
    fn a_row_is_a_record_and_a_document_is_none() {
        let found = record(7, "{\"id\": 1}");
        assert_eq!(found.place, "row 7");
        assert_eq!(found.fields["id"], 1);
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(SOURCE_ROW));
        for text in ["[1]", large.as_str()] {
            let found = record(7, text);
            assert!(found.fields.contains_key(UNREADABLE), "{text:.20}");
        }
    }
}
