//! An outbox: the table's own changes wake Araldo, in order, and what was taken is removed over
//! there. It never hinders those who write, and says when it cannot see them.

use std::time::{Duration, Instant};

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use araldo::source;
use serde_json::json;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::postgres::Cluster;

on_both_databases!(each_change_is_told_in_order_and_the_outbox_is_emptied,);

async fn each_change_is_told_in_order_and_the_outbox_is_emptied(store: TestStore) {
    let theirs = Theirs::postgres().await;
    let settings = theirs.by_outbox();
    let outbox = read(&settings);
    let sql = outbox.install_sql("crm").unwrap();
    theirs.run(&sql).await;
    // A second time changes nothing.
    theirs.run(&sql).await;
    theirs.write(0, "NUOVA", 1).await;
    let node = Node::start(store, &settings).await;
    node.client("C-0", &["+390000000170"], json!({})).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    until(async || {
        let taken = node
            .eye
            .number("SELECT CAST(count(*) AS BIGINT) FROM event")
            .await;
        (taken == 1).then_some(()).ok_or(format!("{taken} events"))
    })
    .await;
    let began = Instant::now();
    theirs.write(1, "NUOVA", 2).await;
    theirs.write(1, "AL DISTRIBUTORE", 3).await;
    theirs.write(1, "CHIUSA", 4).await;
    until(async || {
        let taken = node
            .eye
            .number("SELECT CAST(count(*) AS BIGINT) FROM event")
            .await;
        (taken == 4).then_some(()).ok_or(format!("{taken} events"))
    })
    .await;
    println!("three changes were taken after {:?}", began.elapsed());
    let types = node
        .eye
        .texts("SELECT type FROM event WHERE subject = 'PR-1' ORDER BY id")
        .await;
    assert_eq!(types, ["case.opened", "case.state_changed", "case.closed"]);
    let left = sqlx::PgPool::connect(&theirs.url).await.unwrap();
    until(async || {
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM araldo.outbox_crm")
            .fetch_one(&left)
            .await
            .unwrap();
        (rows == 0)
            .then_some(())
            .ok_or(format!("{rows} rows in the outbox"))
    })
    .await;
    // A change that changes nothing of what is watched writes nothing.
    theirs.run("UPDATE pratiche SET stato = stato").await;
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM araldo.outbox_crm")
        .fetch_one(&left)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    theirs.run(&outbox.remove_sql("crm").unwrap()).await;
    node.planned().await;
    // The gateway's reports have come.
    let under_way = "SELECT CAST(count(*) AS BIGINT) FROM message \
        WHERE state IN ('queued', 'leased', 'sending', 'accepted')";
    node.eye.until(under_way, 0).await;
    node.sums_close().await;
    node.stop().await;
}

/// What settings with the source `crm` say of its outbox.
fn read(settings: &str) -> source::ReaderSettings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    std::fs::write(&file, settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    config.sources["crm"].settings.reader.clone()
}

/// A first look, over a connection of its own.
async fn look(outbox: &source::ReaderSettings) -> Result<source::SourceLook, String> {
    let mut reader = source::open("crm", outbox).unwrap();
    let look = reader.look(None, 10, SystemClock.now()).await;
    look.map_err(|fault| fault.to_string())
}

#[tokio::test]
async fn what_cannot_be_installed_leaves_their_table_as_it_is() {
    let theirs = Theirs::postgres().await;
    let settings = theirs.by_outbox();
    for wrong in [
        settings.replace("key = \"id\"", "key = \"number\""),
        settings.replace("\"stato\", \"note\"]", "\"statoo\", \"note\"]"),
        // There, and no column of theirs.
        settings.replace("key = \"id\"", "key = \"ctid\""),
    ] {
        assert_ne!(wrong, settings);
        let outbox = read(&wrong);
        let sql = outbox.install_sql("crm").unwrap();
        let fault = outbox.apply(&sql).await.unwrap_err().to_string();
        assert!(fault.contains("does not exist"), "{fault}");
    }
    theirs.write(0, "NUOVA", 1).await;
    let pool = sqlx::PgPool::connect(&theirs.url).await.unwrap();
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(made, 0);
}

