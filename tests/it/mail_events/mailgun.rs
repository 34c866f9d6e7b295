//! Mailgun signs a time and a token: what is old, forged or has a token that was seen moves nothing.

use serde_json::{Value, json};

use super::{BARRED, EVENTS, READ, RECEIPTS, made_by, node, post, post_to, seconds, tell, told};
use crate::providers::service::{Service, say};
use crate::support::TestStore;

on_both_databases!(
    a_signed_event_moves_its_message_and_a_forged_one_nothing,
    a_token_counts_once,
    a_broken_address_is_barred_and_another_is_not,
    a_complaint_bars_and_a_click_of_theirs_counts_for_nothing,
    what_is_of_nobody_or_too_large_is_not_kept,
);

const KEY: &str = "s1gning-key";
const LATE_BOUNCES: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE late_bounce";
const REASON: &str = "SELECT reason FROM suppression WHERE address = 'anna@posta.example'";

async fn desk() -> Service {
    Service::open(|_| {
        say(
            200,
            r#"{"id":"<x@mg.example.it>","message":"Queued. Thank you."}"#,
        )
    })
    .await
}

fn provider(service: &Service) -> String {
    format!(
        "[provider.carrier]\nkind = \"mailgun\"\ndomain = \"mg.example.it\"\nkey = \"k\"\n\
         signing_key = \"{KEY}\"\nfrom = \"avvisi@mg.example.it\"\nbase_url = \"{}\"\n",
        service.url
    )
}

/// As Python signs.
fn signature(key: &str, time: &str, token: &str) -> String {
    let program = "import hashlib, hmac, sys\n\
                   print(hmac.new(sys.argv[1].encode(), sys.stdin.buffer.read(), hashlib.sha256).hexdigest())";
    let signed = format!("{time}{token}");
    let made = made_by("python3", &["-c", program, key], signed.as_bytes());
    String::from_utf8(made).unwrap().trim().to_owned()
}

/// One event with a token of its own.
fn event(key: &str, time: i64, token: &str, event: &Value) -> String {
    let (time, token) = (time.to_string(), format!("{token:0>50}"));
    let signature = signature(key, &time, &token);
    json!({
        "signature": { "timestamp": time, "token": token, "signature": signature },
        "event-data": event,
    })
    .to_string()
}

fn about(reference: &str, word: &str, recipient: &str) -> Value {
    json!({ "event": word, "severity": "permanent", "reason": "bounce", "recipient": recipient,
        "timestamp": seconds(),
        "message": { "headers": { "message-id": format!("{reference}@mg.example.it") } },
        "delivery-status": { "code": 550, "message": "5.1.1 no such user anna@posta.example" } })
}

async fn a_signed_event_moves_its_message_and_a_forged_one_nothing(store: TestStore) {
    let service = desk().await;
    let (node, reference) = told(store, &provider(&service)).await;
    let delivered = about(&reference, "delivered", super::ANNA);
    let now = seconds();
    let right = event(KEY, now, "1", &delivered);
    for (forged, why) in [
        (event("other", now, "2", &delivered), "another key"),
        (event(KEY, now - 3 * 86_400, "3", &delivered), "old"),
        (event(KEY, now + 3_600, "4", &delivered), "to come"),
        (delivered.to_string(), "no signature"),
        ("[".to_owned(), "no document"),
        (String::new(), "nothing"),
    ] {
        assert_eq!(post(&node, &[], forged).await, 404, "{why}");
    }
    let elsewhere = post_to(&node, "carrier/other", &[], right.clone()).await;
    assert_eq!(elsewhere, 404);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    for _ in 0..2 {
        assert_eq!(post(&node, &[], right.clone()).await, 200);
    }
    node.until_states("A", &["delivered"]).await;
    // The first comes last.
    let mut delayed = about(&reference, "failed", super::ANNA);
    delayed["severity"] = json!("temporary");
    assert_eq!(post(&node, &[], event(KEY, now, "5", &delayed)).await, 200);
    node.until_states("A", &["delivered"]).await;
    assert_eq!(
        node.eye.number(RECEIPTS).await,
        2,
        "a repeat is no other report"
    );
    assert_eq!(node.eye.number(LATE_BOUNCES).await, 0);
    node.sums_close().await;
}

