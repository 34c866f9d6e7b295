//! A record that somebody pastes says what it would become and whom it would tell, and is not taken.

use araldo::domain::role::Role;
use axum::http::StatusCode;

use super::{HALF, PAGE, with_dead_letters};
use crate::console_browser::{Browser, Page};
use crate::console_seed::Town;

const TRY: &str = "/console/sources/desk/try";
/// Of a client who is known.
const KNOWN: &str = r#"{"ticket":"T-9","customer":"C-1000","kind":"voltura","state":"received"}"#;

async fn tried(browser: &Browser, record: &str) -> Page {
    let csrf = browser.get(TRY).await.field("csrf");
    let form = [("csrf", csrf.as_str()), ("record", record)];
    browser.post(TRY, &form).await
}

/// How many rows there are that taking a record would add to.
async fn rows(town: &Town) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in [
        "SELECT CAST(count(*) AS BIGINT) FROM event",
        "SELECT CAST(count(*) AS BIGINT) FROM plan",
        "SELECT CAST(count(*) AS BIGINT) FROM message",
        "SELECT CAST(count(*) AS BIGINT) FROM case_file",
        "SELECT CAST(count(*) AS BIGINT) FROM source_dead",
        "SELECT CAST(count(*) AS BIGINT) FROM audit WHERE action LIKE 'source.%'",
    ] {
        rows.push(town.eye.number(table).await);
    }
    rows
}

#[tokio::test]
async fn a_record_says_what_it_would_become_and_whom_it_would_tell_and_is_not_taken() {
    let (town, _, _) = with_dead_letters().await;
    let before = rows(&town).await;
    for role in [Role::Operator, Role::Manager, Role::Admin] {
        let browser = Browser::logged_in(&town, role).await;
        let page = tried(&browser, KNOWN).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in [
            "<dd>case.opened</dd>",
            "<dd>T-9</dd>",
            "class=\"name\">case-opened</th>",
            " class=\"n\">1</td></tr>",
        ] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("Nobody would be told"), "{}", page.text);
    }
    assert_eq!(rows(&town).await, before);
}

#[tokio::test]
async fn a_record_that_tells_nobody_says_why_and_one_that_is_strange_says_so() {
    let (town, _, _) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = tried(&browser, &KNOWN.replace("C-1000", "C-9")).await.text;
    let nobody = "Nobody would be told: nobody in the audience is known.";
    assert!(page.contains(nobody), "{page}");
    let strange = KNOWN.replace("voltura", "unheard-of");
    let page = tried(&browser, &strange).await.text;
    let note = "not among the kinds of cases";
    assert!(page.contains(note), "{page}");
}

#[tokio::test]
async fn a_record_that_cannot_be_taken_names_our_field_and_where_it_comes_from() {
    let (town, _, _) = with_dead_letters().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let empty = KNOWN.replace("\"C-1000\"", "null");
    for (record, said) in [
        (HALF, "/client: there is no column `customer`"),
        (&empty, "`client` comes from the column `customer`"),
    ] {
        let page = tried(&browser, record).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("It cannot be taken: "), "{}", page.text);
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    // What is no record at all comes back as it was typed.
    for (typed, said) in [("[1]", "this is a list"), ("{\"a\":", "breaks off")] {
        let page = tried(&browser, typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(said), "{said}: {}", page.text);
        let kept = typed.replace('"', "&#34;");
        let kept = format!("{kept}</textarea>");
        assert!(page.text.contains(&kept), "{}", page.text);
    }
}

#[tokio::test]
async fn a_viewer_tries_nothing_and_nobody_tries_what_the_settings_have_not() {
    let (town, _, _) = with_dead_letters().await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    assert_eq!(viewer.get(TRY).await.status, StatusCode::FORBIDDEN);
    let csrf = viewer.get(PAGE).await.field("csrf");
    let form = [("csrf", csrf.as_str()), ("record", KNOWN)];
    let answer = viewer.post(TRY, &form).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let nowhere = operator.get("/console/sources/nowhere/try").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let foreign = operator.post(TRY, &[("record", KNOWN)]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
}
