//! Whoever cannot prove it is refused alike and before any work; what cannot be taken is refused whole,
//! with the place.

use araldo::domain::limits::UNPROVEN_BODIES;
use ring::hmac;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{ALERTS, ALERTS_PATH, BEARER, EVENTS, HELP_DESK, Poster};
use super::{alert, envelope, hex, sha1, watching};
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    whoever_cannot_prove_it_learns_nothing,
    a_signature_with_an_old_time_is_refused,
    whoever_proves_nothing_cannot_fill_the_memory,
    what_is_too_much_is_refused_whole,
    what_is_no_json_is_said_with_its_place,
);

async fn whoever_cannot_prove_it_learns_nothing(store: TestStore) {
    let settings = format!("{ALERTS}{HELP_DESK}");
    let node = watching(store, &settings).await;
    let body = envelope(&[alert(&node, "a1b2c3d4e5f60718")]);
    let signed = sha1("another secret", &body);
    let key = format!("Bearer {}", node.key());
    let mut answers = Vec::new();
    for path in [
        "/v1/sources/alerts",
        "/v1/sources/helpdesk",
        "/v1/sources/nobody",
    ] {
        let poster = Poster::to(&node, path);
        for headers in [
            vec![],
            vec![("authorization", "Bearer s3cret of their")],
            vec![("authorization", "Basic czNjcmV0")],
            vec![("authorization", &*key)],
            vec![("x-hub-signature", "sha1=00")],
            vec![("x-hub-signature", &*signed)],
        ] {
            // Rights come before work: this is no JSON.
            answers.push(poster.post(&headers, "{\"alerts\": [").await);
            answers.push(poster.post(&headers, body.clone()).await);
        }
    }
    let first = answers[0].clone();
    assert_eq!((first.0, &first.1["code"]), (401, &json!("not_admitted")));
    assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
    // A key of ours reads sources, and posts nothing.
    assert_eq!(node.get("/v1/sources/alerts/dead").await.status, 200);
    assert_eq!(node.eye.number(EVENTS).await, 0);
    node.stop().await;
}

