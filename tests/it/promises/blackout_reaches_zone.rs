//! A blackout in one town of three: every affected client, and no other, is told once, on the
//! channel each prefers, one message for a household's one telephone.

use serde_json::json;

use super::{incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

const TOWN: &str = "037006";
const NEXT_TOWN: &str = "037020";
const FAR_TOWN: &str = "015146";

on_both_databases!(every_affected_client_and_no_other_is_told_once);

async fn settle_town(node: &Node) {
    for (client, contacts, preferred, places) in [
        (
            "SMS",
            &["+390000000110", "sms@town.example"][..],
            "sms",
            json!([place("POD-1", TOWN)]),
        ),
        (
            "MAIL",
            &["+390000000111", "mail@town.example"],
            "email",
            json!([place("POD-2", TOWN)]),
        ),
        // Two supply points in the area are one client.
        (
            "TWO",
            &["+390000000112"],
            "sms",
            json!([place("POD-3", TOWN), place("POD-4", TOWN)]),
        ),
        // Prefers a mailbox, has none.
        (
            "NOMAIL",
            &["+390000000113"],
            "email",
            json!([place("POD-5", TOWN)]),
        ),
        // Lives elsewhere, is served here too.
        (
            "BOTH",
            &["+390000000114"],
            "sms",
            json!([place("POD-6", FAR_TOWN), place("POD-7", TOWN)]),
        ),
        (
            "NEXT",
            &["+390000000115"],
            "sms",
            json!([place("POD-8", NEXT_TOWN)]),
        ),
        (
            "FAR",
            &["far@town.example"],
            "email",
            json!([place("POD-9", FAR_TOWN)]),
        ),
        ("NOBODY", &[], "sms", json!([place("POD-10", TOWN)])),
    ] {
        let more = json!({ "preferred": preferred, "places": places });
        node.client(client, contacts, more).await;
    }
    for member in ["HOME-1", "HOME-2", "HOME-3"] {
        let more = json!({ "places": [place(&format!("POD-{member}"), TOWN)] });
        node.client(member, &["+390000000116"], more).await;
    }
}

async fn every_affected_client_and_no_other_is_told_once(store: TestStore) {
    let node = Node::start(store, "").await;
    settle_town(&node).await;
    node.event(&incident(
        "oms-1",
        "incident.opened",
        "2026-11-22T18:00:00+01:00",
        TOWN,
    ))
    .await;
    for client in ["SMS", "TWO", "NOMAIL", "BOTH"] {
        node.until_states(client, &["delivered"]).await;
    }
    node.until_states("MAIL", &["accepted"]).await;
    for client in ["NEXT", "FAR"] {
        assert_eq!(node.states(client).await, [], "{client} is not affected");
    }
    assert_eq!(
        node.states("NOBODY").await,
        [("suppressed".to_owned(), "no_contact".to_owned())]
    );

    node.until_states("HOME-1", &["delivered"]).await;
    for member in ["HOME-2", "HOME-3"] {
        let state = node.states(member).await;
        assert_eq!(
            state,
            [("suppressed".to_owned(), "same_address".to_owned())]
        );
    }
    for number in 110..=116 {
        let got = node.texts(&format!("+390000000{number}")).len();
        let expected = usize::from(!matches!(number, 111 | 115));
        assert_eq!(got, expected, "handset {number}");
    }
    assert_eq!(node.inbox("mail@town.example").len(), 1);
    assert_eq!(node.inbox("sms@town.example").len(), 0);
    assert_eq!(node.inbox("far@town.example").len(), 0);

    let truth = node.world().truth();
    assert_eq!((truth.sms, truth.mails, truth.doubles), (5, 1, 0));
    assert_eq!(node.messages("incident=G-77").await.len(), 9);
    node.sums_close().await;
    node.stop().await;
}
