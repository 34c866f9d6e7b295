//! Asking for a message: what is known at the door is said at the door, past a client's own
//! choice only with the scope that says so, and an Idempotency-Key is each API key's own.

use araldo::domain::Timestamp;
use araldo::domain::api_key::Scope;
use araldo::domain::event::Event;
use araldo::domain::template::Source;
use araldo::intake::accept;
use araldo::store::Store;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use araldo::store::templates::WriteContext;
use serde_json::{Value, json};

use super::Program;
use crate::intake_api::{Answer, Api};

on_both_databases!(
    what_could_never_be_written_is_refused_at_the_door,
    safety_and_urgent_need_a_scope_of_their_own,
    no_other_key_can_take_an_idempotency_key_away,
    a_repeat_from_before_keys_were_apart_is_still_one,
);

/// A client, and a template with a required variable, one that must be nested, and one that
/// need not be.
async fn furnish(api: &Api) {
    let client = json!({"name": "A", "contacts": [{"channel": "sms", "address": "3331234567"}]});
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    let source: Source = serde_json::from_value(json!({
        "name": "notice", "description": "x", "topic": "notices",
        "variables": [
            {"name": "title", "description": "x", "required": true, "example": "x"},
            {"name": "visit.day", "description": "x", "required": true, "example": "x"},
            {"name": "body", "description": "x", "example": "x"},
        ],
        "parts": {"it": {"sms": "{{ title }} {{ visit.day }}"}},
    }))
    .unwrap();
    let by = WriteContext {
        author: "test",
        now: api.web.clock.now(),
        ids: &*api.web.ids,
    };
    let mut tx = api.web.store.write().await.unwrap();
    tx.templates().import(&source, by).await.unwrap();
    tx.commit().await.unwrap();
}

fn wish() -> Value {
    json!({"client": "C-1", "template": "notice",
        "variables": {"title": "x", "visit": {"day": "lunedì"}}})
}

async fn send(program: &Program<'_>, body: &Value) -> Answer {
    program.ask("POST", "/v1/messages", body).await
}

async fn send_once(program: &Program<'_>, id: &str, body: &Value) -> Answer {
    let headers = [("idempotency-key", id)];
    program.ask_as("POST", "/v1/messages", &headers, body).await
}

async fn stored(store: &Store) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.events().list(None, 100).await.unwrap().len()
}

async fn what_could_never_be_written_is_refused_at_the_door(store: &Store) {
    let api = Api::over(store).await;
    furnish(&api).await;
    let program = Program::with(&api, 2, &[Scope::MessagesWrite]).await;
    let with = |field: &str, value: Value| {
        let mut body = wish();
        body[field] = value;
        body
    };
    for (body, pointer, code) in [
        (
            with("template", "notiec".into()),
            "/template",
            "unknown_template",
        ),
        (with("client", "C-2".into()), "/client", "unknown_client"),
        (
            with("variables", json!({"title": "x"})),
            "/variables/visit/day",
            "missing_variable",
        ),
        (
            with("variables", json!({"title": " ", "visit": {"day": "x"}})),
            "/variables/title",
            "missing_variable",
        ),
    ] {
        let answer = send(&program, &body).await;
        assert_eq!((answer.problem().0, answer.problem().1), (422, pointer));
        assert_eq!(answer.body["code"], code);
    }
    let wrong = send(&program, &with("lane", "fast".into())).await;
    assert_eq!((wrong.problem().0, wrong.problem().1), (400, "/lane"));
    assert_eq!(stored(store).await, 0, "nothing of it is kept");
    assert_eq!(send(&program, &wish()).await.status, 202);
}

async fn safety_and_urgent_need_a_scope_of_their_own(store: &Store) {
    let api = Api::over(store).await;
    furnish(&api).await;
    let program = Program::with(&api, 2, &[Scope::MessagesWrite]).await;
    let scopes = [Scope::MessagesWrite, Scope::MessagesSafety];
    let trusted = Program::with(&api, 3, &scopes).await;
    for (field, word) in [("class", "safety"), ("lane", "urgent")] {
        let mut body = wish();
        body[field] = word.into();
        let answer = send(&program, &body).await;
        let (status, pointer, detail) = answer.problem();
        assert_eq!((status, pointer), (403, &*format!("/{field}")));
        assert!(detail.contains("`messages:safety`"), "{detail}");
        assert_eq!(send(&trusted, &body).await.status, 202);
    }
    let mut usual = wish();
    usual["class"] = "marketing".into();
    usual["lane"] = "bulk".into();
    assert_eq!(send(&program, &usual).await.status, 202);
    let alone = Program::with(&api, 4, &[Scope::MessagesSafety]).await;
    assert_eq!(send(&alone, &wish()).await.problem().0, 403);
    assert_eq!(stored(store).await, 3);
}

async fn no_other_key_can_take_an_idempotency_key_away(store: &Store) {
    let api = Api::over(store).await;
    furnish(&api).await;
    let thief = Program::with(&api, 2, &[Scope::MessagesWrite]).await;
    let victim = Program::with(&api, 3, &[Scope::MessagesWrite]).await;
    let mut other = wish();
    other["variables"]["title"] = "altro".into();
    assert_eq!(send_once(&thief, "order-77", &other).await.status, 202);
    let first = send_once(&victim, "order-77", &wish()).await;
    assert_eq!(first.status, 202, "{first:?}");
    assert_eq!(first.body["accepted"], 1);
    let again = send_once(&victim, "order-77", &wish()).await;
    assert_eq!(again.body["duplicates"], 1);
    assert_eq!(again.body["event"], first.body["event"]);
    assert_eq!(first.body["event"], "order-77", "what the list asks for");
    let long = send_once(&victim, &"k".repeat(201), &wish()).await;
    assert_eq!(
        (long.problem().0, long.problem().1),
        (400, "/Idempotency-Key")
    );
    let changed = send_once(&victim, "order-77", &other).await;
    assert_eq!(changed.problem().0, 409, "the same key for something else");
    let erasing = Erasing {
        now: api.web.clock.now(),
        ids: &*api.web.ids,
        actor: "test",
        fresh_pepper: "pepper",
        horizon: ReceiptHorizon::default(),
    };
    let erased = store.erase_client("C-1", &erasing).await.unwrap();
    assert!(erased.is_some());
    let late = send_once(&victim, "order-77", &wish()).await;
    assert_eq!(late.body["duplicates"], 1, "a repeat stays a repeat");
    assert_eq!(stored(store).await, 2);
}

async fn a_repeat_from_before_keys_were_apart_is_still_one(store: &Store) {
    let api = Api::over(store).await;
    furnish(&api).await;
    let now: Timestamp = api.web.clock.now();
    let old = json!({"specversion": "1.0", "id": "order-7", "source": "/v1/messages",
        "type": "message.requested", "subject": "C-1", "data": wish()});
    let old = Event::parse(&old, now).unwrap();
    accept::take(store, [&old], now, &*api.web.ids)
        .await
        .unwrap();
    let program = Program::with(&api, 2, &[Scope::MessagesWrite]).await;
    let again = send_once(&program, "order-7", &wish()).await;
    assert_eq!(again.body["duplicates"], 1, "{again:?}");
    assert_eq!(again.body["event"], "order-7");
    let mut other = wish();
    other["variables"]["title"] = "altro".into();
    let new = send_once(&program, "order-7", &other).await;
    assert_eq!(new.body["accepted"], 1, "perhaps another key's: {new:?}");
}
