//! A whole node in this process: the real router, planner, dispatcher and tracker over a store
//! of either kind, with sandbox providers unless the settings say otherwise. Tests speak to it
//! over HTTP, look at what arrived, and wait by looking, never by sleeping for a time.
//!
//! Every test ends with [`Node::sums_close`]: the sums equal the rows, and nothing is left in
//! anybody's hands.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use araldo::app::{self, AppError, Running};
use araldo::channel::sandbox::{Body, Received, World};
use araldo::config::Config;
use araldo::domain::api_key::{ApiKey, Scope};
use araldo::domain::clock::SystemClock;
use araldo::domain::{Channel, Clock, Lane};
use araldo::runtime::Lifecycle;
use araldo::store::StoreUrl;
use araldo::store::cluster::switches::DISPATCH;
use serde_json::{Value, json};
use sqlx::{PgPool, SqlitePool};
use tempfile::TempDir;

use super::TestStore;
pub(crate) use super::patience::pause;
use super::patience::until;
pub(crate) use super::sums::sums_close;
use super::town::overlay;

/// How long to stop.
const STOPPING: Duration = Duration::from_secs(60);
/// A telephone's browser.
const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36";
/// Short times, so that a test need not wait for what a day brings.
const SETTINGS: &str = r#"
[http]
listen = "127.0.0.1:0"
[quiet_hours]
from = "00:00"
to = "00:00"
[contact]
organisation = "Sportello"
phone_free = "800 000 000"
[provider.sandbox-sms]
kind = "sandbox"
channel = "sms"
latency = "20ms"
"#;

/// Both kinds of database, seen past the store.
pub(crate) enum Eye {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// One statement of literals on either database.
macro_rules! with_eye {
    ($eye:expr, |$pool:ident| $body:expr) => {
        match $eye {
            Eye::Sqlite($pool) => $body,
            Eye::Postgres($pool) => $body,
        }
    };
}
pub(crate) use with_eye;

impl Eye {
    /// Opens a connection of its own.
    pub(crate) async fn open(url: &StoreUrl) -> Self {
        match url {
            StoreUrl::Sqlite(path) => {
                let url = format!("sqlite:{}", path.display());
                Self::Sqlite(SqlitePool::connect(&url).await.unwrap())
            }
            StoreUrl::Postgres(url) => Self::Postgres(PgPool::connect(url).await.unwrap()),
        }
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        with_eye!(self, |pool| drop(
            sqlx::query(sql).execute(pool).await.unwrap()
        ));
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        with_eye!(self, |pool| sqlx::query_scalar(sql)
            .fetch_one(pool)
            .await
            .unwrap())
    }

    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        with_eye!(self, |pool| sqlx::query_scalar(sql)
            .fetch_all(pool)
            .await
            .unwrap())
    }

    /// Waits until a number is reached.
    pub(crate) async fn until(&self, sql: &'static str, expected: i64) {
        until(async || match self.number(sql).await {
            found if found == expected => Ok(()),
            found => Err(format!("`{sql}` is {found}, not {expected}")),
        })
        .await;
    }

    /// Waits until a number is another one; which.
    pub(crate) async fn until_not(&self, sql: &'static str, seen: i64) -> i64 {
        until(async || match self.number(sql).await {
            found if found != seen => Ok(found),
            _ => Err(format!("`{sql}` stays {seen}")),
        })
        .await
    }
}

/// Messages that a stage has, or is to take at once.
const MOVING: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE \
    state IN ('leased', 'sending') OR (state = 'queued' AND due_at <= created_at)";
const UNPLANNED: &str = "SELECT (SELECT CAST(count(*) AS BIGINT) FROM event WHERE \
    state = 'received') + (SELECT CAST(count(*) AS BIGINT) FROM plan WHERE state = 'planning')";
