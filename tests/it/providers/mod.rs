//! Providers against servers that answer well, badly, slowly, in nonsense or not at all, and
//! against the real ones: Postfix's `smtp-sink` and Kannel with its fake network.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod commify;
mod examples;
mod http_gateway;
mod kannel;
mod kannel_real;
mod mail_services;
mod relay;
mod sandbox;
pub(crate) mod service;
pub(crate) mod smpp;
mod smtp;
mod smtp_sink;
mod smtp_tls;
pub(crate) mod twilio;
mod vonage;

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use araldo::channel::sandbox::Sandbox;
use araldo::channel::{
    BuildContext, Content, Email, Outgoing, Provider, ProviderSettings, Reference, SetupError,
};
use araldo::domain::address::PhonePolicy;
use araldo::domain::clock::FixedClock;
use araldo::domain::mail_return::MailReturns;
use araldo::domain::token::Signer;
use araldo::domain::{Clock as _, EmailAddress, MessageId, PhoneNumber, Timestamp};
use araldo::runtime::Lifecycle;
use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// The clock of all these tests stands here.
const NOW: &str = "2026-11-22T10:00:00Z";

/// A lifecycle whose tasks end with the test.
pub(crate) struct Running(Lifecycle);

impl Running {
    pub(crate) fn new() -> Self {
        Self(Lifecycle::new())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) fn context(
    running: &Running,
    public_url: &str,
    sandbox: Option<Sandbox>,
) -> BuildContext {
    BuildContext {
        public_url: public_url.to_owned(),
        signer: signer(),
        returns: MailReturns::default(),
        clock: Arc::new(FixedClock::at(NOW)),
        lifecycle: running.0.clone(),
        sandbox,
        desk: None,
    }
}

fn signer() -> Signer {
    Signer::new(&[7; 32])
}

pub(crate) fn try_build(
    context: &BuildContext,
    toml: &str,
) -> Result<Arc<dyn Provider>, SetupError> {
    let settings: ProviderSettings = toml::from_str(toml).unwrap();
    araldo::channel::build("relay", &settings, context)
}

fn build(context: &BuildContext, toml: &str) -> Arc<dyn Provider> {
    try_build(context, toml).unwrap()
}

pub(crate) fn mail(to: &str) -> Outgoing {
    mail_with(to, "Gentile Maria, perché no € – così.\r\n.\r\nA presto")
}

fn mail_with(to: &str, text: &str) -> Outgoing {
    outgoing(Content::Email(Box::new(Email {
        to: EmailAddress::parse(to).unwrap(),
        to_name: "Maria Rossi".to_owned(),
        subject: "La sua pratica è andata avanti".to_owned(),
        html: "<p>Perché no € – <a href=\"https://a.example/c/1\">così</a></p>".to_owned(),
        text: text.to_owned(),
        unsubscribe_url: Some("https://a.example/u/abc".to_owned()),
        one_click: true,
        kind: "case-progress".to_owned(),
        date: FixedClock::at(NOW).now(),
    })))
}

fn sms(to: &str, text: &str) -> Outgoing {
    outgoing(Content::Sms {
        to: number(to),
        text: text.to_owned(),
    })
}

/// Parsed where it can be real, taken as it is where it must not be.
fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, &PhonePolicy::default())
        .unwrap_or_else(|_| PhoneNumber::from_stored(text.to_owned()))
}

fn outgoing(content: Content) -> Outgoing {
    Outgoing {
        message: MessageId::new(42),
        lease_no: 3,
        reference: Reference("m-42".to_owned()),
        expires_at: Timestamp::parse("2026-11-22T12:30:00Z").unwrap(),
        reported: true,
        content,
    }
}

/// The delivery reports that came, as path and query.
type Reports = Arc<Mutex<Vec<String>>>;

/// Takes delivery reports, as the daemon's web role does; gives its public address.
async fn report_taker(running: &Running) -> (String, Reports) {
    let reports = Reports::default();
    let take = async |State(reports): State<Reports>, uri: Uri| {
        reports.lock().unwrap().push(uri.to_string());
    };
    let routes = Router::new()
        .fallback(take)
        .with_state(Arc::clone(&reports));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    running.0.spawn("report taker", async move {
        axum::serve(listener, routes).await.unwrap();
    });
    (format!("http://127.0.0.1:{port}"), reports)
}

/// A port nobody listens on, for a program that is told its port.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a real server; it is killed with the test. What it says goes to `log`.
fn start(program: &str, arguments: &[&str], log: &Path) -> Child {
    let file = || std::fs::File::options().create(true).append(true).open(log);
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(file().unwrap())
        .stderr(file().unwrap())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"))
}

async fn listens(port: u16) {
    until(&format!("something listens on port {port}"), async || {
        TcpStream::connect(("127.0.0.1", port)).await.ok()
    })
    .await;
}

/// Asks again and again until there is an answer, for at most two minutes.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..2_400 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited two minutes in vain until {what}");
}
