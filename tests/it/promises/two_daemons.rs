//! Two daemons never share one SQLite file; on PostgreSQL they share the work.

use std::sync::Arc;

use serde_json::json;

use super::notice;
use crate::support;
use crate::support::node::{Node, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_on_one_sqlite_file_is_refused() {
    let store = support::sqlite().await;
    let url = store.url.clone();
    let node = Node::start(store, "").await;
    let folder = tempfile::tempdir().unwrap();
    let refused = run(&url, folder.path(), "").await.err();
    let refused = refused.expect("a second daemon").to_string();
    assert!(refused.contains("in use by another araldo"), "{refused}");
    assert!(refused.contains("PostgreSQL"), "{refused}");

    // The first goes on as before, and leaves the file to the next.
    node.client("C-1", &["+390000000180"], json!({})).await;
    node.post("/v1/messages", &notice("C-1", "avviso")).await;
    node.until_states("C-1", &["delivered"]).await;
    node.sums_close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_on_one_postgresql_share_the_work_and_nobody_is_told_twice() {
    let store = support::postgres().await;
    let url = store.url.clone();
    let first = Node::start(store, "").await;
    let folder = tempfile::tempdir().unwrap();
    let second = run(&url, folder.path(), "").await.expect("a second node");
    let places = json!([super::place("POD", "037006")]);
    for number in 0..200 {
        let mut place = places.clone();
        place[0]["place"] = json!(format!("POD-{number}"));
        let contact = format!("+39000{:07}", 100_000 + number * 10 + 9);
        let more = json!({ "places": place });
        first
            .client(&format!("C-{number}"), &[&contact], more)
            .await;
    }
    let opened = super::incident("1", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    first.event(&opened).await;
    let delivered = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
    first.eye.until(delivered, 200).await;
    let worlds = [
        Arc::clone(first.world()),
        second.world.clone().expect("its sandbox"),
    ];
    let [mine, theirs] = worlds.map(|world| world.truth());
    assert_eq!(mine.sms + theirs.sms, 200);
    assert_eq!(mine.doubles + theirs.doubles, 0);
    first.sums_close().await;
    second.lifecycle.abort();
}

/// Two programs on one machine have one name when nobody gives them another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_of_the_same_name_does_not_stop_the_first() {
    const NAMED: &str = "[node]\nname = \"twin\"\n[dispatch]\nheartbeat = \"1s\"\nlease = \"4s\"\n";
    let store = support::postgres().await;
    let url = store.url.clone();
    let first = Node::start(store, NAMED).await;
    let folder = tempfile::tempdir().unwrap();
    let second = run(&url, folder.path(), NAMED)
        .await
        .expect("a second node");
    first.client("C-1", &["+390000000181"], json!({})).await;
    for round in 1..=5 {
        let answer = first.post("/v1/messages", &notice("C-1", "avviso")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        first.until_states("C-1", &vec!["delivered"; round]).await;
    }
    let alive = "SELECT CAST(count(*) AS BIGINT) FROM node WHERE stopped_at IS NULL";
    assert_eq!(first.eye.number(alive).await, 2);
    assert!(!first.running.lifecycle.is_stopping());
    second.lifecycle.abort();

    // Now it is silent, and is declared dead.
    first.eye.until(alive, 1).await;
    first.sums_close().await;
    first.stop().await;
}
