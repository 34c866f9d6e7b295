//! Events come in once, whole, or with a clear answer; nothing that was acknowledged is lost.

use std::time::{Duration, Instant};

use araldo::store::{Store, StoreUrl};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::intake_api::Api;
use crate::support::patience::pause;

on_both_databases!(
    the_three_modes_store_the_same_event,
    a_repeat_is_a_duplicate_and_another_body_a_conflict,
    a_batch_is_taken_whole_or_not_at_all,
    an_unknown_type_is_kept_and_shown,
    null_and_turned_text_are_stored_clean,
    requests_written_together_are_answered_each_for_itself,
);

fn event(id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/crm", "type": "case.state_changed",
        "time": "2026-11-22T09:14:00+01:00", "subject": "PR-1",
        "data": {"case": "PR-1", "client": "C-1001", "kind": "voltura", "state": "waiting"}})
}

async fn stored(store: &Store) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.events().list(None, 1_000).await.unwrap().len()
}

async fn the_three_modes_store_the_same_event(store: &Store) {
    let api = Api::over(store).await;
    let answer = api.event(&event("one")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.body, json!({"accepted": 1, "duplicates": 0}));
    let answer = api
        .batch(&json!([event("one"), event("two"), event("two")]))
        .await;
    assert_eq!(answer.body, json!({"accepted": 1, "duplicates": 2}));
    let key = api
        .new_key(9, &[araldo::domain::api_key::Scope::CasesWrite])
        .await;
    let binary = Request::post("/v1/events")
        .header("authorization", format!("bearer {key}"))
        .header("content-type", "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-id", "two")
        .header("ce-source", "/crm")
        .header("ce-type", "case.state_changed")
        .header("ce-time", "2026-11-22T09:14:00+01:00")
        .header("ce-subject", "PR-1")
        .body(Body::from(event("two")["data"].to_string()))
        .unwrap();
    let answer = api.send(binary).await;
    assert_eq!(
        answer.body,
        json!({"accepted": 0, "duplicates": 1}),
        "{answer:?}"
    );
    assert_eq!(stored(store).await, 2);
}

async fn a_repeat_is_a_duplicate_and_another_body_a_conflict(store: &Store) {
    let api = Api::over(store).await;
    api.event(&event("one")).await;
    let mut other = event("one");
    other["data"]["state"] = "done".into();
    let answer = api.event(&other).await;
    let (status, _, detail) = answer.problem();
    assert_eq!(status, 409);
    assert!(
        detail.contains("`/crm` sent another event with the id `one`"),
        "{detail}"
    );
    let answer = api.batch(&json!([event("new"), other])).await;
    assert_eq!(answer.problem().0, 409);
    assert_eq!(answer.problem().1, "/1");
    assert_eq!(
        stored(store).await,
        1,
        "the new one of a refused batch is not kept"
    );
}

async fn a_batch_is_taken_whole_or_not_at_all(store: &Store) {
    let api = Api::over(store).await;
    let mut bad = event("three");
    bad["time"] = "2026-11-22T09:14:00".into();
    let answer = api.batch(&json!([event("one"), event("two"), bad])).await;
    let (status, pointer, detail) = answer.problem();
    assert_eq!((status, pointer), (400, "/2/time"));
    assert!(detail.starts_with("event 2: `2026-11-22T09:14:00` is not a time with a zone"));
    assert_eq!(stored(store).await, 0);
    let many: Vec<Value> = (0..500).map(|n| event(&n.to_string())).collect();
    let answer = api.batch(&many.into()).await;
    assert_eq!(answer.body["accepted"], 500);
    assert_eq!(stored(store).await, 500);
}

async fn an_unknown_type_is_kept_and_shown(store: &Store) {
    let api = Api::over(store).await;
    let odd = json!({"specversion": "1.0", "id": "1", "source": "/meters", "type": "meter.read",
        "data": {"kwh": 7}});
    assert_eq!(api.event(&odd).await.status, 202);
    let listed = api.get("/v1/events?limit=1").await;
    assert_eq!(listed.body["items"][0]["type"], "meter.read");
    assert_eq!(listed.body["items"][0]["state"], "received");
    assert_eq!(listed.body["next"], Value::Null);
}

async fn null_and_turned_text_are_stored_clean(store: &Store) {
    let api = Api::over(store).await;
    let mut dirty = event("one");
    dirty["data"]["note"] = "pronto\u{0}\u{202E} oggi".into();
    dirty["data"]["extra"] = "x\u{0}".into();
    assert_eq!(api.event(&dirty).await.status, 202);
    let mut tx = store.read().await.unwrap();
    let kept = tx.events().lookup("/crm", "one").await.unwrap().unwrap();
    assert_eq!(kept.event.raw["note"], "pronto oggi");
    assert_eq!(kept.event.raw["extra"], "x");
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_with_its_place() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let structured = "application/cloudevents+json";
    let post = |body: String| api.ask("POST", "/v1/events", structured, body);
    let answer = post("{\"specversion\": \"1.0\",\n \"id\": NaN}".to_owned()).await;
    assert_eq!(answer.problem().0, 400);
    assert!(answer.problem().2.contains("line 2 column"), "{answer:?}");
    let answer = post("[".repeat(500)).await;
    assert!(answer.problem().2.contains("recursion limit"), "{answer:?}");
    assert!(post(String::new()).await.problem().2.contains("empty"));
    let mut long = event("one");
    long["data"]["note"] = "n".repeat(10_000).into();
    assert_eq!(api.event(&long).await.problem().1, "/data/note");
    let mut broken = event("one");
    broken["data"]["case"] = "PR\u{0}".into();
    // Cleaned before it is read, and so it is `PR`.
    assert_eq!(api.event(&broken).await.status, 202);
    let answer = api.ask("POST", "/v1/events", "text/xml", "<event/>").await;
    assert_eq!(answer.problem().0, 415);
}

