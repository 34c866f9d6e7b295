//! `kill -9` in the middle of a fan-out, twice: nobody is forgotten, and who got it twice is
//! among those shown as unknown.

use std::collections::{HashMap, HashSet};

use super::incident;
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::{Eye, sums_close};
use crate::support::patience::until_come;
use crate::support::servers::smtp_sink::SmtpSink;
use crate::support::town::households;

on_both_databases!(two_kills_in_two_thousand_mails_lose_nobody);

const CLIENTS: usize = 2_000;

fn settings(port: u16) -> String {
    format!(
        "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n\
         [channels]\nemail = [\"relay\"]\nsms = []\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"none\"\nfrom = \"Araldo <avvisi@town.example>\"\nconnections = 8\n\
         rate = \"600/s\"\n"
    )
}

fn address(number: usize) -> String {
    format!("reader{number}@town.example")
}

/// How many mails stand in the sink's folder for each address.
fn arrived(sink: &SmtpSink) -> HashMap<String, usize> {
    let mut arrived = HashMap::new();
    for mail in sink.mails() {
        let line = mail
            .lines()
            .find_map(|line| line.strip_prefix("X-Rcpt-Args: "));
        let rest = line.and_then(|line| line.strip_prefix('<'));
        if let Some((address, _)) = rest.and_then(|rest| rest.split_once('>')) {
            *arrived.entry(address.to_owned()).or_default() += 1;
        }
    }
    arrived
}

async fn until_arrived(sink: &SmtpSink, count: usize) {
    let folder = sink.folder().join("mails");
    until_come(count, || std::fs::read_dir(&folder).unwrap().count()).await;
}

async fn two_kills_in_two_thousand_mails_lose_nobody(store: TestStore) {
    let sink = SmtpSink::start(&[]);
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = Daemon::start(&store, home.path(), &settings(sink.port)).await;
    daemon.import(households((0..CLIENTS).map(address))).await;
    let opened = incident("1", "incident.opened", "2026-11-22T18:00:00Z", "037006");
    assert_eq!(daemon.post("/v1/events", &opened).await, 202);
    until_arrived(&sink, 400).await;
    drop(daemon);
    let daemon = Daemon::start(&store, home.path(), &settings(sink.port)).await;
    until_arrived(&sink, 1_000).await;
    drop(daemon);
    let daemon = Daemon::start(&store, home.path(), &settings(sink.port)).await;
    let under_way = "SELECT CAST(count(*) AS BIGINT) FROM message \
                     WHERE state NOT IN ('accepted', 'unknown')";
    eye.until(under_way, 0).await;

    let rows = "SELECT CAST(count(*) AS BIGINT) FROM message";
    let clients = "SELECT CAST(count(DISTINCT client_id) AS BIGINT) FROM message";
    assert_eq!(eye.number(rows).await, 2_000);
    assert_eq!(eye.number(clients).await, 2_000);
    let unknown = eye
        .texts("SELECT address FROM message WHERE state = 'unknown'")
        .await;
    let unknown: HashSet<String> = unknown.into_iter().collect();
    let arrived = arrived(&sink);
    for number in 0..CLIENTS {
        let address = address(number);
        match arrived.get(&address) {
            Some(1) => {}
            times => assert!(
                unknown.contains(&address),
                "{address} got it {times:?} times and is not shown as unknown"
            ),
        }
    }
    assert!(unknown.len() <= 256, "more than two windows are unknown");
    let died = "SELECT CAST(count(*) AS BIGINT) FROM message \
                WHERE state = 'unknown' AND (reason IS NULL OR reason <> 'node_died')";
    assert_eq!(eye.number(died).await, 0);
    sums_close(&eye).await;
    drop(daemon);
}
