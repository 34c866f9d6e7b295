//! What clients write reaches a person and is answered: through the real node, its router and its
//! handsets. What the console shows of it is in `conversations_console`.

use araldo::domain::clock::SystemClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, UserId};
use araldo::store::access::users::NewUser;
use chrono::{Datelike as _, TimeDelta};
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_question_is_answered_and_the_handset_reads_it,
    an_answer_to_an_answer_goes_on_with_the_conversation,
    whoever_wrote_stop_is_not_answered_by_that_channel,
    of_two_who_answer_at_once_the_second_is_told,
    a_number_of_no_client_reaches_the_inbox,
    whoever_nobody_knows_is_answered_and_found_out_later,
    what_a_client_reports_is_marked_for_a_body,
    whoever_was_never_told_anything_is_read_as_well,
    an_sms_that_answers_an_email_is_answered_by_sms,
    what_an_erased_client_wrote_and_was_answered_is_blanked,
    nobody_being_there_is_said_once_a_day,
    whoever_looks_after_the_case_is_to_answer,
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
const ANNA: &str = "+390000000581";
const LIST: &str = "/v1/conversations";

/// One client.
async fn town(store: TestStore, more: &str) -> Node {
    let node = Node::start(store, &format!("{SETTINGS}{more}")).await;
    node.client("A", &[ANNA], json!({})).await;
    node
}

/// A handset writes.
async fn heard(node: &Node, from: &str, text: &str, id: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("from", from),
            ("to", "3399000000"),
            ("text", text),
            ("id", id),
        ])
        .extend_pairs([("charset", "UTF-8"), ("coding", "0")])
        .finish();
    let url = format!(
        "http://{}/hooks/kannel/gateway/reply/{SECRET}?{query}",
        node.address()
    );
    assert_eq!(node.visit(&url).await.status, 200, "{text}");
}

/// Something is told to the client, so that there is something to answer.
async fn told(node: &Node) {
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &message).await.status, 202);
    node.until_states("A", &["delivered"]).await;
}

async fn until_text(node: &Node, words: &str) {
    until(async || {
        let texts = node.texts(ANNA);
        let found = texts.iter().any(|text| text.contains(words));
        found.then_some(()).ok_or(format!("{texts:?}"))
    })
    .await;
}

