//! An outbox: the table's own changes wake Araldo, in order, and what was taken is removed over
//! there.

use std::time::Instant;

use araldo::source;
use serde_json::json;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(each_change_is_told_in_order_and_the_outbox_is_emptied,);

async fn each_change_is_told_in_order_and_the_outbox_is_emptied(store: TestStore) {
    let theirs = Theirs::postgres().await;
    let settings = theirs.by_outbox();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    std::fs::write(&file, &settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    let source::ReaderSettings::PostgresOutbox(outbox) = &config.sources["crm"].settings.reader
    else {
        panic!("an outbox");
    };
    let sql = source::install_sql("crm", outbox);
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
    theirs.run(&source::remove_sql("crm", outbox)).await;
    node.planned().await;
    node.sums_close().await;
    node.stop().await;
}
