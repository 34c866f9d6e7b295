//! Contacts of the call centre beside the messages about the same kind of case: what nobody said is
//! not known, and what is said again replaces what was said before.

use araldo::domain::Timestamp;
use araldo::domain::ids::first_id_at;
use araldo::runtime::Lifecycle;
use araldo::upkeep::count_insight;
use serde_json::json;

use crate::support::TestStore;
use crate::support::node::Eye;

on_both_databases!(contacts_stand_beside_the_messages_of_their_kind);

async fn contacts_stand_beside_the_messages_of_their_kind(store: TestStore) {
    let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
    let at = now.as_micros();
    let message = |number: i64, plan: i64, state: &str| {
        json!({ "message": { "id": first_id_at(now) + number, "plan_id": plan,
            "client_id": number, "address": "+393331234567", "state": state, "due_at": at,
            "expires_at": at, "created_at": at } })
    };
    let eye = Eye::open(&store.url).await;
    let mut rows = vec![
        json!({ "case_file": { "id": 20, "ref": "PR-1", "client_ref": "C-1",
        "state": "opened", "opened_at": 100, "changed_at": 100 } }),
    ];
    for (plan, subject) in [
        (40, "case:PR-1"),
        (41, "case:PR-gone"),
        (42, "incident:PR-1"),
    ] {
        rows.push(
            json!({ "event": { "id": plan, "event_id": format!("e-{plan}"),
            "type": "case.opened", "occurred_at": 1, "received_at": 1 } }),
        );
        rows.push(json!({ "plan": { "id": plan, "event_id": plan, "rule": "r",
            "template": "t", "subject": subject, "occurred_at": 1, "due_at": 1,
            "created_at": 1 } }));
    }
    rows.extend([
        message(1, 40, "delivered"),
        message(2, 40, "accepted"),
        message(3, 40, "suppressed"),
        message(4, 41, "delivered"),
        message(5, 42, "delivered"),
    ]);
    eye.plant(rows).await;
    let zone = chrono_tz::Europe::Rome;
    count_insight(&store, zone, now, &Lifecycle::new())
        .await
        .unwrap();

    let day = now.day_in(zone);
    let mut tx = store.write().await.unwrap();
    let said = [
        (day, "voltura".to_owned(), 9),
        (day - 1, "voltura".to_owned(), 7),
    ];
    tx.calls().put(&said).await.unwrap();
    tx.calls()
        .put(&[(day, "voltura".to_owned(), 4)])
        .await
        .unwrap();
    tx.calls()
        .put(&[(day, "guasto".to_owned(), 0)])
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let found = tx.calls().days(day - 1, day).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|row| (row.day - day, row.kind.as_str(), row.contacts, row.messages))
        .collect();
    let expected = [
        (-1, "voltura", Some(7), 0),
        (0, "guasto", Some(0), 0),
        (0, "voltura", Some(4), 2),
    ];
    assert_eq!(found, expected);
    assert_eq!(tx.calls().days(day + 1, day + 9).await.unwrap(), []);
}
