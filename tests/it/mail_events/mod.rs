//! What mail services tell of e-mails reaches the message that it is about, whoever repeats, reorders or
//! forges it. A whole node, with services that behave as their documentation says; what they sign is signed
//! by programs that are not ours (`openssl`, Python).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod basic;
mod mailgun;
mod sendgrid;
mod sns;

use std::io::Write as _;
use std::process::{Command, Stdio};

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::Node;

const ANNA: &str = "anna@posta.example";

const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM mail_evidence";
const BARRED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression";
const READ: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement";
const REFERENCE: &str = "SELECT reference FROM attempt";

/// A node that sends e-mails by the provider `carrier`.
async fn node(store: TestStore, provider: &str) -> Node {
    let settings = format!("[channels]\nsms = []\nemail = [\"carrier\"]\n{provider}");
    Node::start(store, &settings).await
}

/// The same, and an e-mail to Anna that was taken. With our reference for it.
async fn told(store: TestStore, provider: &str) -> (Node, String) {
    let node = node(store, provider).await;
    tell(&node).await;
    let reference = node.eye.texts(REFERENCE).await.remove(0);
    assert!(reference.starts_with("araldo-e"), "{reference}");
    (node, reference)
}

async fn tell(node: &Node) {
    node.client("A", &[ANNA], json!({})).await;
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node.until_states("A", &["accepted"]).await;
}

/// Posts to the place for events; the status of the answer.
async fn post(node: &Node, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> u16 {
    post_to(node, "carrier/events", headers, body).await
}

async fn post_to(
    node: &Node,
    place: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> u16 {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/hooks/{place}", node.address());
    let mut request = http.post(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    answer.status().as_u16()
}

/// What another program makes of `input`.
fn made_by(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

/// Seconds since 1970, by the clock of the node.
fn seconds() -> i64 {
    SystemClock.now().as_micros() / 1_000_000
}
