//! Thousands of changes while either side is killed: each is taken exactly once, in order per case,
//! and the baseline tells nobody.

use std::collections::HashMap;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::Eye;
use crate::support::patience::until;

on_both_databases!(
    each_change_is_taken_once_although_the_daemon_is_killed_five_times,
    each_change_of_a_log_is_taken_once_although_the_daemon_is_killed_five_times,
);

const CASES: usize = 200;
const CHANGES: usize = 10_000;
const STATES: [&str; 3] = ["NUOVA", "IN LAVORAZIONE", "AL DISTRIBUTORE"];

/// So many changes in one statement, from this one on.
fn changes(from: usize, to: usize) -> String {
    let one = |change: usize| {
        let case = change % CASES;
        let state = STATES[(change / CASES) % STATES.len()];
        format!(
            "INSERT INTO pratiche VALUES ({case}, 'PR-{case}', 'C-{case}', 'VOLTURA', '{state}', NULL,
             {change}) ON CONFLICT (id) DO UPDATE SET stato = excluded.stato,
             changed = excluded.changed;"
        )
    };
    let each: String = (from..to).map(one).collect();
    format!("BEGIN;{each}COMMIT;")
}

async fn each_change_is_taken_once_although_the_daemon_is_killed_five_times(store: TestStore) {
    let theirs = Theirs::postgres().await;
    let _daemon = killed_five_times(&store, &theirs, &theirs.by_outbox()).await;
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
    killed_five_times(&store, &theirs, &theirs.by_changes()).await;
}

/// How the source `crm` of these settings is read.
fn reader(settings: &str) -> araldo::source::ReaderSettings {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("source.toml");
    std::fs::write(&file, settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    config.sources["crm"].settings.reader.clone()
}

/// The daemon that took what was left, still running.
async fn killed_five_times(store: &TestStore, theirs: &Theirs, settings: &str) -> Daemon {
    let home = tempfile::tempdir().unwrap();
    theirs
        .run(&reader(settings).install_sql("crm").unwrap())
        .await;
    let eye = Eye::open(&store.url).await;
    let part = CHANGES / 5;
    for round in 0..5 {
        let daemon = Daemon::start(store, home.path(), settings).await;
        theirs.run(&changes(round * part, (round + 1) * part)).await;
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
        i64::try_from(CHANGES).unwrap(),
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
