//! What a client writes back by SMS is heard: a STOP, a START, a no to "is it back?" do what the buttons
//! of the status page do, and all else is read by a person. Through the real node, its router and its
//! handsets, and through a real Kannel.

use araldo::domain::Clock as _;
use araldo::domain::event::Event;
use araldo::domain::role::Role;
use araldo::store::people::replies::RepliesTo;
use axum::http::StatusCode;
use serde_json::json;

use crate::console_browser::Browser;
use crate::console_seed::Town;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::kannel::Kannel;

on_both_databases!(
    a_no_opens_the_incident_again_for_that_client_alone,
    a_no_that_nobody_asked_for_is_for_a_person,
    a_stop_of_one_topic_leaves_the_others,
    a_stop_is_confirmed_and_a_start_takes_it_back,
    where_to_turn_is_said_once_a_day,
    of_several_clients_with_one_number_the_one_told_last_wrote,
    a_stop_holds_though_no_sms_has_left_for_the_number,
    a_text_that_answers_no_sms_is_kept_with_another_channels_message,
    a_stop_of_nobodys_number_waits_for_whoever_has_it_later,
    what_is_forged_doubled_too_long_or_of_nobody_changes_nothing,
    a_text_comes_whole_through_a_real_gateway,
);

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SETTINGS: &str = r#"
[provider.gateway]
kind = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "araldo"
password = "never used"
from = "3399000000"
reply_secret = "0123456789abcdef0123456789abcdef"
"#;
const ANNA: &str = "+390000000571";
const BRUNO: &str = "+390000000572";
const TOWN: &str = "037006";

const HEARD: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'reply.received'";
const REOPENED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'incident.reopened'";
const STILL_OUT: &str = "SELECT CAST(count(*) AS BIGINT) FROM incident_answer WHERE still_out";
const BACK: &str = "SELECT CAST(count(*) AS BIGINT) FROM incident_answer WHERE NOT still_out";
const STOPPED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";

/// Two clients of one town.
async fn town(store: TestStore) -> Node {
    let node = Node::start(store, SETTINGS).await;
    for (client, phone) in [("A", ANNA), ("B", BRUNO)] {
        let place = json!({ "places": [{ "place": format!("POD-{client}"), "kind": "pod",
            "municipality": TOWN }] });
        node.client(client, &[phone], place).await;
    }
    node
}

/// A handset writes; the status that the gateway is answered with.
async fn heard(node: &Node, from: &str, text: &str, id: &str) -> u16 {
    heard_by(node, &format!("gateway/reply/{SECRET}"), from, text, id).await
}

async fn heard_by(node: &Node, way: &str, from: &str, text: &str, id: &str) -> u16 {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("from", from)
        .append_pair("to", "3399000000")
        .append_pair("text", text)
        .append_pair("id", id)
        .append_pair("charset", "UTF-8")
        .append_pair("coding", "0");
    let url = format!(
        "http://{}/hooks/kannel/{way}?{}",
        node.address(),
        query.finish()
    );
    let answer = node.visit(&url).await;
    // Kannel would send the client what is said here.
    assert!(answer.status != 200 || answer.text.is_empty(), "{answer:?}");
    answer.status
}