/// A running node and everything a test needs to speak to it.
pub(crate) struct Node {
    pub(crate) running: Running,
    pub(crate) eye: Eye,
    pub(crate) folder: TempDir,
    key: String,
    http: reqwest::Client,
    // Last, so that the database outlives the node.
    store: Option<TestStore>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Node {
    /// A node of its own on a fresh store. `settings`: TOML sections that are not those above.
    pub(crate) async fn start(store: TestStore, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in(folder, store, settings).await
    }

    /// The same; what `settings` names is in `folder`.
    pub(crate) async fn start_in(folder: TempDir, store: TestStore, settings: &str) -> Self {
        Self::start_in_by(folder, store, settings, Arc::new(SystemClock)).await
    }

    /// A node of its own by another clock than the machine's.
    pub(crate) async fn start_by(store: TestStore, settings: &str, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start_in_by(folder, store, settings, clock).await
    }

    async fn start_in_by(
        folder: TempDir,
        store: TestStore,
        settings: &str,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let running = run_by(&store.url, folder.path(), settings, clock)
            .await
            .expect("the node starts");
        let key = key(&running).await;
        // A node that speaks to no provider has chosen none; the client below needs one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("an HTTP client");
        Self {
            eye: Eye::open(&store.url).await,
            running,
            folder,
            key,
            http,
            store: Some(store),
        }
    }

    /// Its key, which opens everything.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.running.address.expect("the role web")
    }

    /// The handsets and mailboxes.
    pub(crate) fn world(&self) -> &Arc<World> {
        self.running.world.as_ref().expect("a sandbox")
    }

    /// What arrived at one number or address, the oldest first.
    pub(crate) fn inbox(&self, address: &str) -> Vec<Arc<Received>> {
        let mut items = self.world().inbox(address);
        items.reverse();
        items
    }