async fn a_token_counts_once(store: TestStore) {
    let service = desk().await;
    let (node, reference) = told(store, &provider(&service)).await;
    let now = seconds();
    let seen = event(KEY, now, "1", &about(&reference, "delivered", super::ANNA));
    assert_eq!(post(&node, &[], seen).await, 200);
    // Whoever saw that call writes another event beside its signature.
    let written = event(KEY, now, "1", &about(&reference, "complained", super::ANNA));
    assert_eq!(post(&node, &[], written).await, 200);
    assert_eq!(node.eye.number(BARRED).await, 0);
    assert_eq!(node.eye.number(EVENTS).await, 1);
    node.sums_close().await;
}

async fn a_broken_address_is_barred_and_another_is_not(store: TestStore) {
    let service = desk().await;
    let (node, reference) = told(store, &provider(&service)).await;
    let other = about(&reference, "failed", "luca@posta.example");
    assert_eq!(
        post(&node, &[], event(KEY, seconds(), "1", &other)).await,
        200
    );
    node.until_states("A", &["undelivered"]).await;
    assert_eq!(
        node.eye.number(BARRED).await,
        0,
        "it went to another address"
    );
    let details = node.eye.texts("SELECT detail FROM receipt").await;
    assert!(
        details.iter().all(|detail| !detail.contains('@')),
        "{details:?}"
    );
    node.client("B", &["barbara@posta.example"], json!({}))
        .await;
    let message = json!({ "client": "B", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    assert_eq!(node.post("/v1/messages", &message).await.status, 202);
    node.until_states("B", &["accepted"]).await;
    let newest = "SELECT reference FROM attempt ORDER BY message_id DESC LIMIT 1";
    let reference = node.eye.texts(newest).await.remove(0);
    let mut policy = about(&reference, "failed", "barbara@posta.example");
    policy["delivery-status"]["message"] = json!("5.7.26 This mail is unauthenticated");
    assert_eq!(
        post(&node, &[], event(KEY, seconds(), "2", &policy)).await,
        200
    );
    node.until_states("B", &["undelivered"]).await;
    assert_eq!(
        node.eye.number(BARRED).await,
        0,
        "the mail was refused, not the address"
    );
    let broken = about(&reference, "failed", "Barbara@posta.example");
    assert_eq!(
        post(&node, &[], event(KEY, seconds(), "3", &broken)).await,
        200
    );
    node.eye.until(BARRED, 1).await;
    node.sums_close().await;
}

async fn a_complaint_bars_and_a_click_of_theirs_counts_for_nothing(store: TestStore) {
    let service = desk().await;
    let (node, reference) = told(store, &provider(&service)).await;
    for (token, word) in [
        ("1", "opened"),
        ("2", "clicked"),
        ("3", "unsubscribed"),
        ("4", "news"),
    ] {
        let theirs = about(&reference, word, super::ANNA);
        let status = post(&node, &[], event(KEY, seconds(), token, &theirs)).await;
        assert_eq!(status, 200, "{word}");
    }
    let nothing = [READ, RECEIPTS, EVENTS, BARRED];
    for counted in nothing {
        assert_eq!(node.eye.number(counted).await, 0, "{counted}");
    }
    let complaint = about(&reference, "complained", super::ANNA);
    assert_eq!(
        post(&node, &[], event(KEY, seconds(), "5", &complaint)).await,
        200
    );
    assert_eq!(node.eye.texts(REASON).await, ["complaint"]);
    node.until_states("A", &["accepted"]).await;
    node.sums_close().await;
}

async fn what_is_of_nobody_or_too_large_is_not_kept(store: TestStore) {
    let service = desk().await;
    let node = node(store, &provider(&service)).await;
    tell(&node).await;
    for (token, name) in [
        ("1", "araldo-e1"),
        ("2", "other"),
        ("3", "araldo-e"),
        ("4", ""),
    ] {
        let mut foreign = about(name, "failed", super::ANNA);
        // Old enough to be no answer that is on its way.
        foreign["timestamp"] = json!(seconds() - 600);
        let status = post(&node, &[], event(KEY, seconds(), token, &foreign)).await;
        assert_eq!(status, 200, "{name}");
    }
    let large = vec![b' '; 10 * 1024 * 1024];
    assert_eq!(post(&node, &[], large).await, 413);
    assert_eq!(node.eye.number(EVENTS).await, 0);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    node.until_states("A", &["accepted"]).await;
    node.sums_close().await;
}
