//! A change in a table is told to the client, though nobody posted it; what stood there before is
//! known and told to nobody.

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
