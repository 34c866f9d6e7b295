//! What was found to bring the daemon down, sent as a browser sends it.

use araldo::domain::role::Role;
use axum::http::StatusCode;

use super::attacks::{self, Attack, Field};
use crate::console_browser::{Browser, Page};
use crate::console_seed::Town;

const PATH: &str = "/console/templates/case-progress";

/// The editor's form with an attack in it.
async fn typed(browser: &Browser, path: &str, attack: &Attack, action: &str) -> Page {
    let channel = match attack.field {
        Field::Sms => "sms",
        Field::Mjml => "email",
    };
    let page = browser
        .get(&format!("{PATH}?locale=it&channel={channel}"))
        .await;
    // A page without a form has the session's word in its menu.
    let base = if page.text.contains("name=\"base\"") {
        page.field("base")
    } else {
        String::new()
    };
    let csrf = page.field("csrf");
    let text = attack.text.as_str();
    let typed = match attack.field {
        Field::Sms => [("sms", text), ("subject", "")],
        Field::Mjml => [("mjml", text), ("subject", "x")],
    };
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("base", &base),
        ("locale", "it"),
        ("channel", channel),
        ("action", action),
    ];
    fields.extend(typed);
    browser.post(path, &fields).await
}

fn says_why(page: &Page, attack: &Attack) {
    let (_, fault) = page
        .text
        .split_once("<p class=\"fault\" role=\"status\">")
        .unwrap_or_else(|| panic!("{}: no fault is shown", attack.name));
    let fault = fault.split("</p>").next().unwrap();
    assert!(fault.contains(attack.says), "{}: {fault}", attack.name);
    let file = match attack.field {
        Field::Sms => "it/sms.txt:",
        Field::Mjml => "it/email.mjml:",
    };
    assert!(fault.starts_with(file), "{}: {fault}", attack.name);
}

#[tokio::test]
async fn a_viewer_is_refused_before_anything_is_rendered() {
    let town = Town::lively().await;
    for role in [Role::Viewer, Role::Manager] {
        let browser = Browser::logged_in(&town, role).await;
        for attack in attacks::all() {
            for (path, action) in [
                (format!("{PATH}/preview"), ""),
                (PATH.to_owned(), "preview"),
                (PATH.to_owned(), "save"),
                (PATH.to_owned(), "publish"),
            ] {
                let page = typed(&browser, &path, &attack, action).await;
                let name = attack.name;
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{name} {path} {action}");
                assert!(!page.text.contains(attack.says), "{name}: it was looked at");
            }
        }
    }
}

#[tokio::test]
async fn an_operator_sees_the_text_and_what_is_wrong_with_it() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    for attack in attacks::all() {
        let page = typed(&browser, &format!("{PATH}/preview"), &attack, "").await;
        assert_eq!(page.status, StatusCode::OK, "{}", attack.name);
        says_why(&page, &attack);
        let page = typed(&browser, PATH, &attack, "preview").await;
        assert_eq!(page.status, StatusCode::OK, "{}", attack.name);
        says_why(&page, &attack);
        let begins: String = attack.text.lines().next().unwrap().replace('<', "&#60;");
        assert!(
            page.text.contains(&begins.replace('>', "&#62;")),
            "the text typed is gone"
        );
        let page = typed(&browser, PATH, &attack, "publish").await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            attack.name
        );
    }
}

#[tokio::test]
async fn a_stored_draft_that_would_harm_is_shown_to_everybody_as_text() {
    let town = Town::lively().await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    for attack in attacks::all() {
        let page = typed(&operator, PATH, &attack, "save").await;
        assert_eq!(
            page.status,
            StatusCode::SEE_OTHER,
            "{}: {}",
            attack.name,
            page.text
        );
        let channel = if attack.field == Field::Sms {
            "sms"
        } else {
            "email"
        };
        for browser in [&operator, &viewer] {
            let page = browser
                .get(&format!("{PATH}?locale=it&channel={channel}"))
                .await;
            assert_eq!(page.status, StatusCode::OK, "{}", attack.name);
            says_why(&page, &attack);
        }
        let page = operator.get(&format!("{PATH}/publish")).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            attack.name
        );
        let page = operator.get(&format!("{PATH}/discard")).await;
        let fields = [("csrf", page.field("csrf")), ("base", page.field("base"))];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let page = operator.post(&format!("{PATH}/discard"), &fields).await;
        assert_eq!(
            page.status,
            StatusCode::SEE_OTHER,
            "{}: {}",
            attack.name,
            page.text
        );
    }
}

#[tokio::test]
async fn a_check_does_not_hold_the_stores_writer() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let attack = &attacks::all()[0];
    // Were the writer wanted first, this would wait for ourselves.
    let writing = town.web.store.write().await.unwrap();
    let page = typed(&browser, PATH, attack, "publish").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    drop(writing);
}

#[tokio::test]
async fn a_form_beyond_its_limit_is_not_read() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let text = "x".repeat(araldo::domain::limits::EDITOR_FORM_BYTES);
    let page = browser
        .post(PATH, &[("action", "save"), ("sms", &text)])
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let csrf = browser.get(PATH).await.field("csrf");
    let part = "x".repeat(araldo::domain::limits::TEXT_BYTES + 1);
    let fields = [
        ("csrf", csrf.as_str()),
        ("locale", "it"),
        ("channel", "sms"),
        ("sms", &part),
    ];
    let page = browser.post(&format!("{PATH}/preview"), &fields).await;
    assert!(
        page.text.contains("keep each part below 64 KB"),
        "{}",
        page.text
    );
}
