//! Providers fail in every way they can: nobody is forgotten, nobody is told twice, and what
//! nobody can know is called unknown.

use araldo::domain::client::SuppressionReason;
use araldo::domain::{Address, Channel};
use araldo_sandbox::gateway::Answer;
use serde_json::{Value, json};

use super::{case, notice};
use crate::support::TestStore;
use crate::support::gateways::Gateway;
use crate::support::node::Node;

on_both_databases!(
    a_gateway_without_room_gets_it_again_and_once,
    what_never_left_floods_nobody,
    a_mailbox_that_defers_gets_it_at_the_third_try,
    a_lost_answer_is_unknown_and_never_sent_again_by_itself,
    what_did_not_arrive_turns_to_the_other_channel,
    safety_turns_to_the_mailbox_that_said_stop_and_not_to_a_dead_one,
    a_mailbox_that_is_not_there_is_barred_and_the_next_goes_elsewhere,
);

/// Tries follow each other at once.
const QUICK: &str = "[dispatch]\nretry_base = \"20ms\"\nretry_cap = \"50ms\"\n\
    reconcile_after = \"1s\"\nheartbeat = \"200ms\"\n";

async fn ask(node: &Node, client: &str) {
    let answer = node.post("/v1/messages", &notice(client, "avviso")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

fn outcomes(message: &Value) -> Vec<&str> {
    let attempts = message["attempts"].as_array().unwrap();
    attempts
        .iter()
        .map(|attempt| attempt["outcome"].as_str().unwrap_or("open"))
        .collect()
}

async fn only(node: &Node, client: &str) -> Value {
    let messages = node.messages(&format!("client={client}")).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    node.message(&messages[0]["id"]).await
}

async fn a_gateway_without_room_gets_it_again_and_once(store: TestStore) {
    let gateway = Gateway::open(|_, times| match times {
        1 | 2 => Answer::NO_ROOM,
        _ => Answer::Accepted,
    });
    let settings = format!("{QUICK}{}", gateway.settings(""));
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000210"], json!({})).await;
    ask(&node, "C-1").await;
    node.until_states("C-1", &["accepted"]).await;
    let message = only(&node, "C-1").await;
    assert_eq!(outcomes(&message), ["not_sent", "not_sent", "accepted"]);
    assert_eq!(message["attempts"][0]["code"], "503");
    assert_eq!(gateway.arrivals.total(), 3);
    node.sums_close().await;
    node.stop().await;
}

/// The guard lets two an hour pass: tries that certainly did not leave are none of them.
async fn what_never_left_floods_nobody(store: TestStore) {
    let gateway = Gateway::open(|_, times| match times {
        1 | 2 => Answer::NO_ROOM,
        _ => Answer::Accepted,
    });
    let settings = format!("{QUICK}flood_per_hour = 2\n{}", gateway.settings(""));
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000211"], json!({})).await;
    ask(&node, "C-1").await;
    node.until_states("C-1", &["accepted"]).await;
    assert_eq!(
        outcomes(&only(&node, "C-1").await),
        ["not_sent", "not_sent", "accepted"]
    );
    ask(&node, "C-1").await;
    node.until_states("C-1", &["accepted", "accepted"]).await;
    ask(&node, "C-1").await;
    node.until_states("C-1", &["accepted", "accepted", "suppressed"])
        .await;
    assert_eq!(node.states("C-1").await[2].1, "flood_guard");
    assert_eq!(gateway.arrivals.total(), 4);
    node.sums_close().await;
    node.stop().await;
}

async fn a_mailbox_that_defers_gets_it_at_the_third_try(store: TestStore) {
    let node = Node::start(store, QUICK).await;
    let address = "defer.1@town.example";
    node.client("C-1", &[address], json!({})).await;
    ask(&node, "C-1").await;
    node.until_states("C-1", &["accepted"]).await;
    let message = only(&node, "C-1").await;
    assert_eq!(outcomes(&message), ["not_sent", "not_sent", "accepted"]);
    assert_eq!(node.inbox(address).len(), 1);
    let tries = "SELECT CAST(sum(tries) AS BIGINT) FROM message";
    assert_eq!(
        node.eye.number(tries).await,
        2,
        "a deferral counts as a try"
    );
    node.sums_close().await;
    node.stop().await;
}

async fn a_lost_answer_is_unknown_and_never_sent_again_by_itself(store: TestStore) {
    let node = Node::start(store, QUICK).await;
    node.client("MAIL", &["drop.1@town.example"], json!({}))
        .await;
    node.client("SMS", &["+390000000204"], json!({})).await;
    for client in ["MAIL", "SMS"] {
        ask(&node, client).await;
    }
    node.until_states("MAIL", &["unknown"]).await;
    assert_eq!(node.states("MAIL").await[0].1, "answer_lost");
    // The report of the handset is the proof that it left.
    node.until_states("SMS", &["delivered"]).await;

    // Looked at again, and again: a relay cannot be asked, so it waits for a receipt.
    for _ in 0..2 {
        node.eye
            .execute("UPDATE message SET wake_at = 1 WHERE state = 'unknown'")
            .await;
        let looked_at = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE wake_at = 1";
        node.eye.until(looked_at, 0).await;
        node.settled().await;
    }
    node.until_states("MAIL", &["unknown"]).await;
    assert_eq!(node.inbox("drop.1@town.example").len(), 1);
    assert_eq!(node.texts("+390000000204").len(), 1);
    assert_eq!(outcomes(&only(&node, "MAIL").await), ["unknown"]);
    assert_eq!(node.world().truth().doubles, 0);

    // Past the horizon nobody will ever know.
    node.eye
        .execute(
            "UPDATE message SET opened_at = opened_at - 864000000000, wake_at = 1 \
             WHERE state = 'unknown'",
        )
        .await;
    node.until_states("MAIL", &["unresolved"]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn what_did_not_arrive_turns_to_the_other_channel(store: TestStore) {
    let node = Node::start(store, QUICK).await;
    let contacts = ["+390000000201", "two@town.example"];
    node.client("C-1", &contacts, json!({ "preferred": "sms" }))
        .await;
    node.client("ONE", &["+390000000301"], json!({})).await;
    for client in ["C-1", "ONE"] {
        // The rule `case-needs-you` has a fallback.
        let step = case(client, client, "documents_missing", "2026-11-22T10:00:00Z");
        node.event(&step).await;
    }
    node.until_states("C-1", &["undelivered", "accepted"]).await;
    node.until_states("ONE", &["undelivered"]).await;
    let messages = node.messages("client=C-1").await;
    assert_eq!(messages[0]["channel"], "sms");
    assert_eq!(messages[1]["channel"], "email");
    assert_eq!(node.inbox("two@town.example").len(), 1);
    node.settled().await;
    assert_eq!(node.world().truth().mails, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn safety_turns_to_the_mailbox_that_said_stop_and_not_to_a_dead_one(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, DANGER).unwrap();
    let settings = format!("{QUICK}[rules]\nfile = \"{}\"\n", rules.display());
    let node = Node::start_in(folder, store, &settings).await;
    let prefers = json!({ "preferred": "sms" });
    let stopped = ["+390000000201", "stopped@town.example"];
    node.client("STOP", &stopped, prefers.clone()).await;
    let two = ["+390000000301", "dead@town.example", "good@town.example"];
    node.client("TWO", &two, prefers).await;
    for (mailbox, reason) in [
        ("stopped@town.example", SuppressionReason::Stop),
        ("dead@town.example", SuppressionReason::HardBounce),
    ] {
        let address = Address::from_stored(Channel::Email, mailbox.to_owned());
        let now = node.running.clock.now();
        let mut tx = node.running.store.write().await.unwrap();
        tx.suppressions()
            .suppress(&address, reason, None, now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    for client in ["STOP", "TWO"] {
        let step = case(client, client, "documents_missing", "2026-11-22T10:00:00Z");
        node.event(&step).await;
        node.until_states(client, &["undelivered", "accepted"])
            .await;
    }
    assert_eq!(node.inbox("stopped@town.example").len(), 1);
    assert_eq!(node.inbox("good@town.example").len(), 1);
    node.sums_close().await;
    node.stop().await;
}

/// A rule of class safety that turns to e-mail.
const DANGER: &str = r#"
[[rule]]
name = "danger"
on = ["case.state_changed"]
audience = "case-client"
template = "case-needs-you"
topic = "cases"
class = "safety"
fallback = { after = "4h", channel = "email" }
expires = "72h"
"#;

async fn a_mailbox_that_is_not_there_is_barred_and_the_next_goes_elsewhere(store: TestStore) {
    let node = Node::start(store, QUICK).await;
    let mail = json!({ "preferred": "email" });
    node.client(
        "BOTH",
        &["bounce.1@town.example", "+390000000211"],
        mail.clone(),
    )
    .await;
    node.client("MAIL", &["bounce.2@town.example"], mail).await;
    for client in ["BOTH", "MAIL"] {
        ask(&node, client).await;
        node.until_states(client, &["rejected"]).await;
    }
    let barred = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'hard_bounce'";
    assert_eq!(node.eye.number(barred).await, 2);
    for client in ["BOTH", "MAIL"] {
        ask(&node, client).await;
    }
    node.until_states("BOTH", &["rejected", "delivered"]).await;
    node.until_states("MAIL", &["rejected", "suppressed"]).await;
    assert_eq!(node.states("MAIL").await[1].1, "hard_bounce");
    assert_eq!(node.texts("+390000000211").len(), 1);
    assert_eq!(node.world().truth().mails, 0);
    node.sums_close().await;
    node.stop().await;
}
