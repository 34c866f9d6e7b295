//! A relay that bears fewer connections than we would open.

use std::time::{Duration, Instant};

use super::peer::{Act, Peer};
use super::{COUNT_ACCEPTED, NOT_TAKEN, PAUSED, readers, tell};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(a_relay_that_bears_two_connections_works_with_two);

const MAILS: u32 = 200;
const LATENCY: Duration = Duration::from_millis(20);

async fn a_relay_that_bears_two_connections_works_with_two(store: TestStore) {
    let peer = Peer::start(2, LATENCY, |_| Act::Usual);
    let node = Node::start(store, &peer.settings(16)).await;
    let begun = Instant::now();
    tell(&node, &readers(MAILS as usize)).await;
    node.eye.until(COUNT_ACCEPTED, MAILS.into()).await;
    let took = begun.elapsed();
    let (tried, refused) = peer.connections();
    println!("two connections: {MAILS} mails in {took:?}, {tried} connections, {refused} refused");
    // Two connections that never rest need this long.
    let ideal = LATENCY * MAILS / 2;
    // A busy machine may take ten times as long; one that rests between two mails takes longer.
    assert!(took < ideal * 15, "{took:?} for what takes {ideal:?}");
    // A few to find out, then one now and then to see whether more are borne.
    let now_and_then = usize::try_from(took.as_secs()).unwrap();
    assert!(refused <= 6 + now_and_then, "{refused} of {tried} refused");
    assert_eq!(node.eye.number(NOT_TAKEN).await, 0, "nobody paid for it");
    assert_eq!(node.eye.number(PAUSED).await, 0, "it works: it never rests");
    node.sums_close().await;
    node.stop().await;
}
