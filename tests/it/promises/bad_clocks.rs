//! A source whose clock runs ahead silences neither its case nor its incident: what comes later
//! counts as later.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{case, incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    a_case_goes_on_after_an_event_from_the_future,
    the_light_comes_back_after_an_event_from_the_future,
);

const NUMBER: &str = "+390000000170";

fn ahead(mut event: Value, by: TimeDelta) -> Value {
    event["time"] = (SystemClock.now() + by).to_string().into();
    event
}

async fn a_case_goes_on_after_an_event_from_the_future(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    let first = case("1", "C-1", "sent_to_distributor", "2026-11-22T20:00:00Z");
    let answer = node
        .post("/v1/events", &ahead(first, TimeDelta::hours(2)))
        .await;
    assert_eq!(answer.status, 202, "an alarm is not lost: {answer:?}");
    assert_eq!(answer.body["warnings"][0]["pointer"], "/time", "{answer:?}");
    node.until_states("C-1", &["delivered"]).await;

    let then = case("2", "C-1", "completed", "2026-11-22T20:00:00Z");
    node.event(&ahead(then, TimeDelta::zero())).await;
    node.planned().await;
    let found = node.states("C-1").await;
    assert_ne!(found[1].0, "superseded", "{found:?}");
    let kept = node.get("/v1/cases/PR-C-1").await;
    assert_eq!(kept.body["state"], "completed", "{kept:?}");

    let events = node.get("/v1/events").await.body;
    let claims: Vec<bool> = [0, 1]
        .map(|at| events["items"][at]["claimed_at"].is_string())
        .into();
    assert_eq!(claims, [false, true], "{events}");
    node.stop().await;
}

async fn the_light_comes_back_after_an_event_from_the_future(store: TestStore) {
    let node = Node::start(store, "").await;
    let more = json!({ "places": [place("POD-1", "037006")] });
    node.client("C-1", &[NUMBER], more).await;
    let opened = incident("1", "incident.opened", "2026-11-22T20:00:00Z", "037006");
    node.event(&ahead(opened, TimeDelta::hours(20))).await;
    node.until_states("C-1", &["delivered"]).await;
    let resolved = incident("2", "incident.resolved", "2026-11-22T20:00:00Z", "037006");
    node.event(&ahead(resolved, TimeDelta::zero())).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    let kept = node.get("/v1/incidents/G-77").await;
    assert_eq!(kept.body["state"], "resolved", "{kept:?}");
    node.sums_close().await;
    node.stop().await;
}
