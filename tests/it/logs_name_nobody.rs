//! What the log says to whoever runs the real program, and what it says to nobody.

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::promises::notice;
use crate::support;
use crate::support::daemon::{self, Daemon};
use crate::support::node::Eye;
use crate::support::patience::until;
use crate::support::servers::smtp_sink::SmtpSink;

/// What a log must never hold: of people, of texts, of keys and passwords, of links.
const CANARIES: [&str; 10] = [
    "Ginevra",
    "Quercioli",
    "quercioli",
    "390000000188",
    "Zefiro",
    "Tramontana",
    "Scirocco",
    "libeccio",
    "Maestrale",
    "Grecale",
];
const SENT: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state IN ('accepted', 'delivered')";

/// Somebody who tries to log in and may not.
async fn fails_to_log_in(daemon: &Daemon) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let form = http
        .post(format!("http://{}/console/login", daemon.address()))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body("email=anna.libeccio%40example.org&password=Scirocco-7");
    let answer = form.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

async fn is_said(daemon: &Daemon, words: &str) {
    until(async || {
        let log = daemon.log();
        let said = log.contains(words).then_some(());
        said.ok_or_else(|| format!("no `{words}` in {log}"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_says_how_to_come_in_and_that_somebody_could_not() {
    let store = support::sqlite().await;
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start(&store, home.path(), "").await;
    is_said(&daemon, "nobody may log in yet: add yourself with").await;
    let page = format!("open http://{}/console", daemon.address());
    is_said(&daemon, &page).await;
    fails_to_log_in(&daemon).await;
    is_said(&daemon, "a login failed: unknown account").await;
    let log = daemon.log();
    assert!(!log.contains("libeccio"), "{log}");
    assert!(!log.contains('\u{1b}'), "colours in a file: {log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_all_of_the_log_learns_no_name_address_text_or_secret() {
    let store = support::sqlite().await;
    let home = tempfile::tempdir().unwrap();
    let sink = SmtpSink::start(&[]);
    let settings = format!(
        "[log]\nlevel = \"trace\"\n[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n\
         [channels]\nsms = [\"sandbox-sms\"]\nemail = [\"relay\"]\n[provider.relay]\n\
         kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nfrom = \"avvisi@example.it\"\n",
        sink.port
    );
    let key = daemon::key(&store).await;
    let daemon = Daemon::start_as(&store.url, &key, home.path(), "daemon", &settings).await;
    let client = json!({ "client": "C-1", "name": "Ginevra Quercioli", "contacts": [
        { "channel": "email", "address": "ginevra.quercioli@posta.example" },
        { "channel": "sms", "address": "+390000000188" }] });
    daemon.import(client.to_string()).await;
    let mut told = notice("C-1", "Contatore Zefiro");
    told["channels"] = json!(["sms", "email"]);
    told["variables"]["body"] = json!("Passiamo con Tramontana.");
    assert_eq!(daemon.post("/v1/messages", &told).await, 202);
    Eye::open(&store.url).await.until(SENT, 2).await;

    fails_to_log_in(&daemon).await;
    assert_eq!(daemon.get("/s/GrecaleGrecaleGrecaleGre").await, 404);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let forged = http
        .get(format!("http://{}/v1/clients", daemon.address()))
        .header(AUTHORIZATION, "Bearer araldo_abcdefgh_MaestraleMaestrale");
    let answer = forged.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    is_said(&daemon, "a login failed: unknown account").await;

    let log = daemon.log();
    assert!(log.contains("TRACE"), "little is said: {log}");
    let secret = key.splitn(3, '_').nth(2).unwrap();
    for canary in CANARIES.into_iter().chain([secret]) {
        let said: Vec<&str> = log.lines().filter(|line| line.contains(canary)).collect();
        assert_eq!(said, Vec::<&str>::new(), "{canary}");
    }
}
