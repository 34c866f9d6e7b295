//! What the examples ask is taken by the real parsers, and what is answered is as described.

use std::io::Write as _;
use std::process::{Command, Stdio};

use araldo::domain::api_key::{ApiKey, ENTROPY, Scope};
use araldo::store::Store;
use araldo::web::router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{TOOLS, operations};
use crate::console_seed::Town;
use crate::intake_api::Api;

on_both_databases!(the_examples_are_taken_and_the_answers_are_as_described);

/// What a new store cannot give, each with the status that says so.
const WITHOUT: [(&str, u16); 14] = [
    // No template is published.
    ("POST /v1/messages", 422),
    ("GET /v1/messages/{id}", 404),
    ("POST /v1/messages/{id}:cancel", 404),
    ("POST /v1/messages/{id}/evidence/{evidence}:invalidate", 404),
    // The planner, which applies what is told of incidents, does not run.
    ("GET /v1/incidents/{ref}", 404),
    // No source is watched.
    ("POST /v1/sources/{name}", 401),
    ("POST /v1/sources/{name}/dead:replay", 409),
    ("POST /v1/sources/{name}/dead/{id}:replay", 404),
    ("DELETE /v1/sources/{name}/dead/{id}", 404),
    // Nothing came back.
    ("DELETE /v1/clients/{ref}/suppressions/{channel}", 404),
    // Nobody acts by that reference.
    ("DELETE /v1/clients/{ref}/deputies/{deputy}", 404),
    // Nobody wrote.
    ("GET /v1/conversations/{id}", 404),
    ("POST /v1/conversations/{id}", 404),
    // The settings name no body.
    ("POST /v1/forwardings", 422),
];

/// What is made comes first, what is deleted last.
fn rank(method: &str) -> usize {
    let order = ["PUT", "POST", "GET", "DELETE"];
    order.iter().position(|known| *known == method).unwrap()
}

/// The path with its places filled, and a query, out of the examples.
fn address(path: &str, operation: &Value) -> String {
    let mut address = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        let example = match &parameter["example"] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match parameter["in"].as_str().unwrap() {
            "path" => address = address.replace(&format!("{{{name}}}"), &example),
            "query" => query.push(format!("{name}={example}")),
            _ => {}
        }
    }
    format!("{address}?{}", query.join("&"))
}

/// Content type and text of each example of a body; nothing once, where there is no body.
fn bodies(operation: &Value) -> Vec<(String, String)> {
    let content = operation["requestBody"]["content"].as_object();
    let text = |(kind, media): (&String, &Value)| match &media["example"] {
        Value::String(text) => (kind.clone(), text.clone()),
        other => (kind.clone(), other.to_string()),
    };
    let bodies: Vec<(String, String)> = content.into_iter().flatten().map(text).collect();
    match bodies.is_empty() {
        true => vec![(String::new(), String::new())],
        false => bodies,
    }
}

/// Nothing is wrong with the document, and nothing with these answers.
fn judged(document: &Value, answers: &[Value]) {
    let judge = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/api_is_described/judge.py"
    );
    let mut python = Command::new(TOOLS.join("bin/python"))
        .arg(judge)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let given = json!({"document": document, "answers": answers}).to_string();
    let mut input = python.stdin.take().unwrap();
    input.write_all(given.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge failed");
    let faults = String::from_utf8(output.stdout).unwrap();
    assert!(faults.is_empty(), "{faults}");
}

async fn the_examples_are_taken_and_the_answers_are_as_described(store: &Store) {
    let api = Api::over(store).await;
    let document = api.get("/v1/openapi.json").await.body;
    let mut asked = operations(&document);
    asked.sort_by_key(|(method, ..)| rank(method));
    let mut answers = Vec::new();
    for (method, path, operation) in asked {
        let name = format!("{method} {path}");
        let address = address(&path, operation);
        for (kind, body) in bodies(operation) {
            let answer = api.ask(&method, &address, &kind, body).await;
            let status = answer.status.as_u16();
            match WITHOUT.iter().find(|(known, _)| *known == name) {
                Some((_, expected)) => assert_eq!(status, *expected, "{name}: {answer:?}"),
                None => assert!(answer.status.is_success(), "{name}: {answer:?}"),
            }
            let content_type = answer.headers.get("content-type");
            let content_type = content_type.map(|kind| kind.to_str().unwrap());
            answers.push(json!({"operation": name, "status": status,
                "content_type": content_type.unwrap_or_default(), "body": answer.body}));
        }
    }
    judged(&document, &answers);
}

#[tokio::test]
async fn the_answers_of_a_town_with_everything_are_as_described() {
    let town = Town::lively().await;
    let key = ApiKey::from_entropy(&[9; ENTROPY]);
    let mut tx = town.web.store.write().await.unwrap();
    let (now, ids) = (town.now(), &*town.web.ids);
    tx.keys()
        .create(&key, "test", Scope::ALL, now, ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let get = async |path: &str| {
        let request =
            Request::get(path).header("authorization", format!("Bearer {}", key.reveal()));
        let request = request.body(Body::empty()).unwrap();
        let answer = router(town.web.clone()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        (parts.status.as_u16(), body)
    };
    let (_, document) = get("/v1/openapi.json").await;
    let message = format!("/v1/messages/{}", town.message);
    let (_, incidents) = get("/v1/incidents").await;
    let incident = incidents["items"][0]["incident"].as_str().unwrap();
    let incident = format!("/v1/incidents/{incident}");
    let mut answers = Vec::new();
    for (operation, path) in [
        ("/v1/messages", "/v1/messages"),
        ("/v1/messages/{id}", message.as_str()),
        ("/v1/clients", "/v1/clients"),
        ("/v1/clients/{ref}", "/v1/clients/C-1000"),
        ("/v1/cases", "/v1/cases"),
        ("/v1/cases/{ref}", "/v1/cases/PR-1"),
        ("/v1/incidents", "/v1/incidents"),
        ("/v1/incidents/{ref}", incident.as_str()),
        ("/v1/events", "/v1/events"),
        ("/v1/stats", "/v1/stats?by=day,template,version,channel"),
        ("/v1/insight", "/v1/insight"),
        ("/v1/insight/satisfaction", "/v1/insight/satisfaction"),
        ("/v1/insight/unread", "/v1/insight/unread"),
        ("/v1/reachability", "/v1/reachability"),
        ("/v1/rules", "/v1/rules"),
        ("/v1/sources", "/v1/sources"),
        ("/v1/contacts-per-day", "/v1/contacts-per-day"),
    ] {
        let (status, body) = get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        answers.push(
            json!({"operation": format!("GET {operation}"), "status": status,
            "content_type": "application/json", "body": body}),
        );
    }
    judged(&document, &answers);
}
