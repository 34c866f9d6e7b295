//! Looks for what must not be there any more: in every text of every table, and on SQLite in the
//! bytes of the file and of its log.

use std::path::Path;

use araldo::store::StoreUrl;
use sqlx::PgPool;

use super::node::Eye;

/// Columns in which a text stands, by name.
const COLUMNS: &str = "WITH c AS MATERIALIZED (SELECT table_name, column_name
    FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'
    AND table_name NOT IN ('_sqlx_migrations', 'truth_log'))
    SELECT c.table_name || '.' || c.column_name FROM c
    WHERE CAST((xpath('/row/n/text()', query_to_xml(format(
    'SELECT count(*) AS n FROM %I WHERE position(%L in %I) > 0', c.table_name, $1, c.column_name),
    false, true, '')))[1] AS TEXT) <> '0' ORDER BY 1";

/// Where any of these texts stands, each with its place.
pub(crate) async fn of(url: &StoreUrl, eye: &Eye, texts: &[&str]) -> Vec<String> {
    match (url, eye) {
        (StoreUrl::Sqlite(path), _) => {
            let all = texts.iter();
            all.flat_map(|text| in_files(path, text)).collect()
        }
        (_, Eye::Postgres(pool)) => in_tables(pool, texts).await,
        _ => unreachable!("the eye looks at the store"),
    }
}

/// The same in PostgreSQL.
pub(crate) async fn in_tables(pool: &PgPool, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts {
        let columns: Vec<String> = sqlx::query_scalar(COLUMNS)
            .bind(text)
            .fetch_all(pool)
            .await
            .unwrap();
        found.extend(columns.iter().map(|column| format!("{text} in {column}")));
    }
    found
}

/// The same in a SQLite file and its log.
pub(crate) fn in_files(path: &Path, text: &str) -> Vec<String> {
    ["", "-wal"]
        .into_iter()
        .filter_map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            let bytes = std::fs::read(&name).unwrap_or_default();
            let at = memchr::memmem::find(&bytes, text.as_bytes())?;
            let from = at.saturating_sub(40);
            let around = String::from_utf8_lossy(&bytes[from..bytes.len().min(at + 80)]);
            Some(format!("{text} in the file{ending} at {at}: {around:?}"))
        })
        .collect()
}
