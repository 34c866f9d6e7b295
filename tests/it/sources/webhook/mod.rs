//! What a system posts by itself: who cannot prove who they are is refused alike; what is taken is
//! taken once and told; what cannot be taken waits for a person, and the rest goes on. Here is their
//! program.

mod refused;
mod told;
mod waiting;

use araldo::domain::Timestamp;
use chrono::TimeDelta;
use ring::hmac;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

/// As Alertmanager posts, version 4 of its format.
const ALERTS: &str = r#"
[source.alerts]
kind = "webhook"
secret = "s3cret of theirs"
items = "alerts"
[source.alerts.incident]
incident = "{{ record.fingerprint ~ '-' ~ record.startsAt[:19] }}"
kind = "{{ 'outage' }}"
service = "{{ record.labels.service }}"
severity = "{{ record.labels.severity | default('moderate') }}"
began_at = "startsAt"
cause = "{{ record.annotations.summary | default('') }}"
note = "{{ record._envelope.commonAnnotations.note | default('') }}"
ended = "{{ record.status == 'resolved' }}"
changed_at = "{{ record.endsAt if record.status == 'resolved' else record.startsAt }}"
[source.alerts.incident.area]
tags = "{{ 'feeder:' ~ record.labels.feeder }}"
"#;
const ALERTS_PATH: &str = "/v1/sources/alerts";
const BEARER: (&str, &str) = ("authorization", "Bearer s3cret of theirs");

/// A help desk that signs its requests the old way.
const HELP_DESK: &str = r#"
[source.helpdesk]
kind = "webhook"
secret = "token of the desk"
signature = { header = "X-Hub-Signature", algorithm = "sha1", prefix = "sha1=" }
items = "ticket"
[source.helpdesk.case]
case = "{{ 'DESK-' ~ record.number }}"
client = "{{ record.customer.login }}"
kind = "{{ record.group.name | lower }}"
state = "state"
version = "updated_at"
changed_at = "updated_at"
[source.helpdesk.states]
"new" = "received"
"open" = "internal_review"
"pending reminder" = "documents_missing"
"closed" = "done"
"#;

const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event";

/// Their program.
struct Poster {
    http: reqwest::Client,
    url: String,
}

impl Poster {
    fn to(node: &Node, path: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}{path}", node.address());
        Self { http, url }
    }

    /// Status and body of the answer.
    async fn post(&self, headers: &[(&str, &str)], body: impl Into<String>) -> (u16, Value) {
        let mut request = self.http.post(&self.url);
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.into()).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn alerts(&self, alerts: &[Value]) -> (u16, Value) {
        self.post(&[BEARER], envelope(alerts)).await
    }
}

fn envelope(alerts: &[Value]) -> String {
    let body = json!({
        "version": "4", "groupKey": "{}:{alertname=\"FeederDown\"}", "truncatedAlerts": 0,
        "status": "firing", "receiver": "clients", "groupLabels": {"alertname": "FeederDown"},
        "commonLabels": {"alertname": "FeederDown"},
        "commonAnnotations": {"note": "Una squadra e' sul posto."},
        "externalURL": "http://alertmanager.example.it", "alerts": alerts,
    });
    body.to_string()
}

fn written(time: Timestamp) -> String {
    let time = time.to_utc();
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// An alert about the feeder BO-12 that fires since a minute ago.
fn alert(node: &Node, fingerprint: &str) -> Value {
    let began = node.running.clock.now() - TimeDelta::minutes(1);
    json!({
        "status": "firing", "fingerprint": fingerprint,
        "labels": {"alertname": "FeederDown", "service": "electricity", "feeder": "BO-12"},
        "annotations": {"summary": "guasto in cabina"},
        "startsAt": written(began), "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.it/graph",
    })
}

/// The same as it was when it fired.
fn resolved(node: &Node, firing: &Value) -> Value {
    let mut alert = firing.clone();
    alert["status"] = "resolved".into();
    alert["endsAt"] = written(node.running.clock.now()).into();
    alert
}

async fn watching(store: TestStore, settings: &str) -> Node {
    let node = Node::start(store, settings).await;
    let place = json!({"places": [
        {"place": "IT001", "municipality": "037006", "tags": ["feeder:BO-12"]}
    ]});
    node.client("C-1", &["+390000000171"], place).await;
    node
}

async fn until_row(node: &Node, name: &str, holds: impl Fn(&str) -> bool) {
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get(name).await.unwrap();
        let said = format!("{row:?}");
        holds(&said).then_some(()).ok_or(said)
    })
    .await;
}

fn sha1(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    format!("sha1={}", hex(hmac::sign(&key, body.as_bytes()).as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    pairs.map(digit).collect()
}
