//! Cases and incidents over HTTP: what their events left, and who would be told.

use araldo::domain::client::SuppressionReason;
use araldo::domain::{Address, Channel, Clock as _};
use araldo::store::Store;
use serde_json::json;

use crate::intake_api::Api;

on_both_databases!(
    a_case_said_by_put_has_a_history_and_is_told_once,
    a_case_said_by_put_is_closed_by_its_last_state,
    a_preview_counts_who_would_be_told_and_how,
);

async fn a_case_said_by_put_has_a_history_and_is_told_once(store: &Store) {
    let api = Api::over(store).await;
    let case = json!({"client": "C-1", "kind": "voltura", "state": "received"});
    let answer = api.put("/v1/cases/PR-1", &case).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.body["case"]["state"], "received");
    let again = api.put("/v1/cases/PR-1", &case).await;
    assert_eq!(again.status, 200, "{again:?}");
    let closed = json!({"client": "C-1", "kind": "voltura", "state": "done", "closed": true,
        "expected_by": "2026-11-29"});
    api.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(api.put("/v1/cases/PR-1", &closed).await.status, 202);
    let read = api.get("/v1/cases/PR-1").await.body;
    assert_eq!(read["closed_at"], "2026-11-22T11:00:00.000Z");
    assert_eq!(read["expected_by"], "2026-11-29");
    let steps: Vec<_> = read["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| &h["type"])
        .collect();
    assert_eq!(steps, ["case.opened", "case.closed"]);
    let listed = api.get("/v1/cases?client=C-1").await.body;
    assert_eq!(listed["items"][0]["case"], "PR-1");
    let mut tx = store.read().await.unwrap();
    assert_eq!(
        tx.events().list(None, 9).await.unwrap().len(),
        2,
        "two events to be told"
    );
    let wrong = api
        .put("/v1/cases/PR-1", &json!({"client": "C-1", "kind": "x"}))
        .await;
    assert_eq!(wrong.problem().1, "/state");
}

async fn a_case_said_by_put_is_closed_by_its_last_state(store: &Store) {
    let api = Api::over(store).await;
    let case = |state: &str| json!({"client": "C-1", "kind": "voltura", "state": state});
    let put = async |state: &str| api.put("/v1/cases/PR-1", &case(state)).await;
    assert_eq!(put("received").await.status, 202);
    api.clock.advance(chrono::TimeDelta::hours(1));
    let done = put("done").await;
    assert_eq!(done.status, 202, "{done:?}");
    let closed_at = &done.body["case"]["closed_at"];
    assert!(closed_at.is_string(), "{done:?}");
    assert_eq!(put("done").await.status, 200, "nothing is new");
    let read = api.get("/v1/cases/PR-1").await.body;
    assert_eq!(api.put("/v1/cases/PR-1", &read).await.status, 200, "{read}");
    api.clock.advance(chrono::TimeDelta::hours(1));
    let open = put("internal_review").await;
    assert_eq!(open.status, 202, "{open:?}");
    assert!(open.body["case"]["closed_at"].is_null(), "{open:?}");
    let read = api.get("/v1/cases/PR-1").await.body;
    let history = read["history"].as_array().unwrap();
    let steps: Vec<_> = history.iter().map(|step| &step["type"]).collect();
    let moved = "case.state_changed";
    // A state closes a case, and sets going the rules that it set going before.
    assert_eq!(steps, ["case.opened", moved, moved]);
}

async fn a_preview_counts_who_would_be_told_and_how(store: &Store) {
    let api = Api::over(store).await;
    let both = json!([{"channel": "sms", "address": "3331234567"},
        {"channel": "email", "address": "a@example.it"}]);
    let town = json!([{"place": "p1", "municipality": "037006", "tags": ["feeder:1"]},
        {"place": "p2", "municipality": "037006"}]);
    let put = async |reference: &str, client: serde_json::Value| {
        let path = format!("/v1/clients/{reference}");
        assert_eq!(api.put(&path, &client).await.status, 201);
    };
    put("A", json!({"name": "A", "contacts": both, "places": town})).await;
    put(
        "B",
        json!({"name": "B", "contacts": both, "places": town, "preferred": "email"}),
    )
    .await;
    put("C", json!({"name": "C", "places": town})).await;
    let there = json!([{"place": "p9", "lat": 44.49, "lon": 11.34}]);
    let mail = json!([{"channel": "email", "address": "d@example.it"}]);
    put("D", json!({"name": "D", "contacts": mail, "places": there})).await;
    let away = json!([{"place": "p8", "municipality": "037001", "lat": 45.9, "lon": 11.34}]);
    put("E", json!({"name": "E", "contacts": mail, "places": away})).await;
    let area = json!({"municipalities": ["037006"], "tags": ["feeder:1"],
        "circle": {"lat": 44.49, "lon": 11.34, "radius_km": 1}});
    let body = json!({"kind": "outage", "area": area});
    let answer = api.post("/v1/incidents:preview", &body).await;
    assert_eq!(
        answer.body,
        json!({"clients": 4, "channels": {"sms": 1, "email": 2}, "unreachable": 1,
            "same_address": 0, "wider_incident": 0, "refused": 0, "cost": {"sms_segments_at_least": 1, "currency": "EUR", "sms_at_least": null, "email": null}})
    );
    // An outage is told for safety: nobody stops it, nor refuses its topic. A delay is not.
    let stopped = Address::from_stored(Channel::Sms, "+393331234567".to_owned());
    let now = api.clock.now();
    let mut tx = store.write().await.unwrap();
    tx.suppressions()
        .suppress(&stopped, SuppressionReason::Stop, None, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    put(
        "F",
        json!({"name": "F", "contacts": mail, "places": there, "topics": {"outages": false}}),
    )
    .await;
    let answer = api.post("/v1/incidents:preview", &body).await.body;
    assert_eq!(answer["channels"], json!({"sms": 1, "email": 2}));
    let (same, refused) = (&answer["same_address"], &answer["refused"]);
    assert_eq!(
        (same, refused),
        (&json!(1), &json!(0)),
        "D and F share a mailbox"
    );
    let delay = json!({"kind": "delay", "area": body["area"]});
    let answer = api.post("/v1/incidents:preview", &delay).await.body;
    assert_eq!(
        answer["channels"],
        json!({"sms": 0, "email": 2}),
        "A turns to mail"
    );
    let (same, refused) = (&answer["same_address"], &answer["refused"]);
    assert_eq!(
        (same, refused),
        (&json!(1), &json!(1)),
        "A and B share a mailbox"
    );
    let wrong = json!({"kind": "outage", "area": {"municipalities": ["Bologna"]}});
    let answer = api.post("/v1/incidents:preview", &wrong).await;
    assert!(
        answer.problem().1.starts_with("/area/municipalities"),
        "{answer:?}"
    );
    assert_eq!(api.get("/v1/incidents/G-77").await.problem().0, 404);
}
