//! STOP counts from the moment it is given, also for what is planned already. Only safety
//! passes, because it cannot be refused.

use araldo::channel::sandbox::links;
use serde_json::json;

use super::{case, incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(between_plan_and_send_it_still_counts_and_safety_passes);

const NUMBER: &str = "+390000000150";

async fn between_plan_and_send_it_still_counts_and_safety_passes(store: TestStore) {
    let node = Node::start(store, "").await;
    let more = json!({ "places": [place("POD-1", "037006")] });
    node.client("C-1", &[NUMBER], more).await;
    let first = case("1", "C-1", "documents_missing", "2026-11-22T10:00:00Z");
    node.event(&first).await;
    node.until_states("C-1", &["delivered"]).await;
    let page = links(&node.inbox(NUMBER)[0]).pop().expect("a link");

    node.pause(true).await;
    let mut second = case("2", "C-1", "documents_missing", "2026-11-22T11:00:00Z");
    second["data"]["case"] = json!("PR-2");
    node.event(&second).await;
    node.until_states("C-1", &["delivered", "queued"]).await;
    let answer = node.submit(&format!("{page}/stop"), &[]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    node.pause(false).await;
    node.until_states("C-1", &["delivered", "suppressed"]).await;
    assert_eq!(node.states("C-1").await[1].1, "stop");

    let opened = incident("3", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    node.event(&opened).await;
    let mut expected = vec!["delivered", "suppressed", "delivered"];
    node.until_states("C-1", &expected).await;

    // Planned after the STOP: the row says so at once.
    let mut third = case("4", "C-1", "documents_missing", "2026-11-22T12:00:00Z");
    third["data"]["case"] = json!("PR-3");
    node.event(&third).await;
    expected.push("suppressed");
    node.until_states("C-1", &expected).await;
    assert_eq!(node.states("C-1").await[3].1, "stop");
    assert_eq!(node.texts(NUMBER).len(), 2);
    node.sums_close().await;
    node.stop().await;
}
