//! What goes wrong over there is said in words, and the source goes on: nothing is lost, nobody is
//! told twice.

use serde_json::json;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::{Eye, Node};
use crate::support::patience::until;

on_both_databases!(
    a_record_that_cannot_be_mapped_waits_and_the_others_go_on,
    a_column_renamed_while_running_is_said_and_mended,
    two_rows_with_one_cursor_are_said,
    a_state_that_is_not_listed_is_told_and_reported,
    a_time_beyond_all_calendars_ends_nothing,
    two_states_under_one_version_are_both_told,
    a_source_of_another_kind_begins_with_its_baseline,
    a_row_from_the_future_is_a_doubt_and_hides_nothing,
    a_mapping_that_fits_nothing_stops_before_it_fills_the_store,
);

async fn until_said(node: &Node, words: &str) {
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("crm").await.unwrap();
        let said = row
            .map(|row| format!("{:?} {:?}", row.fault, row.doubt))
            .unwrap_or_default();
        said.contains(words).then_some(()).ok_or(said)
    })
    .await;
}

async fn running(store: TestStore) -> (tempfile::TempDir, Theirs, Node) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let node = Node::start(store, &theirs.by_query()).await;
    for number in 0..3 {
        let phone = format!("+39000000{:04}", 170 + number);
        node.client(&format!("C-{number}"), &[&phone], json!({}))
            .await;
    }
    settled(&node).await;
    (folder, theirs, node)
}

/// The baseline is over.
async fn settled(node: &Node) {
    node.eye
        .until(
            "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled",
            1,
        )
        .await;
}

