//! Greylisting is one recipient's affair.

use std::time::Duration;

use super::peer::{Act, Moment, Peer};
use super::{COUNT_ACCEPTED, PAUSED, TRIES, readers, tell, whole};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(two_greylisting_addresses_hold_up_nobody);

const CLIENTS: usize = 1_000;
const PAUSE: Duration = Duration::from_secs(6);

async fn two_greylisting_addresses_hold_up_nobody(store: TestStore) {
    let is_grey = |to: &str| to.starts_with("reader3@") || to.starts_with("reader500@");
    let peer = Peer::start(100, Duration::ZERO, move |moment| match moment {
        Moment::Rcpt(to, 1) if is_grey(to) => {
            Act::Say("450 4.2.0 Recipient address rejected: Greylisted for 6 seconds")
        }
        _ => Act::Usual,
    });
    let settings = format!("{}[dispatch]\nretry_base = \"1s\"\n", peer.settings(8));
    let node = Node::start(store, &settings).await;
    tell(&node, &readers(CLIENTS)).await;
    node.eye.until(COUNT_ACCEPTED, whole(CLIENTS)).await;

    let (asked, taken) = (peer.asked(), peer.taken());
    for (to, times) in &asked {
        let expected = if is_grey(to) { 2 } else { 1 };
        assert_eq!(times.len(), expected, "{to}");
        assert_eq!(taken[to].len(), 1, "{to}");
    }
    // The others did not wait for the two: all of them were there before either came again.
    let others = asked.iter().filter(|(to, _)| !is_grey(to));
    let first = asked.values().map(|times| times[0]).min().unwrap();
    let last = others.map(|(to, _)| taken[to][0]).max().unwrap();
    for (to, times) in asked.iter().filter(|(to, _)| is_grey(to)) {
        let pause = times[1] - times[0];
        assert!(
            pause + Duration::from_millis(100) >= PAUSE,
            "{to}: {pause:?}"
        );
        println!("greylisting: {to} taken after {pause:?}");
    }
    println!(
        "greylisting: {} others within {:?}",
        CLIENTS - 2,
        last - first
    );
    let put_off = "SELECT CAST(count(*) AS BIGINT) FROM attempt WHERE outcome = 'not_sent'";
    assert_eq!(node.eye.number(put_off).await, 2);
    assert_eq!(node.eye.number(PAUSED).await, 0, "the relay never rested");
    assert_eq!(
        node.eye.number(TRIES).await,
        0,
        "asked for patience: no try"
    );
    node.sums_close().await;
    node.stop().await;
}
