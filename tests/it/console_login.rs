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
async fn the_console_is_read_while_the_store_takes_nothing() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let writer = town.web.store.write().await.unwrap();
    town.clock.advance(chrono::TimeDelta::minutes(2));
    let page = browser.get("/console/cases").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    drop(writer);
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

/// Guesses that are all under way at once are counted before they are answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_guesses_at_once_are_not_a_hundred_guesses() {
    let town = Town::empty().await;
    town.person(Role::Admin).await;
    let guesses = (0..100).map(|n| {
        let mut browser = Browser::new(&town);
        async move {
            let password = format!("guess number {n}");
            browser.login("admin@example.org", &password).await.status
        }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let of = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!(of(StatusCode::UNAUTHORIZED), 5, "{answers:?}");
    assert_eq!(of(StatusCode::TOO_MANY_REQUESTS), 95, "{answers:?}");
}

#[tokio::test]
async fn a_stranger_does_not_lock_out_a_browser_that_logged_in_before() {
    let town = Town::empty().await;
    town.person(Role::Admin).await;
    town.person(Role::Viewer).await;
    let mut mine = Browser::new(&town);
    let page = mine.login("admin@example.org", PASSWORD).await;
    let cookies = page.headers.get_all("set-cookie").iter();
    let device = cookies
        .map(|cookie| cookie.to_str().unwrap())
        .find(|cookie| cookie.starts_with("araldo-device="))
        .expect("the browser is remembered")
        .to_owned();
    assert!(device.contains("HttpOnly; SameSite=Lax"), "{device}");
    mine.cookie = Some(device.split(';').next().unwrap().to_owned());

    // From the same address: in these tests everybody is.
    let mut stranger = Browser::new(&town);
    for _ in 0..20 {
        stranger.login("admin@example.org", "wrong").await;
    }
    let refused = stranger.login("admin@example.org", PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    stranger.cookie = mine.cookie.clone();
    let other = stranger.login("viewer@example.org", "wrong").await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED, "it opens nothing");
    assert_eq!(
        mine.login("admin@example.org", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn what_is_too_large_for_a_login_is_not_looked_at() {
    let town = Town::empty().await;
    let browser = Browser::new(&town);
    let long = format!("{}@example.org", "a".repeat(320));
    let page = browser
        .post("/console/login", &[("email", &long), ("password", "x")])
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("longer than 320 bytes"), "{}", page.text);
    let huge = "x".repeat(5_000);
    let page = browser
        .post(
            "/console/login",
            &[("email", "a@b.it"), ("password", &huge)],
        )
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let nul = browser
        .post("/console/login", &[("email", "a\0"), ("password", "x")])
        .await;
    assert_eq!(nul.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn failed_logins_are_audited_and_another_password_ends_the_sessions() {
    let town = Town::empty().await;
    town.person(Role::Viewer).await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let mut stranger = Browser::new(&town);
    stranger.login("viewer@example.org", "wrong").await;
    stranger.login("nobody@example.org", "wrong").await;
    let mut tx = town.web.store.write().await.unwrap();
    let refused: Vec<_> = tx
        .audit()
        .recent(10)
        .await
        .unwrap()
        .into_iter()
        .filter(|row| row.action == "session.refused")
        .collect();
    assert_eq!(refused.len(), 1, "only of somebody who exists: {refused:?}");
    assert_eq!(refused[0].subject, "viewer@example.org");
    let other = araldo::web::auth::password::hash("another password").unwrap();
    let changed = tx.users().set_password("viewer@example.org", &other).await;
    assert!(changed.unwrap());
    assert!(
        !tx.users()
            .set_password("nobody@example.org", &other)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(
        browser.get("/console/cases").await.status,
        StatusCode::SEE_OTHER
    );
    let mut again = Browser::new(&town);
    let page = again.login("viewer@example.org", "another password").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_login_that_does_not_say_where_its_form_was_is_refused() {
    let town = Town::empty().await;
    town.person(Role::Admin).await;
    let browser = Browser::new(&town);
    let form = format!("email=admin@example.org&password={PASSWORD}");
    for (origin, status) in [
        ("http://127.0.0.1:8080", StatusCode::SEE_OTHER),
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("", StatusCode::FORBIDDEN),
    ] {
        let mut request = browser.request("POST", "/console/login");
        if !origin.is_empty() {
            request = request.header("origin", origin);
        }
        let request = request.body(Body::from(form.clone())).unwrap();
        assert_eq!(browser.send(request).await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn logging_in_again_ends_the_session_that_the_browser_came_with() {
    let town = Town::empty().await;
    town.person(Role::Viewer).await;
    let mut browser = Browser::logged_in(&town, Role::Viewer).await;
    let old = browser.cookie.clone();
    let again = browser.login("viewer@example.org", PASSWORD).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_ne!(browser.cookie, old);
    let sessions = "SELECT CAST(count(*) AS BIGINT) FROM session";
    assert_eq!(town.eye.number(sessions).await, 1);
    let now = browser.get("/console/cases").await;
    assert_eq!(now.status, StatusCode::OK, "the new one goes on");
}
