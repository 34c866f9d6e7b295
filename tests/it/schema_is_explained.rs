//! Every table and column is explained in docs/schema.md, and nothing else is.

use std::collections::BTreeSet;

use crate::support::node::Eye;
use crate::support::sqlite;

const DICTIONARY: &str = include_str!("../../docs/schema.md");

const COLUMNS: &str = "SELECT t.name || '.' || c.name FROM sqlite_master AS t \
    JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' \
    AND t.name <> '_sqlx_migrations' AND t.name NOT LIKE 'sqlite%'";

/// What stands before the colon of each list item, under the heading of its table.
fn explained() -> BTreeSet<String> {
    let sections = DICTIONARY.split("\n### `").skip(1);
    sections
        .flat_map(|section| {
            let (table, body) = section.split_once('`').unwrap();
            let items = body.split("\n- ").skip(1);
            items.flat_map(move |item| {
                let item = item.split("\n\n").next().unwrap_or_default();
                let names = item.split("`:").next().unwrap_or_default();
                let names = names.split('`').skip(1).step_by(2);
                names.map(move |name| format!("{table}.{name}"))
            })
        })
        .collect()
}

#[tokio::test]
async fn every_column_is_in_the_dictionary_and_no_other() {
    let store = sqlite().await;
    let columns = Eye::open(&store.url).await.texts(COLUMNS).await;
    let columns: BTreeSet<String> = columns.into_iter().collect();
    assert!(columns.len() > 200, "{columns:?}");
    let explained = explained();
    let missing: Vec<_> = columns.difference(&explained).collect();
    let gone: Vec<_> = explained.difference(&columns).collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "explain them in docs/schema.md"
    );
    assert_eq!(
        gone,
        Vec::<&String>::new(),
        "docs/schema.md names what is not there"
    );
}
