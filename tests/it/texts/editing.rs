//! Nothing typed is lost by looking at another text, and nothing goes live or is lost unasked.

use araldo::domain::role::Role;
use araldo::store::templates::StoredVersion;
use axum::http::StatusCode;

use crate::console_browser::{Browser, Page};
use crate::console_seed::Town;

const PATH: &str = "/console/templates/case-progress";

/// The form as it stands on a page, with these fields set.
async fn press(browser: &Browser, page: &Page, set: &[(&str, &str)]) -> Page {
    let hidden = ["csrf", "base", "kept", "locale", "channel"];
    let hidden = hidden.map(|name| (name, unescaped(&page.field(name))));
    let mut fields: Vec<(&str, &str)> = hidden
        .iter()
        .map(|(name, it)| (*name, it.as_str()))
        .collect();
    fields.extend_from_slice(set);
    browser.post(PATH, &fields).await
}

/// An attribute as the browser reads it.
fn unescaped(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (code, letter)| {
        text.replace(code, letter)
    })
}

async fn confirm(browser: &Browser, path: &str, page: &Page) -> Page {
    let fields = ["csrf", "base", "version"].map(|name| (name, page.field(name)));
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser.post(path, &fields).await
}

async fn versions(town: &Town) -> Vec<StoredVersion> {
    let mut tx = town.web.store.read().await.unwrap();
    tx.templates().versions("case-progress").await.unwrap()
}

async fn live(town: &Town) -> i64 {
    let mut tx = town.web.store.read().await.unwrap();
    let found = tx.templates().lookup_published("case-progress").await;
    found.unwrap().unwrap().version
}

#[tokio::test]
async fn what_is_typed_survives_the_other_tabs_without_a_script() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get(&format!("{PATH}?locale=it&channel=sms")).await;
    assert!(!page.text.contains("not saved"));
    let page = press(
        &browser,
        &page,
        &[("sms", "Mine {{ case.ref }} <&\"'>"), ("tab", "it email")],
    )
    .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("<textarea id=\"mjml\""),
        "the other tab is open"
    );
    assert!(
        page.text
            .contains("it · sms <span class=\"unsaved\">not saved")
    );
    assert!(
        page.text.contains("data-unsaved"),
        "the script knows as well"
    );
    let mail = [("subject", "Oggetto mio"), ("mjml", MJML), ("text", "")];
    let back = [&mail[..], &[("tab", "en sms")]].concat();
    let page = press(&browser, &page, &back).await;
    let page = press(
        &browser,
        &page,
        &[("sms", "Mine as well {{ case.ref }}"), ("tab", "it sms")],
    )
    .await;
    assert!(
        page.text
            .contains("Mine {{ case.ref }} &#60;&#38;&#34;&#39;&#62;</textarea>"),
        "{}",
        page.text
    );
    assert!(
        versions(&town).await[0].version == 2,
        "nothing is saved by looking"
    );

    // What another tab holds is saved with this one.
    let page = press(
        &browser,
        &page,
        &[("sms", "Mine {{ case.ref }}"), ("action", "save")],
    )
    .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let draft = &versions(&town).await[0].source;
    assert_eq!(
        draft.parts["it"].sms.as_deref(),
        Some("Mine {{ case.ref }}")
    );
    assert_eq!(
        draft.parts["it"].email_subject.as_deref(),
        Some("Oggetto mio")
    );
    assert_eq!(
        draft.parts["en"].sms.as_deref(),
        Some("Mine as well {{ case.ref }}")
    );
}

const MJML: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ client.name }}, {{ case.ref }}</mj-text></mj-column></mj-section></mj-body></mjml>";

