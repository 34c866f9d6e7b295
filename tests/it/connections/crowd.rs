//! Idle connections hinder nobody: neither who asks, nor what is being sent.

use std::net::{SocketAddr, TcpStream};

use serde_json::json;

use crate::promises::notice;
use crate::support;
use crate::support::daemon::Daemon;
use crate::support::node::Eye;

/// Open files of the daemon, and connections that say nothing, or half a word, on it.
const FILES: u32 = 256;
const CROWD: usize = 400;

const AT_ANY_HOUR: &str = "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_idle_connections_than_files_stop_neither_the_api_nor_the_sending() {
    let store = support::sqlite().await;
    let home = tempfile::tempdir().unwrap();
    let daemon = Daemon::start_with_files(&store, home.path(), AT_ANY_HOUR, FILES).await;
    let client = json!({ "client": "C-1", "name": "Maria Rossi",
        "contacts": [{ "channel": "sms", "address": "+390000000180" }] });
    daemon.import(client.to_string()).await;
    let address: SocketAddr = daemon.address().parse().unwrap();
    let halves = ["", "GET /healthz HTTP/1.1\r\nHost: a\r\n"];
    let crowd: Vec<TcpStream> = (0..CROWD)
        .map(|n| super::speak_if_heard(address, halves[n % 2]))
        .collect();

    let eye = Eye::open(&store.url).await;
    for round in 1..=5 {
        assert_eq!(daemon.get("/healthz").await, 200);
        assert_eq!(
            daemon.post("/v1/messages", &notice("C-1", "avviso")).await,
            202
        );
        let delivered = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
        eye.until(delivered, round).await;
    }
    assert_eq!(crowd.len(), CROWD);
    assert!(daemon.is_alive());
    assert!(
        daemon
            .log()
            .contains("all places for connections are taken"),
        "the log says why connections are closed:\n{}",
        daemon.log()
    );
    assert!(
        !daemon.log().contains("Too many open files"),
        "{}",
        daemon.log()
    );
}
