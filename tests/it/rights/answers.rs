//! What is asked is answered as asked or refused by name, what GET gave may go back, and no
//! answer tells more than the key may read.

use araldo::domain::api_key::Scope;
use araldo::store::Store;
use serde_json::{Value, json};

use super::Program;
use crate::intake_api::Api;

on_both_databases!(
    a_misspelt_filter_is_refused_and_not_passed_over,
    what_get_gave_may_be_put_back,
    the_words_of_events_are_for_those_who_may_read_them,
    a_preview_does_not_tell_who_is_a_client,
);

async fn a_misspelt_filter_is_refused_and_not_passed_over(store: &Store) {
    let api = Api::over(store).await;
    for (path, pointer, says) in [
        ("/v1/messages?stat=held", "/stat", "client, event, incident"),
        (
            "/v1/clients?serch=Rossi",
            "/serch",
            "known are: search, limit, after",
        ),
        ("/v1/cases?client=A&client=B", "/client", "given twice"),
        ("/v1/incidents?state=x", "/state", "known are: limit, after"),
        ("/v1/events?limit=1&limit=2", "/limit", "given twice"),
        (
            "/v1/stats?form=2026-11-22",
            "/form",
            "known are: from, to, by",
        ),
        ("/v1/clients/C-1?verbose=1", "/verbose", "this takes none"),
    ] {
        let answer = api.get(path).await;
        let (status, at, detail) = answer.problem();
        assert_eq!((status, at), (400, pointer), "{path}");
        assert!(detail.contains(says), "{path}: {detail}");
    }
    for path in [
        "/v1/messages?state=held&limit=2",
        "/v1/clients?search=x&after=7",
    ] {
        assert_eq!(api.get(path).await.status, 200, "{path}");
    }
}

async fn what_get_gave_may_be_put_back(store: &Store) {
    let api = Api::over(store).await;
    let client = json!({"name": "A", "contacts": [{"channel": "sms", "address": "3331234567"}]});
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    let given = api.get("/v1/clients/C-1").await.body;
    assert!(given["created_at"].is_string());
    let answer = api.put("/v1/clients/C-1", &given).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(api.get("/v1/clients/C-1").await.body, given);
    let mut wrong = given;
    wrong["creaetd_at"] = Value::Null;
    assert_eq!(api.put("/v1/clients/C-1", &wrong).await.problem().0, 400);

    let case = json!({"client": "C-1", "kind": "voltura", "state": "received"});
    assert_eq!(api.put("/v1/cases/P", &case).await.status, 202);
    let given = api.get("/v1/cases/P").await.body;
    let answer = api.put("/v1/cases/P", &given).await;
    assert_eq!(answer.status, 200, "nothing is new: {answer:?}");
    let closed = json!({"client": "C-1", "kind": "voltura", "state": "done", "closed": true});
    api.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(api.put("/v1/cases/P", &closed).await.status, 202);
    let given = api.get("/v1/cases/P").await.body;
    assert!(given["closed_at"].is_string());
    let answer = api.put("/v1/cases/P", &given).await;
    assert_eq!(answer.status, 200, "it is not opened again: {answer:?}");
    let mut opened = given;
    opened["closed"] = false.into();
    opened["state"] = "received".into();
    let answer = api.put("/v1/cases/P", &opened).await;
    assert_eq!(answer.status, 202, "unless somebody says so: {answer:?}");
}

async fn the_words_of_events_are_for_those_who_may_read_them(store: &Store) {
    let api = Api::over(store).await;
    let case =
        json!({"client": "C-1", "kind": "voltura", "state": "received", "note": "solo per voi"});
    assert_eq!(api.put("/v1/cases/P", &case).await.status, 202);
    let messages = Program::with(&api, 2, &[Scope::MessagesRead]).await;
    let listed = messages.get("/v1/events").await;
    assert_eq!(listed.status, 200);
    assert_eq!(listed.body["items"][0]["type"], "case.opened");
    assert!(
        !listed.body.to_string().contains("solo per voi"),
        "{listed:?}"
    );
    let events = Program::with(&api, 3, &[Scope::EventsRead]).await;
    let listed = events.get("/v1/events").await.body;
    assert_eq!(listed["items"][0]["data"]["note"], "solo per voi");
}

async fn a_preview_does_not_tell_who_is_a_client(store: &Store) {
    let api = Api::over(store).await;
    let client = json!({"name": "A", "contacts": [{"channel": "sms", "address": "3331234567"}],
        "places": [{"place": "IT001", "municipality": "037006", "lat": 44.49, "lon": 11.34}]});
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    let program = Program::with(&api, 2, &[Scope::IncidentsRead]).await;
    let trusted = [Scope::IncidentsRead, Scope::ClientsRead];
    let trusted = Program::with(&api, 3, &trusted).await;
    let about = |area: Value| json!({"kind": "outage", "area": area});
    let path = "/v1/incidents:preview";
    let house = |lat: f64| about(json!({"circle": {"lat": lat, "lon": 11.34, "radius_km": 0.05}}));
    let there = program.ask("POST", path, &house(44.49)).await.body;
    let nobody = program.ask("POST", path, &house(45.49)).await.body;
    assert_eq!(there, nobody, "one house is like another");
    assert_eq!(there["clients"], 10);
    assert_eq!(there["rounded_up_to"], 10);
    let point = about(json!({"places": ["IT001"]}));
    let answer = program.ask("POST", path, &point).await;
    assert_eq!(
        (answer.problem().0, answer.problem().1),
        (403, "/area/places")
    );
    let answer = trusted.ask("POST", path, &point).await.body;
    assert_eq!(
        (&answer["clients"], &answer["rounded_up_to"]),
        (&json!(1), &Value::Null)
    );
}