#[tokio::test]
async fn publishing_shows_what_readers_lose_and_asks() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser
        .get(&format!("{PATH}?locale=it&channel=email"))
        .await;
    let set = [("subject", "Ciao"), ("mjml", MJML), ("action", "publish")];
    let page = press(&browser, &page, &set).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let question = page.header("location").to_owned();
    assert!(question.ends_with("/publish"), "{question}");
    assert_eq!(live(&town).await, 2, "nothing is live before a yes");

    let page = browser.get(&question).await;
    assert_eq!(page.status, StatusCode::OK);
    for said in [
        "Publish draft v3?",
        "v2 is live",
        "No longer in this text: <code>case.ref</code>",
        "No text leads any more to <code>https://www.example.org/pratica</code>",
        "<span class=\"goes\">- La Sua pratica {{ case.ref }}</span>",
        "<span class=\"comes\">+ Ciao</span>",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }

    // Somebody saves another text while the question is open: it is asked again.
    let other = browser.get(&format!("{PATH}?locale=it&channel=sms")).await;
    press(
        &browser,
        &other,
        &[("sms", "Other {{ case.ref }}"), ("action", "save")],
    )
    .await;
    let stale = confirm(&browser, &question, &page).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(live(&town).await, 2);
    assert!(
        stale.text.contains("+ Other {{ case.ref }}"),
        "{}",
        stale.text
    );

    let done = confirm(&browser, &question, &stale).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(live(&town).await, 3);
}

#[tokio::test]
async fn rolling_back_and_discarding_ask_as_well() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let question = format!("{PATH}/roll-back?version=1");
    let page = browser.get(&question).await;
    assert!(page.text.contains("Roll back to v1?"), "{}", page.text);
    assert!(
        page.text.contains("+ Pratica {{ case.ref }} passata a"),
        "{}",
        page.text
    );
    let done = confirm(&browser, &format!("{PATH}/roll-back"), &page).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(live(&town).await, 3);
    assert_eq!(
        browser
            .get(&format!("{PATH}/roll-back?version=3"))
            .await
            .status,
        StatusCode::NOT_FOUND,
        "what is live is not rolled back to"
    );

    assert_eq!(
        browser.get(&format!("{PATH}/discard")).await.status,
        StatusCode::NOT_FOUND
    );
    let page = browser.get(PATH).await;
    press(
        &browser,
        &page,
        &[("sms", "Draft {{ case.ref }}"), ("action", "save")],
    )
    .await;
    let page = browser.get(&format!("{PATH}/discard")).await;
    assert!(page.text.contains("Discard draft v4?"), "{}", page.text);
    assert!(
        page.text.contains("- Draft {{ case.ref }}"),
        "{}",
        page.text
    );
    let done = confirm(&browser, &format!("{PATH}/discard"), &page).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let kept = versions(&town).await;
    assert_eq!((kept.len(), live(&town).await), (3, 3));
    // Who did what with which version: the numbers stay what they were.
    let page = browser.get(PATH).await;
    press(&browser, &page, &[("sms", "Again"), ("action", "save")]).await;
    let mut tx = town.web.store.read().await.unwrap();
    let told = tx.audit().recent(4).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|row| (row.action.as_str(), row.detail.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        told,
        [
            ("template.saved", "v5"),
            ("template.draft_discarded", "v4"),
            ("template.saved", "v4"),
            ("template.rolled_back", "v3, a copy of v1"),
        ]
    );
}

#[tokio::test]
async fn only_who_may_edit_is_asked() {
    let town = Town::lively().await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    for question in ["publish", "discard", "roll-back?version=1"] {
        let page = viewer.get(&format!("{PATH}/{question}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{question}");
    }
    let page = viewer
        .get(&format!("{PATH}?channel=email&sample=least"))
        .await;
    assert!(
        page.text
            .contains("<a href=\"?locale=en&amp;channel=sms\">en · sms</a>")
    );
    assert!(!page.text.contains("name=\"mjml\"") && !page.text.contains("data-preview="));
    let csrf = page.field("csrf");
    for question in ["publish", "discard", "roll-back"] {
        let path = format!("{PATH}/{question}");
        let page = viewer
            .post(&path, &[("csrf", &csrf), ("version", "1")])
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{question}");
    }
    assert_eq!(live(&town).await, 2);
}
