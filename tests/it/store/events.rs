//! Each event is kept once and taken once.

use std::collections::HashSet;

use araldo::domain::EventId;
use araldo::domain::event::{Event, EventData, EventState};
use araldo::store::planning::events::{Accept, EventMark};
use araldo::store::{Store, StoreError};
use serde_json::json;

use super::{at, event, ids};

on_both_databases!(
    an_event_is_new_once_then_a_duplicate_or_a_conflict,
    batches_of_every_size_are_kept_whole_and_in_order,
    received_events_are_taken_in_order_until_marked,
    one_that_cannot_be_read_holds_up_nobody,
    a_quiet_event_stays_quiet_whatever_repeats_it,
    what_waits_is_found_by_what_it_is_about,
    pages_go_back_in_time,
    two_planners_never_take_the_same_event,
);

fn mark(event: EventId, state: EventState, detail: Option<&str>) -> EventMark {
    let detail = detail.map(str::to_owned);
    EventMark {
        event,
        state,
        detail,
    }
}

fn reading(id: &str, kwh: i64) -> Event {
    event(
        id,
        "meter.read",
        "2026-11-22T09:00:00Z",
        json!({"kwh": kwh, "note": "perché \"no\""}),
    )
}

async fn accept(store: &Store, events: &[Event]) -> Vec<Accept> {
    let mut tx = store.write().await.unwrap();
    let now = at("2026-11-22T10:00:00Z");
    let answers = tx.events().accept(events, now, ids()).await.unwrap();
    tx.commit().await.unwrap();
    answers
}

async fn batches_of_every_size_are_kept_whole_and_in_order(store: &Store) {
    let mut kept = Vec::new();
    for size in [0, 1, 8, 9, 64, 65, 577] {
        let batch: Vec<Event> = (0..size)
            .map(|number| reading(&format!("{size}-{number}"), number))
            .collect();
        let answers = accept(store, &batch).await;
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Accept::New(_)))
        );
        let again = accept(store, &batch).await;
        let duplicates = answers.into_iter().map(|answer| match answer {
            Accept::New(id) => Accept::Duplicate(id),
            other => other,
        });
        assert_eq!(again, duplicates.collect::<Vec<_>>());
        kept.extend(batch);
    }
    let mut tx = store.read().await.unwrap();
    let mut listed = tx.events().list(None, 1_000).await.unwrap();
    listed.reverse();
    let listed: Vec<Event> = listed.into_iter().map(|stored| stored.event).collect();
    assert_eq!(listed, kept);
}

async fn an_event_is_new_once_then_a_duplicate_or_a_conflict(store: &Store) {
    let ids = ids();
    let now = at("2026-11-22T10:00:00Z");
    let mut tx = store.write().await.unwrap();
    let batch = [
        reading("1", 7),
        reading("2", 7),
        reading("1", 7),
        reading("2", 8),
    ];
    let answers = tx.events().accept(&batch, now, ids).await.unwrap();
    let Accept::New(first) = answers[0] else {
        panic!("{answers:?}")
    };
    assert_eq!(answers[2], Accept::Duplicate(first));
    assert!(matches!(answers[3], Accept::Conflict(_)), "{answers:?}");
    let kept = tx.events().get(first).await.unwrap();
    assert_eq!(kept.event, batch[0]);
    assert_eq!(kept.received_at, now);
    drop(tx);
    let mut tx = store.read().await.unwrap();
    let gone = tx.events().get(first).await;
    assert!(
        matches!(gone, Err(StoreError::Missing { .. })),
        "nothing was committed"
    );
    assert_eq!(tx.events().lookup("/test", "1").await.unwrap(), None);
}

