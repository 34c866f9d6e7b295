//! A text with a hole is never sent: the message is held with its reason, is looked at again,
//! and dies when its time is over. The door refuses a request with a hole; this one was let in
//! before the template asked for what it lacks.

use araldo::domain::event::Event;
use araldo::intake::accept;
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    a_missing_variable_holds_the_message_and_says_why,
    a_text_that_is_not_there_holds_the_message_and_is_no_missing_variable,
    a_held_message_dies_in_its_time,
);

const NUMBER: &str = "+390000000190";
const HELD_AGAIN: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'held' \
    AND lease_no = 2 AND wake_at > created_at";
const WAKE: &str =
    "UPDATE message SET wake_at = created_at, due_at = created_at WHERE state = 'held'";

/// A notice whose text is forgotten.
async fn ask_with_a_hole(node: &Node) {
    ask_for(node, "notice").await;
    assert_eq!(node.states("C-1").await[0].1, "template_fault");
}

/// What the door would refuse.
async fn ask_for(node: &Node, template: &str) {
    node.client("C-1", &[NUMBER], json!({})).await;
    let request = json!({ "specversion": "1.0", "id": "1", "source": "/v1/messages/abcdefgh",
        "type": "message.requested", "data": { "client": "C-1", "template": template,
        "variables": { "body": "Riaprono martedì." } } });
    let running = &node.running;
    let now = running.clock.now();
    let event = Event::parse(&request, now).unwrap();
    accept::take(&running.store, [&event], now, running.ids.as_ref())
        .await
        .unwrap();
    node.until_states("C-1", &["held"]).await;
}

async fn a_missing_variable_holds_the_message_and_says_why(store: TestStore) {
    let node = Node::start(store, "").await;
    ask_with_a_hole(&node).await;
    let id = node.messages("client=C-1").await[0]["id"].clone();
    let why = node.message(&id).await["why"].to_string();
    assert!(why.contains("a variable is missing"), "{why}");
    assert!(!why.contains("not to leave before"), "{why}");

    node.eye.execute(WAKE).await;
    node.eye.until(HELD_AGAIN, 1).await;
    assert_eq!(node.world().truth().sms, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn a_text_that_is_not_there_holds_the_message_and_is_no_missing_variable(store: TestStore) {
    let node = Node::start(store, "").await;
    ask_for(&node, "notiec").await;
    assert_eq!(node.states("C-1").await[0].1, "no_template");
    let id = node.messages("client=C-1").await[0]["id"].clone();
    let why = node.message(&id).await["why"].to_string();
    assert!(why.contains("its template is not published"), "{why}");
    assert!(!why.contains("variable"), "{why}");
    node.sums_close().await;
    node.stop().await;
}

async fn a_held_message_dies_in_its_time(store: TestStore) {
    let node = Node::start(store, "").await;
    ask_with_a_hole(&node).await;
    node.eye
        .execute(
            "UPDATE message SET expires_at = created_at, wake_at = created_at, \
             due_at = created_at",
        )
        .await;
    node.until_states("C-1", &["expired"]).await;
    assert_eq!(node.states("C-1").await[0].1, "too_late");
    assert_eq!(node.world().truth().sms, 0);
    node.sums_close().await;
    node.stop().await;
}
