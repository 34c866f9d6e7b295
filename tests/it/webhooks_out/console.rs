//! Webhooks at the console: an admin makes and minds them, an operator looks, nobody else does; a secret is
//! shown once; one that was given up is an alarm.

use araldo::domain::role::Role;
use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::console_browser::{Browser, Page};
use crate::console_seed::Town;

const PAGE: &str = "/console/webhooks";

/// Sends a form of the page, with the word of the session.
async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = browser.get(PAGE).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(&format!("{PAGE}{path}"), &all).await
}

#[tokio::test]
async fn an_admin_makes_a_webhook_and_its_secret_is_shown_once() {
    let town = Town::lively().await;
    let admin = Browser::logged_in(&town, Role::Admin).await;
    let wrong = [
        ("name", "CRM of ours"),
        ("url", "https://crm.example/x?token=c4nary"),
    ];
    let refused = send(&admin, "", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("role=\"alert\""), "{}", refused.text);
    assert!(
        refused.text.contains("value=\"CRM of ours\""),
        "what was typed stays"
    );
    let right = [
        ("name", "crm"),
        wrong[1],
        ("types", "message, reply.received"),
    ];
    let made = send(&admin, "", &right).await;
    assert_eq!(made.status, StatusCode::OK);
    assert!(made.text.contains("whsec_"), "{}", made.text);
    let page = admin.get(PAGE).await;
    assert!(!page.text.contains("whsec_"), "it is shown once");
    assert!(page.text.contains("https://crm.example"), "{}", page.text);
    assert!(!page.text.contains("c4nary"), "a path may hold a token");
    assert!(page.text.contains("message reply.received"));
    let rotated = send(&admin, "/crm/secret", &[]).await;
    assert!(rotated.text.contains("whsec_"));
    for path in ["/crm/off", "/crm/on", "/crm/replay", "/crm/remove"] {
        let done = send(&admin, path, &[("after", "0")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert!(admin.get(PAGE).await.text.contains("No webhook yet"));
    let audit = admin.get("/console/audit").await.text;
    for deed in [
        "webhook made",
        "webhook switched off",
        "webhook told again",
        "webhook deleted",
    ] {
        // Once among the filters, and once as what was done.
        assert!(audit.matches(deed).count() > 1, "{deed}");
    }
}

#[tokio::test]
async fn an_operator_looks_and_changes_nothing() {
    let town = Town::lively().await;
    let admin = Browser::logged_in(&town, Role::Admin).await;
    send(
        &admin,
        "",
        &[("name", "crm"), ("url", "https://crm.example/")],
    )
    .await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let page = operator.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("crm") && !page.text.contains("/console/webhooks/crm/off"));
    let csrf = page.field("csrf");
    let refused = operator
        .post("/console/webhooks/crm/off", &[("csrf", &csrf)])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    assert_eq!(viewer.get(PAGE).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_webhook_that_was_given_up_is_an_alarm() {
    let town = Town::lively().await;
    let admin = Browser::logged_in(&town, Role::Admin).await;
    send(
        &admin,
        "",
        &[("name", "crm"), ("url", "https://crm.example/")],
    )
    .await;
    let given_up = "UPDATE webhook SET off_at = 1, failing_since = 1";
    sqlx::query(given_up).execute(&town.pool).await.unwrap();
    town.clock.advance(TimeDelta::seconds(5));
    let now = admin.get("/console/now").await.text;
    assert!(now.contains("The webhook crm failed for so long"), "{now}");
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let now = viewer.get("/console/now").await.text;
    assert!(
        !now.contains("The webhook crm"),
        "it is nothing for viewers"
    );
    let figures = admin.get("/metrics").await.text;
    assert!(
        figures.contains("araldo_webhook_up{webhook=\"crm\"} 0"),
        "{figures}"
    );
}
