//! The client decides: marketing needs a yes, a topic can be refused, and who cannot be reached
//! has a row that says so.

use serde_json::{Value, json};

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(each_refusal_has_its_row_and_its_reason);

async fn ask(node: &Node, client: &str, class: &str) {
    let mut message = notice(client, "domani le scuole restano chiuse");
    message["class"] = json!(class);
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

async fn each_refusal_has_its_row_and_its_reason(store: TestStore) {
    let node = Node::start(store, "").await;
    let topics = |wanted: bool| json!({ "topics": { "notices": wanted } });
    let town: [(&str, &[&str], Value); 4] = [
        ("SILENT", &["+390000000160"], json!({})),
        ("YES", &["+390000000161"], topics(true)),
        ("NO", &["+390000000162"], topics(false)),
        ("NOBODY", &[], json!({})),
    ];
    for (client, contacts, more) in town {
        node.client(client, contacts, more).await;
    }
    for class in ["marketing", "service", "safety"] {
        for client in ["SILENT", "YES", "NO", "NOBODY"] {
            ask(&node, client, class).await;
        }
        node.settled().await;
    }
    node.until_states("SILENT", &["suppressed", "delivered", "delivered"])
        .await;
    node.until_states("YES", &["delivered"; 3]).await;
    node.until_states("NO", &["suppressed", "suppressed", "delivered"])
        .await;
    node.until_states("NOBODY", &["suppressed"; 3]).await;
    let reasons = |states: Vec<(String, String)>| states.into_iter().map(|(_, why)| why);
    assert!(reasons(node.states("SILENT").await).eq(["no_consent", "", ""]));
    assert!(reasons(node.states("NO").await).eq(["no_consent", "topic_refused", ""]));
    assert!(reasons(node.states("NOBODY").await).eq(["no_contact"; 3]));
    assert_eq!(node.world().truth().sms, 6);

    // A refusal between plan and send.
    node.pause(true).await;
    ask(&node, "YES", "service").await;
    node.until_states("YES", &["delivered", "delivered", "delivered", "queued"])
        .await;
    node.client("YES", &["+390000000161"], topics(false)).await;
    node.pause(false).await;
    node.until_states(
        "YES",
        &["delivered", "delivered", "delivered", "suppressed"],
    )
    .await;
    assert_eq!(node.world().truth().sms, 6);
    node.sums_close().await;
    node.stop().await;
}
