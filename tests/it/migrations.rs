//! The two schemas are twins: read from the live databases and compared.

use std::collections::{BTreeMap, BTreeSet};

use araldo::domain::client::TrackingConsent;
use araldo::domain::rule::FallbackOutcome;
use araldo::domain::{Channel, Class, Lane, MessageState, Tracking};
use araldo::store::StoreUrl;
use sqlx::{PgPool, SqlitePool};

use crate::support;

/// One column: table, name, kind of value, may be null.
type Column = (String, String, String, bool);
/// One key or index: table, name (a primary key has none), columns, unique, partial.
type Index = (String, String, String, bool, bool);
/// Words and numbers that the checks of one table allow, one entry for each check.
type Checks = BTreeMap<String, BTreeSet<BTreeSet<String>>>;

#[derive(Debug, PartialEq)]
struct Schema {
    columns: Vec<Column>,
    indexes: BTreeSet<Index>,
    checks: Checks,
}

async fn sqlite_schema() -> Schema {
    let store = support::sqlite().await;
    let StoreUrl::Sqlite(path) = &store.url else {
        unreachable!("a SQLite store");
    };
    let pool = SqlitePool::connect(&path.display().to_string())
        .await
        .unwrap();
    let columns = sqlx::query_as(concat!(
        "SELECT t.name, c.name, lower(c.type), c.\"notnull\" = 0 AND c.pk = 0 ",
        "FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c ",
        "WHERE t.type = 'table' AND t.name <> '_sqlx_migrations' ",
        "AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"
    ));
    let indexes = sqlx::query_as(concat!(
        "SELECT t.name, CASE i.origin WHEN 'c' THEN i.name ELSE '' END, ",
        "(SELECT group_concat(k.name, ',') FROM pragma_index_info(i.name) AS k), ",
        "i.\"unique\" = 1, i.partial = 1 ",
        "FROM sqlite_master AS t JOIN pragma_index_list(t.name) AS i ",
        "WHERE t.type = 'table' AND t.name <> '_sqlx_migrations'"
    ));
    let mut indexes: Vec<Index> = indexes.fetch_all(&pool).await.unwrap();
    // A key of one INTEGER is the table itself on SQLite and has no index.
    let rowids = sqlx::query_as(concat!(
        "SELECT t.name, '', c.name, TRUE, FALSE ",
        "FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c ",
        "WHERE t.type = 'table' AND t.name <> '_sqlx_migrations' AND c.pk > 0 ",
        "AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) AS i WHERE i.origin = 'pk')"
    ));
    indexes.extend(rowids.fetch_all(&pool).await.unwrap());
    let tables = concat!(
        "SELECT name, sql FROM sqlite_master ",
        "WHERE type = 'table' AND name <> '_sqlx_migrations' AND sql LIKE '%CHECK (%'"
    );
    let tables: Vec<(String, String)> = sqlx::query_as(tables).fetch_all(&pool).await.unwrap();
    let checks = tables
        .into_iter()
        .map(|(table, sql)| (table, checks_of(&sql)));
    Schema {
        columns: columns.fetch_all(&pool).await.unwrap(),
        indexes: indexes.into_iter().collect(),
        checks: checks.collect(),
    }
}

