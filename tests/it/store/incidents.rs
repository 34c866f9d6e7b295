//! An incident is the fold of its events, in whatever order they come.

use std::collections::HashSet;

use araldo::domain::event::{EventData, IncidentState};
use araldo::store::Store;
use araldo::store::planning::incidents::AppliedToIncident;
use serde_json::{Value, json};

use super::{at, event, ids};

on_both_databases!(
    a_correction_changes_only_what_it_names,
    a_late_opening_is_put_in_its_place,
);

async fn apply(store: &Store, id: &str, kind: &str, time: &str, data: Value) -> AppliedToIncident {
    let event = event(id, kind, time, data);
    let mut tx = store.write().await.unwrap();
    let ids = ids();
    tx.events()
        .accept(std::slice::from_ref(&event), at(time), ids)
        .await
        .unwrap();
    let kept = tx.events().lookup("/test", id).await.unwrap().unwrap().id;
    let EventData::Incident(step, data) = &event.data else {
        panic!("{event:?}")
    };
    let applied = tx
        .incidents()
        .apply(kept, *step, data, event.occurred_at, ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    applied
}

fn opening() -> Value {
    json!({"incident": "G-77", "kind": "outage", "service": "electricity",
        "area": {"municipalities": ["037006"], "circle": {"lat": 44.5, "lon": 11.3, "radius_km": 2}},
        "began_at": "2026-11-22T17:58:00+01:00", "cause": "cabin fault"})
}

async fn a_correction_changes_only_what_it_names(store: &Store) {
    apply(
        store,
        "1",
        "incident.opened",
        "2026-11-22T17:00:00Z",
        opening(),
    )
    .await;
    let correction = json!({"incident": "G-77", "expected_end": "2026-11-22T20:30:00+01:00"});
    let applied = apply(
        store,
        "2",
        "incident.updated",
        "2026-11-22T18:00:00Z",
        correction,
    )
    .await;
    assert!(applied.newest);
    let now = &applied.incident.incident;
    assert_eq!(now.cause.as_deref(), Some("cabin fault"));
    assert_eq!(now.expected_end, Some(at("2026-11-22T20:30:00+01:00")));
    assert_eq!(now.area.municipalities, ["037006"]);
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.incidents().get("G-77").await.unwrap(), applied.incident);
    let outline = tx.incidents().outlined("G-77").await.unwrap().unwrap();
    assert!(outline.incident.area.is_empty());
    let area = tx.incidents().area(outline.id).await.unwrap();
    assert_eq!(area.as_ref(), Some(&now.area));
    let (_, told) = tx.incidents().for_reader("G-77", 9).await.unwrap().unwrap();
    let ends: Vec<_> = told.iter().map(|report| report.expected_end).collect();
    assert_eq!(ends, [now.expected_end, None], "the newest first");
    assert_eq!(now.state, IncidentState::GoingOn);
    assert_eq!(tx.incidents().history("G-77").await.unwrap().len(), 2);
}

async fn a_late_opening_is_put_in_its_place(store: &Store) {
    let end = json!({"incident": "G-77"});
    let first = apply(store, "2", "incident.resolved", "2026-11-22T19:00:00Z", end).await;
    assert!(first.newest && first.incident.incident.area.is_empty());
    let late = apply(
        store,
        "1",
        "incident.opened",
        "2026-11-22T17:00:00Z",
        opening(),
    )
    .await;
    assert!(!late.newest);
    let now = late.incident.incident;
    assert_eq!(now.state, IncidentState::Resolved);
    assert_eq!(now.opened_at, at("2026-11-22T17:00:00Z"));
    assert_eq!(now.closed_at, Some(at("2026-11-22T19:00:00Z")));
    assert_eq!(now.service.as_deref(), Some("electricity"));
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.incidents().list(false, None, 9).await.unwrap().len(), 1);
    let outlines = tx.incidents().outlines(true, None, 9).await.unwrap();
    assert!(outlines.is_empty(), "none is going on: {outlines:?}");
    let asked = ["G-76", "G-77"].map(str::to_owned);
    let known = tx.incidents().known(&asked).await.unwrap();
    assert_eq!(known, HashSet::from(["G-77".to_owned()]));
}
