//! News that was under way for longer than its rule gives it is kept, shown and not told: a
//! backlog after an interruption must not wake a town for an outage of last week. Nor must what
//! stood in a source already when it was new.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use araldo::domain::event::Event;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{case, incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    an_outage_of_three_days_ago_is_not_told_as_an_alarm,
    what_stood_in_a_source_when_it_was_new_is_known_and_not_told,
);

fn ago(id: &str, kind: &str, ago: TimeDelta) -> Value {
    let mut event = incident(id, kind, "2026-11-22T20:00:00Z", "037006");
    event["time"] = (SystemClock.now() - ago).to_string().into();
    event
}

async fn an_outage_of_three_days_ago_is_not_told_as_an_alarm(store: TestStore) {
    let node = Node::start(store, "").await;
    let more = || json!({ "places": [place("POD-1", "037006")] });
    node.client("C-1", &["+390000000171"], more()).await;
    node.client("NOBODY", &[], more()).await;
    let old = ago("1", "incident.opened", TimeDelta::days(3));
    node.event(&old).await;
    node.until_states("C-1", &["expired"]).await;
    assert_eq!(node.states("C-1").await[0].1, "too_late");
    assert_eq!(node.states("NOBODY").await[0].1, "no_contact");
    let message = node.messages("client=C-1").await.remove(0);
    let why = node.message(&message["id"]).await["why"].to_string();
    assert!(
        why.contains(
            "happened 3 d before, and was heard of too late: the rule gives such news 4 h"
        ),
        "{why}"
    );

    // What is under way for a while, but not for too long, is told.
    let late = ago("2", "incident.updated", TimeDelta::hours(1));
    node.event(&late).await;
    node.until_states("C-1", &["expired", "delivered"]).await;
    assert_eq!(node.texts("+390000000171").len(), 1);
    node.sums_close().await;
    node.stop().await;
}

/// Keeps an event as a source does that is looked at for the first time.
async fn keep_quietly(node: &Node, event: &Value) {
    let running = &node.running;
    let now = running.clock.now();
    let mut event = Event::parse(event, now).unwrap();
    event.quiet = true;
    let mut tx = running.store.write().await.unwrap();
    tx.events()
        .accept([&event], now, running.ids.as_ref())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn what_stood_in_a_source_when_it_was_new_is_known_and_not_told(store: TestStore) {
    const DETAILS: &str = "SELECT DISTINCT detail FROM event WHERE state = 'planned'";
    let node = Node::start(store, "").await;
    let more = json!({ "places": [place("POD-1", "037006")] });
    node.client("C-1", &["+390000000172"], more).await;
    let stood = case("1", "C-1", "received", "2026-11-22T10:00:00Z");
    keep_quietly(&node, &stood).await;
    let stood = incident("2", "incident.opened", "2026-11-22T10:00:00Z", "037006");
    keep_quietly(&node, &stood).await;
    node.planned().await;
    assert!(node.states("C-1").await.is_empty());
    for (path, state) in [
        ("/v1/cases/PR-C-1", "received"),
        ("/v1/incidents/G-77", "going_on"),
    ] {
        let kept = node.get(path).await;
        assert_eq!(kept.body["state"], state, "{kept:?}");
    }
    let told = node.eye.texts(DETAILS).await;
    assert_eq!(
        told,
        ["told nobody: it stood there when its source was new"]
    );

    // What happens to them from now on is told.
    let moved = case("3", "C-1", "sent_to_distributor", "2026-11-22T11:00:00Z");
    node.event(&moved).await;
    node.until_states("C-1", &["delivered"]).await;
    let mut grown = incident("4", "incident.updated", "2026-11-22T12:00:00Z", "037006");
    grown["data"]["cause"] = "a tree on the line".into();
    node.event(&grown).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    assert_eq!(node.texts("+390000000172").len(), 2);
    node.sums_close().await;
    node.stop().await;
}
