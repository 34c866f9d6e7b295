//! One message can be taken back until it leaves, and never after.

use serde_json::json;

use super::case;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(what_waits_is_taken_back_and_what_left_is_not);

const NUMBER: &str = "+390000000160";

async fn what_waits_is_taken_back_and_what_left_is_not(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    node.pause(true).await;
    let waits = case("1", "C-1", "documents_missing", "2026-11-22T10:00:00Z");
    node.event(&waits).await;
    node.until_states("C-1", &["queued"]).await;
    let id = node.messages("client=C-1").await[0]["id"].clone();
    let path = format!("/v1/messages/{}:cancel", id.as_str().unwrap());
    for _ in 0..2 {
        let answer = node.post(&path, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body, json!({ "id": id, "state": "cancelled" }));
    }
    node.pause(false).await;
    let mut leaves = case("2", "C-1", "documents_missing", "2026-11-22T11:00:00Z");
    leaves["data"]["case"] = json!("PR-2");
    node.event(&leaves).await;
    node.until_states("C-1", &["cancelled", "delivered"]).await;
    let left = node.messages("client=C-1").await[1]["id"].clone();
    let path = format!("/v1/messages/{}:cancel", left.as_str().unwrap());
    let answer = node.post(&path, &json!({})).await;
    assert_eq!(answer.status, 409, "{answer:?}");
    assert!(
        answer.body["detail"]
            .as_str()
            .unwrap()
            .contains("`delivered`")
    );
    let answer = node.post("/v1/messages/17:cancel", &json!({})).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(node.texts(NUMBER).len(), 1);
    let why = node.message(&id).await["why"].to_string();
    assert!(why.contains("An operator withdrew it"), "{why}");
    node.sums_close().await;
    node.stop().await;
}
