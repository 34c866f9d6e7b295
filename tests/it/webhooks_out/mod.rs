//! What happens is told to programs: in an order that never changes, signed so that others verify it, and
//! to nobody whom only we can reach. Here are a receiver, who may be down, and who sends to it.

mod console;
mod feed;
mod told;

use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use araldo::domain::{Clock, NodeId};
use araldo::feed::{WebhookParts, WebhookSender};
use araldo::runtime::Lifecycle;
use araldo::store::Store;
use araldo::store::feed::Webhook;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{any, post};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::intake_api::Api;
use crate::support::patience::{PATIENCE, until};

/// One request that a receiver took.
#[derive(Debug, Clone)]
struct Taken {
    id: String,
    seconds: String,
    signatures: String,
    body: String,
}

impl Taken {
    fn entry(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A program that is posted to. It ends with the test.
struct Receiver {
    url: String,
    shared: Arc<ReceiverState>,
    lifecycle: Lifecycle,
}

/// How it answers, and what it took.
struct ReceiverState {
    status: AtomicU16,
    taken: Mutex<Vec<Taken>>,
}

impl Receiver {
    async fn start() -> Self {
        let shared = Arc::new(ReceiverState {
            status: AtomicU16::new(204),
            taken: Mutex::default(),
        });
        let routes = Router::new()
            .route("/hook", post(take))
            .route("/elsewhere", any(elsewhere))
            .route("/trickle", post(trickle))
            .route("/silent", post(std::future::pending::<StatusCode>))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("receiver", async move {
            axum::serve(listener, routes).await.unwrap();
        });
        Self {
            url,
            shared,
            lifecycle,
        }
    }

    fn answers(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

async fn take(
    State(shared): State<Arc<ReceiverState>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    let status = shared.status.load(Ordering::SeqCst);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    if status == 204 {
        shared.taken.lock().unwrap().push(Taken {
            id: header("webhook-id"),
            seconds: header("webhook-timestamp"),
            signatures: header("webhook-signature"),
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
    }
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "/elsewhere")])
}

/// Nobody comes here who does not follow.
async fn elsewhere(State(shared): State<Arc<ReceiverState>>) -> StatusCode {
    shared.taken.lock().unwrap().push(Taken {
        id: "followed".to_owned(),
        seconds: String::new(),
        signatures: String::new(),
        body: String::new(),
    });
    StatusCode::NO_CONTENT
}

/// Says 200 at once, and never comes to the end of its body.
async fn trickle(state: State<Arc<ReceiverState>>, headers: HeaderMap, body: Bytes) -> Response {
    take(state, headers, body).await;
    let begin = stream::iter([Ok::<_, std::io::Error>("a")]);
    Response::new(Body::from_stream(begin.chain(stream::pending())))
}

/// A node that sends.
struct Sending {
    sender: Arc<WebhookSender>,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Sending {
    /// Sends until it is told to stop.
    fn begin(&self) -> Lifecycle {
        let lifecycle = Lifecycle::new();
        let running = Arc::clone(&self.sender).run(lifecycle.clone());
        lifecycle.spawn("webhooks", running);
        lifecycle
    }

    /// Whether nobody is to be told anything now; else who is.
    async fn is_at_rest(&self) -> Result<(), String> {
        let mut tx = self.store.read().await.unwrap();
        let span = tx.feed().span().await.unwrap();
        let now = self.clock.now();
        let is_due =
            |one: &&Webhook| one.off_at.is_none() && one.next_at <= now && one.cursor < span.last;
        let all = tx.webhooks().list().await.unwrap();
        match all.iter().find(is_due) {
            Some(due) => Err(format!("{due:?} of {}", span.last)),
            None if span.unnumbered => Err("entries have no number".to_owned()),
            None => Ok(()),
        }
    }
}

/// The sender of a node, which may post to this machine when `allowed`.
fn sender(api: &Api, node: i64, allowed: bool) -> Sending {
    let parts = WebhookParts {
        store: api.web.store.clone(),
        clock: Arc::clone(&api.clock) as Arc<dyn Clock>,
        ids: Arc::clone(&api.web.ids),
        node: NodeId::new(node),
        allowed: match allowed {
            true => vec!["127.0.0.0/8".parse().unwrap()],
            false => Vec::new(),
        },
        give_up: TimeDelta::days(5),
    };
    Sending {
        sender: Arc::new(WebhookSender::new(parts).unwrap()),
        store: api.web.store.clone(),
        clock: Arc::clone(&api.clock) as Arc<dyn Clock>,
    }
}

/// Sends until there is nothing to send now.
async fn send_all(sender: &Sending) {
    let lifecycle = sender.begin();
    until(async || sender.is_at_rest().await).await;
    lifecycle.stop();
    assert_eq!(lifecycle.ended(PATIENCE).await, 0);
}

/// Makes the webhook `crm`; its secret.
async fn webhook(api: &Api, url: &str, types: Value) -> String {
    let wish = json!({ "url": url, "types": types });
    let answer = api.put("/v1/webhooks/crm", &wish).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["secret"].as_str().unwrap().to_owned()
}

/// Says where a case stands.
async fn case(api: &Api, reference: &str, state: &str) {
    let case = json!({ "client": "C-1", "kind": "voltura", "state": state });
    let answer = api.put(&format!("/v1/cases/{reference}"), &case).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

/// What Python's own library says of the signatures.
fn verified(secret: &str, posts: &[Taken]) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("posts.json");
    let line = |post: &Taken| {
        json!({ "secret": secret, "id": post.id, "seconds": post.seconds,
            "signatures": post.signatures, "body": post.body })
        .to_string()
    };
    let lines: Vec<String> = posts.iter().map(line).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let judge = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let judge = judge.join("tests/it/webhooks_out/judge.py");
    let said = Command::new("/usr/bin/python3")
        .arg(judge)
        .arg(&file)
        .output()
        .expect("python3 is needed");
    let faults = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{faults}");
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines().map(|line| line == "true").collect()
}
