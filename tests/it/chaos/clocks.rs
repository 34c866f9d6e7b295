//! Three nodes of which two have clocks that jump, by an hour forwards and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use araldo::app::Running;
use araldo::domain::clock::SystemClock;
use araldo::domain::event::Event;
use araldo::domain::{Clock, Timestamp};
use chrono::TimeDelta;

use super::cast;
use super::town::{account, outage, relay, settle, until_told};
use crate::support;
use crate::support::mailboxes::Mailboxes;
use crate::support::node::{Eye, run_by};
use crate::support::patience::until_come;

/// The machine's clock, and how wrong it is.
#[derive(Default)]
struct WrongClock(AtomicI64);

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + TimeDelta::microseconds(self.0.load(Ordering::SeqCst))
    }
}

impl WrongClock {
    fn jump(&self, to: TimeDelta) {
        let micros = to.num_microseconds().expect("a short time");
        self.0.store(micros, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_jump_by_an_hour_lose_nobody_and_tell_nobody_twice() {
    const CLIENTS: usize = 600;
    cast("clocks that jump");
    let store = support::postgres().await;
    settle(&store.url, CLIENTS).await;
    let mailboxes = Mailboxes::open(50);
    let folder = tempfile::tempdir().unwrap();
    let clocks: [Arc<WrongClock>; 3] = Default::default();
    let mut nodes: Vec<Running> = Vec::new();
    for clock in &clocks {
        let settings = relay(mailboxes.port, 3);
        let node = run_by(&store.url, folder.path(), &settings, clock.clone()).await;
        nodes.push(node.expect("a node"));
    }
    let mut tx = store.write().await.unwrap();
    let event = Event::parse(&outage(), SystemClock.now()).unwrap();
    tx.events()
        .accept(&[event], SystemClock.now(), nodes[0].ids.as_ref())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let hour = TimeDelta::hours(1);
    for (arrived, forwards, backwards) in [
        (100, hour, -hour),
        (250, -hour, hour),
        (400, TimeDelta::zero(), TimeDelta::zero()),
    ] {
        until_come(arrived, || mailboxes.arrivals.total()).await;
        clocks[1].jump(forwards);
        clocks[2].jump(backwards);
    }
    let eye = Eye::open(&store.url).await;
    until_told(&eye, CLIENTS).await;
    let unknown = account(&store, &eye, &mailboxes, CLIENTS).await;
    assert_eq!(unknown, 0, "no node died");
    assert!(nodes.iter().all(|node| !node.lifecycle.is_stopping()));
    for node in &nodes {
        node.lifecycle.abort();
    }
}
