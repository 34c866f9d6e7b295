//! Quiet hours defer and never drop; an outage is told all the same; who changes the hours
//! while a message waits is obeyed.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{case, incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(a_message_waits_for_their_end_and_an_outage_does_not);

const NUMBER: &str = "+390000000140";

/// An hour ago to two hours from now, or hours that are over.
fn client(node: &Node, quiet_now: bool) -> Value {
    let now: DateTime<Utc> = node.running.clock.now().to_utc();
    let hours = if quiet_now { [-1, 2] } else { [-3, -2] };
    let [from, to] = hours.map(|hours| (now + TimeDelta::hours(hours)).format("%H:%M").to_string());
    json!({
        "time_zone": "UTC", "quiet_hours": { "from": from, "to": to },
        "places": [place("POD-1", "037006")],
    })
}

async fn a_message_waits_for_their_end_and_an_outage_does_not(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], client(&node, true)).await;
    let step = case("1", "C-1", "sent_to_distributor", "2026-11-22T10:00:00Z");
    node.event(&step).await;
    node.until_states("C-1", &["held"]).await;
    assert_eq!(node.states("C-1").await[0].1, "quiet_hours");
    let waits = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'held' \
                 AND wake_at = due_at AND due_at > created_at + 3600000000 \
                 AND expires_at > due_at + 86400000000";
    assert_eq!(
        node.eye.number(waits).await,
        1,
        "its life begins when it is due"
    );

    let opened = incident("2", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    node.event(&opened).await;
    node.until_states("C-1", &["held", "delivered"]).await;

    // Looked at too early, it waits again.
    let wake = "UPDATE message SET wake_at = created_at, due_at = created_at WHERE state = 'held'";
    node.eye.execute(wake).await;
    node.eye
        .until(
            "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'held' AND lease_no = 1 \
             AND wake_at > created_at",
            1,
        )
        .await;
    assert_eq!(node.texts(NUMBER).len(), 1);

    node.client("C-1", &[NUMBER], client(&node, false)).await;
    node.eye.execute(wake).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    assert_eq!(node.texts(NUMBER).len(), 2);
    node.sums_close().await;
    node.stop().await;
}
