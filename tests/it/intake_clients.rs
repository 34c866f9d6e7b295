//! Clients by HTTP: described, read back, searched, imported line by line, forgotten.

use std::fmt::Write as _;

use araldo::store::Store;
use serde_json::{Value, json};

use crate::intake_api::Api;

on_both_databases!(
    a_client_is_created_replaced_read_and_deleted,
    lists_come_in_pages_and_names_are_found_without_accents,
    an_import_keeps_the_good_lines_and_names_the_bad,
    a_client_without_contact_is_kept_and_shown_as_unreachable,
);

fn maria() -> Value {
    json!({"client": "C-1001", "name": "Maria Nicolò", "preferred": "sms",
        "contacts": [{"channel": "sms", "address": "00393331234567", "verified": true},
            {"channel": "email", "address": "maria@example.it"}],
        "places": [{"place": "IT001E1", "kind": "pod", "municipality": "037006", "lat": 44.4949,
            "lon": 11.3426, "tags": ["feeder:BO-12", "zone:3"]}],
        "topics": {"surveys": false}, "quiet_hours": {"from": "21:00", "to": "08:00"}})
}

async fn a_client_is_created_replaced_read_and_deleted(store: &Store) {
    let api = Api::over(store).await;
    assert_eq!(api.put("/v1/clients/C-1001", &maria()).await.status, 201);
    let mut moved = maria();
    moved["places"] = json!([{"place": "IT001E2", "tags": ["zone:4"]}]);
    moved["topics"] = json!({});
    moved.as_object_mut().unwrap().remove("quiet_hours");
    assert_eq!(api.put("/v1/clients/C-1001", &moved).await.status, 200);
    let read = api.get("/v1/clients/C-1001").await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.body["contacts"][0]["address"], "+393331234567");
    assert_eq!(read.body["places"].as_array().unwrap().len(), 1);
    assert_eq!(read.body["places"][0]["tags"], json!(["zone:4"]));
    assert_eq!(read.body["topics"]["surveys"], false, "a choice stays");
    assert_eq!(read.body["quiet_hours"]["from"], "21:00", "a choice stays");
    assert_eq!(read.body["reachable"], true);
    let gone = api
        .ask("DELETE", "/v1/clients/C-1001", "", String::new())
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(api.get("/v1/clients/C-1001").await.problem().0, 404);
}

async fn lists_come_in_pages_and_names_are_found_without_accents(store: &Store) {
    let api = Api::over(store).await;
    for n in 0..5 {
        let client = json!({"name": format!("Client {n} 100%_")});
        api.put(&format!("/v1/clients/C-{n}"), &client).await;
    }
    api.put("/v1/clients/C-1001", &maria()).await;
    let first = api.get("/v1/clients?limit=4").await.body;
    assert_eq!(first["items"].as_array().unwrap().len(), 4);
    let next = first["next"].as_str().unwrap();
    let second = api
        .get(&format!("/v1/clients?limit=4&after={next}"))
        .await
        .body;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["next"], Value::Null);
    let found = async |search: &str| {
        let page = api.get(&format!("/v1/clients?search={search}")).await;
        page.body["items"].as_array().unwrap().len()
    };
    assert_eq!(found("NICOLO").await, 1);
    assert_eq!(found("maria@example.it").await, 1);
    assert_eq!(found("C-1001").await, 1);
    assert_eq!(
        found("100%25_").await,
        5,
        "a percent sign is a percent sign"
    );
    assert_eq!(found("C_ient").await, 0);
    assert_eq!(api.get("/v1/clients?limit=0").await.problem().1, "/limit");
    assert_eq!(api.get("/v1/clients?after=x").await.problem().1, "/after");
}

async fn an_import_keeps_the_good_lines_and_names_the_bad(store: &Store) {
    let api = Api::over(store).await;
    let mut lines = String::new();
    for n in 0..2_500 {
        let client = json!({"client": format!("C-{n}"), "name": format!("Client {n}"),
            "contacts": [{"channel": "sms", "address": format!("333{n:07}")}]});
        writeln!(lines, "{client}").unwrap();
    }
    lines.push_str("\n{\"client\": \"C-1\", \"name\": \"Client 1\", \"contacts\": [\n");
    lines.push_str("{\"client\": \"X\", \"name\": \"X\", \"contacts\": [{\"channel\": \"sms\", \"address\": \"118\"}]}\n");
    writeln!(lines, "{}", "x".repeat(2 << 20)).unwrap();
    lines.push_str("{\"client\": \"last\", \"name\": \"Last\"}");
    let answer = api
        .ask("POST", "/v1/clients:import", "application/x-ndjson", lines)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["imported"], 2_501);
    assert_eq!(answer.body["rejected_count"], 3);
    let rejected = answer.body["rejected"].as_array().unwrap();
    assert_eq!(rejected[0]["line"], 2_502);
    assert_eq!(rejected[1]["line"], 2_503);
    assert_eq!(rejected[1]["pointer"], "/contacts/0/address");
    assert_eq!(rejected[2]["line"], 2_504);
    assert_eq!(api.get("/v1/clients/last").await.status, 200);
    let wrong = api
        .ask("POST", "/v1/clients:import", "text/csv", "client,name\n")
        .await;
    assert_eq!(wrong.problem().0, 415);
}

async fn a_client_without_contact_is_kept_and_shown_as_unreachable(store: &Store) {
    let api = Api::over(store).await;
    assert_eq!(
        api.put("/v1/clients/C-1", &json!({"name": "Anna"}))
            .await
            .status,
        201
    );
    assert_eq!(api.get("/v1/clients/C-1").await.body["reachable"], false);
}

#[tokio::test]
async fn the_path_and_the_body_must_name_the_same_client() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let answer = api.put("/v1/clients/C-2", &maria()).await;
    assert_eq!(answer.problem().0, 400);
    assert_eq!(answer.problem().1, "/client");
    let answer = api.put("/v1/clients/C-2", &json!([1])).await;
    assert_eq!(answer.problem().0, 400);
    let answer = api
        .put("/v1/clients/C%2F2%20x", &json!({"name": "Anna"}))
        .await;
    assert_eq!(answer.body["client"], "C/2 x");
}

#[tokio::test]
async fn a_script_for_a_name_is_kept_as_it_stands() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    for name in ["{{7*7}}", "<script>alert(1)</script>", "=1+1"] {
        let answer = api.put("/v1/clients/C-1", &json!({"name": name})).await;
        assert_eq!(answer.body["name"], name);
    }
}
