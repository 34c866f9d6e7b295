//! Only what is still true: what waits dies when something newer comes, nobody hears an older
//! state after a newer one, and a flapping state is told once and then as it stands.

use serde_json::json;

use super::{case, incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    an_outage_that_waits_dies_when_the_light_is_back,
    an_older_state_is_never_told_after_a_newer_one,
    ten_flaps_are_the_first_and_the_newest,
    flaps_that_come_before_the_first_has_left_are_told_at_once_as_they_stand,
);

const NUMBER: &str = "+390000000120";

async fn an_outage_that_waits_dies_when_the_light_is_back(store: TestStore) {
    let node = Node::start(store, "").await;
    let clients = ["C-1", "C-2", "C-3"];
    for (at, client) in clients.iter().enumerate() {
        let more = json!({ "places": [place(&format!("POD-{at}"), "037006")] });
        node.client(client, &[&format!("+39000000013{at}")], more)
            .await;
    }
    node.pause(true).await;
    let opened = incident("1", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    node.event(&opened).await;
    for client in clients {
        node.until_states(client, &["queued"]).await;
    }
    let resolved = incident("2", "incident.resolved", "2026-11-22T19:00:00Z", "037006");
    node.event(&resolved).await;
    for client in clients {
        node.until_states(client, &["superseded", "queued"]).await;
        assert_eq!(node.states(client).await[0].1, "newer");
    }
    assert_eq!(node.world().truth().sms, 0, "sending is paused");

    node.pause(false).await;
    for client in clients {
        node.until_states(client, &["superseded", "delivered"])
            .await;
    }
    assert_eq!(node.world().truth().sms, 3);
    let text = node.texts("+390000000130").concat();
    assert!(!text.contains("interruzione luce,"), "{text}");
    node.sums_close().await;
    node.stop().await;
}

async fn an_older_state_is_never_told_after_a_newer_one(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    let newer = case("2", "C-1", "sent_to_distributor", "2026-11-22T10:00:00Z");
    node.event(&newer).await;
    node.until_states("C-1", &["delivered"]).await;
    let older = case("1", "C-1", "received", "2026-11-22T09:00:00Z");
    node.event(&older).await;
    node.until_states("C-1", &["delivered", "superseded"]).await;
    node.settled().await;
    assert_eq!(node.texts(NUMBER).len(), 1);
    let kept = node.get("/v1/cases/PR-C-1").await;
    assert_eq!(kept.body["state"], "sent_to_distributor", "{kept:?}");
    node.sums_close().await;
    node.stop().await;
}

async fn ten_flaps_are_the_first_and_the_newest(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    for flap in 0..10 {
        let state = ["received", "sent_to_distributor"][flap % 2];
        let at = format!("2026-11-22T10:00:{flap:02}Z");
        node.event(&case(&flap.to_string(), "C-1", state, &at))
            .await;
        if flap == 0 {
            node.until_states("C-1", &["delivered"]).await;
        }
    }
    node.planned().await;
    let mut expected = vec!["superseded"; 10];
    (expected[0], expected[9]) = ("delivered", "queued");
    node.until_states("C-1", &expected).await;
    assert_eq!(node.states("C-1").await[9].1, "coalesced");
    assert_eq!(node.texts(NUMBER).len(), 1, "the newest waits its time");

    // Two minutes later.
    node.eye
        .execute("UPDATE message SET due_at = due_at - 120000000 WHERE state = 'queued'")
        .await;
    expected[9] = "delivered";
    node.until_states("C-1", &expected).await;
    let texts = node.texts(NUMBER);
    assert_eq!(texts.len(), 2);
    assert!(texts[0].contains("richiesta ricevuta"), "{texts:?}");
    assert!(texts[1].contains("inviata al distributore"), "{texts:?}");
    node.sums_close().await;
    node.stop().await;
}

async fn flaps_that_come_before_the_first_has_left_are_told_at_once_as_they_stand(
    store: TestStore,
) {
    let node = Node::start(store, "").await;
    node.client("C-1", &[NUMBER], json!({})).await;
    node.pause(true).await;
    for (flap, state) in ["received", "sent_to_distributor", "done"]
        .iter()
        .enumerate()
    {
        let at = format!("2026-11-22T10:00:0{flap}Z");
        node.event(&case(&flap.to_string(), "C-1", state, &at))
            .await;
        node.planned().await;
    }
    node.until_states("C-1", &["superseded", "superseded", "queued"])
        .await;
    node.pause(false).await;
    node.until_states("C-1", &["superseded", "superseded", "delivered"])
        .await;
    let texts = node.texts(NUMBER);
    assert!(
        texts.len() == 1 && texts[0].contains("completata"),
        "{texts:?}"
    );
    node.sums_close().await;
    node.stop().await;
}
