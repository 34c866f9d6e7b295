//! A store that the version before wrote opens, is upgraded, and stands as it stood: whatever
//! state its messages were left in.
//!
//! `before/` holds simulated towns as that version left them, in both databases: dumps of what it
//! wrote, and one schema for each and one set of templates for all. Two states never came about at
//! the end of a town, `failed` on both and `leased` on PostgreSQL: `queued-failed.sql` says at its
//! end what was added by hand.

use std::collections::BTreeSet;
use std::path::PathBuf;

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, MessageId, MessageState, Timestamp};
use araldo::runtime::Lifecycle;
use araldo::store::{Store, StoreUrl};
use araldo::upkeep::{self, Recounted};
#[expect(
    clippy::disallowed_types,
    reason = "the SQL is a file of this repository and a number"
)]
use sqlx::AssertSqlSafe;

use crate::support::node::{Eye, sums_close};
use crate::support::servers::postgres::fresh_database;
use crate::support::{self, TestStore, invariants};

const STEPS: &str = "SELECT CAST(count(*) AS BIGINT) FROM _sqlx_migrations";
const IDS: &str = "SELECT CAST(id AS TEXT) FROM message ORDER BY id";
const STATES: &str = "SELECT DISTINCT state FROM message";
/// The youngest time in it: a town has a clock of its own.
const LAST: &str = "SELECT max(at) FROM (SELECT max(created_at) AS at FROM message \
    UNION ALL SELECT max(opened_at) FROM message UNION ALL SELECT max(final_at) FROM message \
    UNION ALL SELECT max(received_at) FROM event \
    UNION ALL SELECT max(received_at) FROM receipt) AS x";

fn before() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/before")
}

/// The names of one database's towns and what to run for each.
fn towns(kind: &str) -> Vec<(String, String)> {
    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let common =
        read(before().join(kind).join("schema.sql")) + &read(before().join("templates.sql"));
    let files = std::fs::read_dir(before().join(kind)).unwrap().flatten();
    let mut towns: Vec<_> = files
        .filter(|file| file.file_name() != "schema.sql")
        .map(|file| {
            let name = format!("{kind}/{}", file.file_name().display());
            (name, common.clone() + &read(file.path()))
        })
        .collect();
    towns.sort();
    towns
}

/// Writes a town into an empty database. Its nodes stopped a moment ago: what they had in hand is
/// still theirs.
async fn restore(url: &StoreUrl, town: &str) -> Eye {
    let eye = Eye::open(url).await;
    let beat = SystemClock.now().as_micros();
    let sql = AssertSqlSafe(format!("{town}; UPDATE node SET heartbeat_at = {beat};"));
    match &eye {
        Eye::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
        Eye::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
    }
    eye
}

async fn every_story_can_be_told(store: &Store, eye: &Eye) {
    for id in eye.texts(IDS).await {
        let id: MessageId = id.parse().unwrap();
        let mut tx = store.read().await.unwrap();
        let story = tx.reports().story(id).await.unwrap();
        assert_eq!(story.expect("a story").message.id, id);
    }
}

/// Restores, upgrades, asks. Returns the states of its messages.
async fn upgraded(name: &str, url: StoreUrl, town: &str) -> BTreeSet<MessageState> {
    println!("{name}");
    let eye = restore(&url, town).await;
    let steps = eye.number(STEPS).await;
    let store: TestStore = support::at(url).await;
    assert!(eye.number(STEPS).await > steps, "{name} was upgraded");
    let now = Timestamp::from_micros(eye.number(LAST).await);
    upkeep::recount_once(&store, &Lifecycle::new())
        .await
        .unwrap();
    invariants::hold_at(&store, now).await;
    let recounted = upkeep::recount(&store, &Lifecycle::new()).await.unwrap();
    assert_eq!(recounted, Recounted::default(), "{name}");
    sums_close(&eye).await;
    every_story_can_be_told(&store, &eye).await;
    let states = eye.texts(STATES).await;
    states.iter().map(|state| state.parse().unwrap()).collect()
}

#[tokio::test]
async fn on_sqlite_it_opens_and_stands() {
    let mut seen = BTreeSet::new();
    for (name, town) in towns("sqlite") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("araldo.db");
        std::fs::File::create(&path).unwrap();
        seen.extend(upgraded(&name, StoreUrl::Sqlite(path), &town).await);
    }
    assert_eq!(seen, MessageState::ALL.iter().copied().collect());
}

#[tokio::test]
async fn on_postgres_it_opens_and_stands() {
    let mut seen = BTreeSet::new();
    for (name, town) in towns("postgres") {
        let url = StoreUrl::Postgres(fresh_database());
        seen.extend(upgraded(&name, url, &town).await);
    }
    assert_eq!(seen, MessageState::ALL.iter().copied().collect());
}
