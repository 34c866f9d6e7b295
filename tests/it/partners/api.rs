//! Programs of the organisation read the cases of the clients that a partner looks after.

use araldo::store::Store;
use serde_json::json;

use crate::intake_api::Api;

on_both_databases!(programs_read_the_cases_of_one_partners_clients);

async fn programs_read_the_cases_of_one_partners_clients(store: &Store) {
    let api = Api::over(store).await;
    for (client, partner) in [("C-1", "AG-1"), ("C-2", "AG-2"), ("C-3", "AG-1")] {
        let about = json!({ "name": "A", "partner": partner, "contacts": [
            { "channel": "sms", "address": "3331234567" }] });
        let path = format!("/v1/clients/{client}");
        assert_eq!(api.put(&path, &about).await.status, 201);
        let case = json!({ "client": client, "kind": "voltura", "state": "received" });
        let path = format!("/v1/cases/PR-{client}");
        assert_eq!(api.put(&path, &case).await.status, 202);
    }
    let found = api.get("/v1/cases?partner=AG-1").await;
    assert_eq!(found.status, 200, "{found:?}");
    let items = found.body["items"].as_array().unwrap();
    let cases: Vec<_> = items.iter().map(|item| item["case"].as_str()).collect();
    assert_eq!(cases, [Some("PR-C-3"), Some("PR-C-1")]);
    let none = api.get("/v1/cases?partner=AG-9").await;
    assert_eq!(none.body["items"], json!([]));
    let both = api.get("/v1/cases?partner=AG-1&client=C-1").await;
    assert_eq!((both.problem().0, both.problem().1), (400, "/partner"));
}
