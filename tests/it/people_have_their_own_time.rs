//! Where time runs faster than outside (`[sandbox] day`), people still type, read and answer by their own clock:
//! codes wait for them, mails to them leave, and their sessions are as old as they are.

use std::sync::Arc;

use araldo::domain::clock::{FixedClock, ScaledClock, SystemClock};
use araldo::domain::role::Role;
use araldo::domain::{Clock, UserId};
use araldo::runtime::Lifecycle;
use araldo::store::access::users::NewUser;
use araldo::web::Web;
use araldo::web::auth::password;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;

use crate::console_browser::Browser;
use crate::console_seed::PASSWORD;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::town::web;

on_both_databases!(
    a_code_waits_for_whoever_types_it,
    what_a_client_writes_is_mailed_to_who_is_to_answer,
    a_session_is_as_old_as_it_is_outside,
);

/// A day is a minute: a quarter of an hour would be over before anybody has read a code.
const PACE: u32 = 1_440;
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const SETTINGS: &str = r#"
[channels]
sms = ["sandbox-sms"]
email = ["post"]
[email]
replies = "risposte@araldo.example"
[dialogue]
tutor_mail = true
inbox_mail = "sportello@araldo.example"
[provider.post]
kind = "sandbox"
channel = "email"
[provider.gateway]
kind = "kannel"
url = "http://127.0.0.1:1/cgi-bin/sendsms"
username = "araldo"
password = "never used"
from = "3399000000"
reply_secret = "0123456789abcdef0123456789abcdef"
"#;
const ANNA: &str = "+390000000591";
const NEW: &str = "+390000000597";

/// A node whose time runs faster, with a client who was told something.
async fn town(store: TestStore) -> Node {
    let machine: Arc<dyn Clock> = Arc::new(SystemClock);
    let began = machine.now();
    let clock = Arc::new(ScaledClock::new(machine, began, PACE));
    let node = Node::start_by(store, SETTINGS, clock).await;
    node.client("A", &[ANNA], json!({})).await;
    let opened = json!({ "specversion": "1.0", "id": "1", "source": "/crm",
        "type": "case.opened", "data": { "case": "PR-1", "client": "A", "kind": "voltura",
        "state": "received" } });
    node.event(&opened).await;
    until_text(&node, ANNA, "/s/").await;
    node
}

/// The first text at an address that says this.
async fn until_text(node: &Node, address: &str, words: &str) -> String {
    until(async || {
        let texts = node.texts(address);
        let found = texts.iter().find(|text| text.contains(words)).cloned();
        found.ok_or_else(|| format!("no `{words}` in {texts:?}"))
    })
    .await
}

fn digits(text: &str) -> &str {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).expect("a code")
}

async fn a_code_waits_for_whoever_types_it(store: TestStore) {
    let node = town(store).await;
    let text = until_text(&node, ANNA, "/s/").await;
    let mut words = text.split_whitespace();
    let page = words.find(|word| word.contains("/s/")).unwrap();
    let asked = node
        .submit(&format!("{page}/contact"), &[("address", NEW)])
        .await;
    assert_eq!(asked.status, 303, "{asked:?}");
    let there = until_text(&node, NEW, "codice").await;
    let here = until_text(&node, ANNA, "Il codice per permetterlo").await;
    let waits = node.visit(&format!("{page}/yours")).await.text;
    assert!(waits.contains("name=\"code\""), "{waits}");
    let fields = [("code", digits(&there)), ("own", digits(&here))];
    node.submit(&format!("{page}/contact-code"), &fields).await;
    let proven = "SELECT CAST(count(*) AS BIGINT) FROM contact_point \
                  WHERE address = '+390000000597' AND verified";
    assert_eq!(node.eye.number(proven).await, 1);
    node.stop().await;
}

async fn what_a_client_writes_is_mailed_to_who_is_to_answer(store: TestStore) {
    let node = town(store).await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("from", ANNA), ("to", "3399000000"), ("id", "a-1")])
        .extend_pairs([
            ("text", "A che punto siamo?"),
            ("charset", "UTF-8"),
            ("coding", "0"),
        ])
        .finish();
    let address = node.address();
    let url = format!("http://{address}/hooks/kannel/gateway/reply/{SECRET}?{query}");
    assert_eq!(node.visit(&url).await.status, 200);
    until_text(&node, "sportello@araldo.example", "> A che punto siamo?").await;
    let given_up = "SELECT CAST(count(*) AS BIGINT) FROM test_send WHERE state = 'expired'";
    assert_eq!(node.eye.number(given_up).await, 0);
    node.stop().await;
}

async fn a_session_is_as_old_as_it_is_outside(store: TestStore) {
    let outside = Arc::new(FixedClock::at("2026-11-22T10:00:00Z"));
    let base: Arc<dyn Clock> = Arc::<FixedClock>::clone(&outside);
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::new(base, outside.now(), PACE));
    let web = Web {
        clock,
        ..web(&store, &outside, &Lifecycle::new())
    };
    let hash = password::hash(PASSWORD).unwrap();
    let user = NewUser {
        id: UserId::new(web.ids.next()),
        email: "anna@example.org",
        role: Role::Operator,
        password_hash: &hash,
    };
    let mut tx = web.store.write().await.unwrap();
    tx.users().add(&user, outside.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut browser = Browser {
        app: araldo::web::router(web),
        cookie: None,
    };
    let page = browser.login("anna@example.org", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    outside.advance(TimeDelta::seconds(30));
    let me = browser.get("/console/me").await.text;
    assert!(me.contains("30 s ago"), "twelve hours passed here: {me}");
}
