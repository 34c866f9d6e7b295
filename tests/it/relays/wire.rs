//! What the wire proves, and what a peer's TCP does to us.

use std::time::{Duration, Instant};

use araldo::channel::SendError;

use super::peer::{Act, Moment, Peer};
use crate::providers::{Running, context, mail, try_build};

fn provider(running: &Running, peer: &Peer) -> std::sync::Arc<dyn araldo::channel::Provider> {
    let toml = format!(
        "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nfrom = \"a@town.example\"\nconnections = 1\n",
        peer.port
    );
    try_build(&context(running, "http://127.0.0.1:1", None), &toml).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ends_inside_a_mail_sent_nothing() {
    let peer = Peer::start(10, Duration::ZERO, |moment| match moment {
        Moment::Body(to) if to.starts_with("cut@") => Act::HangUp,
        _ => Act::Usual,
    });
    let running = Running::new();
    let provider = provider(&running, &peer);
    for _ in 0..10 {
        let verdict = provider.send(&mail("cut@town.example")).await.unwrap_err();
        let certain = matches!(verdict, SendError::NotSent { stage: "body", .. });
        assert!(certain, "{verdict:?}");
        assert!(provider.send(&mail("maria@town.example")).await.is_ok());
    }
    assert!(!peer.taken().contains_key("cut@town.example"));
}

/// Without quick acknowledgements each mail but the first few would wait 40 ms for our kernel; a
/// busy machine slows some, and not three of four.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_answers_in_single_writes_with_nagle_on_does_not_wait_for_us() {
    const MAILS: u32 = 50;
    let peer = Peer::start(10, Duration::ZERO, |_| Act::Usual);
    let running = Running::new();
    let provider = provider(&running, &peer);
    let mut waits = Vec::new();
    for _ in 0..MAILS {
        let begun = Instant::now();
        provider.send(&mail("maria@town.example")).await.unwrap();
        waits.push(begun.elapsed());
    }
    waits.sort();
    let quick = waits[waits.len() / 4];
    println!("single writes with Nagle: {quick:?} a mail, or less, for a quarter of them");
    assert!(quick < Duration::from_millis(30), "{quick:?} a mail");
}
