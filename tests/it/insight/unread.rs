//! Who never reads: those of whom it would be known, and nobody who read one of many. Who is erased
//! is not in the list any more.

use araldo::domain::Timestamp;
use araldo::domain::ids::first_id_at;
use araldo::runtime::Lifecycle;
use araldo::upkeep::count_insight;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Eye;

on_both_databases!(who_read_none_of_several_is_listed_and_nobody_else);

const NOW: &str = "2026-11-22T12:00:00Z";

fn messages(client: i64, many: i64, tracking: &str, engaged: i64, days_ago: i64) -> Vec<Value> {
    let at = Timestamp::parse(NOW).unwrap() - chrono::TimeDelta::days(days_ago);
    let message = |number: i64| {
        let plan = 100 + number;
        json!({ "message": { "id": first_id_at(at) + client * 10 + number, "plan_id": plan,
            "client_id": client, "address": format!("+3933300000{client}"), "tracking": tracking,
            "state": "delivered", "due_at": at.as_micros(), "expires_at": at.as_micros(),
            "engaged": if number == 0 { engaged } else { 0 },
            "created_at": at.as_micros() } })
    };
    (0..many).map(message).collect()
}

fn town() -> Vec<Value> {
    let mut rows = Vec::new();
    for plan in 100..104 {
        rows.push(
            json!({ "event": { "id": plan, "event_id": format!("e-{plan}"),
            "type": "case.opened", "occurred_at": 1, "received_at": 1 } }),
        );
        rows.push(
            json!({ "plan": { "id": plan, "event_id": plan, "rule": "r", "template": "t",
            "subject": "s", "occurred_at": 1, "due_at": 1, "created_at": 1 } }),
        );
    }
    for client in 1..=6 {
        rows.push(json!({ "client": { "id": client, "ref": format!("C-{client}") } }));
        rows.push(
            json!({ "contact_point": { "id": client, "client_id": client,
            "address": format!("+3933300000{client}") } }),
        );
    }
    rows.push(json!({ "place": { "id": 1, "client_id": 1, "code": "P-1",
        "municipality": "Bologna" } }));
    rows.extend(messages(1, 4, "individual", 0, 30)); // reads nothing
    rows.extend(messages(2, 3, "individual", 4, 30)); // clicked one of three
    rows.extend(messages(3, 3, "none", 0, 30)); // refused to be measured
    rows.extend(messages(4, 2, "individual", 0, 30)); // too few
    rows.extend(messages(5, 3, "individual", 0, 200)); // too long ago
    rows.extend(messages(6, 3, "aggregate", 2, 30)); // only a machine opened it
    rows
}

async fn who_read_none_of_several_is_listed_and_nobody_else(store: TestStore) {
    let eye = Eye::open(&store.url).await;
    eye.plant(town()).await;
    let now = Timestamp::parse(NOW).unwrap();
    let zone = chrono_tz::Europe::Rome;
    count_insight(&store, zone, now, &Lifecycle::new())
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    let found = tx.unread().list(0, 50, 3, None).await.unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|row| {
            (
                row.client.as_str(),
                row.messages,
                row.municipality.as_deref(),
            )
        })
        .collect();
    assert_eq!(names, [("C-1", 4, Some("Bologna")), ("C-6", 3, None)]);
    assert_eq!(found[0].since, now - chrono::TimeDelta::days(30));
    let page = tx.unread().list(1, 50, 3, None).await.unwrap();
    assert_eq!(page.len(), 1, "the next page begins after the last of this");
    assert_eq!(tx.unread().list(0, 50, 4, None).await.unwrap().len(), 1);
    let there = tx.unread().list(0, 50, 3, Some("Bologna")).await.unwrap();
    assert_eq!(there.len(), 1);
    let zones = tx.unread().zones(3, 10).await.unwrap();
    let zones: Vec<_> = zones
        .iter()
        .map(|row| (row.municipality.as_str(), row.clients))
        .collect();
    assert_eq!(zones, [("", 1), ("Bologna", 1)]);
    drop(tx);
    eye.execute("DELETE FROM client WHERE id = 1").await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.unread().list(0, 50, 3, None).await.unwrap().len(), 1);
}
