//! A second way: the next provider of a channel takes at once what the first one certainly did not, and
//! the dear channel is used only where nobody read what the cheap one brought.

use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::{Clock, EngagementKind, MessageId, Verdict};
use araldo::store::messages::engagement::NewEngagement;
use araldo_sandbox::gateway::Answer;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{case, incident, notice, place};
use crate::support::TestStore;
use crate::support::gateways::Gateway;
use crate::support::node::Node;

on_both_databases!(
    the_next_gateway_takes_at_once_what_the_first_one_refused,
    a_lost_answer_is_not_handed_to_the_next_gateway,
    a_relay_that_cannot_be_reached_costs_nobody_a_second,
    the_dear_channel_is_for_those_who_did_not_read_the_cheap_one,
    something_newer_a_bar_or_the_end_stops_the_dear_channel,
    gateways_share_a_channel_and_the_slow_one_loses_points,
);

/// Longer than a test has patience: what comes sooner was not tried again by time.
const PATIENT: &str =
    "[dispatch]\nretry_base = \"10m\"\nretry_cap = \"20m\"\nheartbeat = \"200ms\"\n";

const CHEAP_FIRST: &str = r#"
[[rule]]
name = "cheap-first"
on = ["case.state_changed"]
audience = "case-client"
template = "case-needs-you"
topic = "cases"
channels = ["email"]
fallback = { after = "2h", channel = "sms", unless = "read", unreadable = "skip" }
quiet_hours = "ignore"
expires = "72h"

[[rule]]
name = "cheap-outage"
on = ["incident.opened"]
audience = "incident-area"
template = "incident-started"
topic = "outages"
channels = ["email"]
fallback = { after = "2h", channel = "sms", unless = "read" }
quiet_hours = "ignore"
expires = "72h"
"#;

async fn one(node: &Node, client: &str) -> Value {
    let messages = node.messages(&format!("client={client}")).await;
    node.message(&messages[0]["id"]).await
}

fn attempts(message: &Value) -> Vec<(&str, &str)> {
    let attempts = message["attempts"].as_array().unwrap();
    attempts
        .iter()
        .map(|attempt| {
            (
                attempt["provider"].as_str().unwrap_or_default(),
                attempt["outcome"].as_str().unwrap_or("open"),
            )
        })
        .collect()
}

