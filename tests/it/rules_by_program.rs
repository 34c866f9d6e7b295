//! What the pages of rules say, programs can ask: the rules in force, what they would make of an event,
//! and what others would have made of the last days.

use araldo::config::rules;
use araldo::store::Store;
use serde_json::json;

use crate::intake_api::Api;

on_both_databases!(a_program_asks_what_rules_come_to);

async fn a_program_asks_what_rules_come_to(store: &Store) {
    let api = Api::over(store).await;
    let client = json!({"name": "A", "contacts": [{"channel": "sms", "address": "3331234567"}]});
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    let case = json!({"specversion": "1.0", "id": "1", "source": "/crm", "type": "case.opened",
        "data": {"case": "PR-1", "client": "C-1", "kind": "voltura", "state": "received"}});
    let tried = api.post("/v1/rules/try", &case).await;
    assert_eq!(tried.status, 200, "{tried:?}");
    assert_eq!(tried.body["tells"][0]["rule"], "case-opened");
    assert_eq!(tried.body["clients"], 1);
    let verdicts = tried.body["rules"].as_array().unwrap();
    let shipped = rules::load(None).unwrap();
    assert_eq!(verdicts.len(), shipped.len());
    assert_eq!(
        verdicts[0],
        json!({"rule": "case-opened", "verdict": "tells"})
    );
    assert!(
        api.get("/v1/events").await.body["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let wrong = api
        .post("/v1/rules/try", &json!({"specversion": "1.0"}))
        .await;
    assert_eq!(wrong.problem().0, 400, "{wrong:?}");

    assert_eq!(api.event(&case).await.status, 202);
    let rules: String = shipped.iter().take(2).map(rules::written).collect();
    let replayed = api.post("/v1/rules/replay", &json!({"rules": rules})).await;
    assert_eq!(replayed.status, 200, "{replayed:?}");
    assert_eq!(replayed.body["events"], 1);
    assert_eq!(
        replayed.body["rules"][0]["matched"],
        json!({"then": 0, "now": 1})
    );
    // Joining is left out of the replay, which says so where a rule asks for it.
    let mut joining = shipped[0].clone();
    for (coalesce, said) in [(None, json!([])), (Some(6), json!(["coalesce"]))] {
        joining.coalesce = coalesce.map(chrono::TimeDelta::hours);
        let rules = json!({"rules": rules::written(&joining)});
        let replayed = api.post("/v1/rules/replay", &rules).await;
        assert_eq!(replayed.body["not_reckoned"], said, "{replayed:?}");
    }
    let broken = json!({"rules": "[[rule]]\nname = 7", "days": 7});
    let broken = api.post("/v1/rules/replay", &broken).await;
    assert_eq!((broken.problem().0, broken.problem().1), (422, "/rules"));
    let long = json!({"rules": rules, "days": 8});
    let long = api.post("/v1/rules/replay", &long).await;
    assert_eq!((long.problem().0, long.problem().1), (400, "/days"));

    let listed = api.get("/v1/rules").await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let items = listed.body["items"].as_array().unwrap();
    assert_eq!(items.len(), shipped.len());
    assert_eq!(
        (&items[0]["name"], &items[0]["matched"]),
        (&json!("case-opened"), &json!(0))
    );
}
