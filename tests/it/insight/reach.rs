//! Reachability before the storm: every client in exactly one sum of each channel, for all zones and
//! for a list of codes.

use araldo::runtime::Lifecycle;
use araldo::upkeep::count_insight;
use serde_json::{Value, json};

use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    everybody_counts_once_in_each_zone,
    a_question_about_reach_that_cannot_be_answered_says_why,
);

fn contact(id: i64, client: i64, channel: &str, verified: bool) -> Value {
    json!({ "contact_point": { "id": id, "client_id": client, "channel": channel,
        "address": format!("{channel}-{id}"), "verified": verified } })
}

fn place(id: i64, client: i64, code: &str, municipality: &str, postal_code: &str) -> Value {
    json!({ "place": { "id": id, "client_id": client, "code": code,
        "municipality": municipality, "postal_code": postal_code } })
}

/// Five clients: verified by both; unverified mail; barred number; nothing; a barred number and a
/// verified one. The first has two places in Bologna and one in Modena.
fn town() -> Vec<Value> {
    let mut rows: Vec<Value> = (1..=5)
        .map(|id| json!({ "client": { "id": id, "ref": format!("C-{id}") } }))
        .collect();
    rows.extend([
        contact(11, 1, "sms", true),
        contact(12, 1, "email", true),
        contact(21, 2, "email", false),
        contact(31, 3, "sms", true),
        contact(51, 5, "sms", true),
        contact(52, 5, "sms", true),
        place(11, 1, "P-1", "Bologna", "40100"),
        place(12, 1, "P-2", "Bologna", "40121"),
        place(13, 1, "P-3", "Modena", "41100"),
        place(21, 2, "P-4", "Bologna", "40100"),
        place(31, 3, "P-5", "Bologna", "40100"),
        place(41, 4, "P-6", "Bologna", "40100"),
        place(51, 5, "P-7", "Modena", "41100"),
    ]);
    for address in ["sms-31", "sms-51"] {
        rows.push(
            json!({ "suppression": { "channel": "sms", "address": address,
            "reason": "stop", "created_at": 1 } }),
        );
    }
    rows
}

/// Reachable, unverified, barred, none.
fn sums(of: [i64; 4]) -> Value {
    json!({"reachable": of[0], "unverified": of[1], "barred": of[2], "none": of[3]})
}

fn bologna() -> Value {
    json!({"zone": "Bologna", "clients": 4, "any": sums([1, 1, 1, 1]),
        "sms": sums([1, 0, 1, 2]), "email": sums([1, 1, 0, 2])})
}

fn modena() -> Value {
    json!({"zone": "Modena", "clients": 2, "any": sums([2, 0, 0, 0]),
        "sms": sums([2, 0, 0, 0]), "email": sums([1, 0, 0, 1])})
}

async fn everybody_counts_once_in_each_zone(store: TestStore) {
    let node = Node::start(store, "").await;
    node.eye.plant(town()).await;
    let zone = chrono_tz::Europe::Rome;
    // The start found nobody, so it is done again within the hour and not on the next day.
    let now = node.running.clock.now();
    let store = &node.running.store;
    count_insight(store, zone, now, &Lifecycle::new())
        .await
        .unwrap();
    let all = node.get("/v1/reachability").await;
    assert_eq!(all.body["zones"], json!([bologna(), modena()]), "{all:?}");
    let codes = node.get("/v1/reachability?by=postal_code").await.body;
    let clients = codes["zones"].as_array().unwrap().iter();
    let clients: Vec<_> = clients
        .map(|zone| (&zone["zone"], &zone["clients"]))
        .collect();
    let expected =
        [("40100", 4), ("40121", 1), ("41100", 2)].map(|(zone, n)| (json!(zone), json!(n)));
    assert_eq!(
        clients,
        expected
            .iter()
            .map(|(zone, n)| (zone, n))
            .collect::<Vec<_>>()
    );

    let asked = json!({"municipalities": ["Modena", "Bologna", "Bologna", "Ravenna"]});
    let answer = node.post("/v1/reachability", &asked).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.body;
    assert_eq!(answer["zones"], json!([bologna(), modena()]));
    // The first client has places in both and is one person.
    assert_eq!(answer["clients"], 5);
    assert_eq!(answer["any"], sums([2, 1, 1, 1]));
    assert_eq!(answer["codes"], 3);
    assert_eq!(answer["unknown"], json!({"count": 1, "first": ["Ravenna"]}));

    let asked = json!({"places": ["P-6", "P-7"]});
    let answer = node.post("/v1/reachability", &asked).await.body;
    assert_eq!(answer["any"], sums([1, 0, 0, 1]));
    assert_eq!(
        answer["zones"],
        Value::Null,
        "points one by one would name clients"
    );
    node.stop().await;
}

async fn a_question_about_reach_that_cannot_be_answered_says_why(store: TestStore) {
    let node = Node::start(store, "").await;
    for (asked, pointer) in [
        (json!({}), ""),
        (json!({"places": []}), "/places"),
        (json!({"postal_codes": [40100]}), "/postal_codes/0"),
    ] {
        let answer = node.post("/v1/reachability", &asked).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert_eq!(answer.body["pointer"], pointer);
    }
    assert_eq!(node.get("/v1/reachability?by=street").await.status, 400);
    node.stop().await;
}