    /// The texts that arrived at a handset, the oldest first.
    pub(crate) fn texts(&self, number: &str) -> Vec<String> {
        let text = |item: &Arc<Received>| match &item.body {
            Body::Sms(text) => text.clone(),
            Body::Mail(mail) => mail.text.clone(),
        };
        self.inbox(number).iter().map(text).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(reqwest::Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(reqwest::Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask(reqwest::Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(reqwest::Method::DELETE, path, None).await
    }

    /// Where its store is.
    pub(crate) fn url(&self) -> &StoreUrl {
        &self.store.as_ref().expect("it runs").url
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Answer {
        let address = self.running.address.expect("the role web");
        let url = format!("http://{address}{path}");
        let mut request = self.http.request(method, url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    /// Opens an address as a person's telephone does.
    pub(crate) async fn visit(&self, url: &str) -> Answer {
        let request = self.http.get(url).header("user-agent", PHONE);
        self.send(request).await
    }

    /// Opens a page of the console with the cookie of somebody who is let in.
    pub(crate) async fn visit_as(&self, cookie: &str, path: &str) -> Answer {
        let address = self.running.address.expect("the role web");
        let request = self.http.get(format!("http://{address}{path}"));
        self.send(request.header("cookie", cookie)).await
    }

    /// Sends a form as a person does.
    pub(crate) async fn submit(&self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(url).header("user-agent", PHONE).form(fields);
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.expect("the node answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a whole answer");
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        }
    }

    /// Makes a client. `contacts`: numbers and addresses; `more`: further fields.
    pub(crate) async fn client(&self, reference: &str, contacts: &[&str], more: Value) {
        let contacts: Vec<Value> = contacts
            .iter()
            .map(|address| json!({ "channel": channel_of(address), "address": address }))
            .collect();
        let mut client = json!({ "name": "Maria Rossi", "contacts": contacts });
        overlay(&mut client, &more);
        let answer = self.put(&format!("/v1/clients/{reference}"), &client).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    }

    /// Imports clients, one a line.
    pub(crate) async fn import(&self, lines: String) {
        let address = self.running.address.expect("the role web");
        let url = format!("http://{address}/v1/clients:import");
        let request = self.http.post(url).bearer_auth(&self.key);
        let request = request.header("content-type", "application/x-ndjson");
        let answer = self.send(request.body(lines)).await;
        assert!(answer.text.contains("\"rejected_count\":0"), "{answer:?}");
    }

    /// Sends an event that is taken.
    pub(crate) async fn event(&self, event: &Value) {
        let answer = self.post("/v1/events", event).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// The messages of a list, the oldest first.
    pub(crate) async fn messages(&self, filter: &str) -> Vec<Value> {
        let answer = self.get(&format!("/v1/messages?limit=500&{filter}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["next"], Value::Null, "more than one page");
        let mut items = answer.body["items"].as_array().unwrap().clone();
        items.reverse();
        items
    }

    /// One message with all that is known about it.
    pub(crate) async fn message(&self, id: &Value) -> Value {
        let path = format!("/v1/messages/{}", id.as_str().unwrap());
        let answer = self.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// State and reason of every message of a client, the oldest first.
    pub(crate) async fn states(&self, client: &str) -> Vec<(String, String)> {
        let messages = self.messages(&format!("client={client}")).await;
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        messages
            .iter()
            .map(|message| (word(&message["state"]), word(&message["reason"])))
            .collect()
    }

    /// Waits until the client's messages stand like this, the oldest first.
    pub(crate) async fn until_states(&self, client: &str, expected: &[&str]) {
        until(async || {
            let found = self.states(client).await;
            let so = found.iter().map(|(state, _)| state).eq(expected.iter());
            let other = || format!("{client} has {found:?}, not {expected:?}");
            so.then_some(()).ok_or_else(other)
        })
        .await;
    }

    /// Waits until every event is planned and every message that was due has been dealt with.
    pub(crate) async fn settled(&self) {
        self.eye.until(UNPLANNED, 0).await;
        self.eye.until(MOVING, 0).await;
    }

    /// Waits until every event is planned.
    pub(crate) async fn planned(&self) {
        self.eye.until(UNPLANNED, 0).await;
    }

    /// Stops all sending, or lets it go on.
    pub(crate) async fn pause(&self, paused: bool) {
        let mut tx = self.running.store.write().await.unwrap();
        let now = self.running.clock.now();
        tx.switches()
            .set(DISPATCH, paused, "test", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.running.wake.messages_queued(Lane::ALL);
    }

    /// The sums are those of the rows, and nothing is left in anybody's hands.
    pub(crate) async fn sums_close(&self) {
        self.eye
            .until(
                "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state IN ('leased', 'sending')",
                0,
            )
            .await;
        sums_close(&self.eye).await;
        super::invariants::hold(&self.running.store).await;
    }

    /// Stops the node in good order.
    pub(crate) async fn stop(self) {
        drop(self.stop_and_keep_store().await);
    }

    /// The same; the store is there for the next one.
    pub(crate) async fn stop_and_keep_store(mut self) -> TestStore {
        self.running.lifecycle.stop();
        assert_eq!(self.running.lifecycle.ended(STOPPING).await, 0);
        self.running.sign_off().await.unwrap();
        self.store.take().expect("taken only here")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.running.lifecycle.abort();
    }
}

pub(crate) fn channel_of(address: &str) -> Channel {
    if address.contains('@') {
        Channel::Email
    } else {
        Channel::Sms
    }
}

/// Starts a node on a store, with its settings in a file, as `araldo serve` does.
pub(crate) async fn run(
    url: &StoreUrl,
    folder: &Path,
    settings: &str,
) -> Result<Running, AppError> {
    run_by(url, folder, settings, Arc::new(SystemClock)).await
}

/// The same by another clock than the machine's.
pub(crate) async fn run_by(
    url: &StoreUrl,
    folder: &Path,
    settings: &str,
    clock: Arc<dyn Clock>,
) -> Result<Running, AppError> {
    let file = folder.join("araldo.toml");
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    let text = format!("{}\n{SETTINGS}", merged(&url, settings));
    std::fs::write(&file, text).expect("the settings are written");
    let config = Config::load(Some(&file), std::iter::empty())?;
    app::start_by(&config, &Lifecycle::new(), clock).await
}

fn merged(url: &str, settings: &str) -> String {
    // A name of its own, unless the test gives one.
    static NODES: AtomicUsize = AtomicUsize::new(0);
    let number = NODES.fetch_add(1, Ordering::SeqCst);
    let name = if settings.contains("[node]") {
        String::new()
    } else {
        format!("[node]\nname = \"node-{number}\"\n")
    };
    format!("[store]\nurl = \"{url}\"\nconnections = 8\n{name}{settings}")
}

async fn key(running: &Running) -> String {
    let key = ApiKey::from_entropy(&rand::random());
    let mut tx = running.store.write().await.unwrap();
    let now = running.clock.now();
    tx.keys()
        .create(&key, "test", Scope::ALL, now, running.ids.as_ref())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    key.reveal()
}
