//! A case stands where its newest event left it, in whatever order they come.

use std::collections::HashSet;

use araldo::domain::EventId;
use araldo::domain::event::{CaseData, CaseStep, EventData};
use araldo::store::Store;
use serde_json::json;

use super::{at, event, ids};

on_both_databases!(
    an_older_event_is_kept_but_never_overwrites,
    applying_twice_changes_nothing,
);

/// Keeps an event and applies it; whether it was the newest.
async fn apply(store: &Store, id: &str, kind: &str, time: &str, state: &str) -> (EventId, bool) {
    let data = json!({"case": "PR-1", "client": "C-1", "kind": "voltura", "state": state,
        "owner": "e-distribuzione", "expected_by": "2026-11-29"});
    let event = event(id, kind, time, data);
    let mut tx = store.write().await.unwrap();
    let ids = ids();
    tx.events()
        .accept(std::slice::from_ref(&event), at(time), ids)
        .await
        .unwrap();
    let kept = tx.events().lookup("/test", id).await.unwrap().unwrap().id;
    let (step, data) = case(&event.data);
    let applied = tx
        .cases()
        .apply(
            kept,
            (step, step == CaseStep::Closed),
            data,
            event.occurred_at,
            ids,
        )
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (kept, applied.newest)
}

fn case(data: &EventData) -> (CaseStep, &CaseData) {
    match data {
        EventData::Case(step, data) => (*step, data),
        other => panic!("not a case: {other:?}"),
    }
}

async fn an_older_event_is_kept_but_never_overwrites(store: &Store) {
    assert!(
        apply(store, "2", "case.closed", "2026-11-22T12:00:00Z", "done")
            .await
            .1
    );
    assert!(
        !apply(
            store,
            "1",
            "case.opened",
            "2026-11-22T09:00:00Z",
            "received"
        )
        .await
        .1
    );
    let mut tx = store.read().await.unwrap();
    let case = tx.cases().get("PR-1").await.unwrap();
    assert_eq!(case.data.state, "done");
    assert_eq!(case.opened_at, at("2026-11-22T09:00:00Z"));
    assert_eq!(case.closed_at, Some(at("2026-11-22T12:00:00Z")));
    assert_eq!(case.data.expected_by.unwrap().to_string(), "2026-11-29");
    let history = tx.cases().history("PR-1").await.unwrap();
    let states: Vec<_> = history.iter().map(|change| change.state.as_str()).collect();
    assert_eq!(states, ["received", "done"]);
    assert_eq!(tx.cases().for_client("C-1", None, 9).await.unwrap(), [case]);
    assert_eq!(tx.cases().lookup("PR-2").await.unwrap(), None);
    let asked = ["PR-1", "PR-2"].map(str::to_owned);
    let known = tx.cases().known(&asked).await.unwrap();
    assert_eq!(known, HashSet::from(["PR-1".to_owned()]));
}

async fn applying_twice_changes_nothing(store: &Store) {
    let first = apply(
        store,
        "1",
        "case.opened",
        "2026-11-22T09:00:00Z",
        "received",
    )
    .await;
    let again = apply(
        store,
        "1",
        "case.opened",
        "2026-11-22T09:00:00Z",
        "received",
    )
    .await;
    assert_eq!(first, again);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.cases().history("PR-1").await.unwrap().len(), 1);
    assert_eq!(tx.cases().list(false, None, 9).await.unwrap().len(), 1);
}
