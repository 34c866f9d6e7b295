//! A relay that is away for some seconds.

use std::time::{Duration, Instant};

use super::peer::{Act, Peer};
use super::{COUNT_ACCEPTED, ENDED, PAUSED, TRIES, readers, tell, whole};
use crate::support::TestStore;
use crate::support::node::{Node, pause};

on_both_databases!(some_seconds_without_a_relay_cost_seconds);

const MAILS: usize = 60;
const AWAY: Duration = Duration::from_secs(4);

async fn some_seconds_without_a_relay_cost_seconds(store: TestStore) {
    let peer = Peer::start(100, Duration::ZERO, |_| Act::Usual);
    peer.go_away(true);
    let node = Node::start(store, &peer.settings(4)).await;
    tell(&node, &readers(MAILS)).await;
    node.eye.until(PAUSED, 1).await;
    let begun = Instant::now();
    while begun.elapsed() < AWAY {
        pause().await;
    }
    let (tried, _) = peer.connections();
    peer.go_away(false);
    let back = Instant::now();
    node.eye.until(COUNT_ACCEPTED, whole(MAILS)).await;
    let (away, late) = (back - begun, back.elapsed());
    println!("away for {away:?}: all gone {late:?} after it was back, {tried} connections tried");
    // It is asked again within a quarter of the time; the rest is what sixty mails take, on a busy
    // machine. A rest of minutes would be seen.
    assert!(late < away / 4 + Duration::from_mins(1), "{late:?}");
    assert!(tried < MAILS, "one at a time asks: {tried}");
    assert_eq!(node.eye.number(TRIES).await, 0);
    assert_eq!(node.eye.number(ENDED).await, 0);
    node.sums_close().await;
    node.stop().await;
}
