//! A list that shows how things stand, and not what happened: what goes back to what it said before is news
//! again, and what only stands there once more is none.

use araldo::domain::clock::SystemClock;
use araldo::domain::{Clock as _, Timestamp};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::feeds::{JSON, by_works, clients, looked, told_types};
use crate::support::TestStore;
use crate::support::feed::Feed;
use crate::support::node::Node;

on_both_databases!(what_goes_back_to_what_it_said_before_is_told_again);

/// One outage that ends at this time. `counter`: a field that the mapping does not name.
fn outage(end: Timestamp, counter: u32) -> String {
    json!([{"id": 1, "town": "037006", "end": end.to_string(), "counter": counter}]).to_string()
}

async fn what_goes_back_to_what_it_said_before_is_told_again(store: TestStore) {
    let feed = Feed::start().await;
    feed.answer(200, JSON, "[]");
    let settings = by_works(&feed).replace("'closure'", "'outage'").replace(
        "ended = \"ended\"",
        "ended = \"ended\"\nexpected_end = \"end\"",
    );
    assert!(settings.contains("expected_end"), "{settings}");
    let node = Node::start(store, &settings).await;
    clients(&node).await;
    let early = SystemClock.now() + TimeDelta::hours(2);
    let late = early + TimeDelta::hours(2);
    let told = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE NOT quiet";
    for (number, end) in [(1, early), (2, late), (3, early)] {
        feed.answer(200, JSON, outage(end, number));
        node.eye.until(told, i64::from(number)).await;
        node.planned().await;
    }
    let types = ["incident.opened", "incident.updated", "incident.updated"];
    assert_eq!(told_types(&node).await, types);
    // It is known as it was said last.
    let ends = "SELECT data FROM event WHERE NOT quiet ORDER BY id";
    let ends = node.eye.texts(ends).await;
    let ends = ends.iter().map(|data| serde_json::from_str(data).unwrap());
    let ends: Vec<Value> = ends
        .map(|data: Value| data["expected_end"].clone())
        .collect();
    assert_eq!(ends, [json!(early), json!(late), json!(early)]);

    // What the mapping does not name says nothing.
    feed.answer(200, JSON, outage(early, 4));
    looked(&feed, 3).await;
    assert_eq!(told_types(&node).await, types);

    // What it showed is forgotten, and shown once more.
    let mut tx = node.running.store.write().await.unwrap();
    tx.sources().rewind("works", None).await.unwrap();
    tx.commit().await.unwrap();
    let placed = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE cursor IS NOT NULL";
    node.eye.until(placed, 1).await;
    looked(&feed, 2).await;
    node.planned().await;
    let events = "SELECT CAST(count(*) AS BIGINT) FROM event";
    assert_eq!(node.eye.number(events).await, 3);
    node.sums_close().await;
    node.stop().await;
}