#[tokio::test]
async fn what_is_too_large_is_refused_announced_or_not() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let kind = "application/cloudevents+json";
    let answer = api
        .ask("POST", "/v1/events", kind, " ".repeat((1 << 20) + 1))
        .await;
    assert_eq!(answer.problem().0, 413);
    let chunks = (0..100).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100_000]));
    let stream = Body::from_stream(futures_util::stream::iter(chunks));
    let kind = "application/cloudevents-batch+json";
    let answer = api.ask("POST", "/v1/events", kind, stream).await;
    assert_eq!(answer.problem().0, 413);
    assert!(answer.problem().2.contains("8388608 bytes"));
}

#[tokio::test]
async fn a_store_that_is_gone_answers_503_and_when_to_come_back() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    assert_eq!(api.event(&event("one")).await.status, 202);
    assert_eq!(api.get("/readyz").await.status, 200);
    store.close().await;
    let answer = api.event(&event("two")).await;
    assert_eq!(answer.problem().0, 503);
    assert_eq!(answer.headers["retry-after"], "5");
    assert!(
        !answer.problem().2.contains("pool"),
        "no inner detail: {answer:?}"
    );
    assert_eq!(api.get("/readyz").await.status, 200, "asked once a second");
    api.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(api.get("/readyz").await.problem().0, 503);
    assert_eq!(api.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_store_that_cannot_write_takes_nothing_in() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    assert_eq!(api.event(&event("one")).await.status, 202);
    refuse_writing(&store.url).await;
    let answer = api.event(&event("two")).await;
    assert_eq!(answer.problem().0, 503, "{answer:?}");
    assert_eq!(api.get("/readyz").await.problem().0, 503);
    assert_eq!(stored(&store).await, 1);
}

/// Makes every event fail as on a full disk, and nothing else: a store whose other tables can be
/// written is not ready either.
async fn refuse_writing(url: &StoreUrl) {
    let StoreUrl::Sqlite(path) = url else {
        panic!("only for SQLite")
    };
    let pool =
        sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(path))
            .await
            .unwrap();
    let full = "CREATE TRIGGER full_event BEFORE INSERT ON event \
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    sqlx::query(full).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A backup from outside holds the file for a moment: nobody hears of it.
#[tokio::test]
async fn a_store_that_somebody_else_holds_is_waited_for() {
    const HELD: Duration = Duration::from_millis(700);
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    let StoreUrl::Sqlite(path) = &store.url else {
        panic!("only for SQLite")
    };
    let file = format!("sqlite:{}", path.display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    let mut backup = pool.acquire().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *backup)
        .await
        .unwrap();
    let released = async {
        let begun = Instant::now();
        while begun.elapsed() < HELD {
            pause().await;
        }
        sqlx::query("COMMIT").execute(&mut *backup).await.unwrap();
    };
    let one = event("one");
    let (answer, ()) = tokio::join!(api.event(&one), released);
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(stored(&store).await, 1);
}

#[tokio::test]
async fn an_accepted_event_wakes_the_planner() {
    let store = crate::support::sqlite().await;
    let api = Api::over(&store).await;
    api.event(&event("one")).await;
    let woken = api.web.wake.plan.notified();
    tokio::time::timeout(Duration::from_secs(30), woken)
        .await
        .expect("woken");
}

/// Sixty requests at once: they meet in one transaction, and a third of them are in conflict with
/// what is stored or with each other.
async fn requests_written_together_are_answered_each_for_itself(store: &Store) {
    let api = Api::over(store).await;
    api.event(&event("taken")).await;
    let mut other = event("taken");
    other["data"]["state"] = "done".into();
    let batches: Vec<Value> = (0..60)
        .map(|number| match number % 3 {
            0 => json!([event(&format!("a-{number}")), event("taken")]),
            1 => json!([event(&format!("b-{number}")), event("shared")]),
            _ => json!([event(&format!("c-{number}")), other]),
        })
        .collect();
    let answers =
        futures_util::future::join_all(batches.iter().map(|batch| api.batch(batch))).await;
    let mut shared = 0;
    for (number, answer) in answers.iter().enumerate() {
        match number % 3 {
            0 => assert_eq!(answer.body, json!({"accepted": 1, "duplicates": 1})),
            1 => shared += answer.body["accepted"].as_i64().unwrap() - 1,
            _ => {
                assert_eq!(answer.problem().0, 409);
                assert_eq!(answer.problem().1, "/1", "its own place, not that of all");
            }
        }
    }
    assert_eq!(shared, 1, "the same event twenty times is one event");
    assert_eq!(stored(store).await, 1 + 20 + 20 + 1);
}