async fn postgres_schema() -> Schema {
    let store = support::postgres().await;
    let StoreUrl::Postgres(url) = &store.url else {
        unreachable!("a PostgreSQL store");
    };
    let pool = PgPool::connect(url).await.unwrap();
    let columns = sqlx::query_as(concat!(
        "SELECT table_name::text, column_name::text, CASE data_type WHEN 'bigint' THEN 'integer' ",
        "WHEN 'boolean' THEN 'integer' WHEN 'double precision' THEN 'real' ",
        "ELSE data_type::text END, is_nullable = 'YES' FROM information_schema.columns ",
        "WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' ",
        "ORDER BY table_name COLLATE \"C\", ordinal_position"
    ));
    let indexes = sqlx::query_as(concat!(
        "SELECT t.relname::text, CASE WHEN k.oid IS NULL THEN i.relname::text ELSE '' END, ",
        "(SELECT string_agg(a.attname, ',' ORDER BY p.n) FROM unnest(x.indkey) ",
        "WITH ORDINALITY AS p (attnum, n) JOIN pg_attribute AS a ",
        "ON a.attrelid = t.oid AND a.attnum = p.attnum), x.indisunique, x.indpred IS NOT NULL ",
        "FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid ",
        "JOIN pg_class AS t ON t.oid = x.indrelid ",
        "JOIN pg_namespace AS s ON s.oid = t.relnamespace ",
        "LEFT JOIN pg_constraint AS k ON k.conindid = i.oid AND k.contype IN ('p', 'u') ",
        "WHERE s.nspname = 'public' AND t.relname <> '_sqlx_migrations'"
    ));
    let indexes: Vec<Index> = indexes.fetch_all(&pool).await.unwrap();
    let found = concat!(
        "SELECT t.relname::text, pg_get_constraintdef(k.oid) FROM pg_constraint AS k ",
        "JOIN pg_class AS t ON t.oid = k.conrelid WHERE k.contype = 'c'"
    );
    let found: Vec<(String, String)> = sqlx::query_as(found).fetch_all(&pool).await.unwrap();
    let mut checks = Checks::new();
    for (table, definition) in found {
        checks
            .entry(table)
            .or_default()
            .insert(values_in(&definition));
    }
    Schema {
        columns: columns.fetch_all(&pool).await.unwrap(),
        indexes: indexes.into_iter().collect(),
        checks,
    }
}

/// What each `CHECK (...)` of a CREATE TABLE allows.
fn checks_of(sql: &str) -> BTreeSet<BTreeSet<String>> {
    let body = |rest: &str| {
        let mut depth = 0;
        let end = rest.find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            depth == 0 && letter == ')'
        });
        values_in(&rest[..end.expect("a closing bracket")])
    };
    sql.split("CHECK ").skip(1).map(body).collect()
}

/// Quoted words and numbers.
fn values_in(text: &str) -> BTreeSet<String> {
    let quoted = text.split('\'').skip(1).step_by(2).map(str::to_owned);
    let bare: String = text.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    let numbers = bare
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned);
    quoted.chain(numbers.collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn the_two_schemas_are_twins() {
    let (sqlite, postgres) = (sqlite_schema().await, postgres_schema().await);
    assert!(sqlite.columns.len() > 100, "the schema was read");
    assert_eq!(sqlite.columns, postgres.columns);
    assert_eq!(sqlite.indexes, postgres.indexes);
    assert_eq!(sqlite.checks, postgres.checks);
}

#[tokio::test]
async fn the_checks_allow_the_words_of_the_domain_and_no_others() {
    let checks = sqlite_schema().await.checks;
    let words = |words: Vec<&str>| {
        words
            .into_iter()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let states = words(MessageState::ALL.iter().map(|word| word.as_str()).collect());
    let lanes = words(Lane::ALL.iter().map(|word| word.as_str()).collect());
    let channels = words(Channel::ALL.iter().map(|word| word.as_str()).collect());
    let tracking = words(Tracking::ALL.iter().map(|word| word.as_str()).collect());
    let classes = words(Class::ALL.iter().map(|word| word.as_str()).collect());
    let consents = words(
        TrackingConsent::ALL
            .iter()
            .map(|word| word.as_str())
            .collect(),
    );
    let fallbacks = words(
        FallbackOutcome::ALL
            .iter()
            .map(|word| word.as_str())
            .collect(),
    );
    assert_eq!(
        checks["message"],
        BTreeSet::from([states, lanes.clone(), channels, tracking, fallbacks])
    );
    assert!(checks["plan"].contains(&classes) && checks["plan"].contains(&lanes));
    assert!(checks["client"].contains(&consents));
}

/// SQLite would drive the batched updates from such an index, which moves under them.
#[tokio::test]
async fn no_index_begins_with_the_state() {
    for schema in [sqlite_schema().await, postgres_schema().await] {
        let wrong: Vec<_> = schema
            .indexes
            .into_iter()
            .filter(|(_, _, columns, ..)| columns.starts_with("state"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}

#[test]
fn the_twins_have_the_same_numbers_and_names() {
    let names = |kind: &str| {
        let folder = format!("{}/migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap().flatten();
        files.map(|file| file.file_name()).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