async fn a_record_that_cannot_be_mapped_waits_and_the_others_go_on(store: TestStore) {
    let (_folder, theirs, node) = running(store).await;
    theirs
        .run("INSERT INTO pratiche VALUES (0, 'PR-0', 'C-0', 'VOLTURA', '', NULL, 1)")
        .await;
    theirs.write(1, "NUOVA", 2).await;
    node.until_states("C-1", &["delivered"]).await;
    let mut tx = node.running.store.read().await.unwrap();
    let dead = tx.sources().dead("crm", 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(dead[0].reason.contains("state"), "{}", dead[0].reason);
    assert!(dead[0].record.contains("PR-0"), "{}", dead[0].record);
    drop(tx);
    let told = node.get("/v1/sources/crm/dead").await.body["items"][0].clone();
    assert!(told["reason"].to_string().contains("state"), "{told}");
    assert!(node.states("C-0").await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn a_column_renamed_while_running_is_said_and_mended(store: TestStore) {
    let (_folder, theirs, node) = running(store).await;
    theirs
        .run("ALTER TABLE pratiche RENAME COLUMN stato TO status")
        .await;
    until_said(&node, "stato").await;
    theirs
        .run("ALTER TABLE pratiche RENAME COLUMN status TO stato")
        .await;
    theirs.write(0, "NUOVA", 1).await;
    node.until_states("C-0", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn two_rows_with_one_cursor_are_said(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let settings = theirs
        .by_query()
        .replace(
            "(changed, id) > (:changed, :id) ORDER BY changed, id",
            "changed > :changed ORDER BY changed",
        )
        .replace("[\"changed\", \"id\"]", "[\"changed\"]");
    theirs
        .run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
             INSERT INTO pratiche SELECT i, 'PR-' || i, 'C-1', 'VOLTURA', 'NUOVA', NULL, 7 FROM n",
        )
        .await;
    let node = Node::start(store, &settings).await;
    until_said(&node, "same cursor").await;
    node.stop().await;
}

async fn a_state_that_is_not_listed_is_told_and_reported(store: TestStore) {
    let (_folder, theirs, node) = running(store).await;
    theirs.write(0, "SOSPESA", 1).await;
    node.until_states("C-0", &["delivered"]).await;
    until_said(&node, "SOSPESA").await;
    // It stands there while others go on.
    theirs.write(1, "NUOVA", 2).await;
    node.until_states("C-1", &["delivered"]).await;
    until_said(&node, "SOSPESA").await;
    let told = node.get("/metrics").await.text;
    assert!(
        told.contains("araldo_source_up{source=\"crm\"} 1"),
        "{told}"
    );
    let source = node.get("/v1/sources").await.body["items"][0].clone();
    assert!(source["doubt"].to_string().contains("SOSPESA"), "{source}");
    node.stop().await;
}

async fn a_time_beyond_all_calendars_ends_nothing(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let settings = theirs.by_query();
    let settings = settings.replace("note = \"note\"", "changed_at = \"note\"");
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    settled(&node).await;
    for (number, far) in [(5, "-262143-01-01 00:00:00"), (6, "+262142-12-31 23:59:59")] {
        let sql = format!(
            "INSERT INTO pratiche VALUES ({number}, 'PR-{number}', 'C-1', 'VOLTURA', 'NUOVA', '{far}', 1)"
        );
        theirs.run(&sql).await;
    }
    theirs.write(1, "NUOVA", 2).await;
    node.until_states("C-1", &["delivered"]).await;
    let mut tx = node.running.store.read().await.unwrap();
    let dead = tx.sources().dead("crm", 10).await.unwrap();
    assert_eq!(dead.len(), 2);
    assert!(dead[0].reason.contains("changed_at"), "{}", dead[0].reason);
    drop(tx);
    node.sums_close().await;
    node.stop().await;
}

async fn two_states_under_one_version_are_both_told(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let settings = theirs.by_query();
    let settings = settings.replace("version = \"changed\"", "version = \"tipo\"");
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    settled(&node).await;
    theirs.write(1, "NUOVA", 1).await;
    node.until_states("C-1", &["delivered"]).await;
    theirs.write(1, "CHIUSA", 2).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    until_said(&node, "does not tell two states apart").await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_source_of_another_kind_begins_with_its_baseline(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    theirs.write(1, "NUOVA", 1).await;
    let eye = Eye::open(&store.url).await;
    eye.execute(
        "INSERT INTO source (name, kind, settled, records, faults)
         VALUES ('crm', 'postgres-outbox', TRUE, 0, 0)",
    )
    .await;
    let node = Node::start(store, &theirs.by_query()).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    node.eye
        .until("SELECT CAST(count(*) AS BIGINT) FROM event WHERE quiet", 1)
        .await;
    node.planned().await;
    assert!(node.states("C-1").await.is_empty());
    node.stop().await;
}

async fn a_row_from_the_future_is_a_doubt_and_hides_nothing(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let settings = theirs.by_query().replace("changed, id", "note, id");
    let settings = settings.replace(":changed, :id", ":note, :id");
    let settings = settings.replace("\"changed\", \"id\"", "\"note\", \"id\"");
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    settled(&node).await;
    let now = node.running.clock.now().to_utc();
    let now = now.format("%Y-%m-%d %H:%M:%S").to_string();
    // First the one whose clock is wrong, then an honest one.
    for (number, time, told) in [(1, "2999-01-01 00:00:00", 1), (2, now.as_str(), 2)] {
        let sql = format!(
            "INSERT INTO pratiche VALUES ({number}, 'PR-{number}', 'C-1', 'VOLTURA', 'NUOVA', '{time}', \
             {number})"
        );
        theirs.run(&sql).await;
        node.until_states("C-1", &["delivered"; 2][..told]).await;
        until_said(&node, "ahead of time").await;
    }
    node.sums_close().await;
    node.stop().await;
}

async fn a_mapping_that_fits_nothing_stops_before_it_fills_the_store(store: TestStore) {
    let (_folder, theirs, node) = running(store).await;
    theirs.write(0, "NUOVA", 1).await;
    node.until_states("C-0", &["delivered"]).await;
    node.eye
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
             INSERT INTO source_dead
             SELECT i, 'crm', 'p', 'r', '{}', CAST(i AS TEXT), FALSE, received_at
             FROM n, (SELECT max(received_at) AS received_at FROM event) AS e",
        )
        .await;
    theirs
        .run("INSERT INTO pratiche VALUES (5, 'PR-5', 'C-1', 'VOLTURA', '', NULL, 2)")
        .await;
    until_said(&node, "10000 records could not be taken").await;
    theirs.write(1, "NUOVA", 3).await;
    node.eye.execute("DELETE FROM source_dead").await;
    node.until_states("C-1", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}