async fn received_events_are_taken_in_order_until_marked(store: &Store) {
    accept(store, &[reading("1", 1), reading("2", 2), reading("3", 3)]).await;
    let mut tx = store.write().await.unwrap();
    let taken = tx.events().take_received(2).await.unwrap().events;
    let names: Vec<_> = taken
        .iter()
        .map(|stored| stored.event.id.as_str())
        .collect();
    assert_eq!(names, ["1", "2"]);
    for stored in &taken {
        tx.events()
            .mark(&[mark(stored.id, EventState::Unmatched, Some("no rule"))])
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let rest = tx.events().take_received(9).await.unwrap().events;
    assert_eq!(rest.len(), 1);
    let marked = tx.events().get(taken[0].id).await.unwrap();
    assert_eq!(marked.state, EventState::Unmatched);
    assert_eq!(marked.detail.as_deref(), Some("no rule"));
}

async fn one_that_cannot_be_read_holds_up_nobody(store: &Store) {
    let mut first = reading("1", 1);
    // JSON, and not to be read back: the name is serde_json's own mark for raw text.
    first.raw = json!({ "$serde_json::private::RawValue": "x", "a": 1 });
    accept(store, &[first, reading("2", 2)]).await;
    let mut tx = store.write().await.unwrap();
    let taken = tx.events().take_received(9).await.unwrap().events;
    assert!(matches!(taken[0].event.data, EventData::Unreadable(_)));
    assert_eq!(taken[1].event.id, "2");
    assert!(!matches!(taken[1].event.data, EventData::Unreadable(_)));
}

async fn a_quiet_event_stays_quiet_whatever_repeats_it(store: &Store) {
    let mut quiet = reading("1", 1);
    quiet.quiet = true;
    let first = accept(store, &[quiet.clone(), reading("2", 2)]).await;
    let Accept::New(id) = first[0] else {
        panic!("{first:?}")
    };
    let again = accept(store, &[reading("1", 1)]).await;
    assert_eq!(again, [Accept::Duplicate(id)]);
    let mut tx = store.write().await.unwrap();
    let taken = tx.events().take_received(9).await.unwrap().events;
    // What tells somebody comes first.
    assert_eq!(taken[0].event, reading("2", 2));
    assert_eq!(taken[1].event, quiet);
}

async fn what_waits_is_found_by_what_it_is_about(store: &Store) {
    let about = |id: &str, subject: &str| Event {
        subject: Some(subject.to_owned()),
        ..reading(id, 1)
    };
    let mut other = about("4", "PR-4");
    "/other".clone_into(&mut other.source);
    let batch = [
        about("1", "PR-1"),
        about("2", "PR-2"),
        about("3", "PR-2"),
        other,
    ];
    accept(store, &batch).await;
    let mut tx = store.write().await.unwrap();
    let planned = tx.events().lookup("/test", "1").await.unwrap().unwrap();
    tx.events()
        .mark(&[mark(planned.id, EventState::Planned, None)])
        .await
        .unwrap();
    let asked = ["PR-1", "PR-2", "PR-3", "PR-4"].map(str::to_owned);
    let waiting = tx.events().waiting_about("/test", &asked).await.unwrap();
    assert_eq!(waiting, HashSet::from(["PR-2".to_owned()]));
}

async fn pages_go_back_in_time(store: &Store) {
    let many: Vec<Event> = (0..5).map(|n| reading(&n.to_string(), n)).collect();
    accept(store, &many).await;
    let mut tx = store.read().await.unwrap();
    let first = tx.events().list(None, 3).await.unwrap();
    let rest = tx.events().list(Some(first[2].id), 3).await.unwrap();
    let names: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|stored| &*stored.event.id)
        .collect();
    assert_eq!(names, ["4", "3", "2", "1", "0"]);
}

async fn two_planners_never_take_the_same_event(store: &Store) {
    accept(store, &[reading("1", 1), reading("2", 2)]).await;
    let mut one = store.write().await.unwrap();
    let mine = one.events().take_received(1).await.unwrap().events;
    if store.kind() == "sqlite" {
        // The second writer waits for the first: there is nothing to race for.
        return;
    }
    let mut other = store.write().await.unwrap();
    let theirs = other.events().take_received(2).await.unwrap().events;
    assert_eq!(mine[0].event.id, "1");
    assert_eq!(theirs.len(), 1);
    assert_eq!(theirs[0].event.id, "2");
}
