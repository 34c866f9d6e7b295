//! Who was erased is told nothing any more, has no links any more, and is found nowhere; those who
//! share the telephone lose nothing of their own.

use araldo::channel::sandbox::links;
use araldo::domain::token::{Purpose, Signer};
use serde_json::{Value, json};

use super::{case, notice};
use crate::support::node::Node;
use crate::support::{TestStore, traces};

on_both_databases!(
    what_waits_for_the_erased_is_not_sent,
    nothing_is_left_that_names_the_erased,
    links_of_the_erased_end,
    a_stop_outlives_the_erased,
    a_household_keeps_what_is_its_own,
    what_still_comes_in_about_the_erased_is_not_kept,
);

const NUMBER: &str = "+390000000170";
const MAIL: &str = "ginevra.quercioli@mail.example";
const NAME: &str = "Ginevra Quercioli";
const NOTE: &str = "Manca la firma di zia Clotilde";
const A_LINK: &str = "INSERT INTO link VALUES (77, 'https://www.example.it/guida', 1)";
const REPLY: &str = "Chiamatemi dopo le sedici";

/// The address behind which a message's reader finds `path`.
async fn link(node: &Node, path: &str, purpose: Purpose, ids: &[i64]) -> String {
    let mut tx = node.running.store.read().await.unwrap();
    let secret = tx.keyring().lookup("links").await.unwrap().unwrap();
    let token = Signer::new(secret.as_bytes()).sign(purpose, ids);
    let address = node.running.address.expect("the role web");
    format!("http://{address}/{path}/{token}")
}

fn number_of(message: &Value) -> i64 {
    message["id"].as_str().unwrap().parse().unwrap()
}

