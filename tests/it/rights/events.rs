//! The type of an event decides the scope; what only Araldo makes is taken from nobody.

use araldo::domain::api_key::{Rights, Scope};
use araldo::store::Store;
use serde_json::{Value, json};

use super::Program;
use crate::intake_api::Api;

on_both_databases!(
    events_write_opens_no_case_and_no_incident,
    each_event_of_a_batch_is_judged_and_nothing_of_it_is_kept,
    what_araldo_makes_itself_is_refused_whatever_the_key,
    a_key_is_bound_to_its_sources_and_types,
);

fn case(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/crm", "type": "case.opened",
        "data": {"case": "PR-1", "client": "C-1", "kind": "voltura", "state": "received"}})
}

fn incident(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/oms", "type": "incident.opened",
        "data": {"incident": "G-1", "kind": "outage", "area": {"municipalities": ["037006"]}}})
}

fn reading(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/meters", "type": "meter.read"})
}

async fn stored(store: &Store) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.events().list(None, 100).await.unwrap().len()
}

async fn events_write_opens_no_case_and_no_incident(store: &Store) {
    let api = Api::over(store).await;
    let program = Program::with(&api, 2, &[Scope::EventsWrite]).await;
    assert_eq!(program.event(&reading("1")).await.status, 202);
    for (event, scope) in [
        (case("2"), "`cases:write`"),
        (incident("3"), "`incidents:write`"),
    ] {
        let answer = program.event(&event).await;
        assert_eq!(answer.problem().0, 403, "{answer:?}");
        assert_eq!(answer.problem().1, "/type");
        assert!(answer.problem().2.contains(scope), "{answer:?}");
        assert_eq!(answer.body["code"], "scope_missing");
    }
    assert_eq!(stored(store).await, 1);
    let cases = Program::with(&api, 3, &[Scope::CasesWrite]).await;
    assert_eq!(cases.event(&case("2")).await.status, 202);
    assert_eq!(cases.event(&incident("3")).await.status, 403);
    assert_eq!(cases.event(&reading("4")).await.status, 403);
    let incidents = Program::with(&api, 4, &[Scope::IncidentsWrite]).await;
    assert_eq!(incidents.event(&incident("3")).await.status, 202);
    assert_eq!(stored(store).await, 3);
}

async fn each_event_of_a_batch_is_judged_and_nothing_of_it_is_kept(store: &Store) {
    let api = Api::over(store).await;
    let cases = Program::with(&api, 2, &[Scope::CasesWrite]).await;
    let batch = json!([case("1"), case("2"), incident("3"), case("4")]);
    let answer = cases.event(&batch).await;
    let (status, pointer, detail) = answer.problem();
    assert_eq!((status, pointer), (403, "/2/type"));
    assert!(detail.starts_with("event 2: this key lacks"), "{detail}");
    let kind = [("content-type", "application/cloudevents-batch+json")];
    let mut forged = case("2");
    forged["source"] = "/v1/cases".into();
    let batch = json!([case("1"), forged]);
    let answer = cases.ask_as("POST", "/v1/events", &kind, &batch).await;
    assert_eq!(answer.problem().1, "/1/source");
    assert_eq!(stored(store).await, 0);
}

async fn what_araldo_makes_itself_is_refused_whatever_the_key(store: &Store) {
    let api = Api::over(store).await;
    let request = json!({"specversion": "1.0", "id": "1", "source": "/crm",
        "type": "message.requested", "data": {"client": "C-1", "template": "notice",
        "variables": {"title": "x", "body": "y"}, "class": "safety", "lane": "urgent"}});
    let answer = api.event(&request).await;
    assert_eq!(answer.problem().0, 400, "{answer:?}");
    assert_eq!(answer.problem().1, "/type");
    assert!(answer.problem().2.contains("POST /v1/messages"));
    let mut stalled = case("2");
    stalled["type"] = "case.stalled".into();
    assert_eq!(api.event(&stalled).await.problem().1, "/type");
    for source in ["/v1/cases", "/v1/messages", "/v1/messages/abcdefgh"] {
        let mut event = case("3");
        event["source"] = source.into();
        let answer = api.event(&event).await;
        assert_eq!((answer.problem().0, answer.problem().1), (400, "/source"));
    }
    assert_eq!(stored(store).await, 0);
}

async fn a_key_is_bound_to_its_sources_and_types(store: &Store) {
    let api = Api::over(store).await;
    let rights = Rights {
        scopes: vec![Scope::CasesWrite, Scope::IncidentsWrite],
        sources: vec!["/crm".parse().unwrap(), "/oms*".parse().unwrap()],
        types: vec!["case.*".parse().unwrap()],
    };
    let program = Program::bound(&api, 2, rights).await;
    assert_eq!(program.event(&case("1")).await.status, 202);
    let answer = program.event(&incident("2")).await;
    assert_eq!((answer.problem().0, answer.problem().1), (403, "/type"));
    assert_eq!(answer.body["code"], "key_bound");
    let mut other = case("3");
    other["source"] = "/crm/2".into();
    let answer = program.event(&other).await;
    assert_eq!((answer.problem().0, answer.problem().1), (403, "/source"));
    assert!(answer.problem().2.contains("`/crm`, `/oms*`"));
    let put = json!({"client": "C-1", "kind": "voltura", "state": "done"});
    let answer = program.ask("PUT", "/v1/cases/P", &put).await;
    assert_eq!((answer.problem().0, answer.problem().1), (403, "/source"));
    assert!(answer.problem().2.contains("`/v1/cases`"), "{answer:?}");
    let rights = Rights {
        scopes: vec![Scope::CasesWrite],
        sources: vec!["/crm".parse().unwrap(), "/v1/cases".parse().unwrap()],
        ..Rights::default()
    };
    let teller = Program::bound(&api, 4, rights).await;
    assert_eq!(teller.ask("PUT", "/v1/cases/P", &put).await.status, 202);
    let rights = Rights {
        scopes: vec![Scope::CasesWrite],
        types: vec!["case.closed".parse().unwrap()],
        ..Rights::default()
    };
    let closer = Program::bound(&api, 3, rights).await;
    let answer = closer.ask("PUT", "/v1/cases/Q", &put).await;
    assert_eq!(answer.problem().0, 403, "`case.opened` by another way");
    assert_eq!(stored(store).await, 2);
}
