//! The first page of the console while it is looked at.

use araldo::domain::role::Role;
use axum::body::Body;
use axum::http::{StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::console_browser::Browser;
use crate::console_seed::Town;

/// The events of the first page, as long as they come.
async fn watch(browser: &Browser) -> Body {
    let request = browser.request("GET", "/console/now/live");
    let request = request.body(Body::empty()).unwrap();
    let response = browser.app.clone().oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    response.into_body()
}

#[tokio::test]
async fn the_live_page_sends_each_region_once_and_then_what_changed() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let mut body = watch(&browser).await;
    let mut seen = String::new();
    while !seen.contains("event: recent") {
        let frame = body.frame().await.unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    for region in [
        "alarms",
        "announced",
        "tiles",
        "lanes",
        "incidents",
        "providers",
        "recent",
    ] {
        assert_eq!(
            seen.matches(&format!("event: {region}\n")).count(),
            1,
            "{region}"
        );
    }
    town.clock.advance(chrono::TimeDelta::seconds(2));
    sqlx::query("UPDATE incident SET ref = 'G-78'")
        .execute(&town.pool)
        .await
        .unwrap();
    let mut later = String::new();
    while !later.contains("G-78") {
        let frame = body.frame().await.unwrap().unwrap();
        later.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert!(
        later.contains("event: incidents\n") && !later.contains("event: providers\n"),
        "{later}"
    );
}

/// Whoever hears the page hears a new alarm at once, and each link by what it leads to.
#[tokio::test]
async fn a_new_alarm_is_announced_and_every_message_has_a_name() {
    const BREACH: &str = "INSERT INTO breach VALUES (1, 'I2', 3, NULL, 1, 1, NULL)";
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/now").await.text;
    let announced = "<p class=\"hidden\" data-region=\"announced\" role=\"alert\">";
    let (_, calm) = page.split_once(announced).expect("where it is announced");
    assert!(calm.starts_with("</p>"), "{page}");
    let (_, recent) = page.split_once("data-region=\"recent\"").unwrap();
    let links: Vec<&str> = recent
        .split("<a href=\"/console/messages/")
        .skip(1)
        .collect();
    assert!(links.len() > 5, "{recent}");
    for link in links {
        let (link, _) = link.split_once("</a>").unwrap();
        let named = link.contains("<span class=\"hidden\"> to ") && !link.contains("<time");
        assert!(named, "{link}");
    }

    sqlx::query(BREACH).execute(&town.pool).await.unwrap();
    town.clock.advance(chrono::TimeDelta::seconds(5));
    let page = browser.get("/console/now").await.text;
    let (_, said) = page.split_once(announced).unwrap();
    let (said, _) = said.split_once("</p>").unwrap();
    assert!(said.contains("3 message(s) were accepted twice"), "{said}");
}

#[tokio::test]
async fn a_live_page_ends_when_the_store_cannot_be_read_and_does_not_begin() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let mut body = watch(&browser).await;
    sqlx::query("ALTER TABLE breach RENAME TO lost")
        .execute(&town.pool)
        .await
        .unwrap();
    town.clock.advance(chrono::TimeDelta::seconds(2));
    while body.frame().await.is_some() {}
    let refused = browser.get("/console/now/live").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
}
