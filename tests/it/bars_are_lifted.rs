//! A bar of an address is lifted by staff who may, with a reason that is written down; what the client
//! decided stays, whoever asks.

use araldo::domain::Timestamp;
use araldo::domain::client::SuppressionReason;
use araldo::domain::role::Role;
use araldo::store::Store;
use axum::http::StatusCode;
use serde_json::json;

use crate::console_browser::Browser;
use crate::console_seed::Town;
use crate::intake_api::Api;

on_both_databases!(a_program_lifts_what_came_back_and_never_a_stop);

const PAGE: &str = "/console/clients/C-1000";
const LIFT: &str = "/console/clients/C-1000/lift";
/// The contact point of the town's client whose mail came back.
const MAILBOX: &str = "10001";

async fn bars(town: &Town) -> usize {
    let mut tx = town.web.store.read().await.unwrap();
    let bars = tx.suppressions().of_client("C-1000").await.unwrap();
    bars.len()
}

#[tokio::test]
async fn an_operator_lifts_a_bar_and_says_why() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get(PAGE).await;
    let form = format!("<input type=\"hidden\" name=\"contact\" value=\"{MAILBOX}\">");
    assert!(page.text.contains(&form), "{}", page.text);
    let csrf = page.field("csrf");
    let post = async |contact: &str, reason: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("contact", contact),
            ("reason", reason),
        ];
        browser.post(LIFT, &fields).await.status
    };
    assert_eq!(post(MAILBOX, "  ").await, StatusCode::BAD_REQUEST);
    let long = "x".repeat(201);
    assert_eq!(post(MAILBOX, &long).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("10000", "why not").await, StatusCode::NOT_FOUND);
    assert_eq!(bars(&town).await, 1);
    let called = "the client called, it works again";
    assert_eq!(post(MAILBOX, called).await, StatusCode::SEE_OTHER);
    assert_eq!(bars(&town).await, 0);
    assert_eq!(post(MAILBOX, called).await, StatusCode::NOT_FOUND);
    assert!(!browser.get(PAGE).await.text.contains("is barred"));
    let mut tx = town.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(1).await.unwrap();
    assert_eq!(deeds[0].action, "suppression.lifted");
    assert_eq!(deeds[0].actor, "operator@example.org");
    assert_eq!(deeds[0].subject, "C-1000");
    let detail = format!("email hard_bounce {called}");
    assert_eq!(deeds[0].detail.as_deref(), Some(detail.as_str()));
}

#[tokio::test]
async fn a_stop_is_not_lifted_at_the_console_and_a_manager_lifts_nothing() {
    let town = Town::lively().await;
    let manager = Browser::logged_in(&town, Role::Manager).await;
    let page = manager.get(PAGE).await;
    assert!(page.text.contains("is barred") && !page.text.contains(LIFT));
    let csrf = page.field("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("contact", MAILBOX),
        ("reason", "so"),
    ];
    let refused = manager.post(LIFT, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    sqlx::query("UPDATE suppression SET reason = 'stop'")
        .execute(&town.pool)
        .await
        .unwrap();
    let admin = Browser::logged_in(&town, Role::Admin).await;
    let page = admin.get(PAGE).await;
    assert!(
        page.text.contains("Only they can take it back"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(LIFT), "{}", page.text);
    let csrf = page.field("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("contact", MAILBOX),
        ("reason", "so"),
    ];
    let refused = admin.post(LIFT, &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(bars(&town).await, 1);
}

async fn a_program_lifts_what_came_back_and_never_a_stop(store: &Store) {
    let api = Api::over(store).await;
    let client = json!({"name": "Maria", "contacts": [
        {"channel": "email", "address": "maria@example.it"},
        {"channel": "sms", "address": "+393331234567"}]});
    assert_eq!(api.put("/v1/clients/C-1", &client).await.status, 201);
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let mut tx = store.write().await.unwrap();
    let contacts = tx.clients().get("C-1").await.unwrap().client.contacts;
    for (contact, reason) in contacts
        .iter()
        .zip([SuppressionReason::HardBounce, SuppressionReason::Stop])
    {
        tx.suppressions()
            .suppress(&contact.address, reason, None, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let lift = async |path: &str| {
        let path = format!("/v1/clients/{path}");
        let answer = api.ask("DELETE", &path, "", String::new()).await;
        answer.status.as_u16()
    };
    assert_eq!(lift("C-1/suppressions/sms").await, 409);
    assert_eq!(lift("C-1/suppressions/email").await, 204);
    assert_eq!(lift("C-1/suppressions/email").await, 404);
    assert_eq!(lift("C-1/suppressions/fax").await, 404);
    assert_eq!(lift("C-2/suppressions/email").await, 404);
    let left = api.get("/v1/clients/C-1").await.body["suppressions"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["reason"], "stop");
}