async fn listed(node: &Node, query: &str) -> Vec<Value> {
    let answer = node.get(&format!("{LIST}{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["items"].as_array().unwrap().clone()
}

/// The path of the one conversation there is.
async fn only(node: &Node) -> String {
    let all = listed(node, "").await;
    assert_eq!(all.len(), 1, "{all:?}");
    format!("{LIST}/{}", all[0]["id"].as_str().unwrap())
}

/// Who wrote each line, and what.
fn texts(conversation: &Value) -> Vec<(&str, &str)> {
    let lines = conversation["lines"].as_array().unwrap();
    let mut said = Vec::new();
    for one in lines {
        said.push((
            one["way"].as_str().unwrap(),
            one["text"].as_str().unwrap_or("-"),
        ));
    }
    said
}

async fn a_question_is_answered_and_the_handset_reads_it(store: TestStore) {
    let node = town(store, "").await;
    told(&node).await;
    heard(&node, ANNA, "Quando viene il tecnico?", "a-1").await;
    heard(&node, ANNA, "Quando viene il tecnico?", "a-1").await;
    heard(&node, ANNA, "Sono in casa <b>dalle 8</b>", "a-2").await;
    let path = only(&node).await;
    let found = node.get(&path).await.body;
    assert_eq!(
        (&found["client"], &found["channel"]),
        (&json!("A"), &json!("sms"))
    );
    assert_eq!(found["state"], "open");
    assert!(found["waiting_since"].is_string() && found["due_at"].is_string());
    let asked = [
        ("in", "Quando viene il tecnico?"),
        ("in", "Sono in casa <b>dalle 8</b>"),
    ];
    assert_eq!(texts(&found), asked);
    let sure = found["lines"][0].get("doubt");
    assert_eq!(sure, Some(&Value::Null), "they answered an SMS of ours");
    for (body, pointer) in [
        (json!({ "action": "answer", "text": " " }), "/text"),
        (
            json!({ "action": "answer", "text": "x".repeat(601) }),
            "/text",
        ),
        (
            json!({ "action": "answer", "text": "x", "seen": "2" }),
            "/seen",
        ),
        (
            json!({ "action": "assign", "to": "nobody@example.org" }),
            "/to",
        ),
        (json!({ "action": "close" }), "/reason"),
        (json!({ "action": "forget" }), "/action"),
    ] {
        let refused = node.post(&path, &body).await;
        assert_eq!(
            (refused.status, &refused.body["pointer"]),
            (422, &json!(pointer)),
            "{body}"
        );
    }
    let answer = json!({ "action": "answer", "text": "Domani, tra le 9 & le 11.", "seen": 2 });
    let answered = node.post(&path, &answer).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(answered.body["waiting_since"], Value::Null);
    until_text(&node, "Domani, tra le 9 & le 11.").await;
    node.until_states("A", &["delivered"; 2]).await;
    let open = "SELECT CAST(count(*) AS BIGINT) FROM engagement
                WHERE kind = 'replied' AND answered_at IS NULL";
    assert_eq!(node.eye.number(open).await, 0);
    let found = node.get(&path).await.body;
    assert_eq!(texts(&found)[2], ("out", "Domani, tra le 9 & le 11."));
    assert!(found["lines"][2]["sent"].is_string() || found["lines"][2]["sent"].is_number());
    let deeds = "SELECT action FROM audit WHERE action LIKE 'conversation.%'";
    assert_eq!(node.eye.texts(deeds).await, ["conversation.answered"]);
    assert!(node.get(&format!("{LIST}?state=shut")).await.status == 400);
    assert_eq!(listed(&node, "?assigned=none&state=open").await.len(), 1);
    assert!(listed(&node, "?assigned=x@example.org").await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn an_answer_to_an_answer_goes_on_with_the_conversation(store: TestStore) {
    let node = town(store, "").await;
    told(&node).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    let path = only(&node).await;
    let answer = json!({ "action": "answer", "text": "Il signor Verdi." });
    assert_eq!(node.post(&path, &answer).await.status, 200);
    node.until_states("A", &["delivered"; 2]).await;
    let close = json!({ "action": "close", "reason": "risposto" });
    assert_eq!(node.post(&path, &close).await.body["state"], "closed");
    heard(&node, ANNA, "Grazie, a che ora?", "a-2").await;
    assert_eq!(only(&node).await, path);
    let found = node.get(&path).await.body;
    assert_eq!(
        (&found["state"], &found["count"]),
        (&json!("open"), &json!(3))
    );
    assert!(found["waiting_since"].is_string());
    node.sums_close().await;
    node.stop().await;
}

async fn whoever_wrote_stop_is_not_answered_by_that_channel(store: TestStore) {
    let node = town(store, "").await;
    told(&node).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    heard(&node, ANNA, "STOP", "a-2").await;
    node.until_states("A", &["delivered"; 2]).await;
    let path = only(&node).await;
    let answer = json!({ "action": "answer", "text": "Il signor Verdi." });
    let refused = node.post(&path, &answer).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (422, &json!("barred"))
    );
    node.settled().await;
    assert_eq!(node.states("A").await.len(), 2, "nothing is planned either");
    assert_eq!(node.get(&path).await.body["count"], 1);
    node.sums_close().await;
    node.stop().await;
}

async fn of_two_who_answer_at_once_the_second_is_told(store: TestStore) {
    let node = town(store, "").await;
    told(&node).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    let path = only(&node).await;
    let answer = |text: &str| json!({ "action": "answer", "text": text, "seen": 1 });
    let (first, second) = (answer("Verdi."), answer("Bianchi."));
    let (first, second) = tokio::join!(node.post(&path, &first), node.post(&path, &second));
    let mut found = [first.status, second.status];
    found.sort_unstable();
    assert_eq!(found, [200, 409], "{first:?} {second:?}");
    node.until_states("A", &["delivered"; 2]).await;
    node.settled().await;
    assert_eq!(node.states("A").await.len(), 2, "one answer left");
    node.sums_close().await;
    node.stop().await;
}

async fn a_number_of_no_client_reaches_the_inbox(store: TestStore) {
    let node = town(store, "").await;
    let number = "+390000000589";
    for (id, text) in [
        ("n-1", "Chi siete?"),
        ("n-1", "Chi siete?"),
        ("n-2", "INFO"),
    ] {
        heard(&node, number, text, id).await;
    }
    let path = only(&node).await;
    let found = node.get(&path).await.body;
    assert_eq!(
        (&found["client"], &found["address"]),
        (&Value::Null, &json!(number))
    );
    assert_eq!(texts(&found), [("in", "Chi siete?"), ("in", "INFO")]);
    node.settled().await;
    assert!(
        node.texts(number).is_empty(),
        "nothing is said to a stranger by itself"
    );
    let close = json!({ "action": "close", "reason": "richiamato" });
    assert_eq!(node.post(&path, &close).await.status, 200);
    heard(&node, number, "Grazie", "n-3").await;
    assert_eq!(node.get(&path).await.body["state"], "open");
    node.stop().await;
}

async fn whoever_nobody_knows_is_answered_and_found_out_later(store: TestStore) {
    let node = town(store, "").await;
    let number = "+390000000589";
    heard(&node, number, "Chi siete?", "n-1").await;
    let path = only(&node).await;
    let answer = json!({ "action": "answer", "text": "Lo sportello." });
    assert_eq!(node.post(&path, &answer).await.status, 200);
    until(async || {
        let texts = node.texts(number);
        let found = texts.iter().any(|text| text.contains("Lo sportello."));
        found.then_some(()).ok_or(format!("{texts:?}"))
    })
    .await;
    let found = node.get(&path).await.body;
    let unknown = found["client"].as_str().unwrap().to_owned();
    assert!(unknown.starts_with("unknown-"), "{found}");
    assert_eq!(
        (&found["unknown"], &found["address"]),
        (&json!(true), &Value::Null)
    );
    node.until_states(&unknown, &["delivered"]).await;
    // What they answer goes on with it, and a STOP of theirs holds.
    heard(&node, number, "Grazie", "n-2").await;
    assert_eq!(only(&node).await, path);
    for (client, code) in [("nobody", "unknown_client"), (&*unknown, "unknown_client")] {
        let who = json!({ "action": "identify", "client": client });
        let refused = node.post(&path, &who).await;
        assert_eq!((refused.status, &refused.body["code"]), (422, &json!(code)));
    }
    // The number comes in with a client: that one writes from now on, and what was said is theirs.
    node.client("B", &[number], json!({})).await;
    let who = json!({ "action": "identify", "client": "B" });
    let found = node.post(&path, &who).await.body;
    assert_eq!(
        (&found["client"], &found["unknown"]),
        (&json!("B"), &json!(false))
    );
    assert_eq!(texts(&found)[2], ("in", "Grazie"));
    assert_eq!(
        node.get(&format!("/v1/clients/{unknown}")).await.status,
        404
    );
    node.until_states("B", &["delivered"]).await;
    heard(&node, number, "STOP", "n-3").await;
    node.until_states("B", &["delivered"; 2]).await;
    let refused = node.post(&path, &answer).await;
    assert_eq!(refused.body["code"], "barred");
    assert_eq!(node.delete("/v1/clients/B").await.status, 204);
    let left = "SELECT data FROM event WHERE data LIKE '%sportello%'";
    assert!(node.eye.texts(left).await.is_empty());
    assert_eq!(texts(&node.get(&path).await.body)[1], ("out", "-"));
    node.sums_close().await;
    node.stop().await;
}

async fn what_a_client_reports_is_marked_for_a_body(store: TestStore) {
    let more = "[clock]\nbodies = { comune = \"COMUNE\" }\n";
    let node = town(store, more).await;
    told(&node).await;
    heard(&node, ANNA, "La strada è al buio, sono Anna Verdi", "a-1").await;
    let id = only(&node).await.rsplit_once('/').unwrap().1.to_owned();
    let list = "/v1/forwardings";
    let marked = |more: Value| {
        let mut body = json!({ "conversation": id, "body": "comune", "problem": "outage" });
        crate::support::town::overlay(&mut body, &more);
        body
    };
    for (more, status, pointer) in [
        (json!({ "body": "provincia" }), 422, "/body"),
        (json!({ "problem": "noise" }), 400, "/problem"),
        (json!({ "text": "x".repeat(1_001) }), 422, "/text"),
        (json!({ "message": "7" }), 400, "/conversation"),
    ] {
        let refused = node.post(list, &marked(more.clone())).await;
        let found = (refused.status, &refused.body["pointer"]);
        assert_eq!(found, (status, &json!(pointer)), "{more}");
    }
    let nobody = json!({ "message": "7", "body": "comune", "problem": "other" });
    assert_eq!(node.post(list, &nobody).await.status, 404);
    let text = json!({ "text": "La strada è al buio" });
    assert_eq!(node.post(list, &marked(text)).await.status, 202);
    assert_eq!(node.post(list, &marked(json!({}))).await.status, 409);
    let items = node.get(list).await.body["items"].clone();
    let one = &items[0];
    assert_eq!(items.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &one["client"],
            &one["text"],
            &one["sent_at"],
            &one["acknowledged_at"]
        ),
        (
            &json!("A"),
            &json!("La strada è al buio"),
            &Value::Null,
            &Value::Null
        )
    );
    let names = "SELECT CAST(count(*) AS BIGINT) FROM forwarded_problem WHERE who IS NOT NULL";
    assert_eq!(node.eye.number(names).await, 0, "no name goes along");
    let deeds = "SELECT detail FROM audit WHERE action = 'problem.forwarded'";
    assert_eq!(node.eye.texts(deeds).await, ["comune"]);
    assert_eq!(node.delete("/v1/clients/A").await.status, 204);
    let items = node.get(list).await.body["items"].clone();
    assert_eq!(
        (&items[0]["client"], &items[0]["text"]),
        (&Value::Null, &Value::Null)
    );
    node.sums_close().await;
    node.stop().await;
}

async fn whoever_was_never_told_anything_is_read_as_well(store: TestStore) {
    let node = town(store, "").await;
    heard(&node, ANNA, "Chi siete?", "a-1").await;
    let found = node.get(&only(&node).await).await.body;
    assert_eq!(
        (&found["client"], &found["address"]),
        (&json!("A"), &Value::Null)
    );
    assert_eq!(texts(&found), [("in", "Chi siete?")]);
    until_text(&node, "Ci chiami: 800000000").await;
    node.sums_close().await;
    node.stop().await;
}

async fn an_sms_that_answers_an_email_is_answered_by_sms(store: TestStore) {
    let node = town(store, "").await;
    let both = json!({ "preferred": "email" });
    node.client("A", &[ANNA, "anna@posta.example"], both).await;
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &message).await.status, 202);
    let mailed = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE channel = 'email' \
                  AND opened_at IS NOT NULL";
    node.eye.until(mailed, 1).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    let path = only(&node).await;
    assert_eq!(node.get(&path).await.body["channel"], "sms");
    let answer = json!({ "action": "answer", "text": "Il signor Verdi." });
    assert_eq!(node.post(&path, &answer).await.status, 200);
    until_text(&node, "Il signor Verdi.").await;
    node.sums_close().await;
    node.stop().await;
}