async fn a_signature_with_an_old_time_is_refused(store: TestStore) {
    let signature = "signature = { header = \"X-Signature\", timestamp = { header = \"X-Time\", within = \"5m\" } }\n";
    let settings = ALERTS.replace("items =", &format!("{signature}items ="));
    let node = watching(store, &settings).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let body = envelope(&[alert(&node, "a1b2c3d4e5f60718")]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"s3cret of theirs");
    let now = node.running.clock.now().as_micros() / 1_000_000;
    let signed = |seconds: i64| {
        let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
        (seconds.to_string(), hex(tag.as_ref()))
    };
    for away in [-600, 600] {
        let (time, tag) = signed(now + away);
        let (status, problem) = poster
            .post(&[("x-time", &*time), ("x-signature", &*tag)], body.clone())
            .await;
        assert_eq!((status, &problem["code"]), (401, &json!("stale_signature")));
    }
    let (time, tag) = signed(now);
    // The time of another request does not make it new.
    let later = (now + 1).to_string();
    let headers = [("x-time", &*later), ("x-signature", &*tag)];
    assert_eq!(poster.post(&headers, body.clone()).await.0, 401);
    let headers = [("x-signature", &*tag)];
    assert_eq!(poster.post(&headers, body.clone()).await.0, 401);
    let headers = [("x-time", &*time), ("x-signature", &*tag)];
    for taken in [1, 0] {
        let (status, answer) = poster.post(&headers, body.clone()).await;
        assert_eq!((status, &answer["taken"]), (202, &json!(taken)));
    }
    node.until_states("C-1", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

/// A request of which the last byte is kept back.
async fn withheld(node: &Node, path: &str, header: &str) -> TcpStream {
    let mut stream = TcpStream::connect(node.address()).await.unwrap();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n{header}\r\n\r\n{{}}");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn whoever_proves_nothing_cannot_fill_the_memory(store: TestStore) {
    let settings = format!("{ALERTS}{HELP_DESK}");
    let node = watching(store, &settings).await;
    let signed = "x-hub-signature: sha1=00";
    // What the named source does not ask for is refused before the body is whole.
    let mut early = withheld(&node, ALERTS_PATH, signed).await;
    let mut said = [0; 12];
    early.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 401");
    let mut held = Vec::new();
    for number in 0..UNPROVEN_BODIES {
        let path = format!("/v1/sources/nobody{}", number % 3);
        held.push(withheld(&node, &path, signed).await);
    }
    let desk = format!("http://{}/v1/sources/helpdesk", node.address());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let refused = until(async || {
        let request = http.post(&desk).header("x-hub-signature", "sha1=00");
        let answer = request.body("{}").send().await.unwrap();
        match answer.status().as_u16() {
            503 => Ok(answer),
            status => Err(format!("{status}: not all are held yet")),
        }
    })
    .await;
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(refused.headers()["connection"], "close");
    let problem: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "too_many_bodies");
    // Whoever bears the secret needs no such room.
    let alerts = Poster::to(&node, ALERTS_PATH);
    let alert = alert(&node, "a1b2c3d4e5f60718");
    assert_eq!(alerts.alerts(&[alert]).await.0, 202);
    drop(held);
    let poster = Poster::to(&node, "/v1/sources/helpdesk");
    until(async || {
        let (status, _) = poster.post(&[("x-hub-signature", "sha1=00")], "{}").await;
        (status == 401).then_some(()).ok_or(format!("{status}"))
    })
    .await;
    node.stop().await;
}

async fn what_is_too_much_is_refused_whole(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let many = vec![json!({}); 10_000];
    let (status, problem) = poster.alerts(&many).await;
    assert_eq!((status, &problem["pointer"]), (413, &json!("/alerts")));
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("10000 records") && detail.contains("1000"),
        "{detail}"
    );
    let (status, problem) = poster.post(&[BEARER], " ".repeat((1 << 20) + 1)).await;
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
    let mut large = alert(&node, "a1b2c3d4e5f60718");
    large["annotations"]["runbook"] = "x".repeat(300_000).into();
    let (status, problem) = poster.alerts(&[large]).await;
    assert_eq!((status, &problem["pointer"]), (413, &json!("/alerts/0")));
    assert_eq!(node.eye.number(EVENTS).await, 0);
    let dead = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
    assert_eq!(node.eye.number(dead).await, 0);
    // So many are taken at once.
    let thousand: Vec<Value> = (0..1_000)
        .map(|number| alert(&node, &format!("{number:016x}")))
        .collect();
    let (status, body) = poster.alerts(&thousand).await;
    assert_eq!((status, &body["taken"]), (202, &json!(1_000)));
    node.stop().await;
}

async fn what_is_no_json_is_said_with_its_place(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    for (body, pointer, says) in [
        ("{\"alerts\": [", Value::Null, "breaks off at line 1"),
        ("alerts=1", Value::Null, "not valid JSON"),
        ("", Value::Null, "empty"),
        ("{\"alert\": []}", json!("/alerts"), "there is no `alerts`"),
        (
            "{\"alerts\": [{}, 7]}",
            json!("/alerts/1"),
            "a record is an object",
        ),
    ] {
        let (status, problem) = poster.post(&[BEARER], body).await;
        assert_eq!(
            (status, &problem["pointer"]),
            (400, &pointer),
            "{body}: {problem}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{body}: {detail}");
    }
    let deep = format!("{{\"alerts\": {}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(poster.post(&[BEARER], deep).await.0, 400);
    assert_eq!(
        poster.alerts(&[]).await,
        (202, json!({"taken": 0, "known": 0, "dead": 0}))
    );
    assert_eq!(node.eye.number(EVENTS).await, 0);
    node.stop().await;
}
