//! Three nodes on a PostgreSQL of their own, and everything that can befall it: a restart,
//! connections cut in claim, open, close and commit, no connection to be had, a node frozen
//! beyond its lease. After each as much is under way at once as before, without a hand.

use std::time::{Duration, Instant};

use araldo::store::StoreUrl;
use araldo_sandbox::dice::Dice;
use sqlx::{Connection as _, PgConnection};

use super::fleet::Fleet;
use super::town::{account, outage, settings, settle, until_told};
use super::{cast, size};
use crate::support;
use crate::support::mailboxes::Mailboxes;
use crate::support::node::Eye;
use crate::support::patience::{pause, until};
use crate::support::servers::postgres::Cluster;

/// What the server has for everybody.
const SLOTS: u16 = 40;
/// Two for each node, the fewest there may be.
const NARROW: &str = "connections = 2\n";
const NODES: usize = 3;
/// Connections of each to the mailboxes.
const SESSIONS: usize = 3;
/// How long a mailbox then holds a connection: long enough for all to come, too short for an idle
/// one not to be missed.
const HELD: Duration = Duration::from_secs(1);
/// How long a fault lasts: longer than the lease.
const FAULT: Duration = Duration::from_secs(4);

/// One backend of ours that is just then at this kind of statement.
const CUT: &str = "SELECT CAST(count(pg_terminate_backend(pid)) AS BIGINT) FROM (SELECT pid \
    FROM pg_stat_activity WHERE application_name = 'araldo' AND state <> 'idle' \
    AND query LIKE $1 LIMIT 1) AS x";
const CUT_ALL: &str = "SELECT CAST(count(pg_terminate_backend(pid)) AS BIGINT) \
    FROM pg_stat_activity WHERE application_name = 'araldo'";
/// Claim, open, close and commit, as the statements begin.
const MOMENTS: [&str; 5] = [
    "UPDATE message SET state = 'leased'%",
    "INSERT INTO attempt%",
    "UPDATE attempt SET closed_at%",
    "COMMIT%",
    "%",
];

struct Storm {
    fleet: Fleet,
    mailboxes: Mailboxes,
}

impl Storm {
    /// Mails that stood at the mailboxes at once: each connection brings one and is held.
    async fn width(&self) -> usize {
        self.mailboxes.slow_down(HELD.as_secs() * 1_000);
        let (begun, before) = (Instant::now(), self.mailboxes.arrivals.total());
        let (mut width, mut come) = (0, 0);
        // Later, somebody may have brought a second one.
        while begun.elapsed() < HELD {
            width = come;
            pause().await;
            come = self.mailboxes.arrivals.total() - before;
        }
        self.mailboxes.slow_down(slowness());
        // Until all are let go, so that the next look begins like this one.
        tokio::time::sleep(HELD).await;
        width
    }

    /// Waits until every connection of every node is at work. A node that stays away leaves two
    /// thirds of them, one that has become shy of its relay or its database fewer.
    async fn finds_back(&mut self, fault: &str) {
        let whole = NODES * SESSIONS;
        until(async || {
            let restarted = self.fleet.tend().await;
            let width = self.width().await;
            println!("{fault}: {width} of {whole} at once, {restarted} started again");
            let less = || format!("{fault}: only {width} of {whole} are at work");
            (width >= whole).then_some(()).ok_or_else(less)
        })
        .await;
    }
}

/// Milliseconds that a mail takes.
fn slowness() -> u64 {
    size(150, 20) as u64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_weather_what_befalls_their_database_and_each_other() {
    let mut dice = cast("three nodes in a storm");
    let clients = size(3_600, 60_000);
    let mut cluster = Cluster::start(SLOTS);
    let url = cluster.url();
    let store = support::at(StoreUrl::Postgres(url.clone())).await;
    settle(&store.url, clients).await;
    let mailboxes = Mailboxes::open(slowness());
    let settings = format!("{NARROW}{}", settings(mailboxes.port, SESSIONS));
    let fleet = Fleet::start(&store, NODES, settings).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    let mut storm = Storm { fleet, mailboxes };
    storm.finds_back("in the calm").await;

    cluster.restart();
    storm.finds_back("the database was restarted").await;

    cut_off(&url, &mut dice).await;
    storm.finds_back("connections were cut").await;

    starve(&url).await;
    storm.finds_back("no connection was to be had").await;

    let frozen = dice.place(NODES);
    storm.fleet.signal(frozen, "STOP");
    tokio::time::sleep(FAULT).await;
    storm.fleet.signal(frozen, "CONT");
    storm.finds_back("a node was frozen beyond its lease").await;

    storm.mailboxes.slow_down(0);
    let eye = Eye::open(&store.url).await;
    until_told(&eye, clients).await;
    account(&store, &eye, &storm.mailboxes, clients).await;
}

/// Cuts connections wherever they are in the path of a message.
async fn cut_off(url: &str, dice: &mut Dice) {
    let mut operator = PgConnection::connect(url).await.unwrap();
    let (begun, mut cut) = (Instant::now(), [0; MOMENTS.len()]);
    while begun.elapsed() < FAULT {
        let moment = dice.place(MOMENTS.len());
        let done: i64 = sqlx::query_scalar(CUT)
            .bind(MOMENTS[moment])
            .fetch_one(&mut operator)
            .await
            .unwrap();
        cut[moment] += done;
        tokio::time::sleep(Duration::from_millis(dice.below(30))).await;
    }
    println!("cut in claim, open, close, commit and anywhere: {cut:?}");
}

/// Takes every connection the server has, from under the nodes.
async fn starve(url: &str) {
    let mut operator = PgConnection::connect(url).await.unwrap();
    let (begun, mut outsiders) = (Instant::now(), Vec::new());
    while begun.elapsed() < FAULT {
        match PgConnection::connect(url).await {
            Ok(outsider) => outsiders.push(outsider),
            // All are taken: what the nodes hold is taken from them, too.
            Err(_) => drop(sqlx::query(CUT_ALL).execute(&mut operator).await.unwrap()),
        }
    }
    println!(
        "{} of {SLOTS} connections were taken by others",
        outsiders.len()
    );
    assert!(
        outsiders.len() > usize::from(SLOTS) / 2,
        "the server had room"
    );
}
