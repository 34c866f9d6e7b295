//! Every column that holds a text has its decision in docs/erasure.md: what becomes of it when a
//! client is erased.

use std::collections::BTreeMap;

use crate::support::node::Eye;
use crate::support::sqlite;

const TABLE: &str = include_str!("../../docs/erasure.md");

const TEXTS: &str = "SELECT t.name || '.' || c.name FROM sqlite_master AS t \
    JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.type = 'TEXT' \
    AND t.name <> '_sqlx_migrations' AND t.name NOT LIKE 'sqlite%' ORDER BY 1";

/// The line of each table.
fn lines() -> BTreeMap<&'static str, &'static str> {
    let begun = TABLE.lines().filter(|line| line.starts_with("| `"));
    begun
        .filter_map(|line| Some((line[3..].split_once('`')?.0, line)))
        .collect()
}

#[tokio::test]
async fn every_text_of_the_schema_has_its_decision() {
    let store = sqlite().await;
    let columns = Eye::open(&store.url).await.texts(TEXTS).await;
    assert!(columns.len() > 50, "{columns:?}");
    let lines = lines();
    let forgotten: Vec<&String> = columns
        .iter()
        .filter(|column| {
            let (table, column) = column.split_once('.').unwrap();
            let line = lines.get(table).copied().unwrap_or_default();
            !line.contains(&format!("`{column}`"))
        })
        .collect();
    assert_eq!(
        forgotten,
        Vec::<&String>::new(),
        "decide what an erasure does with them (store/erasure/blank.rs) and say so in docs/erasure.md"
    );
}
