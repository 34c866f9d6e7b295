//! What one client sees of a case that stands still: a whole node, by a clock that is moved, and the
//! texts that arrive on the telephone; and that a case that came to its last state is closed to them.

use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::{Clock, Timestamp};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_client_reads_who_holds_it_up_since_when_and_when_we_look_again,
    a_client_reads_that_a_case_in_its_last_state_is_closed,
);

const PHONE: &str = "+390000000711";

async fn a_client_reads_who_holds_it_up_since_when_and_when_we_look_again(store: TestStore) {
    // A Tuesday in December; the 8th is a holiday.
    let clock = Arc::new(FixedClock::at("2026-12-01T10:00:00Z"));
    let node = Node::start_by(store, "", Arc::clone(&clock) as Arc<dyn Clock>).await;
    node.client("C-1", &[PHONE], json!({})).await;
    let case = json!({ "specversion": "1.0", "id": "1", "source": "/crm", "type": "case.opened",
        "data": { "case": "PR-7", "client": "C-1", "kind": "voltura",
            "state": "waiting_distributor", "owner": "e-distribuzione" } });
    node.event(&case).await;
    // It was taken in: what passes from now on is news.
    let looked = "SELECT CAST(count(*) AS BIGINT) FROM case_file WHERE seen_at IS NOT NULL";
    node.eye.until(looked, 1).await;
    let days = [
        "2026-12-01T10:00:00Z",
        "2026-12-10T07:00:00Z",
        "2026-12-17T07:00:00Z",
        "2026-12-24T07:00:00Z",
        "2027-01-12T07:00:00Z",
    ];
    for (count, day) in (1..).zip(days) {
        clock.advance(Timestamp::parse(day).unwrap() - clock.now());
        until(async || {
            // On a busy machine a message may have to be tried again, which takes its time.
            clock.advance(TimeDelta::seconds(1));
            let texts = node.texts(PHONE);
            let come = || format!("{day}: {texts:?}");
            (texts.len() == count).then_some(()).ok_or_else(come)
        })
        .await;
    }
    let texts = node.texts(PHONE);
    let seen = texts
        .iter()
        .map(|text| text.split(" http").next().unwrap_or_default());
    let seen: Vec<&str> = seen.collect();
    println!("{}", seen.join("\n"));
    assert_eq!(
        seen[1..],
        [
            "Sportello: voltura PR-7 attende dal 1/12 e-distribuzione. Verifica 17/12. \
             Info 800000000",
            "Sportello: voltura PR-7 attende dal 1/12 e-distribuzione. Verifica 24/12. \
             Info 800000000",
            "Sportello: voltura PR-7 attende dal 1/12 e-distribuzione. La seguiamo noi. \
             Info 800000000",
            "Sportello: voltura PR-7 attende e-distribuzione. La seguiamo noi. Info 800000000",
        ]
    );
    // The last receipt may still be on its way.
    node.until_states("C-1", &["delivered"; 5]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_client_reads_that_a_case_in_its_last_state_is_closed(store: TestStore) {
    let node = Node::start(store, "").await;
    for (client, phone, state, is_closed) in [
        ("C-1", PHONE, "received", false),
        ("C-2", "+390000000712", "done", true),
    ] {
        node.client(client, &[phone], json!({})).await;
        let case = format!("PR-{client}");
        let event = json!({ "specversion": "1.0", "id": client, "source": "/crm",
            "type": "case.state_changed",
            "data": { "case": case, "client": client, "kind": "voltura", "state": state } });
        node.event(&event).await;
        node.until_states(client, &["delivered"]).await;
        let text = node.texts(phone).pop().expect("a text");
        let link = text.split_whitespace().find(|word| word.contains("/s/"));
        let link = link.expect("a link").trim_end_matches('.');
        let page = node.visit(link).await.text;
        assert_eq!(page.contains("La pratica è chiusa"), is_closed, "{page}");
        let kept = node.get(&format!("/v1/cases/{case}")).await;
        assert_eq!(kept.body["closed_at"].is_string(), is_closed, "{kept:?}");
    }
    node.sums_close().await;
    node.stop().await;
}
