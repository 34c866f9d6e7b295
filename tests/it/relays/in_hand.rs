//! An attempt begins when a connection is in hand: however many messages a node has claimed, no more are
//! being sent, and could be unknown after a crash, than there are connections.

use std::time::Duration;

use serde_json::json;

use super::peer::{Act, Peer};
use super::{COUNT_ACCEPTED, readers, tell, whole};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::gateways::Gateway;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    no_more_mails_are_being_sent_than_the_relay_bears_connections,
    no_more_sms_are_being_sent_than_the_gateway_has_connections,
);

const MESSAGES: usize = 40;
const SLOW: Duration = Duration::from_millis(60);
const SENDING: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'sending'";

/// The most that were being sent at any look, until all are taken.
async fn most_at_once(node: &Node) -> i64 {
    let mut most = 0;
    until(async || {
        most = most.max(node.eye.number(SENDING).await);
        match node.eye.number(COUNT_ACCEPTED).await {
            taken if taken == whole(MESSAGES) => Ok(()),
            taken => Err(format!("{taken} of {MESSAGES} are taken")),
        }
    })
    .await;
    most
}

/// The settings allow sixteen, the relay bears two.
async fn no_more_mails_are_being_sent_than_the_relay_bears_connections(store: TestStore) {
    let peer = Peer::start(2, SLOW, |_| Act::Usual);
    let node = Node::start(store, &peer.settings(16)).await;
    tell(&node, &readers(MESSAGES)).await;
    let most = most_at_once(&node).await;
    assert!((1..=2).contains(&most), "{most} at once");
    node.stop().await;
}

async fn no_more_sms_are_being_sent_than_the_gateway_has_connections(store: TestStore) {
    let gateway = Gateway::slow(SLOW);
    let node = Node::start(store, &gateway.settings("connections = 3")).await;
    for number in 0..MESSAGES {
        let client = format!("C-{number}");
        let handset = format!("+39000000{:04}", number * 10);
        node.client(&client, &[&handset], json!({})).await;
    }
    for number in 0..MESSAGES {
        let client = format!("C-{number}");
        node.post("/v1/messages", &notice(&client, "avviso")).await;
    }
    let most = most_at_once(&node).await;
    assert!((1..=3).contains(&most), "{most} at once");
    node.stop().await;
}
