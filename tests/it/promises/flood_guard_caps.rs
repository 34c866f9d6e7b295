//! Whatever goes wrong on our side, nobody is flooded: beyond the cap each message has a row
//! that says so.

use serde_json::json;

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(thirty_messages_at_once_are_capped_for_one_and_no_other);

const NUMBER: &str = "+390000000170";

async fn thirty_messages_at_once_are_capped_for_one_and_no_other(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    node.client("C-2", &["+390000000171"], json!({})).await;
    for count in 0..30 {
        let answer = node
            .post("/v1/messages", &notice("C-1", &format!("avviso {count}")))
            .await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    let other = node.post("/v1/messages", &notice("C-2", "avviso")).await;
    assert_eq!(other.status, 202, "{other:?}");
    node.until_states("C-2", &["delivered"]).await;
    node.settled().await;
    let delivered = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
    node.eye.until(delivered, 11).await;
    let states = node.states("C-1").await;
    let capped = ("suppressed".to_owned(), "flood_guard".to_owned());
    assert_eq!(states.iter().filter(|state| **state == capped).count(), 20);
    assert_eq!(states.len(), 30);
    assert_eq!(node.texts(NUMBER).len(), 10);
    node.sums_close().await;
    node.stop().await;
}
