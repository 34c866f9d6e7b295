//! Rules written at the console: a draft changes nothing, a published version stands in the place of the
//! file's rule, and when it is taken out of force the file's holds again. What is stale is refused; who
//! writes a draft does not publish it.

use araldo::app::with_published;
use araldo::config::rules;
use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock as _, Timestamp};
use araldo::plan::Matcher;
use araldo::store::Store;
use araldo::store::planning::rule_versions::NewRuleText;
use axum::http::StatusCode;
use chrono::TimeDelta;

use crate::console_browser::Browser;
use crate::console_seed::Town;

on_both_databases!(
    what_is_published_stands_in_the_place_of_the_file,
    a_stale_draft_is_refused_and_nothing_is_overwritten,
);

const OWN: &str = "[[rule]]\nname = \"case-opened\"\non = [\"case.opened\"]\n\
    audience = \"case-client\"\ntemplate = \"own\"\ntopic = \"cases\"";

fn of_file() -> Matcher {
    Matcher::new(rules::load(None).unwrap()).unwrap()
}

/// Saves a draft of `case-opened`; whether it was kept.
async fn save(store: &Store, id: i64, text: &str, seen: Option<Timestamp>, now: Timestamp) -> bool {
    let new = NewRuleText {
        id,
        rule: "case-opened",
        text,
        author: "operator@example.org",
    };
    let mut tx = store.write().await.unwrap();
    let kept = tx.rule_versions().save(&new, seen, now).await.unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn publish(store: &Store, seen: Timestamp, now: Timestamp) -> bool {
    let mut tx = store.write().await.unwrap();
    let mut versions = tx.rule_versions();
    let done = versions
        .publish("case-opened", seen, "why", now)
        .await
        .unwrap();
    if done {
        tx.commit().await.unwrap();
    }
    done
}

/// The template and the place of `case-opened`, and how many rules there are.
async fn in_force(store: &Store) -> (String, Option<String>, usize) {
    let matcher = with_published(store, &of_file()).await.unwrap();
    let rule = matcher.rules().find(|it| it.name == "case-opened").unwrap();
    let place = matcher.place_of("case-opened").map(str::to_owned);
    (rule.template.clone(), place, matcher.rules().count())
}

async fn what_is_published_stands_in_the_place_of_the_file(store: &Store) {
    let clock = FixedClock::at("2026-11-22T10:00:00Z");
    let shipped = of_file().rules().count();
    let before = ("case-opened".to_owned(), None, shipped);
    let first = clock.now();
    assert!(save(store, 1, OWN, None, first).await);
    assert_eq!(in_force(store).await, before, "a draft changes nothing");
    clock.advance(TimeDelta::minutes(1));
    assert!(publish(store, first, clock.now()).await);
    let own = (
        "own".to_owned(),
        Some("console, version 1".to_owned()),
        shipped,
    );
    assert_eq!(in_force(store).await, own);

    clock.advance(TimeDelta::minutes(1));
    let second = clock.now();
    assert!(save(store, 2, "[[rule]]\nname = 7", None, second).await);
    assert!(publish(store, second, clock.now()).await);
    assert_eq!(
        in_force(store).await,
        before,
        "what cannot be read is not obeyed"
    );
    let mut tx = store.write().await.unwrap();
    let versions = tx.rule_versions().of_rule("case-opened").await.unwrap();
    let numbers: Vec<i64> = versions.iter().map(|it| it.version).collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(tx.rule_versions().in_force().await.unwrap(), [2]);
    assert!(
        tx.rule_versions()
            .retire("case-opened", clock.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(in_force(store).await, before);
}

async fn a_stale_draft_is_refused_and_nothing_is_overwritten(store: &Store) {
    let clock = FixedClock::at("2026-11-22T10:00:00Z");
    let first = clock.now();
    assert!(save(store, 1, OWN, None, first).await);
    assert!(!save(store, 2, "theirs", None, first).await, "there is one");
    clock.advance(TimeDelta::minutes(1));
    let second = clock.now();
    assert!(save(store, 3, OWN, Some(first), second).await);
    assert!(!save(store, 4, "theirs", Some(first), second).await);
    assert!(!publish(store, first, second).await);
    let mut tx = store.read().await.unwrap();
    let versions = tx.rule_versions().of_rule("case-opened").await.unwrap();
    assert_eq!((versions.len(), versions[0].text.as_str()), (1, OWN));
    assert_eq!(tx.rule_versions().drafts().await.unwrap(), ["case-opened"]);
}

/// The form that publishes.
fn publishing<'a>(csrf: &'a str, seen: &'a str, text: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("csrf", csrf),
        ("rule", "case-opened"),
        ("seen", seen),
        ("text", text),
        ("comment", "shorter"),
        ("deed", "publish"),
    ]
}

#[tokio::test]
async fn who_writes_a_draft_does_not_publish_it() {
    const PAGE: &str = "/console/rules/edit";
    let town = Town::lively().await;
    let writer = Browser::logged_in(&town, Role::Operator).await;
    let csrf = writer.get(PAGE).await.field("csrf");
    let wrong = [
        ("csrf", csrf.as_str()),
        ("text", "[[rule]]"),
        ("deed", "save"),
    ];
    let wrong = writer.post(PAGE, &wrong).await;
    assert_eq!(
        wrong.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        wrong.text
    );
    // The town has one template.
    let own = OWN.replace("\"own\"", "\"case-progress\"");
    let own = own.as_str();
    let fields = [("csrf", csrf.as_str()), ("text", own), ("deed", "save")];
    let saved = writer.post(PAGE, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let page = writer.get("/console/rules/edit?rule=case-opened").await;
    assert!(page.text.contains("template = "), "{}", page.text);
    let seen = page.field("seen");
    let fields = publishing(&csrf, &seen, own);
    let refused = writer.post(PAGE, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let approver = Browser::logged_in(&town, Role::Approver).await;
    let csrf = approver.get(PAGE).await.field("csrf");
    let fields = publishing(&csrf, &seen, own);
    let published = approver.post(PAGE, &fields).await;
    assert_eq!(
        published.status,
        StatusCode::SEE_OTHER,
        "{}",
        published.text
    );
    let page = approver.get("/console/rules/edit?rule=case-opened").await;
    assert!(page.text.contains("in force"), "{}", page.text);
}

#[tokio::test]
async fn a_rule_whose_template_is_not_there_is_not_published() {
    const PAGE: &str = "/console/rules/edit?rule=case-opened";
    let town = Town::lively().await;
    let approver = Browser::logged_in(&town, Role::Approver).await;
    let csrf = approver.get(PAGE).await.field("csrf");
    let wrong = OWN
        .replace("\"own\"", "\"case-progres\"")
        .replace("\"cases\"", "\"nothing of ours\"");
    let fields = [
        ("csrf", csrf.as_str()),
        ("rule", "case-opened"),
        ("text", wrong.as_str()),
        ("deed", "save"),
    ];
    let saved = approver.post("/console/rules/edit", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let page = approver.get(PAGE).await;
    assert!(page.text.contains("cannot be published"), "{}", page.text);
    let seen = page.field("seen");
    let fields = publishing(&csrf, &seen, &wrong);
    let refused = approver.post("/console/rules/edit", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["rules:5: `template`", "case-progress", "rules:6: `topic`"] {
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
    }
    let published = "SELECT CAST(count(*) AS BIGINT) FROM rule_version WHERE state = 'published'";
    assert_eq!(town.eye.number(published).await, 0);
}
