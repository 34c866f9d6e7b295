//! Who lives and who does not: a killed node's work moves at once when it comes back, soon when
//! it does not, and no living node is declared dead.

use std::time::{Duration, Instant};

use super::{IN_HAND, OPEN, outage, town};
use crate::support;
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::gateways::Gateway;
use crate::support::node::{Eye, Node, run, sums_close};
use crate::support::patience::{pause, until_come};

on_both_databases!(the_figures_tell_who_lives_by_the_databases_clock);

/// Nobody is declared dead for so long after the server's start: the living are still coming back.
const SERVER_IS_OLD: &str = "SELECT CAST(CASE WHEN clock_timestamp() - pg_postmaster_start_time() \
    > INTERVAL '15 s' THEN 1 ELSE 0 END AS BIGINT)";
/// What runs that have ended hold.
const HELD_BY_THE_DEAD: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state IN ('leased', 'sending') AND lease_node <> (SELECT max(id) FROM node)";
/// When somebody last showed a sign of life.
const BEAT: &str = "SELECT max(heartbeat_at) FROM node";
/// Two that are silent and one that has stopped.
const NEIGHBOURS: &str = "INSERT INTO node (id, slot, name, roles, version, started_at, \
    heartbeat_at, stopped_at) SELECT node.id + n.k, 100 + n.k, 'neighbour', roles, version, \
    started_at, heartbeat_at - 12000000, CASE n.k WHEN 3 THEN heartbeat_at END \
    FROM node, (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3) AS n";
const ALIVE: &str = "SELECT CAST(count(*) AS BIGINT) FROM node WHERE stopped_at IS NULL";

