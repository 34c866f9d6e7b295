//! An operator writes, tries, publishes and rolls back, and nothing typed is lost.

use araldo::domain::role::Role;
use axum::http::StatusCode;

use crate::console_browser::Browser;
use crate::console_seed::Town;

#[tokio::test]
async fn an_operator_writes_publishes_and_rolls_back() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let path = "/console/templates/case-progress";
    let submit = async |action: &str, text: &str| {
        let page = browser.get(&format!("{path}?locale=it&channel=sms")).await;
        let (csrf, base) = (page.field("csrf"), page.field("base"));
        let fields = [
            ("csrf", csrf.as_str()),
            ("base", &base),
            ("locale", "it"),
            ("channel", "sms"),
            ("sms", text),
            ("action", action),
        ];
        browser.post(path, &fields).await
    };
    let page = submit("save", "Pratica {{ case.ref }}: novità.").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let published = async || {
        let mut tx = town.web.store.read().await.unwrap();
        tx.templates()
            .lookup_published("case-progress")
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(published().await.version, 2, "a draft is not sent");

    let page = submit("publish", "Pratica {{ case.reff }}.").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.text.contains("case.reff"),
        "the fault is named and the text is kept"
    );
    assert_eq!(published().await.version, 2);

    let confirm = async |question: &str| {
        let page = browser.get(&format!("{path}/{question}")).await;
        let fields = ["csrf", "base", "version"].map(|name| (name, page.field(name)));
        let fields = fields.each_ref().map(|(name, it)| (*name, it.as_str()));
        let action = question.split('?').next().unwrap();
        let page = browser.post(&format!("{path}/{action}"), &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    };
    let page = submit("publish", "Pratica {{ case.ref }}: novita.").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(published().await.version, 2, "it is asked first");
    confirm("publish").await;
    assert_eq!(published().await.version, 3);
    assert_eq!(published().await.author, "operator@example.org");

    confirm("roll-back?version=1").await;
    assert_eq!(published().await.version, 4);
    let text = published().await.source.parts["it"].sms.clone().unwrap();
    assert!(text.contains("passata a"), "a copy of version 1: {text}");
}

#[tokio::test]
async fn a_stale_form_keeps_what_was_typed() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let path = "/console/templates/case-progress";
    let page = browser.get(path).await;
    let (csrf, base) = (page.field("csrf"), page.field("base"));
    let fields = |text: &'static str| {
        [
            ("csrf", csrf.as_str()),
            ("base", base.as_str()),
            ("locale", "it"),
            ("channel", "sms"),
            ("sms", text),
            ("action", "save"),
        ]
    };
    assert_eq!(
        browser.post(path, &fields("First.")).await.status,
        StatusCode::SEE_OTHER
    );
    let page = browser.post(path, &fields("Mine, with care.")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(
        page.text.contains("Mine, with care."),
        "the text typed is gone"
    );
    assert!(
        page.text
            .contains("operator@example.org saved another text")
    );
    let again = [
        ("csrf", csrf.as_str()),
        ("base", &page.field("base")),
        ("locale", "it"),
        ("channel", "sms"),
        ("sms", "Mine, with care."),
        ("action", "save"),
    ];
    assert_eq!(
        browser.post(path, &again).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn the_preview_follows_what_is_typed() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let csrf = browser.get("/console/now").await.field("csrf");
    let preview = async |fields: &[(&str, &str)]| {
        let mut all = vec![("csrf", csrf.as_str()), ("locale", "it")];
        all.extend_from_slice(fields);
        browser
            .post("/console/templates/case-progress/preview", &all)
            .await
            .text
    };
    let sms = preview(&[
        ("channel", "sms"),
        ("sms", "Ciao {{ client.name }} — a presto"),
    ])
    .await;
    assert!(
        sms.contains("Ciao Maria Rossi — a presto") && sms.contains("1 segment"),
        "{sms}"
    );
    assert!(sms.contains("`—` makes the message longer"), "{sms}");
    // The link is as long as one that is sent.
    let url = format!("{}/s/", town.web.public_url);
    let sms = preview(&[("channel", "sms"), ("sms", "{{ links.status }}")]).await;
    assert!(sms.contains(&url), "{sms}");
    let counted = format!("{} characters", url.len() + 24);
    assert!(sms.contains(&counted), "{counted}: {sms}");
    let fault = preview(&[
        ("channel", "sms"),
        ("sms", "https://a.example{{ case.ref }}"),
    ])
    .await;
    assert!(fault.contains("decides where a link leads"), "{fault}");
    let fault = preview(&[("channel", "sms"), ("sms", "{{ nobody.knows }}")]).await;
    assert!(fault.contains("class=\"fault\""), "{fault}");
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>Gentile {{ client.name }}</mj-text></mj-column></mj-section></mj-body></mjml>";
    let mail = preview(&[("channel", "email"), ("subject", "Oggetto"), ("mjml", mjml)]).await;
    let frame = mail
        .split("src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let page = browser.get(frame).await;
    assert!(page.text.contains("Gentile Maria Rossi"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("sandbox") && !policy.contains("allow-scripts"),
        "{policy}"
    );
}