async fn two_gateways(store: TestStore, first: &Gateway, second: &Gateway) -> Node {
    let settings = format!(
        "{PATIENT}[channels]\nemail = []\nsms = [\"first\", \"second\"]\n{}{}",
        first.provider("first", ""),
        second.provider("second", ""),
    );
    let node = Node::start(store, &settings).await;
    node.client("C-1", &["+390000000210"], json!({})).await;
    let answer = node.post("/v1/messages", &notice("C-1", "avviso")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node
}

async fn the_next_gateway_takes_at_once_what_the_first_one_refused(store: TestStore) {
    let first = Gateway::open(|_, _| Answer::NO_ROOM);
    let second = Gateway::open(|_, _| Answer::Accepted);
    let node = two_gateways(store, &first, &second).await;
    node.until_states("C-1", &["accepted"]).await;
    let message = one(&node, "C-1").await;
    assert_eq!(
        attempts(&message),
        [("first", "not_sent"), ("second", "accepted")]
    );
    assert_eq!((first.arrivals.total(), second.arrivals.total()), (1, 1));
    let tries = "SELECT CAST(sum(tries) AS BIGINT) FROM message";
    assert_eq!(node.eye.number(tries).await, 0, "it costs no try");
    node.sums_close().await;
    node.stop().await;
}

async fn a_lost_answer_is_not_handed_to_the_next_gateway(store: TestStore) {
    let first = Gateway::open(|_, _| Answer::HangUp);
    let second = Gateway::open(|_, _| Answer::Accepted);
    let node = two_gateways(store, &first, &second).await;
    node.until_states("C-1", &["unknown"]).await;
    node.settled().await;
    let message = one(&node, "C-1").await;
    assert_eq!(attempts(&message), [("first", "unknown")]);
    assert_eq!(second.arrivals.total(), 0);
    node.sums_close().await;
    node.stop().await;
}

/// Nothing was named to the first relay, so there is no attempt of its own.
async fn a_relay_that_cannot_be_reached_costs_nobody_a_second(store: TestStore) {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let settings = format!(
        "{PATIENT}[channels]\nemail = [\"gone\", \"sandbox-email\"]\n\
         [provider.gone]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         from = \"Araldo <a@town.example>\"\n"
    );
    let node = Node::start(store, &settings).await;
    for client in ["A", "B"] {
        let address = format!("{client}@town.example").to_lowercase();
        node.client(client, &[address.as_str()], json!({})).await;
        let answer = node.post("/v1/messages", &notice(client, "avviso")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        node.until_states(client, &["accepted"]).await;
        let message = one(&node, client).await;
        assert_eq!(attempts(&message), [("sandbox-email", "accepted")]);
    }
    node.sums_close().await;
    node.stop().await;
}

/// A node by the rule above. Each client prefers nothing; `consent`: whether opening a mail may be kept.
async fn town(store: TestStore, clients: &[(&str, &[&str], bool)]) -> Node {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, CHEAP_FIRST).unwrap();
    let settings = format!(
        "{PATIENT}[tracking]\nopens = \"individual\"\n[rules]\nfile = \"{}\"\n",
        rules.display()
    );
    let node = Node::start_in(folder, store, &settings).await;
    for (client, contacts, consent) in clients {
        let consent = if *consent { "granted" } else { "denied" };
        let more = json!({ "tracking_consent": consent });
        node.client(client, contacts, more).await;
        let step = case(client, client, "documents_missing", "2026-11-22T10:00:00Z");
        node.event(&step).await;
    }
    node.planned().await;
    node
}

/// So much of the mails' time passes; timers that were due in it wake.
async fn two_hours_pass(node: &Node) {
    node.eye
        .execute(
            "UPDATE message SET accepted_at = accepted_at - 7200000000,
             wake_at = wake_at - 7200000000 WHERE channel = 'email' AND wake_at IS NOT NULL",
        )
        .await;
    let due = "SELECT CAST(count(*) AS BIGINT) FROM message
               WHERE channel = 'email' AND fallback = 'waits'";
    node.eye.until(due, 0).await;
}

async fn confirm(node: &Node, client: &str) {
    let message = one(node, client).await;
    let id: i64 = message["id"].as_str().unwrap().parse().unwrap();
    let act = NewEngagement {
        message: MessageId::new(id),
        kind: EngagementKind::Confirmed,
        verdict: Verdict::Human,
        grounds: "pressed the button",
        link: None,
        detail: None,
        at: node.running.clock.now(),
    };
    let mut tx = node.running.store.write().await.unwrap();
    tx.engagement()
        .record(&[act], &[], &*node.running.ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn the_dear_channel_is_for_those_who_did_not_read_the_cheap_one(store: TestStore) {
    let node = town(
        store,
        &[
            ("READ", &["read@town.example", "+390000000221"], true),
            ("UNREAD", &["unread@town.example", "+390000000222"], true),
            ("HIDDEN", &["hidden@town.example", "+390000000223"], false),
            ("NOMAIL", &["+390000000224"], true),
            ("BROKEN", &["bounce.1@town.example", "+390000000225"], true),
        ],
    )
    .await;
    for client in ["READ", "UNREAD", "HIDDEN"] {
        node.until_states(client, &["accepted"]).await;
    }
    // Who has no mailbox, or a broken one, waits for nobody.
    node.until_states("NOMAIL", &["suppressed", "delivered"])
        .await;
    node.until_states("BROKEN", &["rejected", "delivered"])
        .await;
    confirm(&node, "READ").await;
    two_hours_pass(&node).await;
    node.until_states("UNREAD", &["accepted", "delivered"])
        .await;
    node.settled().await;
    node.until_states("READ", &["accepted"]).await;
    node.until_states("HIDDEN", &["accepted"]).await;
    assert_eq!(node.texts("+390000000222").len(), 1);
    assert_eq!(node.texts("+390000000221").len(), 0);

    // Looked at again, nothing is decided or counted a second time.
    node.eye
        .execute("UPDATE message SET wake_at = 1 WHERE channel = 'email'")
        .await;
    let looked_at = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE wake_at = 1";
    node.eye.until(looked_at, 0).await;
    node.settled().await;
    assert_eq!(node.world().truth().sms, 3);

    for (client, said) in [
        (
            "READ",
            "The other channel was spared: a person read this in time.",
        ),
        ("UNREAD", "The other channel was used as well."),
    ] {
        let message = one(&node, client).await;
        let why = message["why"].as_array().unwrap();
        assert!(why.contains(&json!(said)), "{why:?}");
    }

    let insight = node.get("/v1/insight").await.body;
    assert_eq!(
        insight["fallbacks"],
        json!([{ "template": "case-needs-you", "channel": "sms", "turned": 3, "spared": 1,
            "unreadable": 1, "unreachable": 0 }]),
    );
    node.sums_close().await;
    node.stop().await;
}

async fn something_newer_a_bar_or_the_end_stops_the_dear_channel(store: TestStore) {
    let node = town(
        store,
        &[
            ("NEWER", &["newer@town.example", "+390000000231"], true),
            ("STOPPED", &["stopped@town.example", "+390000000232"], true),
        ],
    )
    .await;
    // Nobody is told by a rule that it is over.
    let home = json!({ "places": [place("POD-1", "037006")], "tracking_consent": "granted" });
    let both = ["over@town.example", "+390000000233"];
    node.client("OVER", &both, home).await;
    let opened = incident("1", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    node.event(&opened).await;
    for client in ["NEWER", "STOPPED", "OVER"] {
        node.until_states(client, &["accepted"]).await;
    }
    let resolved = incident("2", "incident.resolved", "2026-11-22T19:00:00Z", "037006");
    node.event(&resolved).await;
    node.planned().await;
    node.eye
        .execute(
            "INSERT INTO suppression (channel, address, reason, created_at)
             VALUES ('sms', '+390000000232', 'stop', 1)",
        )
        .await;
    node.eye
        .execute(
            "UPDATE plan SET superseded_by = id WHERE id IN (SELECT m.plan_id FROM message m
             JOIN client c ON c.id = m.client_id WHERE c.ref = 'NEWER')",
        )
        .await;
    two_hours_pass(&node).await;
    node.settled().await;
    for client in ["NEWER", "STOPPED", "OVER"] {
        node.until_states(client, &["accepted"]).await;
    }
    assert_eq!(node.world().truth().sms, 0);
    let unreachable = "SELECT CAST(sum(messages) AS BIGINT) FROM fallback_day
                       WHERE outcome = 'unreachable'";
    assert_eq!(node.eye.number(unreachable).await, 3);
    node.sums_close().await;
    node.stop().await;
}

/// Of eighty messages each gateway gets some forty; fewer than twenty would be no ground to judge.
async fn gateways_share_a_channel_and_the_slow_one_loses_points(store: TestStore) {
    let [first, second] = [(); 2].map(|()| Gateway::open(|_, _| Answer::Accepted));
    let clock = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
    let settings = format!(
        "{PATIENT}[channels]\nemail = []\nsms = [\"first\", \"second\"]\n\
         sms_weights = [51, 49]\n{}{}",
        first.provider("first", ""),
        second.provider("second", ""),
    );
    let node = Node::start_by(store, &settings, Arc::clone(&clock) as Arc<dyn Clock>).await;
    for number in 0..80 {
        let client = format!("C-{number}");
        let address = format!("+3900000{number:05}");
        node.client(&client, &[address.as_str()], json!({})).await;
        let answer = node.post("/v1/messages", &notice(&client, "avviso")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    let accepted = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'accepted'";
    node.eye.until(accepted, 80).await;
    assert!(first.arrivals.total() >= 20 && second.arrivals.total() >= 20);

    // The receipts of the second one came; those of the first are awaited.
    node.eye
        .execute(
            "UPDATE message SET state = 'delivered', final_at = accepted_at
             WHERE provider = 'second'",
        )
        .await;
    clock.advance(TimeDelta::minutes(7));
    let points =
        "SELECT CAST(coalesce(max(weight), 0) AS BIGINT) FROM provider_state WHERE name = 'first'";
    node.eye.until(points, 41).await;
    let other =
        "SELECT CAST(coalesce(max(weight), 0) AS BIGINT) FROM provider_state WHERE name = 'second'";
    assert_eq!(node.eye.number(other).await, 49);

    // They came after all: a quarter of an hour later the points come back.
    node.eye
        .execute("UPDATE message SET state = 'delivered', final_at = accepted_at")
        .await;
    clock.advance(TimeDelta::minutes(16));
    node.eye.until(points, 51).await;
    node.stop().await;
}
