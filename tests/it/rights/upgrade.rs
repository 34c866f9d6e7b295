//! Keys made before the type of an event decided the scope go on doing what they did, and the
//! list of keys says so.

use std::path::Path;

use araldo::domain::api_key::Scope::{
    self, CasesWrite, EventsWrite, IncidentsWrite, MessagesWrite,
};
use araldo::store::{Store, StoreUrl};
use sqlx::migrate::Migrator;
use sqlx::{PgPool, SqlitePool};
use tempfile::TempDir;

use crate::support::servers::postgres::fresh_database;

const KEYS: &str = "INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_at) VALUES \
    (1, 'crm', 'aaaaaaaa', 'x', 'events:write', 1), \
    (2, 'both', 'bbbbbbbb', 'x', 'cases:write events:write', 1), \
    (3, 'desk', 'cccccccc', 'x', 'messages:write', 1)";

/// The steps of the schema before this one.
async fn steps_before(kind: &str) -> (Migrator, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for entry in std::fs::read_dir(all.join(kind)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if *name < *"0007" {
            std::fs::copy(entry.path(), folder.path().join(name)).unwrap();
        }
    }
    (Migrator::new(folder.path()).await.unwrap(), folder)
}

async fn rights_after(url: &StoreUrl) -> Vec<Vec<Scope>> {
    let store = Store::open(url, 2).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let keys = tx.keys().list().await.unwrap();
    assert!(keys.iter().all(|key| key.rights.sources.is_empty()));
    keys.into_iter().map(|key| key.rights.scopes).collect()
}

/// Nothing falls silent, and nobody gets what passes a client's own choice.
fn expected() -> Vec<Vec<Scope>> {
    vec![
        vec![EventsWrite, CasesWrite, IncidentsWrite],
        vec![CasesWrite, EventsWrite, IncidentsWrite],
        vec![MessagesWrite],
    ]
}

#[tokio::test]
async fn older_keys_go_on_sending_what_they_sent_on_sqlite() {
    let (steps, folder) = steps_before("sqlite").await;
    let path = folder.path().join("araldo.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    steps.run(&pool).await.unwrap();
    sqlx::query(KEYS).execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(rights_after(&StoreUrl::Sqlite(path)).await, expected());
}

#[tokio::test]
async fn older_keys_go_on_sending_what_they_sent_on_postgres() {
    let (steps, _folder) = steps_before("postgres").await;
    let url = fresh_database();
    let pool = PgPool::connect(&url).await.unwrap();
    steps.run(&pool).await.unwrap();
    sqlx::query(KEYS).execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(rights_after(&StoreUrl::Postgres(url)).await, expected());
}
