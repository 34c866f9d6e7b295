//! The same with an SMS gateway: away, denying everybody, denying one number.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use araldo_sandbox::gateway::Answer;
use serde_json::json;

use super::{BARRED, COUNT_ACCEPTED, ENDED, PAUSED, TRIES, whole};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::gateways::Gateway;
use crate::support::node::{Node, pause};

on_both_databases!(
    a_gateway_that_denies_everybody_or_has_no_room_ends_nothing,
    a_number_on_the_gateways_list_holds_up_nobody,
);

const MESSAGES: usize = 30;
/// On the gateway's black list.
const LISTED: &str = "+390000009999";

/// A gateway that says this to everybody else.
fn gateway(says: &Arc<Mutex<Answer>>) -> Gateway {
    let says = Arc::clone(says);
    Gateway::open(move |to, _| match to == LISTED {
        true => Answer::LISTED,
        false => *says.lock().unwrap(),
    })
}

async fn ask(node: &Node, from: usize, count: usize) {
    for number in from..from + count {
        let (client, handset) = (
            format!("C-{number}"),
            format!("+39000000{:04}", number * 10),
        );
        node.client(&client, &[&handset], json!({})).await;
        node.post("/v1/messages", &notice(&client, "avviso")).await;
    }
}

async fn a_gateway_that_denies_everybody_or_has_no_room_ends_nothing(store: TestStore) {
    let says = Arc::new(Mutex::new(Answer::WRONG_LOGIN));
    let gateway = gateway(&says);
    let node = Node::start(store, &gateway.settings("connections = 4")).await;
    for (round, answer) in [Answer::WRONG_LOGIN, Answer::NO_ROOM]
        .into_iter()
        .enumerate()
    {
        *says.lock().unwrap() = answer;
        let before = gateway.arrivals.total();
        ask(&node, round * MESSAGES, MESSAGES).await;
        node.eye.until(PAUSED, 1).await;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            pause().await;
        }
        let asked = gateway.arrivals.total() - before;
        assert!(asked < MESSAGES, "{answer:?}: one at a time asks: {asked}");
        assert_eq!(node.eye.number(ENDED).await, 0, "{answer:?}");
        *says.lock().unwrap() = Answer::Accepted;
        let back = Instant::now();
        let all = (round + 1) * MESSAGES;
        node.eye.until(COUNT_ACCEPTED, whole(all)).await;
        println!(
            "gateway {answer:?}: all gone {:?} after it was back",
            back.elapsed()
        );
        // A wrong set-up rests for five seconds; others are asked sooner. The rest is what thirty
        // take on a busy machine; a rest of minutes would be seen.
        assert!(
            back.elapsed() < Duration::from_mins(1),
            "{answer:?}: {:?}",
            back.elapsed()
        );
        node.eye.until(PAUSED, 0).await;
    }
    assert_eq!(node.eye.number(TRIES).await, 0);
    assert_eq!(node.eye.number(BARRED).await, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn a_number_on_the_gateways_list_holds_up_nobody(store: TestStore) {
    let gateway = gateway(&Arc::new(Mutex::new(Answer::Accepted)));
    let node = Node::start(store, &gateway.settings("connections = 4")).await;
    ask(&node, 0, 1).await;
    node.eye.until(COUNT_ACCEPTED, 1).await;
    node.client("LISTED", &[LISTED], json!({})).await;
    node.post("/v1/messages", &notice("LISTED", "avviso")).await;
    ask(&node, 1, MESSAGES - 1).await;
    node.eye.until(COUNT_ACCEPTED, whole(MESSAGES)).await;
    node.until_states("LISTED", &["queued"]).await;
    assert_eq!(node.states("LISTED").await[0].1, "put_off");
    assert_eq!(node.eye.number(BARRED).await, 0);
    assert_eq!(node.eye.number(PAUSED).await, 0);
    node.sums_close().await;
    node.stop().await;
}
