//! What an SMS centre brings over the connection that a node keeps: reports move their messages, under
//! either form of the centre's name, and what clients write is heard. A whole node, with a centre that
//! speaks SMPP.

use serde_json::json;

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::smsc::{Smsc, SmscSays, delivery, parameter, report};

on_both_databases!(
    a_report_over_the_connection_moves_its_message,
    a_report_in_decimal_finds_the_message_that_was_named_in_hexadecimal,
    a_stop_that_a_centre_brings_is_obeyed_once,
    what_is_taken_without_a_name_is_sent_once_and_says_so,
    what_a_cut_leaves_unknown_is_not_sent_again_and_a_report_settles_the_rest,
);

const ANNA: &str = "+390000000571";
/// Bring it again.
const TEMPORARY: u32 = 0x64;

const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
const LATE_BOUNCES: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE late_bounce";
const STOPPED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";

/// A node that sends through the centre.
async fn bound(store: TestStore, smsc: &Smsc, more: &str) -> Node {
    let settings = format!(
        "[channels]\nemail = []\nsms = [\"smsc\"]\n[provider.smsc]\n{}",
        smsc.settings(more)
    );
    Node::start(store, &settings).await
}

/// Tells a client of their own.
async fn tell(node: &Node, client: &str, number: &str) {
    node.client(client, &[number], json!({})).await;
    let message = json!({ "client": client, "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

async fn told(store: TestStore, smsc: &Smsc, more: &str) -> Node {
    let node = bound(store, smsc, more).await;
    tell(&node, "A", ANNA).await;
    node.until_states("A", &["accepted"]).await;
    node
}

async fn a_report_over_the_connection_moves_its_message(store: TestStore) {
    let smsc = Smsc::taking().await;
    let node = told(store, &smsc, "").await;
    let unknown = report(ANNA, "id:000000FF stat:DELIVRD err:000");
    assert_eq!(smsc.deliver(&unknown).await, TEMPORARY);
    // On the way: that it was accepted is known.
    let step = report(ANNA, "id:00000001 stat:NEWWORD err:000");
    assert_eq!(smsc.deliver(&step).await, 0);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    let words = "id:00000001 sub:001 dlvrd:000 submit date:261122120000 stat:UNDELIV err:011 text:";
    for _ in 0..2 {
        assert_eq!(smsc.deliver(&report(ANNA, words)).await, 0);
    }
    node.until_states("A", &["undelivered"]).await;
    // The same by parameters alone.
    let tagged = [parameter(0x001e, b"00000001\0"), parameter(0x0427, &[2])];
    let tagged = delivery(ANNA, 0x04, b"", &tagged.concat());
    assert_eq!(smsc.deliver(&tagged).await, 0);
    node.until_states("A", &["delivered"]).await;
    assert_eq!(
        node.eye.number(RECEIPTS).await,
        2,
        "a repeat is no other report"
    );
    assert_eq!(node.eye.number(LATE_BOUNCES).await, 1);
    node.sums_close().await;
}

async fn a_report_in_decimal_finds_the_message_that_was_named_in_hexadecimal(store: TestStore) {
    let smsc = Smsc::open(|_, _| SmscSays::Name("000004D2")).await;
    let node = told(store, &smsc, "ids = \"hex-decimal\"").await;
    // As a number of the other kind it would be another SMS.
    let other = report(ANNA, "id:0000004660 stat:UNDELIV err:000");
    assert_eq!(smsc.deliver(&other).await, TEMPORARY);
    let words = "id:0000001234 stat:DELIVRD err:000";
    assert_eq!(smsc.deliver(&report(ANNA, words)).await, 0);
    node.until_states("A", &["delivered"]).await;
    node.sums_close().await;
}

async fn a_stop_that_a_centre_brings_is_obeyed_once(store: TestStore) {
    let smsc = Smsc::taking().await;
    let node = told(store, &smsc, "").await;
    // What looks like a report is a client's text, where the centre does not say that it is one.
    let forged = delivery(ANNA, 0, b"id:00000001 stat:UNDELIV err:011", b"");
    assert_eq!(smsc.deliver(&forged).await, 0);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    let stop = delivery(ANNA, 0, b"STOP", b"");
    assert_eq!(smsc.deliver(&stop).await, 0);
    assert_eq!(node.eye.number(STOPPED).await, 1);
    until(async || match smsc.submitted().len() {
        2 => Ok(()),
        count => Err(format!("{count} SMS, not the notice and a confirmation")),
    })
    .await;
    node.sums_close().await;
}

async fn what_is_taken_without_a_name_is_sent_once_and_says_so(store: TestStore) {
    let smsc = Smsc::open(|_, _| SmscSays::Name("")).await;
    let node = bound(store, &smsc, "").await;
    tell(&node, "A", ANNA).await;
    node.until_states("A", &["accepted"]).await;
    let message = node.messages("client=A").await.remove(0);
    let message = node.message(&message["id"]).await;
    let attempt = &message["attempts"][0];
    assert_eq!(attempt["outcome"], "accepted", "{message}");
    assert_eq!(attempt["code"], "ESME_ROK without message_id", "{message}");
    let words = report(ANNA, "id:00000001 stat:DELIVRD err:000");
    assert_eq!(smsc.deliver(&words).await, TEMPORARY, "it is nobody's");
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    assert_eq!(smsc.submitted().len(), 1, "nobody twice");
    node.sums_close().await;
}

async fn what_a_cut_leaves_unknown_is_not_sent_again_and_a_report_settles_the_rest(
    store: TestStore,
) {
    let smsc = Smsc::open(|submitted, _| match submitted.to.as_str() {
        "390000000571" => SmscSays::Cut,
        _ => SmscSays::Take,
    });
    let smsc = smsc.await;
    let node = bound(store, &smsc, "").await;
    tell(&node, "A", ANNA).await;
    node.until_states("A", &["unknown"]).await;
    tell(&node, "B", "+390000000572").await;
    node.until_states("B", &["accepted"]).await;
    let numbers: Vec<String> = smsc.submitted().into_iter().map(|sms| sms.to).collect();
    assert_eq!(numbers, ["390000000571", "390000000572"], "nobody twice");
    let words = report("+390000000572", "id:00000002 stat:DELIVRD err:000");
    assert_eq!(smsc.deliver(&words).await, 0);
    node.until_states("B", &["delivered"]).await;
    assert_eq!(smsc.binds().len(), 2);
    node.sums_close().await;
}
