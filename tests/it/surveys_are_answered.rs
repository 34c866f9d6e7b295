//! How a closed case went, from the question on the handset to the sums: through the real node, its
//! clock, its router and its handsets. When it is asked is in `clock::surveys`.

use araldo::domain::clock::SystemClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, UserId};
use araldo::store::access::users::NewUser;
use araldo::store::reports::partner::PartnerSight;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_button_is_an_answer_and_looking_is_none,
    a_digit_is_an_answer_while_it_is_asked_and_a_text_otherwise,
    a_low_answer_is_one_matter_for_whoever_looks_after_the_case,
    words_that_come_too_late_reach_a_person_all_the_same,
    whoever_is_told_of_anothers_case_gives_it_no_score,
    a_question_that_reached_nobody_was_not_asked,
    an_erased_client_leaves_a_score_and_no_words,
    the_sums_are_those_of_the_rows,
);

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SETTINGS: &str = r#"
[survey]
after = "1s"
reminder = ""
[provider.gateway]
kind = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "araldo"
password = "never used"
from = "3399000000"
reply_secret = "0123456789abcdef0123456789abcdef"
"#;
const ANNA: &str = "+390000000591";
const ANSWERS: &str = "SELECT CAST(score AS TEXT) || ' ' || coalesce(comment, '-') || CASE
    WHEN replaced_by IS NULL THEN '' ELSE ' (replaced)' END FROM survey_answer ORDER BY id";
const LIST: &str = "/v1/conversations";

/// Anna's case is closed, and she is asked; where her page is.
async fn asked(node: &Node, owner: Option<&str>) -> String {
    let closed = json!({ "specversion": "1.0", "id": "c-1", "source": "/crm",
        "type": "case.closed", "data": { "case": "PR-1", "client": "A", "kind": "voltura",
        "state": "done", "owner": owner } });
    node.event(&closed).await;
    until(async || {
        let texts = node.texts(ANNA);
        let asked = texts.iter().find(|text| text.contains("com'è andata"));
        let page = asked.and_then(|text| text.split_whitespace().find(|word| word.contains("/s/")));
        page.map(str::to_owned).ok_or(format!("{texts:?}"))
    })
    .await
}

async fn town(store: TestStore) -> Node {
    let node = Node::start(store, SETTINGS).await;
    node.client("A", &[ANNA], json!({ "partner": "AG-1" }))
        .await;
    node
}

/// A handset writes.
async fn heard(node: &Node, text: &str, id: &str) {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("from", ANNA), ("to", "3399000000"), ("text", text)])
        .extend_pairs([("id", id), ("charset", "UTF-8"), ("coding", "0")])
        .finish();
    let address = node.address();
    let url = format!("http://{address}/hooks/kannel/gateway/reply/{SECRET}?{query}");
    assert_eq!(node.visit(&url).await.status, 200, "{text}");
}

async fn score(node: &Node, page: &str, score: &str, comment: &str) {
    let fields = [("score", score), ("comment", comment)];
    let answer = node.submit(&format!("{page}/survey"), &fields).await;
    assert_eq!(answer.status, 303, "{answer:?}");
}

/// The conversations, each with what it is about, to whom it is given, and its texts.
async fn conversations(node: &Node) -> Vec<(String, Value, Vec<String>)> {
    let answer = node.get(LIST).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut found = Vec::new();
    for one in answer.body["items"].as_array().unwrap() {
        let path = format!("{LIST}/{}", one["id"].as_str().unwrap());
        let whole = node.get(&path).await.body;
        let lines = whole["lines"].as_array().unwrap().iter();
        let texts = lines.map(|line| line["text"].as_str().unwrap_or("-").to_owned());
        let about = whole["about"].as_str().unwrap_or_default().to_owned();
        found.push((about, whole["assigned"].clone(), texts.collect()));
    }
    found
}

