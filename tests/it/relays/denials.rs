//! Refusals by policy: our set-up's when nobody is taken, one recipient's when the others are.

use std::time::Duration;

use serde_json::json;

use super::peer::{Act, Moment, Peer};
use super::{BARRED, COUNT_ACCEPTED, ENDED, PAUSED, TRIES, readers, tell, whole};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    a_relay_that_denies_everybody_ends_nothing_and_all_goes_when_it_is_mended,
    mailboxes_that_all_miss_our_signature_end_nothing,
    one_recipients_policy_holds_up_nobody_and_bars_nobody,
    what_waited_for_a_mended_set_up_goes_at_the_restart,
);

const MAILS: usize = 50;
/// More than may be on their way at once: what the relay is asked before it rests is a part.
const MANY: usize = 400;
const ALARM: &str = "SELECT CAST(count(*) AS BIGINT) FROM provider_state \
    WHERE name = 'relay' AND paused_until IS NOT NULL AND reason LIKE '%5.7%'";
/// Everybody was told to wait.
const TURNED_AWAY: &str = "SELECT CAST(count(*) AS BIGINT) FROM message \
    WHERE state = 'queued' AND reason = 'provider_away'";

/// Denied until it is mended: nothing ends, nobody pays, one alarm; then everything goes.
async fn denied_then_mended(store: TestStore, peer: Peer, readers: &[String]) {
    let node = Node::start(store, &peer.settings(4)).await;
    tell(&node, readers).await;
    node.eye.until(ALARM, 1).await;
    node.eye.until(TURNED_AWAY, whole(readers.len())).await;
    assert_eq!(node.eye.number(ENDED).await, 0);
    assert_eq!(node.eye.number(BARRED).await, 0);
    assert_eq!(node.eye.number(TRIES).await, 0);
    let asked: usize = peer.asked().values().map(Vec::len).sum();
    println!(
        "denied: {} of {} asked until it rested",
        asked,
        readers.len()
    );
    assert!(asked < readers.len() / 2, "{asked} were asked");
    let id = node.messages("client=C-1").await[0]["id"].clone();
    let why = node.message(&id).await["why"].to_string();
    assert!(
        why.contains("its provider is away, busy, or refuses us"),
        "{why}"
    );
    assert!(!why.contains("quiet hours"), "{why}");

    peer.mend();
    node.eye.until(COUNT_ACCEPTED, whole(readers.len())).await;
    node.eye.until(PAUSED, 0).await;
    assert!(peer.taken().values().all(|times| times.len() == 1));
    assert_eq!(node.eye.number(TRIES).await, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn a_relay_that_denies_everybody_ends_nothing_and_all_goes_when_it_is_mended(
    store: TestStore,
) {
    let peer = Peer::start(100, Duration::ZERO, |moment| match moment {
        Moment::Rcpt(..) => Act::Say("554 5.7.1 Relay access denied"),
        _ => Act::Usual,
    });
    denied_then_mended(store, peer, &readers(MANY)).await;
}

async fn mailboxes_that_all_miss_our_signature_end_nothing(store: TestStore) {
    let peer = Peer::start(100, Duration::ZERO, |moment| match moment {
        Moment::Dot => Act::Say("550 5.7.26 This mail has been blocked: unauthenticated"),
        _ => Act::Usual,
    });
    // One mailbox provider for the whole town.
    let readers: Vec<String> = (0..MANY).map(|n| format!("r{n}@big.example")).collect();
    denied_then_mended(store, peer, &readers).await;
}

async fn one_recipients_policy_holds_up_nobody_and_bars_nobody(store: TestStore) {
    let strict = "reader7@town-7.example";
    let peer = Peer::start(100, Duration::ZERO, move |moment| match moment {
        Moment::Rcpt(to, _) if to == strict => Act::Say("550 5.7.1 Not wanted here"),
        _ => Act::Usual,
    });
    let settings = format!("{}[dispatch]\nmax_tries = 2\n", peer.settings(4));
    let node = Node::start(store, &settings).await;
    // The relay is known to take us.
    node.client("FIRST", &["first@town.example"], json!({}))
        .await;
    let ask = async |client: &str, accepted: i64| {
        let answer = node.post("/v1/messages", &notice(client, "avviso")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        node.eye.until(COUNT_ACCEPTED, accepted).await;
    };
    ask("FIRST", 1).await;
    tell(&node, &readers(MAILS)).await;
    node.eye.until(COUNT_ACCEPTED, whole(MAILS)).await;
    assert_eq!(node.eye.number(PAUSED).await, 0);
    let put_off = "SELECT CAST(count(*) AS BIGINT) FROM message \
        WHERE state = 'queued' AND reason = 'put_off' AND tries = 1";
    node.eye.until(put_off, 1).await;

    // It comes again, the others are taken in between: its tries are used up, and that is all.
    ask("FIRST", whole(MAILS + 1)).await;
    let again = "UPDATE message SET due_at = created_at WHERE state = 'queued'";
    node.eye.execute(again).await;
    node.until_states("C-7", &["failed"]).await;
    assert_eq!(node.eye.number(BARRED).await, 0);
    assert_eq!(node.eye.number(PAUSED).await, 0);
    assert_eq!(peer.asked()[strict].len(), 2);
    node.sums_close().await;
    node.stop().await;
}

async fn what_waited_for_a_mended_set_up_goes_at_the_restart(store: TestStore) {
    let peer = Peer::start(100, Duration::ZERO, |moment| match moment {
        Moment::Mail => Act::Say("530 5.7.0 Authentication required"),
        _ => Act::Usual,
    });
    let settings = peer.settings(4);
    let node = Node::start(store, &settings).await;
    tell(&node, &readers(MAILS)).await;
    node.eye.until(TURNED_AWAY, whole(MAILS)).await;
    let latest = "SELECT CAST(max(due_at) AS BIGINT) FROM message";
    let due_us = node.eye.number(latest).await;
    let store = node.stop_and_keep_store().await;

    peer.mend();
    let node = Node::start(store, &settings).await;
    node.eye.until(COUNT_ACCEPTED, whole(MAILS)).await;
    let last = "SELECT CAST(max(accepted_at) AS BIGINT) FROM message";
    let accepted_us = node.eye.number(last).await;
    println!(
        "restart: the last was taken {} s before it was due",
        (due_us - accepted_us) / 1_000_000
    );
    assert!(accepted_us < due_us, "it waited until it was due");
    node.sums_close().await;
    node.stop().await;
}