async fn erase(node: &Node, client: &str) {
    let answer = node.delete(&format!("/v1/clients/{client}")).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

/// A case's news with a note.
fn noted(id: &str, client: &str, at: &str) -> Value {
    let mut event = case(id, client, "documents_missing", at);
    event["data"]["note"] = json!(NOTE);
    event
}

async fn what_waits_for_the_erased_is_not_sent(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("Z-9", &[NUMBER], json!({})).await;
    node.pause(true).await;
    node.event(&noted("1", "Z-9", "2026-11-22T10:00:00Z")).await;
    node.until_states("Z-9", &["queued"]).await;
    let id = node.messages("client=Z-9").await[0]["id"].clone();
    erase(&node, "Z-9").await;
    assert_eq!(node.get("/v1/clients/Z-9").await.status, 404);
    assert_eq!(node.delete("/v1/clients/Z-9").await.status, 404);
    node.pause(false).await;

    // Another client's message goes out after it, so the queue has moved.
    node.client("C-2", &["+390000000171"], json!({})).await;
    node.post("/v1/messages", &notice("C-2", "Avviso")).await;
    node.until_states("C-2", &["delivered"]).await;
    assert_eq!(node.texts(NUMBER), Vec::<String>::new());
    let message = node.message(&id).await;
    assert_eq!(message["state"], "cancelled");
    let why = message["why"].to_string();
    assert!(why.contains("the client was erased"), "{why}");
    node.sums_close().await;
    node.stop().await;
}

async fn nothing_is_left_that_names_the_erased(store: TestStore) {
    let node = Node::start(store, "").await;
    let more = json!({ "name": NAME, "tracking_consent": "granted", "topics": { "surveys": false },
        "places": [{ "place": "IT001E70707070", "kind": "pod", "municipality": "037006" }] });
    node.client("Z-9", &[NUMBER, MAIL], more).await;
    node.client("C-3", &["+390000000173"], json!({ "partner": "Z-9" }))
        .await;
    node.event(&noted("1", "Z-9", "2026-11-22T10:00:00Z")).await;
    let mut mail = notice("Z-9", "Avviso per Ginevra Quercioli");
    mail["channels"] = json!(["email"]);
    node.post("/v1/messages", &mail).await;
    node.until_states("Z-9", &["delivered", "accepted"]).await;
    let page = links(&node.inbox(NUMBER)[0]).pop().expect("a link");
    let answer = node
        .submit(&format!("{page}/reply"), &[("text", REPLY)])
        .await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let choice = [("topic.cases", "yes"), ("locale", "en")];
    node.submit(&format!("{page}/preferences"), &choice).await;
    node.pause(true).await;
    let mut waits = noted("2", "Z-9", "2026-11-22T11:00:00Z");
    waits["data"]["case"] = json!("PR-Z-9-bis");
    node.event(&waits).await;
    node.planned().await;

    let named = [
        NAME,
        "ginevra quercioli",
        NUMBER,
        MAIL,
        NOTE,
        REPLY,
        "Z-9",
        "IT001E70707070",
    ];
    let before = traces::of(node.url(), &node.eye, &named).await;
    for text in named {
        let found = before.iter().any(|trace| trace.starts_with(text));
        assert!(found, "{text} was never there: the search finds nothing");
    }
    erase(&node, "Z-9").await;
    assert!(node.running.store.empty_the_log().await.unwrap());
    let left = traces::of(node.url(), &node.eye, &named).await;
    assert_eq!(left, Vec::<String>::new());

    let tombstone = "SELECT detail FROM audit WHERE action = 'client.erased'";
    let tombstone = node.eye.texts(tombstone).await;
    assert_eq!(tombstone, ["1 messages withdrawn, 3 events blanked"]);
    node.pause(false).await;
    node.sums_close().await;
    node.stop().await;
}

async fn links_of_the_erased_end(store: TestStore) {
    let node = Node::start(store, "").await;
    let more = json!({ "tracking_consent": "granted" });
    node.client("Z-9", &[NUMBER, MAIL], more).await;
    let mut mail = notice("Z-9", "Avviso");
    mail["channels"] = json!(["sms", "email"]);
    node.post("/v1/messages", &mail).await;
    node.settled().await;
    let message = number_of(&node.messages("client=Z-9").await[0]);
    let status = link(&node, "s", Purpose::Status, &[message]).await;
    node.eye.execute(A_LINK).await;
    let click = link(&node, "c", Purpose::Click, &[message, 77]).await;
    let unsubscribe = link(&node, "u", Purpose::Unsubscribe, &[message]).await;
    assert_eq!(node.visit(&status).await.status, 200);
    assert_eq!(node.visit(&click).await.status, 302);
    assert_eq!(node.visit(&unsubscribe).await.status, 200);
    let forged = link(&node, "s", Purpose::Click, &[message]).await;
    let unknown = node.visit(&forged).await;
    erase(&node, "Z-9").await;
    for link in [&status, &click, &unsubscribe] {
        let answer = node.visit(link).await;
        assert_eq!(answer.status, 404, "{link}");
        assert_eq!(answer.text, unknown.text, "{link}");
    }
    for form in ["read", "reply", "preferences", "stop", "resume"] {
        let answer = node
            .submit(&format!("{status}/{form}"), &[("text", "x")])
            .await;
        assert_eq!(answer.status, 404, "{form}");
    }
    assert_eq!(node.submit(&unsubscribe, &[]).await.status, 404);
    let stops = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
    assert_eq!(node.eye.number(stops).await, 0);
    node.stop().await;
}

async fn a_stop_outlives_the_erased(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("Z-9", &[NUMBER], json!({})).await;
    node.event(&noted("1", "Z-9", "2026-11-22T10:00:00Z")).await;
    node.until_states("Z-9", &["delivered"]).await;
    let page = links(&node.inbox(NUMBER)[0]).pop().expect("a link");
    node.submit(&format!("{page}/stop"), &[]).await;
    erase(&node, "Z-9").await;
    let left = traces::of(node.url(), &node.eye, &[NUMBER]).await;
    assert_eq!(left, Vec::<String>::new());

    // The number comes back, under another reference.
    node.client("C-5", &[NUMBER], json!({})).await;
    node.event(&noted("2", "C-5", "2026-11-22T11:00:00Z")).await;
    node.until_states("C-5", &["suppressed"]).await;
    assert_eq!(node.states("C-5").await[0].1, "stop");
    let hashes = "SELECT CAST(count(*) AS BIGINT) FROM suppression_key";
    assert_eq!(node.eye.number(hashes).await, 0);
    node.stop().await;
}

async fn a_household_keeps_what_is_its_own(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("Z-9", &[NUMBER], json!({ "name": NAME })).await;
    node.client("C-6", &[NUMBER], json!({ "name": "Dario Quercioli" }))
        .await;
    node.event(&noted("1", "Z-9", "2026-11-22T10:00:00Z")).await;
    node.event(&noted("2", "C-6", "2026-11-22T10:00:00Z")).await;
    node.until_states("Z-9", &["delivered"]).await;
    node.until_states("C-6", &["delivered"]).await;
    let theirs = number_of(&node.messages("client=C-6").await[0]);
    let page = link(&node, "s", Purpose::Status, &[theirs]).await;
    let listed = json!({ "specversion": "1.0", "id": "3", "source": "/crm",
        "type": "school.closed", "time": "2026-11-22T12:00:00Z",
        "data": { "clients": ["Z-9", "C-6"], "school": "Pascoli" } });
    node.event(&listed).await;
    node.settled().await;
    node.submit(&format!("{page}/stop"), &[]).await;

    erase(&node, "Z-9").await;
    assert_eq!(node.visit(&page).await.status, 200);
    assert!(node.visit(&page).await.text.contains(NOTE));
    let kept = traces::of(node.url(), &node.eye, &[NUMBER, "Dario Quercioli", NOTE]).await;
    assert!(kept.len() >= 3, "{kept:?}");
    let left = traces::of(node.url(), &node.eye, &[NAME, "Z-9"]).await;
    assert_eq!(left, Vec::<String>::new());
    let stops = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";
    assert_eq!(
        node.eye.number(stops).await,
        1,
        "the STOP is the other's, too"
    );
    let list = "SELECT data FROM event WHERE event_id = '3'";
    assert_eq!(
        node.eye.texts(list).await,
        ["{\"clients\":[\"C-6\"],\"school\":\"Pascoli\"}"]
    );
    node.sums_close().await;
    node.stop().await;
}

async fn what_still_comes_in_about_the_erased_is_not_kept(store: TestStore) {
    let node = Node::start(store, "").await;
    node.client("Z-9", &[NUMBER], json!({})).await;
    let told = noted("1", "Z-9", "2026-11-22T10:00:00Z");
    node.event(&told).await;
    node.until_states("Z-9", &["delivered"]).await;
    erase(&node, "Z-9").await;

    node.event(&noted("2", "Z-9", "2026-11-22T11:00:00Z")).await;
    // No rule listens to these, and they are kept for their senders to look at.
    let mut own = noted("2a", "Z-9", "2026-11-22T11:00:00Z");
    own["type"] = json!("meter.read");
    node.event(&own).await;
    own["id"] = json!("2b");
    own["subject"] = json!("Z-9");
    own["data"] = json!({ "note": NOTE });
    node.event(&own).await;
    let case = json!({ "client": "Z-9", "kind": "voltura", "state": "received", "note": NOTE });
    let put = node.put("/v1/cases/PR-NEW", &case).await;
    assert_eq!(
        (put.status, &put.body["pointer"]),
        (400, &json!("/client")),
        "{put:?}"
    );
    // A repeat is known by its name, though nothing of it is left.
    let again = node.post("/v1/events", &told).await;
    assert_eq!(again.body["duplicates"], 1, "{again:?}");
    node.planned().await;
    let refused = "SELECT detail FROM event WHERE state = 'refused'";
    assert_eq!(node.eye.texts(refused).await, ["the client was erased"; 3]);
    assert_eq!(node.get("/v1/cases/PR-Z-9").await.status, 404);
    assert!(node.running.store.empty_the_log().await.unwrap());
    let left = traces::of(node.url(), &node.eye, &["Z-9", NOTE]).await;
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(node.texts(NUMBER).len(), 1);

    // Who comes back is told again.
    node.client("Z-9", &[NUMBER], json!({})).await;
    node.event(&noted("3", "Z-9", "2026-11-22T12:00:00Z")).await;
    node.until_states("Z-9", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}