/// Something is told to a client, so that there is something to answer.
async fn told(node: &Node, client: &str) {
    let before = node.states(client).await.len();
    let message = json!({ "client": client, "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node.until_states(client, &vec!["delivered"; before + 1])
        .await;
}

/// What waits for a person, the newest first.
async fn unanswered(node: &Node) -> Vec<(String, String)> {
    let mut tx = node.running.store.read().await.unwrap();
    let waiting = RepliesTo::Unanswered;
    let found = tx.replies().list(waiting, i64::MAX, 99).await.unwrap();
    let line = |reply: araldo::store::people::replies::Reply| {
        (
            reply.client_ref.unwrap_or_default(),
            reply.text.unwrap_or_default(),
        )
    };
    found.into_iter().map(line).collect()
}

async fn until_text(node: &Node, number: &str, words: &str) {
    until(async || {
        let texts = node.texts(number);
        let found = texts.iter().any(|text| text.contains(words));
        found.then_some(()).ok_or(format!("{texts:?}"))
    })
    .await;
}

/// An outage that came and went; its clients are asked whether it is back.
async fn asked(node: &Node) {
    let about = |id: &str, kind: &str, data: serde_json::Value| {
        json!({ "specversion": "1.0", "id": id, "source": "/oms", "type": kind,
            "subject": "G-77", "data": data })
    };
    let opened = json!({ "incident": "G-77", "kind": "outage", "service": "electricity",
        "area": { "municipalities": [TOWN] } });
    node.event(&about("1", "incident.opened", opened)).await;
    for client in ["A", "B"] {
        node.until_states(client, &["delivered"]).await;
    }
    let over = json!({ "incident": "G-77" });
    node.event(&about("2", "incident.resolved", over.clone()))
        .await;
    for client in ["A", "B"] {
        node.until_states(client, &["delivered"; 2]).await;
    }
    // What the clock makes half an hour later.
    let now = node.running.clock.now();
    let confirm = Event::parse(&about("3", "incident.confirm", over), now).unwrap();
    let mut tx = node.running.store.write().await.unwrap();
    let ids = node.running.ids.as_ref();
    tx.events().accept([&confirm], now, ids).await.unwrap();
    tx.commit().await.unwrap();
    node.running.wake.events_stored();
    for client in ["A", "B"] {
        node.until_states(client, &["delivered"; 3]).await;
    }
}

async fn a_no_opens_the_incident_again_for_that_client_alone(store: TestStore) {
    let node = town(store).await;
    asked(&node).await;
    assert_eq!(heard(&node, ANNA, "No! 😡", "a-1").await, 200);
    node.until_states("A", &["delivered"; 4]).await;
    until_text(&node, ANNA, "riapriamo e Le scriviamo").await;
    assert_eq!(heard(&node, ANNA, "No! 😡", "a-1").await, 200, "once more");
    assert_eq!(heard(&node, BRUNO, "Sì, grazie", "b-1").await, 200);
    node.planned().await;
    assert_eq!(node.eye.number(REOPENED).await, 1);
    assert_eq!(node.eye.number(STILL_OUT).await, 1);
    assert_eq!(node.eye.number(BACK).await, 1);
    assert_eq!(node.states("B").await.len(), 3, "B hears nothing of it");
    assert_eq!(node.states("A").await.len(), 4);
    assert_eq!(node.eye.number(HEARD).await, 2);
    assert!(
        unanswered(&node).await.is_empty(),
        "nothing is left to a person"
    );
    // A thinks again.
    assert_eq!(heard(&node, ANNA, "si", "a-2").await, 200);
    assert_eq!(node.eye.number(STILL_OUT).await, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn a_no_that_nobody_asked_for_is_for_a_person(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    assert_eq!(heard(&node, ANNA, "NO", "a-1").await, 200);
    let free = "Buongiorno 🙋, chi viene?\nSono in casa dalle 8";
    assert_eq!(heard(&node, ANNA, free, "a-2").await, 200);
    let expected = [free, "NO"].map(|text| ("A".to_owned(), text.to_owned()));
    assert_eq!(unanswered(&node).await, expected);
    assert_eq!(node.eye.number(REOPENED).await, 0);
    node.settled().await;
    assert_eq!(node.states("A").await.len(), 1, "nobody answers by itself");
    node.sums_close().await;
    node.stop().await;
}

async fn a_stop_of_one_topic_leaves_the_others(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    assert_eq!(heard(&node, ANNA, "stop pioggia", "a-0").await, 200);
    let unclear = [("A".to_owned(), "stop pioggia".to_owned())];
    assert_eq!(unanswered(&node).await, unclear, "that is no topic of ours");
    assert_eq!(heard(&node, ANNA, "STOP GUASTI", "a-1").await, 200);
    until_text(&node, ANNA, "niente più SMS su guasti (salvo sicurezza)").await;
    let refused = "SELECT topic FROM topic_choice WHERE NOT wanted";
    assert_eq!(node.eye.texts(refused).await, ["outages"]);
    assert_eq!(node.eye.number(STOPPED).await, 0);
    let opened = json!({ "specversion": "1.0", "id": "c-1", "source": "/crm",
        "type": "case.opened", "data": { "case": "PR-1", "client": "A", "kind": "voltura",
        "state": "received" } });
    node.event(&opened).await;
    node.until_states("A", &["delivered"; 3]).await;
    assert_eq!(heard(&node, ANNA, "START guasti", "a-2").await, 200);
    until_text(&node, ANNA, "torniamo a scriverLe su guasti").await;
    assert!(node.eye.texts(refused).await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn a_stop_is_confirmed_and_a_start_takes_it_back(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    assert_eq!(heard(&node, ANNA, "Stop.", "a-1").await, 200);
    until_text(&node, ANNA, "niente più SMS, salvo per la Sua sicurezza").await;
    assert_eq!(node.eye.number(STOPPED).await, 1);
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    node.post("/v1/messages", &message).await;
    node.until_states("A", &["delivered", "delivered", "suppressed"])
        .await;
    assert_eq!(heard(&node, ANNA, "start", "a-2").await, 200);
    until_text(&node, ANNA, "torniamo a scriverLe").await;
    assert_eq!(node.eye.number(STOPPED).await, 0);
    node.post("/v1/messages", &message).await;
    let all = [
        "delivered",
        "delivered",
        "suppressed",
        "delivered",
        "delivered",
    ];
    node.until_states("A", &all).await;
    assert!(unanswered(&node).await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn where_to_turn_is_said_once_a_day(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    for (id, text) in [("a-1", "INFO"), ("a-2", "info?"), ("a-3", "Aiuto!")] {
        assert_eq!(heard(&node, ANNA, text, id).await, 200, "{text}");
    }
    until_text(&node, ANNA, "Ci chiami: 800000000").await;
    node.settled().await;
    node.until_states("A", &["delivered"; 2]).await;
    let help = [("A".to_owned(), "Aiuto!".to_owned())];
    assert_eq!(
        unanswered(&node).await,
        help,
        "whoever asks for help is seen"
    );
    node.sums_close().await;
    node.stop().await;
}

async fn of_several_clients_with_one_number_the_one_told_last_wrote(store: TestStore) {
    let node = town(store).await;
    node.client("C", &[ANNA], json!({})).await;
    told(&node, "A").await;
    told(&node, "C").await;
    assert_eq!(heard(&node, ANNA, "Chi è?", "a-1").await, 200);
    let expected = [("C".to_owned(), "Chi è?".to_owned())];
    assert_eq!(unanswered(&node).await, expected);
    let grounds = node
        .eye
        .texts("SELECT grounds FROM engagement WHERE kind = 'replied'")
        .await;
    assert!(grounds[0].contains("several clients"), "{grounds:?}");
    node.sums_close().await;
    node.stop().await;
}

async fn a_stop_holds_though_no_sms_has_left_for_the_number(store: TestStore) {
    let node = town(store).await;
    for _ in 0..2 {
        assert_eq!(heard(&node, ANNA, "STOP", "a-1").await, 200);
    }
    until_text(&node, ANNA, "niente più SMS, salvo per la Sua sicurezza").await;
    assert_eq!(node.eye.number(STOPPED).await, 1);
    assert_eq!(node.eye.number(HEARD).await, 1);
    let stopped = "SELECT detail FROM audit WHERE action = 'preferences.changed'";
    assert_eq!(node.eye.texts(stopped).await, ["stopped everything"]);
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    node.post("/v1/messages", &message).await;
    node.until_states("A", &["delivered", "suppressed"]).await;
    assert_eq!(node.texts(ANNA).len(), 1, "one answer, and nothing more");
    assert_eq!(heard(&node, ANNA, "START", "a-2").await, 200);
    until_text(&node, ANNA, "torniamo a scriverLe").await;
    assert_eq!(node.eye.number(STOPPED).await, 0);
    assert_eq!(heard(&node, BRUNO, "STOP GUASTI", "b-1").await, 200);
    until_text(&node, BRUNO, "niente più SMS su guasti").await;
    let refused = "SELECT topic FROM topic_choice WHERE NOT wanted";
    assert_eq!(node.eye.texts(refused).await, ["outages"]);
    node.sums_close().await;
    node.stop().await;
}

async fn a_text_that_answers_no_sms_is_kept_with_another_channels_message(store: TestStore) {
    let node = town(store).await;
    let (phone, mail) = ("+390000000573", "carla@posta.example");
    let by_mail = json!({ "preferred": "email" });
    node.client("C", &[phone, mail], by_mail).await;
    assert_eq!(heard(&node, phone, "Chi siete?", "c-1").await, 200);
    assert!(
        unanswered(&node).await.is_empty(),
        "no message to keep it with"
    );
    until_text(&node, phone, "Ci chiami: 800000000").await;
    let message = json!({ "client": "C", "template": "notice", "channels": ["email"],
        "variables": { "title": "Prova", "body": "Una prova." } });
    node.post("/v1/messages", &message).await;
    let mailed = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE channel = 'email' \
                  AND opened_at IS NOT NULL";
    node.eye.until(mailed, 1).await;
    assert_eq!(heard(&node, phone, "Chi viene?", "c-2").await, 200);
    let expected = [("C".to_owned(), "Chi viene?".to_owned())];
    assert_eq!(unanswered(&node).await, expected);
    node.sums_close().await;
    node.stop().await;
}

async fn a_stop_of_nobodys_number_waits_for_whoever_has_it_later(store: TestStore) {
    let node = town(store).await;
    let number = "+390000000574";
    assert_eq!(heard(&node, number, "STOP", "n-1").await, 200);
    assert_eq!(node.eye.number(STOPPED).await, 1);
    assert_eq!(heard(&node, number, "START", "n-2").await, 200);
    assert_eq!(node.eye.number(STOPPED).await, 0);
    assert_eq!(heard(&node, number, "stop", "n-3").await, 200);
    assert_eq!(node.eye.number(HEARD).await, 0, "nothing else is kept");
    node.client("D", &[number], json!({})).await;
    let message = json!({ "client": "D", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    node.post("/v1/messages", &message).await;
    node.until_states("D", &["suppressed"]).await;
    assert!(node.texts(number).is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn what_is_forged_doubled_too_long_or_of_nobody_changes_nothing(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    for way in [
        "gateway/reply/0123456789abcdef0123456789abcdee".to_owned(),
        "gateway/reply/x".to_owned(),
        format!("sandbox-sms/reply/{SECRET}"),
        format!("nobody/reply/{SECRET}"),
    ] {
        let status = heard_by(&node, &way, ANNA, "STOP", "f-1").await;
        assert_eq!(status, 404, "{way}");
    }
    let long = "a".repeat(10_000);
    assert_eq!(heard(&node, ANNA, &long, "a-1").await, 413);
    assert_eq!(heard(&node, ANNA, "STOP", "no/id").await, 400);
    for (nobody, text) in [
        ("+390000000999", "Chi è?"),
        ("TIM", "STOP"),
        ("112", "STOP"),
        ("", "STOP"),
    ] {
        assert_eq!(heard(&node, nobody, text, "n-1").await, 200, "{nobody}");
    }
    assert_eq!(node.eye.number(HEARD).await, 0);
    assert_eq!(node.eye.number(STOPPED).await, 0);
    let metrics = node.get("/metrics").await.text;
    let counted = "araldo_replies_of_strangers_total 4";
    assert!(metrics.contains(counted), "{metrics}");
    for _ in 0..3 {
        assert_eq!(heard(&node, ANNA, "Chi viene?", "a-2").await, 200);
    }
    assert_eq!(unanswered(&node).await.len(), 1);
    let sent = json!({ "specversion": "1.0", "id": "r-1", "source": "/crm",
        "type": "reply.received", "data": { "client": "A" } });
    let refused = node.post("/v1/events", &sent).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains("/type"), "{}", refused.text);
    node.sums_close().await;
    node.stop().await;
}

async fn a_text_comes_whole_through_a_real_gateway(store: TestStore) {
    let node = town(store).await;
    told(&node, "A").await;
    let url = format!(
        "http://{}/hooks/kannel/gateway/reply/{SECRET}\
         ?from=%p&to=%P&text=%b&id=%I&at=%T&smsc=%i&charset=%C&coding=%c",
        node.address()
    );
    let text = "Perché no, a 20 € è già così 😀";
    let kannel = Kannel::start_hearing(&url, ANNA, text);
    until(async || {
        let found = unanswered(&node).await;
        let (client, heard) = found.first().cloned().unwrap_or_default();
        let whole = client == "A" && heard == text;
        whole.then_some(()).ok_or(format!("{found:?}"))
    })
    .await;
    assert_eq!(node.eye.number(HEARD).await, 1);
    drop(kannel);
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test]
async fn a_handset_of_the_sandbox_writes_back_by_whoever_may_hold_it() {
    let town = Town::lively().await;
    town.eye
        .execute("UPDATE message SET opened_at = created_at")
        .await;
    let number = town
        .eye
        .texts(
            "SELECT o.address FROM contact_point o JOIN message m ON m.client_id = o.client_id \
             AND m.channel = o.channel AND m.address = o.address WHERE o.channel = 'sms' \
             ORDER BY o.id LIMIT 1",
        )
        .await
        .pop()
        .unwrap();
    let world = town.web.sandbox.as_ref().unwrap();
    let text = araldo::channel::sandbox::Body::Sms("La corrente torna.".to_owned());
    world.receive(&number, "ARALDO", text, Some("handset"));
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let shown = format!("/console/sandbox/sms/{}", number.replace('+', "%2B"));
    let page = operator.get(&shown).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let word = page.field("csrf");
    let path = format!("{shown}/reply");
    let typed = [("csrf", word.as_str()), ("text", "Chi viene?")];
    let refused = viewer.post(&path, &typed).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nowhere = operator
        .post("/console/sandbox/sms/%2B390009/reply", &typed)
        .await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert_eq!(town.eye.number(HEARD).await, 0);
    let done = operator.post(&path, &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(town.eye.number(HEARD).await, 1);
    let replies = operator.get("/console/replies").await.text;
    assert!(replies.contains("Chi viene?"), "{replies}");
    assert!(replies.contains("on their status page, by SMS or by e-mail"));
    let mut tx = town.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(9).await.unwrap();
    let written = deeds.iter().filter(|deed| deed.action == "handset.replied");
    assert_eq!(written.count(), 1, "{deeds:?}");
}
