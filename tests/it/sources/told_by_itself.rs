//! A change in a table is told to the client, though nobody posted it; what stood there before is
//! known and told to nobody.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use chrono::TimeDelta;
use serde_json::json;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_change_in_postgresql_is_told_and_the_baseline_is_not,
    a_change_in_mariadb_is_told_and_the_baseline_is_not,
    a_change_in_a_sqlite_file_is_told_and_the_baseline_is_not,
    a_look_that_sees_a_row_again_tells_nobody_twice,
    what_changes_while_a_first_look_is_interrupted_is_told,
);

async fn clients(node: &Node, count: usize) {
    for number in 0..count {
        let phone = format!("+39000000{:04}", 170 + number);
        node.client(&format!("C-{number}"), &[&phone], json!({}))
            .await;
    }
}

async fn settled(node: &Node) {
    node.eye
        .until(
            "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled",
            1,
        )
        .await;
}

async fn a_change_in_postgresql_is_told_and_the_baseline_is_not(store: TestStore) {
    told(store, Theirs::postgres().await).await;
}

async fn a_change_in_mariadb_is_told_and_the_baseline_is_not(store: TestStore) {
    told(store, Theirs::mariadb().await).await;
}

async fn a_change_in_a_sqlite_file_is_told_and_the_baseline_is_not(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    told(store, Theirs::sqlite(folder.path()).await).await;
}

async fn told(store: TestStore, theirs: Theirs) {
    for number in 0..3 {
        theirs.write(number, "NUOVA", number + 1).await;
    }
    let node = Node::start(store, &theirs.by_query()).await;
    clients(&node, 4).await;
    settled(&node).await;
    node.planned().await;
    assert_eq!(node.get("/v1/cases/PR-2").await.body["state"], "received");
    for number in 0..3 {
        assert!(node.states(&format!("C-{number}")).await.is_empty());
    }

    theirs.write(1, "AL DISTRIBUTORE", 10).await;
    theirs.write(3, "NUOVA", 11).await;
    node.until_states("C-1", &["delivered"]).await;
    node.until_states("C-3", &["delivered"]).await;
    let said = node.texts("+390000000171").concat();
    assert!(said.contains("distributore"), "{said}");
    let events = node
        .eye
        .texts("SELECT type FROM event WHERE NOT quiet ORDER BY id")
        .await;
    assert_eq!(events, ["case.state_changed", "case.opened"]);
    assert!(node.states("C-0").await.is_empty());

    theirs.write(1, "CHIUSA", 12).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    let last = node
        .eye
        .texts("SELECT type FROM event ORDER BY id DESC")
        .await;
    assert_eq!(last[0], "case.closed");
    node.sums_close().await;
    node.stop().await;
}

async fn a_look_that_sees_a_row_again_tells_nobody_twice(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let node = Node::start(store, &theirs.by_query()).await;
    clients(&node, 1).await;
    settled(&node).await;
    theirs.write(0, "NUOVA", 1).await;
    node.until_states("C-0", &["delivered"]).await;
    // Somebody reads all of it again, on purpose.
    let mut tx = node.running.store.write().await.unwrap();
    tx.sources().rewind("crm", None).await.unwrap();
    tx.commit().await.unwrap();
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("crm").await.unwrap().unwrap();
        let again = row.records >= 2 && row.cursor.is_some();
        again.then_some(()).ok_or_else(|| format!("{row:?}"))
    })
    .await;
    node.planned().await;
    assert_eq!(node.states("C-0").await.len(), 1);
    assert_eq!(
        node.eye
            .number("SELECT CAST(count(*) AS BIGINT) FROM event")
            .await,
        1
    );
    node.sums_close().await;
    node.stop().await;
}

/// The first look stops before a row that is too large, and another run of the daemon ends it.
async fn what_changes_while_a_first_look_is_interrupted_is_told(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let settings = theirs.by_query().replace(
        "note = \"note\"\nversion = \"changed\"",
        "version = \"changed\"\nchanged_at = \"note\"",
    );
    assert!(settings.contains("changed_at"), "{settings}");
    for number in 0..3 {
        theirs.write(number, "NUOVA", number + 1).await;
    }
    let before = SystemClock.now() - TimeDelta::hours(1);
    let large = format!(
        "UPDATE pratiche SET note = '{before}';
         UPDATE pratiche SET tipo = hex(zeroblob(200000)) WHERE id = 1"
    );
    theirs.run(&large).await;
    let first = Node::start(store, &settings).await;
    clients(&first, 4).await;
    let interrupted = "SELECT CAST(count(*) AS BIGINT) FROM source
                       WHERE fault IS NOT NULL AND records = 1 AND NOT settled";
    first.eye.until(interrupted, 1).await;
    first.planned().await;
    let store = first.stop_and_keep_store().await;

    theirs.write(0, "AL DISTRIBUTORE", 10).await;
    theirs.write(3, "NUOVA", 11).await;
    let changed = format!(
        "UPDATE pratiche SET tipo = 'VOLTURA';
         UPDATE pratiche SET note = '{}' WHERE changed >= 10",
        SystemClock.now()
    );
    theirs.run(&changed).await;
    let node = Node::start(store, &settings).await;
    settled(&node).await;
    for client in ["C-0", "C-3"] {
        node.until_states(client, &["delivered"]).await;
    }
    node.planned().await;
    let told = "SELECT type FROM event WHERE NOT quiet ORDER BY id";
    let told = node.eye.texts(told).await;
    assert_eq!(told, ["case.state_changed", "case.opened"]);
    for client in ["C-1", "C-2"] {
        assert!(node.states(client).await.is_empty());
    }
    assert_eq!(node.get("/v1/cases/PR-2").await.body["state"], "received");
    let over =
        "SELECT CAST(count(*) AS BIGINT) FROM source WHERE name = 'crm' AND began_at IS NULL";
    assert_eq!(node.eye.number(over).await, 1);
    node.sums_close().await;
    node.stop().await;
}
