//! `kill -9` at random moments: again and again on the embedded store, and one of three nodes
//! after the other on a shared one.

use std::time::{Duration, Instant};

use araldo_sandbox::dice::Dice;

use super::fleet::Fleet;
use super::town::{LEFT, account, outage, settings, settle, until_left, until_told};
use super::{cast, size};
use crate::support::mailboxes::Mailboxes;
use crate::support::node::Eye;
use crate::support::{self, TestStore};

/// Connections of each node to the mailboxes: so many messages may be on the wire when it dies, and no
/// more are unknown, though four times as many are in its hands (`[dispatch] window`).
const ONE: usize = 16;
const OF_THREE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_daemon_killed_again_and_again_loses_nobody() {
    let mut dice = cast("one daemon killed again and again");
    let (kills, clients) = (size(12, 200), size(3_000, 20_000));
    let store = support::sqlite().await;
    settle(&store.url, clients).await;
    let mailboxes = Mailboxes::open(5);
    let mut fleet = Fleet::start(&store, 1, settings(mailboxes.port, ONE)).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let eye = Eye::open(&store.url).await;
    let step = (clients / (kills + 1)) as u64;
    for kill in 1..=kills as u64 {
        until_left(&eye, kill * step - dice.below(step)).await;
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        fleet.kill(0);
        fleet.restart(0).await;
    }
    until_told(&eye, clients).await;
    let unknown = account(&store, &eye, &mailboxes, clients).await;
    assert!(unknown <= kills * ONE, "{unknown} after {kills} kills");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_of_which_one_dies_every_moment_lose_nobody_and_share_the_work() {
    let mut dice = cast("three nodes of which one dies every moment");
    let clients = size(5_000, 100_000);
    let every = Duration::from_secs(size(1, 5) as u64);
    let store = support::postgres().await;
    settle(&store.url, clients).await;
    let mailboxes = Mailboxes::open(size(30, 2) as u64);
    let settings = settings(mailboxes.port, OF_THREE);
    let mut fleet = Fleet::start(&store, 3, settings).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let eye = Eye::open(&store.url).await;
    let kills = kill_until_done(&mut fleet, &mut dice, &eye, clients as u64, every).await;
    until_told(&eye, clients).await;
    let unknown = account(&store, &eye, &mailboxes, clients).await;
    assert!(unknown <= kills * OF_THREE, "{unknown} after {kills} kills");
    all_worked(&store).await;
}

async fn kill_until_done(
    fleet: &mut Fleet,
    dice: &mut Dice,
    eye: &Eye,
    clients: u64,
    every: Duration,
) -> usize {
    let (mut kills, mut left) = (0, 0);
    while left < clients * 9 / 10 {
        let begun = Instant::now();
        left += 1 + dice.below(clients / 50);
        until_left(eye, left).await;
        fleet.kill(dice.place(3));
        fleet.tend().await;
        kills += 1;
        tokio::time::sleep(every.saturating_sub(begun.elapsed())).await;
        left = left.max(eye.number(LEFT).await.unsigned_abs());
    }
    fleet.tend().await;
    kills
}

async fn all_worked(store: &TestStore) {
    let shares = "SELECT n.name || ' ' || CAST(count(*) AS TEXT) FROM attempt a \
                  JOIN node n ON n.id = a.node_id GROUP BY n.name ORDER BY n.name";
    let shares = Eye::open(&store.url).await.texts(shares).await;
    println!("attempts by node: {shares:?}");
    assert_eq!(shares.len(), 3, "{shares:?}");
}