async fn what_an_erased_client_wrote_and_was_answered_is_blanked(store: TestStore) {
    let node = town(store, "").await;
    told(&node).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    let path = only(&node).await;
    let answer = json!({ "action": "answer", "text": "Il signor Verdi." });
    assert_eq!(node.post(&path, &answer).await.status, 200);
    node.until_states("A", &["delivered"; 2]).await;
    assert_eq!(node.delete("/v1/clients/A").await.status, 204);
    let found = node.get(&path).await.body;
    assert_eq!(texts(&found), [("in", "-"), ("out", "-")]);
    assert_eq!(
        (&found["client"], &found["state"]),
        (&Value::Null, &json!("closed"))
    );
    let left = "SELECT data FROM event WHERE data LIKE '%Verdi%'";
    assert!(node.eye.texts(left).await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

/// Office hours of a day that is neither today nor near midnight to it.
fn other_day() -> String {
    let day = (SystemClock.now() + TimeDelta::days(3))
        .to_utc()
        .weekday()
        .to_string();
    format!("[dialogue]\nhours = \"{} 8-9\"\n", day.to_lowercase())
}

async fn nobody_being_there_is_said_once_a_day(store: TestStore) {
    let node = town(store, &other_day()).await;
    told(&node).await;
    heard(&node, ANNA, "Chi viene?", "a-1").await;
    until_text(&node, "Ora siamo chiusi").await;
    heard(&node, ANNA, "E quando?", "a-2").await;
    node.settled().await;
    node.until_states("A", &["delivered"; 2]).await;
    let said = node.texts(ANNA);
    let said = said.iter().filter(|text| text.contains("Ora siamo chiusi"));
    assert_eq!(said.count(), 1);
    assert_eq!(node.get(&only(&node).await).await.body["count"], 2);
    node.sums_close().await;
    node.stop().await;
}

async fn whoever_looks_after_the_case_is_to_answer(store: TestStore) {
    let node = town(store, "").await;
    let tutor = NewUser {
        id: UserId::new(node.running.ids.next()),
        email: "paola@example.org",
        role: Role::Operator,
        password_hash: "",
    };
    let now = node.running.clock.now();
    let mut tx = node.running.store.write().await.unwrap();
    tx.users().add(&tutor, now).await.unwrap();
    tx.commit().await.unwrap();
    let opened = json!({ "specversion": "1.0", "id": "c-1", "source": "/crm",
        "type": "case.opened", "data": { "case": "PR-1", "client": "A", "kind": "voltura",
        "state": "received", "owner": "Paola@example.org" } });
    node.event(&opened).await;
    node.until_states("A", &["delivered"]).await;
    heard(&node, ANNA, "A che punto siamo?", "a-1").await;
    let found = node.get(&only(&node).await).await.body;
    let expected = (&json!("case:PR-1"), &json!("paola@example.org"));
    assert_eq!((&found["about"], &found["assigned"]), expected);
    assert_eq!(listed(&node, "?assigned=paola@example.org").await.len(), 1);
    let path = only(&node).await;
    let nobody = json!({ "action": "assign", "to": null });
    assert_eq!(
        node.post(&path, &nobody).await.body["assigned"],
        Value::Null
    );
    node.sums_close().await;
    node.stop().await;
}