async fn a_button_is_an_answer_and_looking_is_none(store: TestStore) {
    let node = town(store).await;
    let page = asked(&node, None).await;
    for _ in 0..3 {
        let shown = node.visit(&page).await;
        assert!(
            shown.text.contains("<h2>Com&#39;è andata?</h2>"),
            "{shown:?}"
        );
        assert_eq!(shown.text.matches("name=\"score\"").count(), 5);
        assert!(!shown.text.contains("<script") && shown.text.len() < 30_000);
        let form = node.visit(&format!("{page}/survey?score=5")).await;
        assert_eq!(form.status, 405);
    }
    score(&node, &page, "", "").await;
    for (wrong, comment) in [("0", ""), ("6", "Non <bene>"), ("55", ""), ("x", "")] {
        let fields = [("score", wrong), ("comment", comment)];
        let answer = node.submit(&format!("{page}/survey"), &fields).await;
        assert_eq!(answer.status, 422, "{wrong}: {answer:?}");
        let again = answer.text;
        assert!(again.contains("un numero da 1 a 5"), "{again}");
        assert!(comment.is_empty() || again.contains("Non &#60;bene&#62;</textarea>"));
    }
    let long = "a".repeat(501);
    let fields = [("score", "4"), ("comment", long.as_str())];
    let answer = node.submit(&format!("{page}/survey"), &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains(&format!("{long}</textarea>")));
    assert!(node.eye.texts(ANSWERS).await.is_empty(), "nobody answered");
    score(&node, &page, "4", " Tutto <b>bene</b>\u{0} ").await;
    let shown = node.visit(&page).await.text;
    assert!(shown.contains("La Sua risposta: 4 su 5."), "{shown}");
    assert!(
        !shown.contains("Tutto"),
        "what was written is for the staff"
    );
    score(&node, &page, "4", "").await;
    score(&node, &page, "5", "").await;
    let kept = ["4 Tutto <b>bene</b> (replaced)", "5 -"];
    assert_eq!(node.eye.texts(ANSWERS).await, kept, "both are there");
    for _ in 0..6 {
        score(&node, &page, "3", "").await;
        score(&node, &page, "4", "").await;
    }
    assert_eq!(node.eye.texts(ANSWERS).await.len(), 10, "not for ever");
    assert!(conversations(&node).await.is_empty());
    let read = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'confirmed'";
    assert_eq!(node.eye.number(read).await, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_digit_is_an_answer_while_it_is_asked_and_a_text_otherwise(store: TestStore) {
    let node = town(store).await;
    let notice = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &notice).await.status, 202);
    node.until_states("A", &["delivered"]).await;
    heard(&node, "4", "a-1").await;
    let texts = |found: &[(String, Value, Vec<String>)]| {
        let each = found.iter().map(|(_, _, texts)| texts.join("|"));
        each.collect::<Vec<_>>()
    };
    assert_eq!(texts(&conversations(&node).await), ["4"]);
    // Somebody who talks with us is not asked, so it is closed first.
    let all = node.get(LIST).await.body;
    let path = format!("{LIST}/{}", all["items"][0]["id"].as_str().unwrap());
    let close = json!({ "action": "close", "reason": "visto" });
    assert_eq!(node.post(&path, &close).await.status, 200);
    asked(&node, None).await;
    heard(&node, "5 grazie", "a-2").await;
    heard(&node, "5 grazie", "a-2").await;
    assert_eq!(node.eye.texts(ANSWERS).await, ["5 -"]);
    heard(&node, "4!", "a-3").await;
    assert_eq!(node.eye.texts(ANSWERS).await, ["5 - (replaced)", "4 -"]);
    // Another number: which there are is said, once a day; then a person reads it.
    heard(&node, "7", "a-6").await;
    until(async || {
        let found = node.texts(ANNA);
        let is_said = found
            .iter()
            .any(|text| text.contains("da 1 (per niente bene) a 5"));
        is_said.then_some(()).ok_or(format!("{found:?}"))
    })
    .await;
    assert_eq!(texts(&conversations(&node).await), ["4"]);
    heard(&node, "8", "a-7").await;
    assert_eq!(node.eye.texts(ANSWERS).await.len(), 2);
    heard(&node, "4 lampioni spenti", "a-4").await;
    assert_eq!(node.eye.texts(ANSWERS).await.len(), 2, "that is no score");
    node.eye
        .execute("UPDATE survey SET answered_at = answered_at - 604800000001")
        .await;
    heard(&node, "1", "a-5").await;
    assert_eq!(node.eye.texts(ANSWERS).await.len(), 2, "a week is over");
    let mut said = texts(&conversations(&node).await);
    said.sort();
    assert_eq!(said, ["4", "8|4 lampioni spenti|1"]);
    node.sums_close().await;
    node.stop().await;
}

