//! The inbox at the console: who waits too long, two who answer at once, and what a viewer sees.

use std::sync::Arc;

use araldo::domain::calendar::WorkingDays;
use araldo::domain::promise::{AnswerPromise, Dialogue, OfficeHours, parse_within};
use araldo::domain::role::Role;
use araldo::domain::template::Source;
use araldo::domain::{EngagementKind, Verdict};
use araldo::runtime::Lifecycle;
use araldo::store::messages::engagement::NewEngagement;
use araldo::store::templates::WriteContext;
use araldo::web::console::ConsoleState;
use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::console_browser::Browser;
use crate::console_seed::Town;

const WORDS: &str = "Sono senza luce, chi viene?";

/// The client of the town's first message writes back.
async fn written(town: &Town) {
    let reply = NewEngagement {
        message: town.message,
        kind: EngagementKind::Replied,
        verdict: Verdict::Human,
        grounds: "pressed a button on the status page",
        link: None,
        detail: Some(WORDS.to_owned()),
        at: town.now(),
    };
    let ids = &*town.web.ids;
    let mut tx = town.web.store.write().await.unwrap();
    tx.engagement().record(&[reply], &[], ids).await.unwrap();
    tx.commit().await.unwrap();
}

/// An answer within a working day.
pub(crate) fn promise() -> Dialogue {
    Dialogue {
        promise: AnswerPromise {
            hours: Some(OfficeHours::parse("lun-ven 8-18").unwrap()),
            within: Some(parse_within("1 giorno lavorativo").unwrap()),
            working_days: WorkingDays::default(),
            zone: chrono_tz::Europe::Rome,
        },
        ready: vec!["Il tecnico arriva oggi.".to_owned()],
        bodies: vec!["distributore".to_owned()],
        ..Dialogue::default()
    }
}

/// A town that promises it, where a client waits for an answer.
pub(crate) async fn promising() -> Town {
    let mut town = Town::lively().await;
    let console = ConsoleState::new(Vec::new(), Lifecycle::new()).promising(promise());
    town.web.console = Arc::new(console);
    let by = WriteContext {
        author: "araldo",
        now: town.now(),
        ids: &*town.web.ids,
    };
    let shipped = Source::shipped().unwrap();
    let answers = shipped.iter().find(|source| source.name == "reply-answer");
    let mut tx = town.web.store.write().await.unwrap();
    tx.templates().import(answers.unwrap(), by).await.unwrap();
    tx.commit().await.unwrap();
    written(&town).await;
    town
}

/// The page of the one conversation, as the list leads to it.
pub(crate) async fn page_of(browser: &Browser) -> String {
    let list = browser.get("/console/inbox").await.text;
    let (_, rest) = list.split_once("href=\"/console/inbox/").expect(&list);
    format!("/console/inbox/{}", rest.split_once('"').unwrap().0)
}

#[tokio::test]
async fn who_waits_longer_than_promised_is_an_alarm() {
    let town = promising().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let alarm = "A client has waited longer for an answer than was promised";
    assert!(!browser.get("/console/now").await.text.contains(alarm));
    // It came on a Sunday: Monday counts as the day it came.
    town.clock.advance(TimeDelta::days(2));
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let now = browser.get("/console/now").await.text;
    assert!(now.contains(alarm), "{now}");
    let list = browser.get("/console/inbox").await.text;
    assert!(list.contains("waiting too long"), "{list}");
    let page = page_of(&browser).await;
    let word = browser.get(&page).await.field("csrf");
    let form = [("csrf", word.as_str()), ("reason", "called back")];
    let closed = browser.post(&format!("{page}/close"), &form).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    town.clock.advance(TimeDelta::seconds(5));
    assert!(!browser.get("/console/now").await.text.contains(alarm));
}

#[tokio::test]
async fn an_answer_that_comes_second_is_kept_in_its_form() {
    let town = promising().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = page_of(&browser).await;
    let shown = browser.get(&page).await;
    assert!(shown.text.contains(WORDS), "{}", shown.text);
    assert_eq!(shown.field("seen"), "1");
    let word = shown.field("csrf");
    let answer = |seen: &'static str, text: &'static str, ready: &'static str| {
        [("seen", seen), ("text", text), ("ready", ready)]
    };
    let path = format!("{page}/answer");
    let send = async |fields: [(&'static str, &'static str); 3]| {
        let mut form = vec![("csrf", word.as_str())];
        form.extend(fields);
        browser.post(&path, &form).await
    };
    let ready = send(answer("1", "", "1")).await;
    assert_eq!(ready.status, StatusCode::SEE_OTHER, "{}", ready.text);
    let late = send(answer("1", "Passa Bianchi.", "")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("Somebody wrote meanwhile"));
    assert!(
        late.text.contains(">Passa Bianchi.</textarea>"),
        "{}",
        late.text
    );
    assert!(late.text.contains("Il tecnico arriva oggi."));
    let empty = send(answer("2", " ", "")).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = send(answer("2", "Passa Bianchi.", "")).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
}

#[tokio::test]
async fn a_viewer_sees_who_waits_and_no_words() {
    let town = promising().await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let page = page_of(&viewer).await;
    let shown = viewer.get(&page).await.text;
    assert!(!shown.contains(WORDS) && shown.contains("(for those who may answer)"));
    let word = viewer.get("/console/inbox").await.field("csrf");
    for (verb, field) in [
        ("answer", ("text", "Sì.")),
        ("assign", ("to", "operator@example.org")),
        ("close", ("reason", "x")),
        ("reopen", ("", "")),
    ] {
        let form = [("csrf", word.as_str()), field];
        let refused = viewer.post(&format!("{page}/{verb}"), &form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{verb}");
    }
    let word = operator.get(&page).await.field("csrf");
    let form = [("csrf", word.as_str()), ("to", "operator@example.org")];
    let given = operator.post(&format!("{page}/assign"), &form).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let wrong = [("csrf", word.as_str()), ("to", "viewer@example.org")];
    let refused = operator.post(&format!("{page}/assign"), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mine = operator.get("/console/inbox?whose=mine").await.text;
    assert!(mine.contains("href=\"/console/inbox/"), "{mine}");
    let others = viewer.get("/console/inbox?whose=mine").await.text;
    assert!(others.contains("Nobody waits for an answer."), "{others}");
}
