//! SendGrid signs the time and the bytes of a list: `openssl` makes the key and signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{ANNA, EVENTS, RECEIPTS, made_by, post, seconds, told};
use crate::support::TestStore;
use crate::support::mailboxes::Mailboxes;

on_both_databases!(a_signed_list_is_taken_and_an_altered_one_is_not);

/// A private key on the P-256 curve in a file, and its public half as SendGrid shows it.
fn keys(folder: &std::path::Path) -> (String, String) {
    let file = folder.join("sendgrid.pem");
    let path = file.to_str().unwrap();
    let curve = [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ];
    std::fs::write(&file, made_by("openssl", &curve, b"")).unwrap();
    let public = made_by(
        "openssl",
        &["pkey", "-in", path, "-pubout", "-outform", "DER"],
        b"",
    );
    (path.to_owned(), STANDARD.encode(public))
}

fn signed(key: &str, time: &str, body: &str) -> String {
    let text = format!("{time}{body}");
    let made = made_by(
        "openssl",
        &["dgst", "-sha256", "-sign", key],
        text.as_bytes(),
    );
    STANDARD.encode(made)
}

async fn a_signed_list_is_taken_and_an_altered_one_is_not(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = keys(folder.path());
    let mailboxes = Mailboxes::open(0);
    let provider = format!(
        "[provider.carrier]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         from = \"avvisi@example.it\"\nwebhook = {{ kind = \"sendgrid\", key = \"{public}\" }}\n",
        mailboxes.port
    );
    let (node, reference) = told(store, &provider).await;
    let event = |id: &str, word: &str, more: serde_json::Value| {
        let mut event = json!({ "email": ANNA, "timestamp": seconds(), "event": word,
            "sg_event_id": id, "sg_message_id": "s-1", "araldo": reference });
        for (key, value) in more.as_object().unwrap() {
            event[key] = value.clone();
        }
        event
    };
    let list = json!([
        event("1", "processed", json!({})),
        event("2", "delivered", json!({ "response": "250 OK" })),
        event("3", "open", json!({ "useragent": "Mozilla/5.0" })),
        event("4", "delivered", json!({ "araldo": "araldo-e1" })),
        7,
    ]);
    // Their bodies end so, and all of it is signed.
    let body = format!("{list}\r\n");
    let time = seconds().to_string();
    let signature = signed(&private, &time, &body);
    let headers = |signature: &str, time: &str| {
        [
            (
                "x-twilio-email-event-webhook-signature",
                signature.to_owned(),
            ),
            ("x-twilio-email-event-webhook-timestamp", time.to_owned()),
        ]
    };
    let call = async |signature: &str, time: &str, body: &str| {
        let headers = headers(signature, time);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        post(&node, &headers, body.to_owned()).await
    };
    let old = (seconds() - 3 * 86_400).to_string();
    let replayed = signed(&private, &old, &body);
    assert_eq!(call(&signature, &time, body.trim_end()).await, 404);
    assert_eq!(
        call(&signature, &time, &body.replace("delivered", "bounce")).await,
        404
    );
    assert_eq!(call(&signature, &old, &body).await, 404);
    assert_eq!(
        call(&replayed, &old, &body).await,
        404,
        "signed, and too old"
    );
    assert_eq!(call("AAAA", &time, &body).await, 404);
    assert_eq!(post(&node, &[], body.clone()).await, 404);
    assert_eq!(node.eye.number(EVENTS).await, 0);
    for _ in 0..2 {
        assert_eq!(call(&signature, &time, &body).await, 200);
    }
    node.until_states("A", &["delivered"]).await;
    assert_eq!(node.eye.number(EVENTS).await, 1);
    assert_eq!(node.eye.number(RECEIPTS).await, 1);
    assert_eq!(
        node.eye.number(super::READ).await,
        0,
        "their tracking counts for nothing"
    );
    node.sums_close().await;
}
