//! Thousands of changes while either side is killed: each is taken exactly once, in order per case. What
//! becomes of messages then is `chaos`'s.

use std::collections::HashMap;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::Eye;
use crate::support::patience::until;
use crate::support::servers::postgres::Cluster;

on_both_databases!(
    each_change_is_taken_once_although_the_daemon_is_killed_five_times,
    each_change_of_a_log_is_taken_once_although_the_daemon_is_killed_five_times,
    each_row_of_postgres_is_taken_once_although_either_side_is_killed_five_times,
    each_row_of_mariadb_is_taken_once_although_the_daemon_is_killed_five_times,
    each_row_of_sqlite_is_taken_once_although_the_daemon_is_killed_five_times,
);

const CASES: usize = 200;
const STATES: [&str; 3] = ["NUOVA", "IN LAVORAZIONE", "AL DISTRIBUTORE"];

/// So many changes in one transaction, from this one on: each moves a case.
fn changes(from: usize, to: usize) -> String {
    written(from, to, |change| change % CASES, MOVED)
}

/// The same, but each is a row of its own, as a history has them: a query sees no state that a row
/// had between two looks.
fn history(from: usize, to: usize) -> String {
    written(from, to, |change| change, "")
}

/// What a row that is there already becomes.
const MOVED: &str =
    "ON CONFLICT (id) DO UPDATE SET stato = excluded.stato, changed = excluded.changed";

fn written(from: usize, to: usize, row: fn(usize) -> usize, moved: &str) -> String {
    let one = |change: usize| {
        let (id, case) = (row(change), change % CASES);
        let state = STATES[(change / CASES) % STATES.len()];
        format!(
            "INSERT INTO pratiche VALUES ({id}, 'PR-{case}', 'C-{case}', 'VOLTURA', '{state}', NULL,
             {change}) {moved};"
        )
    };
    let each: String = (from..to).map(one).collect();
    format!("BEGIN;{each}COMMIT;")
}

/// 10,000 in the whole size of chaos.
fn how_many() -> usize {
    crate::chaos::size(2_500, 10_000)
}

async fn each_change_is_taken_once_although_the_daemon_is_killed_five_times(store: TestStore) {
    let theirs = Theirs::postgres().await;
    let _daemon = killed_five_times(&store, &theirs, &theirs.by_outbox(), changes, || ()).await;
    until(async || {
        let mut tx = sqlx::PgPool::connect(&theirs.url)
            .await
            .unwrap()
            .acquire()
            .await
            .unwrap();
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM araldo.outbox_crm")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        (rows == 0)
            .then_some(())
            .ok_or(format!("{rows} in the outbox"))
    })
    .await;
}

async fn each_change_of_a_log_is_taken_once_although_the_daemon_is_killed_five_times(
    store: TestStore,
) {
    let theirs = Theirs::watched_postgres().await;
    killed_five_times(&store, &theirs, &theirs.by_changes(), changes, || ()).await;
}

async fn each_row_of_postgres_is_taken_once_although_either_side_is_killed_five_times(
    store: TestStore,
) {
    let mut cluster = Cluster::start(20);
    let theirs = Theirs::at(cluster.url()).await;
    let settings = theirs.by_query();
    killed_five_times(&store, &theirs, &settings, history, || cluster.restart()).await;
}

async fn each_row_of_mariadb_is_taken_once_although_the_daemon_is_killed_five_times(
    store: TestStore,
) {
    let theirs = Theirs::mariadb().await;
    killed_five_times(&store, &theirs, &theirs.by_query(), history, || ()).await;
}

async fn each_row_of_sqlite_is_taken_once_although_the_daemon_is_killed_five_times(
    store: TestStore,
) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    killed_five_times(&store, &theirs, &theirs.by_query(), history, || ()).await;
}

/// How the source `crm` of these settings is read.
fn reader(settings: &str) -> araldo::source::ReaderSettings {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("source.toml");
    std::fs::write(&file, settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    config.sources["crm"].settings.reader.clone()
}

/// The daemon that took what was left, still running. `crash`: what happens to their side when the changes of a
/// round have been written.
async fn killed_five_times(
    store: &TestStore,
    theirs: &Theirs,
    settings: &str,
    changes: fn(usize, usize) -> String,
    mut crash: impl FnMut(),
) -> Daemon {
    let home = tempfile::tempdir().unwrap();
    if let Some(sql) = reader(settings).install_sql("crm") {
        theirs.run(&sql).await;
    }
    let eye = Eye::open(&store.url).await;
    let part = how_many() / 5;
    for round in 0..5 {
        let daemon = Daemon::start(store, home.path(), settings).await;
        theirs.run(&changes(round * part, (round + 1) * part)).await;
        crash();
        // Killed while it reads: some of it is taken, most is not.
        let before = i64::try_from(round * part).unwrap();
        until(async || {
            let taken = eye
                .number("SELECT CAST(count(*) AS BIGINT) FROM event")
                .await;
            (taken > before)
                .then_some(())
                .ok_or(format!("{taken} taken"))
        })
        .await;
        drop(daemon);
    }
    let daemon = Daemon::start(store, home.path(), settings).await;
    eye.until(
        "SELECT CAST(count(*) AS BIGINT) FROM event",
        i64::try_from(how_many()).unwrap(),
    )
    .await;
    let ids = eye.texts("SELECT event_id FROM event ORDER BY id").await;
    let mut last: HashMap<&str, usize> = HashMap::new();
    for id in &ids {
        let (case, version) = id.split_once(':').unwrap();
        let version: usize = version.parse().unwrap();
        let before = last.insert(case, version);
        assert!(
            before.is_none_or(|before| before < version),
            "{case}: {before:?}, {version}"
        );
    }
    assert_eq!(last.len(), CASES);
    daemon
}
