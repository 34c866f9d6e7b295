//! Who gets in, who stays in, and what each role may do.

use araldo::domain::role::Role;
use axum::body::Body;
use axum::http::StatusCode;

use crate::console_browser::Browser;
use crate::console_seed::{PASSWORD, Town};

#[tokio::test]
async fn an_empty_store_says_how_to_make_the_first_person() {
    let town = Town::empty().await;
    let page = Browser::new(&town).get("/console/login").await;
    assert!(
        page.text.contains("araldo user add --email"),
        "{}",
        page.text
    );
    town.person(Role::Admin).await;
    let mut browser = Browser::new(&town);
    assert!(
        !browser
            .get("/console/login")
            .await
            .text
            .contains("araldo user add")
    );
    assert_eq!(
        browser.login("admin@example.org", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    for path in [
        "now",
        "messages",
        "clients",
        "cases",
        "incidents",
        "templates",
        "insight",
        "sandbox",
    ] {
        let page = browser.get(&format!("/console/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.text.contains("class=\"empty\""),
            "{path} is silent about being empty"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_guessing_is_slowed() {
    let town = Town::empty().await;
    town.person(Role::Admin).await;
    let mut browser = Browser::new(&town);
    for _ in 0..5 {
        let page = browser.login("admin@example.org", "wrong").await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(browser.cookie.is_none());
        assert!(
            page.text.contains("admin@example.org"),
            "the address typed is gone"
        );
    }
    let page = browser.login("admin@example.org", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    town.clock.advance(chrono::TimeDelta::seconds(20));
    assert_eq!(
        browser.login("admin@example.org", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_ends_by_idling_by_age_by_logout_and_with_its_person() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let opens = async |browser: &Browser| browser.get("/console/cases").await.status;
    town.clock.advance(chrono::TimeDelta::minutes(29));
    assert_eq!(opens(&browser).await, StatusCode::OK);
    town.clock.advance(chrono::TimeDelta::minutes(31));
    assert_eq!(
        opens(&browser).await,
        StatusCode::SEE_OTHER,
        "idle for longer than half an hour"
    );

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    for _ in 0..28 {
        assert_eq!(opens(&browser).await, StatusCode::OK);
        town.clock.advance(chrono::TimeDelta::minutes(25));
    }
    town.clock.advance(chrono::TimeDelta::minutes(21));
    assert_eq!(
        opens(&browser).await,
        StatusCode::SEE_OTHER,
        "twelve hours in all"
    );

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let csrf = browser.get("/console/cases").await.field("csrf");
    browser.post("/console/logout", &[("csrf", &csrf)]).await;
    assert_eq!(opens(&browser).await, StatusCode::SEE_OTHER, "logged out");

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let mut tx = town.web.store.write().await.unwrap();
    assert!(
        tx.users()
            .disable("viewer@example.org", town.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(opens(&browser).await, StatusCode::SEE_OTHER, "shut out");
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get("/console/templates/case-progress").await;
    let (csrf, base) = (page.field("csrf"), page.field("base"));
    let fields = [
        ("base", base.as_str()),
        ("locale", "it"),
        ("sms", "x"),
        ("action", "save"),
    ];
    let without = browser
        .post("/console/templates/case-progress", &fields)
        .await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    let form = format!("csrf={csrf}&base={base}&locale=it&sms=x&action=save");
    let request = browser
        .request("POST", "/console/templates/case-progress")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(form))
        .unwrap();
    assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN);
    let mut tx = town.web.store.read().await.unwrap();
    assert_eq!(
        tx.templates()
            .versions("case-progress")
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn roles_hold() {
    let town = Town::lively().await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let page = viewer.get("/console/insight").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text.contains("<h1>Not for you</h1>"),
        "a person gets a page, not JSON"
    );
    assert!(
        !viewer
            .get("/console/now")
            .await
            .text
            .contains("/console/insight")
    );
    let csrf = viewer.get("/console/now").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("action", "save"), ("sms", "x")];
    let page = viewer
        .post("/console/templates/case-progress", &fields)
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = viewer
        .post(
            "/console/clients/C-1000/reveal",
            &[("csrf", &csrf), ("contact", "10000")],
        )
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        !viewer
            .get("/console/settings")
            .await
            .text
            .contains("k7f3a2b1")
    );

    let manager = Browser::logged_in(&town, Role::Manager).await;
    assert_eq!(manager.get("/console/insight").await.status, StatusCode::OK);
    let editor = manager.get("/console/templates/case-progress").await.text;
    assert!(!editor.contains("value=\"publish\""));
}