async fn a_low_answer_is_one_matter_for_whoever_looks_after_the_case(store: TestStore) {
    let node = town(store).await;
    let tutor = NewUser {
        id: UserId::new(node.running.ids.next()),
        email: "paola@example.org",
        role: Role::Operator,
        password_hash: "",
    };
    let mut tx = node.running.store.write().await.unwrap();
    let now = node.running.clock.now();
    tx.users().add(&tutor, now).await.unwrap();
    tx.commit().await.unwrap();
    let page = asked(&node, Some("Paola@example.org")).await;
    score(&node, &page, "2", "Nessuno mi ha richiamato").await;
    let found = conversations(&node).await;
    let (about, assigned, texts) = &found[0];
    assert_eq!((found.len(), about.as_str()), (1, "case:PR-1"));
    assert_eq!(assigned, &json!("paola@example.org"));
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains('2') && texts[0].ends_with("\nNessuno mi ha richiamato"),
        "{texts:?}"
    );
    score(&node, &page, "1", "").await;
    score(&node, &page, "5", "Ora sì").await;
    let texts = conversations(&node).await.remove(0).2;
    let holds = "How it went: 5 of 5 (before: 1).\nNessuno mi ha richiamato";
    assert_eq!(texts, [holds], "what holds stands in the inbox");
    heard(&node, "2", "a-1").await;
    let texts = conversations(&node).await.remove(0).2;
    assert_eq!(texts.len(), 1, "once");
    assert!(
        texts[0].starts_with("How it went: 2 of 5 (before: 5)."),
        "{texts:?}"
    );
    heard(&node, "4", "a-2").await;
    let texts = conversations(&node).await.remove(0).2;
    assert!(
        texts[0].starts_with("How it went: 4 of 5 (before: 2)."),
        "{texts:?}"
    );
    score(&node, &page, "1", "Anzi no").await;
    let found = conversations(&node).await;
    assert_eq!(
        (found.len(), found[0].2.len()),
        (1, 2),
        "words reach a person"
    );
    assert!(found[0].2[1].ends_with("\nAnzi no"));
    node.sums_close().await;
    node.stop().await;
}

async fn words_that_come_too_late_reach_a_person_all_the_same(store: TestStore) {
    let node = town(store).await;
    let page = asked(&node, None).await;
    node.eye
        .execute("UPDATE survey SET asked_at = asked_at - 2592000000001")
        .await;
    assert!(!node.visit(&page).await.text.contains("name=\"score\""));
    score(&node, &page, "1", "").await;
    score(&node, &page, "1", "Non va").await;
    assert!(node.eye.texts(ANSWERS).await.is_empty());
    let replies = "SELECT detail FROM engagement WHERE kind = 'replied'";
    assert_eq!(node.eye.texts(replies).await, ["Non va"]);
    node.sums_close().await;
    node.stop().await;
}

