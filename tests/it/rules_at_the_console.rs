//! Rules at the console: everybody on the staff reads them as sentences; who may try them sees whom an
//! event would tell, and that they looked at texts is written down. What is wrong with pasted rules is
//! said with its line, and the text is kept.

use araldo::domain::role::Role;
use axum::http::StatusCode;

use crate::console_browser::Browser;
use crate::console_seed::Town;

const OUTAGE: &str = r#"{"specversion": "1.0", "id": "1", "source": "/oms", "type": "incident.opened",
    "data": {"incident": "G-new", "kind": "outage", "area": {"municipalities": ["037006"]}}}"#;
const LOOKS: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM audit WHERE action = 'client.text_foretold'";
const SEEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM audit WHERE action = 'event.revealed'";
const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event";

#[tokio::test]
async fn everybody_on_the_staff_reads_rules_as_sentences() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/rules").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for said in [
        "<p>When a case is opened, tell its client with “case-opened”.</p>",
        "<p>When a case changes its state, on a condition, tell its client with “case-waiting”.</p>",
        "When a case is opened, tell its client by the preferred channel",
        "if its kind is “outage”, tell every client with a place in its area",
        "as safety news that nobody can refuse about “outages”.",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("/console/rules/try"), "{}", page.text);
    for path in ["try", "replay"] {
        let refused = browser.get(&format!("/console/rules/{path}")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn an_event_is_tried_and_nothing_is_kept_but_who_looked() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let csrf = browser.get("/console/rules/try").await.field("csrf");
    let csrf = ("csrf", csrf.as_str());
    let (events, looks) = (town.eye.number(EVENTS).await, town.eye.number(LOOKS).await);
    let fields = [csrf, ("event", OUTAGE)];
    let tried = browser.post("/console/rules/try", &fields).await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text);
    assert!(tried.text.contains("outage-started"), "{}", tried.text);
    assert!(
        tried.text.contains("incident.kind = outage"),
        "{}",
        tried.text
    );
    assert_eq!(town.eye.number(LOOKS).await, looks);
    let fields = [csrf, ("event", OUTAGE), ("show", "texts")];
    let shown = browser.post("/console/rules/try", &fields).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let texts = shown.text.matches("class=\"phone\"").count()
        + shown.text.matches("class=\"inbox\"").count()
        + shown.text.matches("<p class=\"fault\"").count();
    let noted = town.eye.number(LOOKS).await - looks;
    assert_eq!(usize::try_from(noted).unwrap(), texts, "{}", shown.text);
    assert_eq!(town.eye.number(EVENTS).await, events);
    let newest = town
        .eye
        .number("SELECT max(id) FROM event")
        .await
        .to_string();
    let chosen = browser
        .post("/console/rules/try", &[csrf, ("chosen", newest.as_str())])
        .await;
    assert!(chosen.text.contains("specversion"), "{}", chosen.text);
    assert_eq!(town.eye.number(SEEN).await, 1);
}

#[tokio::test]
async fn what_is_mistyped_is_said_and_kept() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let csrf = browser.get("/console/rules/try").await.field("csrf");
    let csrf = ("csrf", csrf.as_str());
    let broken = browser
        .post(
            "/console/rules/try",
            &[csrf, ("event", "{\"id\": <script>alert")],
        )
        .await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.text.contains("not valid JSON"), "{}", broken.text);
    assert!(!broken.text.contains("<script>alert"), "{}", broken.text);
    let rules = "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\naudience = \"case-client\"\n\
                 template = \"case-opened\"\ntopic = \"cases\"\nlane = \"fast\"";
    let fields = [csrf, ("rules", rules), ("days", "7")];
    let wrong = browser.post("/console/rules/replay", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("rules:7: "), "{}", wrong.text);
    assert!(wrong.text.contains("lane = "), "{}", wrong.text);
    let right = rules.replace("fast", "normal");
    let fields = [csrf, ("rules", right.as_str()), ("days", "99")];
    let replayed = browser.post("/console/rules/replay", &fields).await;
    assert_eq!(replayed.status, StatusCode::OK, "{}", replayed.text);
    assert!(
        replayed.text.contains("Would newly be told"),
        "{}",
        replayed.text
    );
    let begun = browser.get("/console/rules/replay?rule=case-waiting").await;
    assert!(begun.text.contains("case-waiting"), "{}", begun.text);
}