#[tokio::test]
async fn what_was_taken_is_removed_without_waiting_for_their_disk() {
    let cluster = Cluster::start(20);
    let theirs = Theirs::at(cluster.url()).await;
    let settings = theirs.by_outbox();
    let patient = settings.replace("every = \"1s\"", "every = \"1s\"\ntimeout = \"5m\"");
    assert_ne!(patient, settings);
    let outbox = read(&patient);
    theirs.run(&outbox.install_sql("crm").unwrap()).await;
    theirs.write(0, "NUOVA", 1).await;
    // From here on a commit waits for a standby, and there is none.
    theirs
        .run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        .await;
    theirs.run("SELECT pg_reload_conf()").await;
    let pool = sqlx::PgPool::connect(&theirs.url).await.unwrap();
    until(async || {
        let waits_for: String =
            sqlx::query_scalar("SELECT current_setting('synchronous_standby_names')")
                .fetch_one(&pool)
                .await
                .unwrap();
        (waits_for == "*").then_some(()).ok_or(waits_for)
    })
    .await;

    let mut reader = source::open("crm", &outbox).unwrap();
    let look = reader.look(None, 10, SystemClock.now()).await.unwrap();
    assert_eq!(look.records.len(), 1);
    let removed = reader.acknowledge(&look, &[]);
    let removed = tokio::time::timeout(Duration::from_secs(60), removed).await;
    removed.expect("it waits for nobody").unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM araldo.outbox_crm")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_column_that_is_renamed_fails_no_write_of_theirs_and_is_said() {
    let theirs = Theirs::postgres().await;
    let outbox = read(&theirs.by_outbox());
    theirs.run(&outbox.install_sql("crm").unwrap()).await;
    theirs.write(0, "NUOVA", 1).await;
    assert_eq!(look(&outbox).await.unwrap().doubt, None);
    theirs
        .run(
            "ALTER TABLE pratiche RENAME COLUMN stato TO status; ALTER TABLE pratiche DROP COLUMN note;
             UPDATE pratiche SET changed = 2",
        )
        .await;
    let look = look(&outbox).await.unwrap();
    let doubt = look.doubt.unwrap();
    assert!(
        doubt.starts_with("public.pratiche has no `note, stato` any more"),
        "{doubt}"
    );
    let states: Vec<_> = look.records.iter().map(|it| &it.fields["stato"]).collect();
    assert_eq!(states, [&json!("NUOVA"), &json!(null)]);
}

#[tokio::test]
async fn a_trigger_that_is_gone_or_off_or_made_for_something_else_is_said() {
    let theirs = Theirs::postgres().await;
    let settings = theirs.by_outbox();
    let outbox = read(&settings);
    let until_installed = ": run `araldo source install crm`";
    let install = outbox.install_sql("crm").unwrap();
    let said = async |outbox: &source::ReaderSettings| {
        let fault = look(outbox).await.unwrap_err();
        assert!(fault.ends_with(until_installed), "{fault}");
        fault
    };

    let fault = said(&outbox).await;
    let begin = "there is no trigger araldo_crm on public.pratiche";
    assert!(fault.starts_with(begin), "{fault}");
    theirs.run(&install).await;
    assert_eq!(look(&outbox).await.unwrap(), source::SourceLook::default());

    theirs
        .run("ALTER TABLE pratiche DISABLE TRIGGER araldo_crm")
        .await;
    let fault = said(&outbox).await;
    assert!(fault.contains("is disabled"), "{fault}");
    theirs.run(&install).await;
    assert!(look(&outbox).await.is_ok());

    let fewer = read(&settings.replace(", \"note\"]", "]"));
    let fault = said(&fewer).await;
    assert!(fault.contains("for other `columns`"), "{fault}");
    theirs.run(&fewer.install_sql("crm").unwrap()).await;
    assert!(look(&fewer).await.is_ok());

    theirs.run("DROP TRIGGER araldo_crm ON pratiche").await;
    said(&fewer).await;
}