async fn whoever_is_told_of_anothers_case_gives_it_no_score(store: TestStore) {
    let node = town(store).await;
    asked(&node, None).await;
    node.client("B", &["+390000000592"], json!({})).await;
    // The case goes over to another client after its first one was asked.
    let closed = json!({ "specversion": "1.0", "id": "c-2", "source": "/crm",
        "type": "case.closed", "data": { "case": "PR-1", "client": "B", "kind": "voltura",
        "state": "done" } });
    node.event(&closed).await;
    node.until_states("B", &["delivered"]).await;
    let texts = node.texts("+390000000592");
    let page = texts[0]
        .split_whitespace()
        .find(|word| word.contains("/s/"));
    let page = page.expect("a link");
    assert!(!node.visit(page).await.text.contains("name=\"score\""));
    score(&node, page, "1", "").await;
    assert!(node.eye.texts(ANSWERS).await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn a_question_that_reached_nobody_was_not_asked(store: TestStore) {
    const DELIVERED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message m \
        JOIN plan p ON p.id = m.plan_id WHERE p.topic = 'surveys' AND m.state = 'delivered'";
    let node = town(store).await;
    asked(&node, None).await;
    node.eye.until(DELIVERED, 1).await;
    for (moved, count) in [
        ("UPDATE message SET state = 'delivered'", 1),
        ("UPDATE message SET state = 'rejected'", 0),
        ("UPDATE message SET state = 'undelivered'", 0),
        ("UPDATE message SET state = 'unconfirmed'", 1),
        ("UPDATE message SET state = 'expired'", 0),
        ("UPDATE survey SET score = 4", 1),
    ] {
        node.eye.execute(moved).await;
        let sums = node.get("/v1/insight/satisfaction").await.body;
        assert_eq!(sums["all"]["asked"], count, "{moved}: {sums}");
        let kinds = sums["kinds"].as_array().unwrap();
        assert_eq!(kinds.len(), count, "{moved}: {sums}");
    }
    node.stop().await;
}

async fn an_erased_client_leaves_a_score_and_no_words(store: TestStore) {
    let node = town(store).await;
    let page = asked(&node, None).await;
    score(&node, &page, "2", "Attesa di Anna").await;
    assert_eq!(node.delete("/v1/clients/A").await.status, 204);
    assert_eq!(node.eye.texts(ANSWERS).await, ["2 -"]);
    let left = "SELECT CAST(count(*) AS BIGINT) FROM survey WHERE client_id IS NOT NULL
        OR case_id IS NOT NULL OR unanswered_since IS NOT NULL";
    assert_eq!(node.eye.number(left).await, 0);
    let words = "SELECT CAST(count(*) AS BIGINT) FROM conversation_line WHERE text IS NOT NULL";
    assert_eq!(node.eye.number(words).await, 0);
    let sums = node.get("/v1/insight/satisfaction").await.body;
    assert_eq!(
        (&sums["all"]["asked"], &sums["all"]["answered"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(node.visit(&page).await.status, 404);
    node.sums_close().await;
    node.stop().await;
}

/// Kind, body, partner and score of each survey; no score: nobody answered.
#[rustfmt::skip] // a table is read line by line
static ROWS: [ScoredRow; 13] = [
    ("voltura", Some("comune"), Some("AG-1"), Some(5)),
    ("voltura", Some("comune"), Some("AG-1"), Some(4)),
    ("voltura", Some("comune"), Some("AG-1"), Some(4)),
    ("voltura", Some("comune"), Some("AG-1"), Some(1)),
    ("voltura", Some("comune"), Some("AG-2"), Some(2)),
    ("voltura", Some("comune"), Some("AG-2"), None),
    ("voltura", Some("enel"),   None,         Some(3)),
    ("allaccio", Some("enel"),  Some("AG-1"), Some(5)),
    ("allaccio", Some("enel"),  Some("AG-2"), Some(5)),
    ("allaccio", None,          None,         Some(1)),
    ("allaccio", None,          None,         None),
    ("allaccio", None,          Some("AG-1"), None),
    ("allaccio", None,          Some("AG-1"), Some(5)),
];

type ScoredRow = (
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    Option<i64>,
);

/// The sums of those rows that are of a group, counted from the table above.
fn counted(line: &Value, is_of: impl Fn(&ScoredRow) -> bool) {
    let rows: Vec<&ScoredRow> = ROWS.iter().filter(|row| is_of(row)).collect();
    let scores: Vec<i64> = rows.iter().filter_map(|row| row.3).collect();
    let whole = i64::try_from(scores.len()).unwrap();
    assert_eq!(line["asked"], json!(rows.len()), "{line}");
    assert_eq!(line["answered"], json!(whole), "{line}");
    if whole < 5 {
        for hidden in ["mean", "good", "scores"] {
            assert_eq!(line[hidden], Value::Null, "{line}");
        }
        return;
    }
    let sum: i64 = scores.iter().sum();
    let mean = f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(whole).unwrap());
    assert!(
        (line["mean"].as_f64().unwrap() - mean).abs() < 0.006,
        "{line}"
    );
    let good = scores.iter().filter(|score| **score >= 4).count();
    assert_eq!(line["good"]["count"], json!(good), "{line}");
    assert_eq!(line["good"]["whole"], json!(whole), "{line}");
    let (low, high) = (&line["good"]["low"], &line["good"]["high"]);
    assert!(low.as_f64() < line["good"]["share"].as_f64() && high.as_f64() > low.as_f64());
    for (place, score) in (1..=5).enumerate() {
        let gave = scores.iter().filter(|given| **given == score).count();
        assert_eq!(line["scores"][place], json!(gave), "{line}");
    }
}

async fn the_sums_are_those_of_the_rows(store: TestStore) {
    let node = Node::start(store, "").await;
    for (id, partner) in [(11, "AG-1"), (12, "AG-2")] {
        let client = json!({ "id": id, "ref": format!("C-{id}"), "partner": partner });
        node.eye.plant([json!({ "client": client })]).await;
    }
    let day = SystemClock.now().day_in(chrono_tz::Europe::Rome);
    for (id, (kind, body, partner, score)) in (1..).zip(ROWS) {
        let client = partner.map(|partner| if partner == "AG-1" { 11 } else { 12 });
        let survey = json!({ "id": id, "kind": kind, "body": body, "partner": partner,
            "client_id": client, "state": "asked", "due_at": 1, "asked_at": 1, "day": day - 1,
            "score": score });
        node.eye.plant([json!({ "survey": survey })]).await;
    }
    // Neither of another time, nor of somebody who was not asked.
    for (id, state, day) in [(90, "asked", Some(day - 400)), (91, "untold", None)] {
        let survey =
            json!({ "id": id, "kind": "voltura", "state": state, "due_at": 1, "day": day });
        node.eye.plant([json!({ "survey": survey })]).await;
    }
    let answer = node.get("/v1/insight/satisfaction").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    counted(&answer.body["all"], |_| true);
    for (list, count) in [("kinds", 2), ("bodies", 3), ("partners", 3)] {
        let lines = answer.body[list].as_array().unwrap();
        assert_eq!(lines.len(), count, "{list}");
        for line in lines {
            let name = line["name"].as_str().unwrap();
            counted(line, |(kind, body, partner, _)| match list {
                "kinds" => *kind == name,
                "bodies" => body.unwrap_or_default() == name,
                _ => partner.unwrap_or_default() == name,
            });
        }
    }
    let none = node
        .get("/v1/insight/satisfaction?from=2020-01-01&to=2020-01-31")
        .await;
    assert_eq!(none.body["all"]["asked"], 0);
    assert_eq!(none.body["kinds"], json!([]));
    let sight = PartnerSight::of("AG-1".to_owned());
    let mut tx = node.running.store.read().await.unwrap();
    let own = tx.seen_by(&sight).satisfaction(day - 1, day).await.unwrap();
    assert_eq!((own.asked, own.ones, own.fours, own.fives), (7, 1, 2, 3));
    drop(tx);
    node.stop().await;
}
