//! A full disk or a read-only database: intake answers 503, nothing is sent that cannot be
//! recorded, and all goes on by itself when there is room again.

use std::process::Command;
use std::time::{Duration, Instant};

use araldo::domain::{Clock as _, clock::SystemClock};
use araldo::store::StoreUrl;
use araldo::store::cluster::switches::DISPATCH;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use super::{case, notice};
use crate::support;
use crate::support::daemon::Daemon;
use crate::support::node::{Eye, Node, pause};
use crate::support::servers::smtp_sink::SmtpSink;
use crate::support::servers::{program, run};

/// How long to look for something that must not happen.
const WATCH: Duration = Duration::from_secs(3);
const WAITING: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'queued'";
const ACCEPTED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'accepted'";
const DELIVERED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";

fn settings(port: u16) -> String {
    format!(
        "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n\
         [channels]\nemail = [\"relay\"]\nsms = []\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\n"
    )
}

/// No file of the process may grow beyond this: a full disk, for one process only.
fn limit_files(pid: &str, bytes: &str) {
    let mut command = Command::new(program("prlimit", "util-linux"));
    run(command.args(["--pid", pid, &format!("--fsize={bytes}:unlimited")]));
}

async fn brake(store: &support::TestStore, thrown: bool) {
    let mut tx = store.write().await.unwrap();
    let now = SystemClock.now();
    tx.switches()
        .set(DISPATCH, thrown, "test", now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_intake_and_sending_until_there_is_room() {
    let store = support::sqlite().await;
    let sink = SmtpSink::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = Daemon::start(&store, home.path(), &settings(sink.port)).await;
    let client = json!({ "client": "C-1", "name": "Maria Rossi",
        "contacts": [{ "channel": "email", "address": "maria@town.example" }] });
    daemon.import(client.to_string()).await;
    brake(&store, true).await;
    assert_eq!(
        daemon.post("/v1/messages", &notice("C-1", "uno")).await,
        202
    );
    eye.until(WAITING, 1).await;

    limit_files(&daemon.pid, "4096");
    brake(&store, false).await;
    let step = case("1", "C-1", "documents_missing", "2026-11-22T10:00:00Z");
    let begun = Instant::now();
    while begun.elapsed() < WATCH {
        assert_eq!(daemon.post("/v1/events", &step).await, 503);
        assert_eq!(sink.mails().len(), 0, "sent without a record");
        pause().await;
    }

    limit_files(&daemon.pid, "unlimited");
    eye.until(ACCEPTED, 1).await;
    assert_eq!(daemon.post("/v1/events", &step).await, 202);
    eye.until(ACCEPTED, 2).await;
    assert_eq!(sink.wait_for(2).len(), 2);
    assert!(!daemon.log().contains("a task crashed"), "{}", daemon.log());
}

const READ_ONLY: &str = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \
    default_transaction_read_only = on', current_database()); END $$";
const WRITABLE: &str = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \
    default_transaction_read_only = off', current_database()); END $$";
const CUT_OFF: &str = "SELECT CAST(count(pg_terminate_backend(pid)) AS BIGINT) \
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_stops_intake_and_sending_until_it_is_not() {
    let store = support::postgres().await;
    let StoreUrl::Postgres(url) = store.url.clone() else {
        panic!("a PostgreSQL store")
    };
    let mut operator = PgConnection::connect(&url).await.unwrap();
    let node = Node::start(store, "").await;
    node.client("C-1", &["+390000000260"], json!({})).await;
    node.pause(true).await;
    node.post("/v1/messages", &notice("C-1", "uno")).await;
    node.until_states("C-1", &["queued"]).await;
    sqlx::query(READ_ONLY).execute(&mut operator).await.unwrap();
    sqlx::query(CUT_OFF).execute(&mut operator).await.unwrap();
    // The operator's own session began before, and may still write.
    let resume = "UPDATE switch SET thrown = FALSE";
    sqlx::query(resume).execute(&mut operator).await.unwrap();

    let step = case("1", "C-1", "documents_missing", "2026-11-22T10:00:00Z");
    let begun = Instant::now();
    while begun.elapsed() < WATCH {
        let answer = node.post("/v1/events", &step).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        pause().await;
    }
    assert_eq!(node.world().truth().sms, 0, "sent without a record");

    sqlx::query(WRITABLE).execute(&mut operator).await.unwrap();
    sqlx::query(CUT_OFF).execute(&mut operator).await.unwrap();
    let eye = Eye::open(&StoreUrl::Postgres(url)).await;
    eye.until(DELIVERED, 1).await;
    node.event(&step).await;
    eye.until(DELIVERED, 2).await;
    assert_eq!(node.world().truth().doubles, 0);
    support::node::sums_close(&eye).await;
}
