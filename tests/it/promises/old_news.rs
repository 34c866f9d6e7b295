//! News that was under way for longer than its rule gives it is kept, shown and not told: a
//! backlog after an interruption must not wake a town for an outage of last week.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(an_outage_of_three_days_ago_is_not_told_as_an_alarm);

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
