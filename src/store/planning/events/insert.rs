//! Many events in few statements, in the way that costs each database least.
//!
//! PostgreSQL takes one JSON array, whatever its length. SQLite would spend more on taking such
//! an array apart than on storing what is in it, so it gets its values one by one, in texts of
//! a fixed number of rows. A row without an id is none: so few texts, prepared once, do for
//! batches of every size.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::{Postgres, Sqlite};

use super::ready::ReadyEvent;
use crate::domain::Timestamp;
use crate::store::database::backend::{Backend, postgres};
use crate::store::database::under_way::UnderWay;
use crate::store::{Conn, Doing as _, StoreError};

/// One row of SQLite's texts; the texts below differ in how many they have.
macro_rules! row {
    () => {
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    };
}
#[rustfmt::skip] // eight in sight
macro_rules! eight {
    ($rows:ident) => {
        concat!(
            $rows!(), ", ", $rows!(), ", ", $rows!(), ", ", $rows!(), ", ",
            $rows!(), ", ", $rows!(), ", ", $rows!(), ", ", $rows!()
        )
    };
}
macro_rules! few_rows {
    () => {
        eight!(row)
    };
}
macro_rules! some_rows {
    () => {
        eight!(few_rows)
    };
}
macro_rules! many_rows {
    () => {
        eight!(some_rows)
    };
}
/// `OR FAIL`: on an error the whole unit of work is dropped, so SQLite need not keep what this
/// statement alone would have to undo.
macro_rules! insert {
    ($rows:ident) => {
        concat!(
            "INSERT OR FAIL INTO event (id, source, event_id, type, subject, occurred_at, \
             received_at, data, body_hash, claimed_at, quiet, late, state) \
             SELECT column1, column2, column3, column4, column5, column6, column7, column8, \
             column9, column10, column11, column12, 'received' FROM (VALUES ",
            $rows!(),
            ") WHERE column1 IS NOT NULL ON CONFLICT (source, event_id) DO NOTHING"
        )
    };
}

/// Rows in the shortest text: a lone event, or a few.
const FEW: usize = 8;
/// Rows in the next one: the events of many small requests.
const SOME: usize = 64;
/// Rows in the longest one: each statement is a walk to the thread that writes and back.
const MANY: usize = 512;

/// Inserts those whose (source, id) is new; returns how many that were.
pub(super) async fn insert(conn: &mut Conn, rows: &[&ReadyEvent]) -> Result<u64, StoreError> {
    match conn {
        Backend::Sqlite(c) => into_sqlite(c, rows).await,
        Backend::Postgres(c) => into_postgres(c, rows).await,
    }
}

async fn into_sqlite(c: &mut UnderWay<Sqlite>, rows: &[&ReadyEvent]) -> Result<u64, StoreError> {
    let (mut inserted, mut rest) = (0, rows);
    while !rest.is_empty() {
        let (text, most) = if rest.len() <= FEW {
            (insert!(few_rows), FEW)
        } else if rest.len() <= SOME {
            (insert!(some_rows), SOME)
        } else {
            (insert!(many_rows), MANY)
        };
        let (these, others) = rest.split_at(rest.len().min(most));
        // The driver leaves NULL what is not bound: the id of the rows that are missing.
        let mut query = sqlx::query(text);
        for row in these {
            let event = &row.event;
            query = query
                .bind(row.id)
                .bind(Arc::clone(&event.source))
                .bind(Arc::clone(&event.id))
                .bind(Arc::clone(&event.kind))
                .bind(event.subject.clone())
                .bind(event.occurred_at.as_micros())
                .bind(row.received_at)
                .bind(Arc::clone(&event.data))
                .bind(Arc::clone(&event.fingerprint))
                .bind(event.claimed_at.map(Timestamp::as_micros))
                .bind(event.quiet)
                .bind(event.late);
        }
        let done = query.execute(&mut **c).await.doing("store events")?;
        inserted += done.rows_affected();
        rest = others;
    }
    Ok(inserted)
}

async fn into_postgres(
    c: &mut UnderWay<Postgres>,
    rows: &[&ReadyEvent],
) -> Result<u64, StoreError> {
    let columns = |row: &&ReadyEvent| {
        let event = &row.event;
        json!([
            row.id,
            &*event.source,
            &*event.id,
            &*event.kind,
            event.subject.as_deref(),
            event.occurred_at.as_micros(),
            row.received_at,
            &*event.data,
            &*event.fingerprint,
            event.claimed_at.map(Timestamp::as_micros),
            event.quiet,
            event.late,
        ])
    };
    let rows: Value = rows.iter().map(columns).collect();
    let done = sqlx::query(concat!(
        "INSERT INTO event (id, source, event_id, type, subject, occurred_at, received_at, \
         data, body_hash, claimed_at, quiet, late, state) \
         SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, \
         value ->> 4, CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), \
         value ->> 7, value ->> 8, CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BOOLEAN), \
         CAST(value ->> 11 AS BOOLEAN), 'received' FROM ",
        postgres::rows!("$1"),
        " WHERE TRUE ON CONFLICT (source, event_id) DO NOTHING"
    ))
    .bind(rows.to_string())
    .execute(&mut **c)
    .await
    .doing("store events")?;
    Ok(done.rows_affected())
}
