//! The pages of the insight: a period beside the one before, and what leaves the house as a file.

use araldo::domain::role::Role;
use araldo::store::insight::days::COUNTED;
use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::console_browser::Browser;
use crate::console_seed::Town;

/// A town in whose sums `read` of 1,000 were read this week, and `before` in the week before.
async fn town(read: i64, before: i64) -> Town {
    let town = Town::lively().await;
    sqlx::query("DELETE FROM rollup")
        .execute(&town.pool)
        .await
        .unwrap();
    let today = town.now().utc_day();
    for (day, read) in [(today, read), (today - 7, before)] {
        sqlx::query(
            "INSERT INTO rollup (day, template, version, channel, planned, suppressed, accepted, \
             delivered, undelivered, unconfirmed, unknown, opened, opened_machine, clicked, \
             clicked_machine, replied, measurable, anonymous_opens, reporting, reached, \
             clicks_measurable, read_measurable, read, confirmed) VALUES \
             ($1, 'notice', 1, 'sms', 1000, 0, 1000, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, \
             1000, 1000, 1000, $2, 0)",
        )
        .bind(day)
        .bind(read)
        .execute(&town.pool)
        .await
        .unwrap();
    }
    town
}

/// The line of the comparison about what was read.
fn line(page: &str) -> &str {
    let (_, compared) = page.split_once("id=\"compared\"").unwrap();
    let read = "<th scope=\"row\" role=\"rowheader\">read</th>";
    let (_, line) = compared.split_once(read).unwrap();
    line.split_once("</tr>").unwrap().0
}

#[tokio::test]
async fn a_difference_is_named_only_where_chance_does_not_explain_it() {
    for (read, before, said) in [
        (500, 450, "+5 points"),
        (450, 500, "\u{2212}5 points"),
        (500, 480, "no difference can be shown"),
    ] {
        let town = town(read, before).await;
        let browser = Browser::logged_in(&town, Role::Manager).await;
        let page = browser.get("/console/insight?days=7").await.text;
        let line = line(&page).replace(".0 ", " ");
        assert!(line.contains(said), "no {said} in {line}");
    }
}

#[tokio::test]
async fn two_days_make_a_period_and_nonsense_is_said_to_be_none() {
    let town = town(500, 450).await;
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let week = "/console/insight?from=2026-11-09&to=2026-11-15";
    let page = browser.get(week).await.text;
    assert!(page.contains("value=\"2026-11-09\""), "{page}");
    assert!(page.contains("45\u{a0}% (42–48\u{a0}%)"), "{page}");
    assert!(page.contains("insight.csv?from=2026-11-09"), "{page}");
    let wrong = "/console/insight?from=2026-11-15&to=2026-11-09";
    let page = browser.get(wrong).await.text;
    assert!(page.contains("That is no period"), "{page}");
    // A file would bear days that nobody asked for, and cannot say so.
    for (kind, query) in [
        ("csv", "from=2026-11-15&to=2026-11-09"),
        ("csv", "from=gestern&to=2026-11-09"),
        ("xlsx", "from=2026-11-15&to=2026-11-09"),
    ] {
        let file = browser
            .get(&format!("/console/insight.{kind}?{query}"))
            .await;
        assert_eq!(
            file.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{kind} {query}"
        );
    }
    let right = browser.get("/console/insight.csv?from=2026-11-09&to=2026-11-15");
    assert_eq!(right.await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_rates_leave_the_house_as_a_workbook() {
    let town = town(500, 450).await;
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let request = browser.request("GET", "/console/insight.xlsx?days=14");
    let request = request.body(Body::empty()).unwrap();
    let book = browser.app.clone().oneshot(request).await.unwrap();
    assert_eq!(book.status(), StatusCode::OK);
    let kind = book.headers()["content-type"].to_str().unwrap();
    assert!(kind.ends_with("spreadsheetml.sheet"), "{kind}");
    let bytes = book.into_body().collect().await.unwrap().to_bytes();
    assert!(bytes.starts_with(b"PK"), "a workbook is a ZIP");
}

#[tokio::test]
async fn reach_and_unread_are_for_those_who_may_see_rates() {
    let town = town(500, 450).await;
    for path in ["reach", "reach.csv", "unread", "calls"] {
        let path = format!("/console/insight/{path}");
        let manager = Browser::logged_in(&town, Role::Manager).await;
        assert_eq!(manager.get(&path).await.status, StatusCode::OK);
        let viewer = Browser::logged_in(&town, Role::Viewer).await;
        assert_eq!(viewer.get(&path).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_template_that_is_read_least_is_named_with_a_way_to_its_text() {
    let town = town(500, 450).await;
    let better = "UPDATE rollup SET template = 'avviso', read = 900 WHERE day <> $1";
    let today = town.now().utc_day();
    sqlx::query(better)
        .bind(today)
        .execute(&town.pool)
        .await
        .unwrap();
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let page = browser.get("/console/insight?days=14").await.text;
    let (_, improve) = page.split_once("id=\"improve\"").unwrap();
    let (improve, _) = improve.split_once("</section>").unwrap();
    assert!(
        improve.contains("notice is read less than the other templates."),
        "{improve}"
    );
    assert!(improve.contains("400 people"), "{improve}");
    assert!(
        improve.contains("href=\"/console/templates/notice\""),
        "{improve}"
    );
    assert!(!improve.contains("avviso is read"), "{improve}");
}

#[tokio::test]
async fn what_providers_deliver_says_from_when_the_count_is() {
    let town = town(500, 450).await;
    sqlx::query(
        "INSERT INTO provider_day (day, provider, channel, accepted, reporting, delivered, \
         undelivered, read_measurable, read) VALUES ($1, 'any', 'sms', 30, 30, 30, 0, 30, 0)",
    )
    .bind(town.now().utc_day())
    .execute(&town.pool)
    .await
    .unwrap();
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let page = browser.get("/console/insight").await.text;
    assert!(page.contains("Nothing was counted yet"), "{page}");
    let mut tx = town.web.store.write().await.unwrap();
    let counted = (town.now() - chrono::TimeDelta::minutes(40)).as_micros();
    tx.upkeep().note_mark(COUNTED, counted).await.unwrap();
    tx.commit().await.unwrap();
    let page = browser.get("/console/insight").await.text;
    let (_, carriers) = page.split_once("id=\"carriers\"").unwrap();
    let (said, _) = carriers.split_once("<table").unwrap();
    assert!(
        said.contains("As counted") && said.contains("40 min"),
        "{said}"
    );
}
