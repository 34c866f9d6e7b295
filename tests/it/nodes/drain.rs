//! SIGTERM under load: nothing new is begun, what is being sent is finished, the rest goes back
//! as if it had never been touched.

use std::time::Duration;

use super::{CLAIMS, COUNT, IN_HAND, OPEN, outage, town};
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::gateways::Gateway;
use crate::support::node::{Eye, sums_close};
use crate::support::patience::until_come;

on_both_databases!(
    a_signal_ends_a_busy_node_and_leaves_nothing_in_its_hands,
    a_signal_does_not_wait_for_a_slow_rate,
    a_second_signal_ends_it_at_once,
);

const TRIED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'queued' \
    AND (tries > 0 OR lease_node IS NOT NULL)";
const ACCEPTED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'accepted'";
const QUEUED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'queued'";
const ALIVE: &str = "SELECT CAST(count(*) AS BIGINT) FROM node WHERE stopped_at IS NULL";
const QUIET: &str = "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n";

/// A daemon in the middle of a storm: `sent` messages have left.
async fn busy(
    store: &TestStore,
    home: &std::path::Path,
    gateway: &Gateway,
    rate: &str,
    sent: usize,
) -> Daemon {
    let settings = format!("{}{QUIET}", gateway.settings(rate));
    let daemon = Daemon::start(store, home, &settings).await;
    daemon.import(town(1_000)).await;
    assert_eq!(daemon.post("/v1/events", &outage()).await, 202);
    until_come(sent, || gateway.arrivals.total()).await;
    daemon
}

/// Nothing is held, nothing was sent twice or is in doubt, no try was lost.
async fn is_clean(eye: &Eye, gateway: &Gateway) {
    assert_eq!(eye.number(IN_HAND).await, 0, "leased or sending");
    assert_eq!(eye.number(CLAIMS).await, 0, "claims");
    assert_eq!(
        eye.number(TRIED).await,
        0,
        "a lease given back costs no try"
    );
    assert_eq!(eye.number(ALIVE).await, 0, "it has signed off");
    let accepted = eye.number(ACCEPTED).await;
    assert_eq!(usize::try_from(accepted).unwrap(), gateway.arrivals.total());
    let queued = eye.number(QUEUED).await;
    assert_eq!(accepted + queued, eye.number(COUNT).await);
    assert!(queued > 0, "the signal came in the middle");
    sums_close(eye).await;
}

async fn a_signal_ends_a_busy_node_and_leaves_nothing_in_its_hands(store: TestStore) {
    let gateway = Gateway::slow(Duration::from_millis(400));
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = busy(&store, home.path(), &gateway, "", 150).await;
    daemon.signal("TERM");
    assert_eq!(daemon.ended().await, 0, "{}", daemon.log());
    is_clean(&eye, &gateway).await;
}

async fn a_signal_does_not_wait_for_a_slow_rate(store: TestStore) {
    let gateway = Gateway::slow(Duration::from_millis(20));
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = busy(&store, home.path(), &gateway, "rate = \"5/s\"", 4).await;
    daemon.signal("TERM");
    // At its rate, nothing would be left in the queue when it has sent what waits.
    assert_eq!(daemon.ended().await, 0, "{}", daemon.log());
    is_clean(&eye, &gateway).await;
}

async fn a_second_signal_ends_it_at_once(store: TestStore) {
    // What is being sent is never finished.
    let gateway = Gateway::slow(Duration::from_hours(1));
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = busy(&store, home.path(), &gateway, "", 20).await;
    daemon.signal("TERM");
    let heard = || usize::from(daemon.log().contains("stopping: what is being sent"));
    until_come(1, heard).await;
    daemon.signal("TERM");
    assert_eq!(daemon.ended().await, 0, "{}", daemon.log());
    assert!(daemon.log().contains("a second signal"), "{}", daemon.log());
    assert!(!daemon.log().contains("writer is gone"), "{}", daemon.log());
    // The next run takes what this one had in hand.
    let quick = Gateway::slow(Duration::ZERO);
    let settings = format!("{}{QUIET}", quick.settings(""));
    let daemon = Daemon::start(&store, home.path(), &settings).await;
    eye.until(IN_HAND, 0).await;
    eye.until(OPEN, 0).await;
    sums_close(&eye).await;
    drop(daemon);
}