/// A node's lease when the settings name none.
const LEASE: Duration = Duration::from_secs(15);
const QUIET: &str = "[quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kill_9_the_work_of_a_node_moves_at_its_restart_and_not_after_its_lease() {
    let gateway = Gateway::slow(Duration::from_millis(200));
    let settings = format!("{}{QUIET}", gateway.settings("rate = \"100/s\""));
    let store = support::postgres().await;
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    eye.until(SERVER_IS_OLD, 1).await;
    let daemon = Daemon::start(&store, home.path(), &settings).await;
    daemon.import(town(600)).await;
    assert_eq!(daemon.post("/v1/events", &outage()).await, 202);
    until_come(150, || gateway.arrivals.total()).await;
    drop(daemon);
    let held = eye.number(IN_HAND).await;
    assert!(held > 0, "the kill came in the middle");

    let daemon = Daemon::start(&store, home.path(), &settings).await;
    let ready = Instant::now();
    eye.until(HELD_BY_THE_DEAD, 0).await;
    let took = ready.elapsed();
    println!("{held} messages of the dead run moved {took:?} after the restart was ready");
    // A tenth of a second on a quiet machine, and a hundred times that is in time; whoever waits
    // for the lease takes all of it. A longer one would move nothing until the server is as old.
    assert!(took < LEASE, "it took {took:?}");
    eye.until(OPEN, 0).await;
    assert!(
        gateway
            .arrivals
            .by_address()
            .values()
            .all(|count| *count == 1)
    );
    sums_close(&eye).await;
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_living_namesake_is_never_declared_dead() {
    const TWINS: &str = "[node]\nname = \"twin\"\n[dispatch]\nheartbeat = \"500ms\"\n";
    let store = support::postgres().await;
    let url = store.url.clone();
    let first = Node::start(store, TWINS).await;
    first.eye.until(SERVER_IS_OLD, 1).await;
    let folder = tempfile::tempdir().unwrap();
    // Each start looks for earlier runs, and finds a living one.
    for _ in 0..3 {
        let second = run(&url, folder.path(), TWINS).await.unwrap();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            assert_eq!(first.eye.number(ALIVE).await, 2);
            pause().await;
        }
        second.lifecycle.stop();
        assert_eq!(second.lifecycle.ended(Duration::from_secs(60)).await, 0);
        second.sign_off().await.unwrap();
        first.eye.until(ALIVE, 1).await;
    }
    assert!(!first.running.lifecycle.is_stopping());
    first.sums_close().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_of_a_node_that_stays_away_moves_when_its_lease_is_over() {
    const SHORT: &str = "[dispatch]\nheartbeat = \"500ms\"\nlease = \"3s\"\n";
    let gateway = Gateway::slow(Duration::from_millis(20));
    let settings = gateway.settings(&format!("rate = \"50/s\"\n{SHORT}"));
    let store = support::postgres().await;
    let url = store.url.clone();
    let first = Node::start(store, &settings).await;
    let folder = tempfile::tempdir().unwrap();
    let second = run(&url, folder.path(), &settings).await.unwrap();
    first.import(town(400)).await;
    first.event(&outage()).await;
    let held = "SELECT CAST(count(*) AS BIGINT) FROM message \
                WHERE state IN ('leased', 'sending') AND lease_node = (SELECT max(id) FROM node)";
    first.eye.until_not(held, 0).await;
    second.lifecycle.abort();
    assert_eq!(second.lifecycle.ended(Duration::ZERO).await, 0);
    drop(second);
    // Nobody comes back to say that it is dead: only the lease moves its work.
    first.eye.until(held, 0).await;
    first.eye.until(OPEN, 0).await;
    assert!(
        gateway
            .arrivals
            .by_address()
            .values()
            .all(|count| *count == 1)
    );
    first.sums_close().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_slept_beyond_its_lease_sends_nothing_when_it_wakes_up() {
    const SHORT: &str = "[dispatch]\nheartbeat = \"500ms\"\nlease = \"4s\"\n";
    let gateway = Gateway::slow(Duration::from_millis(20));
    let settings = gateway.settings(&format!("rate = \"50/s\"\n{SHORT}"));
    let store = support::postgres().await;
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let daemon = Daemon::start(&store, home.path(), &format!("{QUIET}{settings}")).await;
    daemon.import(town(500)).await;
    assert_eq!(daemon.post("/v1/events", &outage()).await, 202);
    until_come(50, || gateway.arrivals.total()).await;
    daemon.signal("STOP");
    assert!(eye.number(IN_HAND).await > 0, "it sleeps in the middle");
    let folder = tempfile::tempdir().unwrap();
    let second = run(&store.url, folder.path(), &settings).await.unwrap();
    eye.until(HELD_BY_THE_DEAD, 0).await;
    daemon.signal("CONT");
    assert_eq!(daemon.ended().await, 1, "{}", daemon.log());
    eye.until(OPEN, 0).await;
    assert!(
        gateway
            .arrivals
            .by_address()
            .values()
            .all(|count| *count == 1)
    );
    sums_close(&eye).await;
    second.lifecycle.stop();
    assert_eq!(second.lifecycle.ended(Duration::from_secs(60)).await, 0);
    second.sign_off().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_starves_no_heartbeat() {
    let store = support::postgres().await;
    let node = Node::start(store, "[dispatch]\nheartbeat = \"500ms\"\n").await;
    // As many as the node may have; whoever else wants one waits.
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(node.running.store.write().await.unwrap());
    }
    // A heart that waits for one of them would never beat again.
    let mut beat = node.eye.number(BEAT).await;
    for _ in 0..12 {
        beat = node.eye.until_not(BEAT, beat).await;
    }
    drop(held);
    assert!(!node.running.lifecycle.is_stopping());
    node.sums_close().await;
    node.stop().await;
}

async fn the_figures_tell_who_lives_by_the_databases_clock(store: TestStore) {
    const ONLY_WEB: &str = "[node]\nname = \"front\"\nroles = [\"web\"]\n";
    let node = Node::start(store, ONLY_WEB).await;
    node.eye.execute(NEIGHBOURS).await;
    let figures = node.get("/metrics").await.text;
    assert!(
        figures.contains("araldo_nodes{state=\"alive\"} 1\n"),
        "{figures}"
    );
    assert!(
        figures.contains("araldo_nodes{state=\"silent\"} 2\n"),
        "{figures}"
    );
    let mut tx = node.running.store.read().await.unwrap();
    let rows = tx.reports().nodes(10).await.unwrap();
    drop(tx);
    let states: Vec<&str> = rows.iter().map(|row| row.state().as_str()).collect();
    assert_eq!(states, ["silent", "silent", "alive", "stopped"]);
    node.sums_close().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_declared_dead_stops_in_good_order_and_says_so() {
    let store = support::postgres().await;
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let settings = format!("{QUIET}[dispatch]\nheartbeat = \"500ms\"\n");
    let daemon = Daemon::start(&store, home.path(), &settings).await;
    eye.execute("UPDATE node SET stopped_at = heartbeat_at")
        .await;
    // Not zero: whoever watches over it starts it again.
    assert_eq!(daemon.ended().await, 1);
    let log = daemon.log();
    assert!(log.contains("another node declared this one dead"), "{log}");
    assert!(log.contains("araldo has stopped"), "{log}");
}
