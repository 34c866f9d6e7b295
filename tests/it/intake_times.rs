//! An event is the same event however a broker carries it, also one that an earlier version kept;
//! and what an earlier version let in from the future silences nothing after the upgrade.

use araldo::domain::event::CaseStep;
use araldo::store::{Store, StoreUrl};
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::intake_api::Api;
use crate::support::TestStore;
use crate::support::node::Eye;

on_both_databases!(
    the_same_event_carried_in_other_ways_is_a_duplicate,
    a_repeat_from_a_source_ahead_is_a_duplicate,
);
on_both_databases!(
    an_event_kept_by_an_earlier_version_is_known_again,
    events_from_the_future_are_brought_back_by_the_upgrade,
);

fn event(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/crm", "type": "case.state_changed",
        "time": "2026-11-22T09:14:00+01:00", "subject": "PR-1",
        "data": {"case": "PR-1", "client": "C-1", "kind": "voltura", "state": "waiting"}})
}

async fn the_same_event_carried_in_other_ways_is_a_duplicate(store: &Store) {
    let api = Api::over(store).await;
    let again = json!({"accepted": 0, "duplicates": 1});
    assert_eq!(api.event(&event("1")).await.body["accepted"], 1);
    for (name, value) in [
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("time", "2026-11-22T08:14:00.000Z"),
        ("datacontenttype", "application/json; charset=utf-8"),
    ] {
        let mut other = event("1");
        other[name] = value.into();
        assert_eq!(api.event(&other).await.body, again, "{name}");
    }
    assert_eq!(api.batch(&json!([event("1")])).await.body, again);
    let mut packed = event("1");
    let fields = packed.as_object_mut().unwrap();
    fields.remove("data");
    let bytes =
        "eyJjYXNlIjoiUFItMSIsImNsaWVudCI6IkMtMSIsImtpbmQiOiJ2b2x0dXJhIiwic3RhdGUiOiJ3YWl0aW5nIn0=";
    fields.insert("data_base64".to_owned(), bytes.into());
    assert_eq!(api.event(&packed).await.body, again);
    let key = api
        .new_key(9, &[araldo::domain::api_key::Scope::CasesWrite])
        .await;
    let binary = Request::post("/v1/events")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "Application/JSON")
        .header("ce-specversion", "1.0")
        .header("ce-id", "1")
        .header("ce-source", "/crm")
        .header("ce-type", "case.state_changed")
        .header("ce-time", "2026-11-22T09:14:00+01:00")
        .header("ce-subject", "PR-1")
        .body(Body::from(event("1")["data"].to_string()))
        .unwrap();
    assert_eq!(api.send(binary).await.body, again);
    let mut other = event("1");
    other["time"] = "2026-11-22T08:14:01Z".into();
    assert_eq!(api.event(&other).await.problem().0, 409);
}

async fn a_repeat_from_a_source_ahead_is_a_duplicate(store: &Store) {
    let api = Api::over(store).await;
    let mut ahead = event("1");
    ahead["time"] = "2026-11-22T11:00:00Z".into();
    let first = api.event(&ahead).await.body;
    assert_eq!(first["warnings"][0]["pointer"], "/time", "{first}");
    api.clock.advance(TimeDelta::minutes(7));
    let again = api.event(&ahead).await.body;
    assert_eq!(again["duplicates"], 1, "{again}");
    let batch = api.batch(&json!([event("2"), ahead])).await.body;
    assert_eq!(batch["warnings"][0]["pointer"], "/1/time", "{batch}");
    let batch = api.batch(&json!([ahead])).await.body;
    assert_eq!(batch["warnings"][0]["pointer"], "/0/time", "{batch}");
    ahead["time"] = "2026-11-23T11:00:00Z".into();
    let answer = api.event(&ahead).await;
    let (status, pointer, detail) = answer.problem();
    assert_eq!((status, pointer), (400, "/time"));
    assert!(detail.contains("leave `time` out"), "{detail}");
}

async fn an_event_kept_by_an_earlier_version_is_known_again(store: TestStore) {
    let api = Api::over(&store).await;
    let eye = Eye::open(&store.url).await;
    let mut undated = event("undated");
    undated.as_object_mut().unwrap().remove("time");
    for event in [&event("dated"), &undated] {
        assert_eq!(api.event(event).await.body["accepted"], 1);
    }
    eye.execute("UPDATE event SET body_hash = 'f30817627b162f5d70d12d3bb94607ff'")
        .await;
    for event in [&event("dated"), &undated] {
        assert_eq!(api.event(event).await.body["duplicates"], 1, "{event}");
    }
    // A repeat that comes later was dated later, for want of a time of its own.
    api.clock.advance(TimeDelta::minutes(7));
    assert_eq!(api.event(&undated).await.body["duplicates"], 1);
    for (name, value) in [
        ("subject", json!("PR-2")),
        ("type", json!("case.closed")),
        ("time", json!("2026-11-22T09:14:01Z")),
        (
            "data",
            json!({"case": "PR-1", "client": "C-1", "kind": "voltura", "state": "done"}),
        ),
    ] {
        let mut other = event("dated");
        other[name] = value;
        assert_eq!(api.event(&other).await.problem().0, 409, "{name}");
    }
}

/// The statements of the migration that mend what is there.
fn mends(store: &TestStore) -> Vec<&'static str> {
    let text = match store.url {
        StoreUrl::Sqlite(_) => include_str!("../../migrations/sqlite/0007_limits_and_rights.sql"),
        StoreUrl::Postgres(_) => {
            include_str!("../../migrations/postgres/0007_limits_and_rights.sql")
        }
    };
    let ours = text.split("-- intake:").nth(1).expect("its section");
    let statements = ours.split(";\n").filter(|one| one.contains("UPDATE "));
    statements
        .filter(|one| one.contains("occurred_at"))
        .collect()
}

async fn events_from_the_future_are_brought_back_by_the_upgrade(store: TestStore) {
    let api = Api::over(&store).await;
    let eye = Eye::open(&store.url).await;
    let put = |state: &str| json!({"client": "C-1", "kind": "voltura", "state": state});
    for state in ["received", "sent_to_distributor", "completed"] {
        let answer = api.put("/v1/cases/PR-1", &put(state)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        api.clock.advance(TimeDelta::minutes(1));
    }
    // The second was said to happen in the year 9999, and the third never counted.
    for sql in [
        "UPDATE event SET occurred_at = 253402300799000000 WHERE data LIKE '%sent_to%'",
        "UPDATE case_change SET occurred_at = 253402300799000000 WHERE state LIKE 'sent_to%'",
        "UPDATE case_file SET state = 'sent_to_distributor', changed_at = 253402300799000000",
    ] {
        eye.execute(sql).await;
    }
    for sql in mends(&store) {
        eye.execute(sql).await;
    }
    let case = api.get("/v1/cases/PR-1").await.body;
    assert_eq!(case["state"], "completed", "{case}");
    assert_eq!(case["changed_at"], "2026-11-22T10:02:00.000Z", "{case}");
    let steps = case["history"].as_array().unwrap();
    let states: Vec<&str> = steps
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["received", "sent_to_distributor", "completed"]);
    let future = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE occurred_at > received_at";
    assert_eq!(eye.number(future).await, 0);
    let closed = json!({"client": "C-1", "kind": "voltura", "state": "done", "closed": true});
    let answer = api.put("/v1/cases/PR-1", &closed).await;
    assert_eq!(answer.body["case"]["state"], "done", "{answer:?}");
    assert_eq!(CaseStep::Closed.as_str(), "case.closed");
}
