//! Somebody who never saw a template makes one, writes its mail, publishes it, and a client's mail
//! holds what was written.

use araldo::domain::role::Role;
use araldo::template::{Compiled, Input, RenderedEmail};
use axum::http::StatusCode;

use crate::console_browser::{Browser, Page};
use crate::console_seed::{PASSWORD, Town};
use crate::support::TestStore;
use crate::support::town::web;

const NAME: &str = "case-documents";
pub(crate) const PATH: &str = "/console/templates/case-documents";
const MAIL: &str = "# Pratica {{ case.ref }}\n\nGentile {{ client.name }},\nmanca un **documento**.\n\n\
    <script>alert(1)</script>\n\n[Lo invii qui](https://www.example.org/documenti)\n\n\
    {% if contact.phone %}\n> Telefono {{ contact.phone }}\n{% endif %}\n";

/// A person on a store, whichever it is, with a browser.
async fn operator(store: &TestStore) -> (araldo::web::Web, Browser) {
    use araldo::domain::UserId;
    use araldo::domain::clock::FixedClock;
    use araldo::runtime::Lifecycle;
    use araldo::store::access::users::NewUser;
    use araldo::web::auth::password;
    let clock = std::sync::Arc::new(FixedClock::at(crate::console_seed::NOW));
    let web = web(store, &clock, &Lifecycle::new());
    let hash = password::hash(PASSWORD).unwrap();
    let user = NewUser {
        id: UserId::new(web.ids.next()),
        email: "operator@example.org",
        role: Role::Operator,
        password_hash: &hash,
    };
    let now = araldo::domain::Clock::now(&*clock);
    let mut tx = web.store.write().await.unwrap();
    tx.users().add(&user, now).await.unwrap();
    tx.commit().await.unwrap();
    let mut browser = Browser {
        app: araldo::web::router(web.clone()),
        cookie: None,
    };
    let page = browser.login("operator@example.org", PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    (web, browser)
}

pub(crate) async fn make(browser: &Browser, set: &[(&str, &str)]) -> Page {
    let csrf = browser.get("/console/templates").await.field("csrf");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("name", NAME),
        ("description", "A document is missing."),
        ("topic", "cases"),
        ("about", "case"),
        ("in-it", "on"),
    ];
    fields.extend_from_slice(set);
    browser.post("/console/templates", &fields).await
}

/// The editor's form with these fields; the hidden ones are as the page has them.
pub(crate) async fn press(browser: &Browser, page: &Page, set: &[(&str, &str)]) -> Page {
    let hidden = ["csrf", "base", "locale", "channel"].map(|name| (name, page.field(name)));
    let mut fields: Vec<(&str, &str)> = hidden
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.extend_from_slice(set);
    browser.post(PATH, &fields).await
}

fn mail_for(compiled: &Compiled, name: &str) -> RenderedEmail {
    let variables = serde_json::json!({
        "case": { "ref": "PR-1" },
        "client": { "name": name },
        "organisation": { "name": "Comune di Prova" },
        "contact": { "phone": "051 1" },
        "links": { "status": "https://a.example/s", "unsubscribe": "https://a.example/u" },
    });
    let link = |at: usize| format!("https://t.example/c/{at}");
    let input = Input {
        variables: &variables,
        link: &link,
        pixel: Some("https://t.example/o"),
    };
    compiled.email("it", &input).unwrap()
}

async fn from_nothing_to_a_mail(store: TestStore) {
    let (web, browser) = operator(&store).await;
    let page = make(&browser, &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = browser.get(page.header("location")).await;
    assert!(page.text.contains("The draft is made"), "{}", page.text);

    let page = browser
        .get(&format!("{PATH}?locale=it&channel=email"))
        .await;
    assert!(
        page.text.contains("<textarea id=\"markdown\"") && !page.text.contains("id=\"mjml\""),
        "a new mail begins as Markdown: {}",
        page.text
    );
    let set = [
        ("subject", "Manca un documento ({{ case.ref }})"),
        ("markdown", MAIL),
        ("action", "publish"),
    ];
    let page = press(&browser, &page, &set).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let question = browser.get(page.header("location")).await;
    assert!(
        question.text.contains("No rule uses this template yet"),
        "{}",
        question.text
    );
    assert!(
        question
            .text
            .contains("it · sms: this is still the first text")
            && !question.text.contains("it · email: this is still"),
        "{}",
        question.text
    );
    let fields = ["csrf", "base", "version"].map(|name| (name, question.field(name)));
    let mut fields: Vec<_> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
    fields.push(("comment", "the first one"));
    let page = browser.post(&format!("{PATH}/publish"), &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);

    let mut tx = web.store.read().await.unwrap();
    let live = tx
        .templates()
        .lookup_published(NAME)
        .await
        .unwrap()
        .unwrap();
    let told = tx.audit().recent(1).await.unwrap();
    assert_eq!(told[0].action, "template.published");
    assert_eq!(told[0].detail.as_deref(), Some("v1: the first one"));
    drop(tx);

    let compiled = Compiled::compile(&live.source).unwrap();
    assert_eq!(compiled.links(), ["https://www.example.org/documenti"]);
    for name in [
        "Maria *Rossi*",
        "<b>x</b>",
        "[x](y)",
        "{{ case.ref }}",
        "_a_",
    ] {
        read_as_written(&mail_for(&compiled, name), name);
    }
}

/// A mail program reads what was written, and what the client is called stays itself.
fn read_as_written(mail: &RenderedEmail, name: &str) {
    let boundary = "grenze";
    let raw = format!(
        "Subject: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary={boundary}\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n\
         --{boundary}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n--{boundary}--\r\n",
        mail.subject, mail.text, mail.html
    );
    let parsed = mail_parser::MessageParser::default()
        .parse(raw.as_bytes())
        .unwrap();
    assert_eq!(parsed.subject(), Some("Manca un documento (PR-1)"));
    let html = parsed.body_html(0).unwrap();
    let text = parsed.body_text(0).unwrap();
    for said in [
        "Pratica PR-1",
        "manca un",
        "Telefono 051 1",
        "Comune di Prova",
    ] {
        assert!(html.contains(said) && text.contains(said), "{said}: {text}");
    }
    // A dot between letters would make a link of a name in some mailboxes.
    let name = name.replace("case.ref", "case ref");
    assert!(text.contains(&name), "{name}: {text}");
    assert!(html.contains("<strong>documento</strong>"), "{html}");
    assert!(
        html.contains("href=\"https://t.example/c/0\""),
        "clicks are counted"
    );
    assert!(
        html.contains("src=\"https://t.example/o\""),
        "opens are counted"
    );
    assert!(
        html.contains("&lt;script&gt;") && !html.contains("<script"),
        "{html}"
    );
}

on_both_databases!(from_nothing_to_a_mail);

#[tokio::test]
async fn answers_that_do_not_hold_come_back_with_what_was_typed() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    for (field, value, said) in [
        ("name", "Case Documents", "This name cannot be used."),
        (
            "name",
            "case-progress",
            "There is a template case-progress already.",
        ),
        (
            "topic",
            "two words",
            "Choose one of the list; another is one word",
        ),
        (
            "topic",
            "casse",
            "Choose one of the list; another is one word",
        ),
        ("about", "weather", "Choose one of the list."),
    ] {
        let page = make(&browser, &[(field, value)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.text.contains(said), "{said}: {}", page.text);
        assert!(page.text.contains("value=\"A document is missing.\""));
        assert!(page.text.contains("aria-invalid=\"true\""));
    }
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let page = make(&viewer, &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        !viewer
            .get("/console/templates")
            .await
            .text
            .contains("copy_of")
    );

    // A topic that nobody has is typed on purpose, in a field of its own.
    let list = browser.get("/console/templates").await;
    for said in [
        "<option value=\"outages\">Outages and works (outages)</option>",
        "<option value=\"+\">Another, which nobody has yet</option>",
        "a slip becomes a topic of its own",
    ] {
        assert!(list.text.contains(said), "{said}: {}", list.text);
    }
    let other = [
        ("name", "bins-emptied"),
        ("topic", "+"),
        ("other_topic", "bins"),
    ];
    let page = make(&browser, &other).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = browser.get("/console/templates/bins-emptied").await;
    assert!(page.text.contains("Topic: bins."), "{}", page.text);

    let page = make(&browser, &[("copy_of", "case-progress")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = browser.get(PATH).await;
    assert!(page.text.contains("en · sms"), "a copy: {}", page.text);
}

#[tokio::test]
async fn what_a_careful_colleague_would_say_is_said() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    make(&browser, &[]).await;
    let page = browser
        .get(&format!("{PATH}?locale=it&channel=email"))
        .await;
    for (text, said) in [
        ("Pratica {{ case.reff }}", "Do you mean case.ref?"),
        ("{{ case.ref }}\n\n**mai chiuso", "Line 3: ** is not closed"),
        (
            "{{ case.ref }}\n\n[](https://a.example)",
            "Line 3: a link without a text",
        ),
        (
            "{{ case.ref }} URGENTE",
            "Words in capitals are shouted: URGENTE",
        ),
        ("{{ case.ref }}\n\n{% if case.ref %}", "it/email.md:"),
        ("{{ case.ref }}\n\ndue {{ case.ref", "it/email.md:3:"),
        (
            "[x](javascript:alert(1))",
            "it/email.md:1: this link leads nowhere",
        ),
    ] {
        let set = [
            ("subject", "Oggetto"),
            ("markdown", text),
            ("action", "preview"),
        ];
        let page = press(&browser, &page, &set).await;
        assert_eq!(page.status, StatusCode::OK, "{text}");
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }

    // What names nothing is not published, and says where.
    let set = [
        ("subject", "Novità"),
        ("markdown", "Ci sono novità."),
        ("action", "publish"),
    ];
    let page = press(&browser, &page, &set).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "it · email: the text names neither case nor supply nor place.";
    assert!(page.text.contains(said), "{}", page.text);
    assert!(page.text.contains("Ci sono novità.</textarea>"));
}

#[tokio::test]
async fn two_people_at_one_draft_see_each_other() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    make(&browser, &[]).await;
    let page = browser.get(&format!("{PATH}?locale=it&channel=sms")).await;
    let theirs = [("sms", "Loro {{ case.ref }}"), ("action", "save")];
    let saved = press(&browser, &page, &theirs).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let mine = [("sms", "Mio {{ case.ref }}"), ("action", "save")];
    let stale = press(&browser, &page, &mine).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    for said in [
        "<span class=\"goes\">- Loro {{ case.ref }}</span>",
        "<span class=\"comes\">+ Mio {{ case.ref }}</span>",
        "Mio {{ case.ref }}</textarea>",
    ] {
        assert!(stale.text.contains(said), "{said}: {}", stale.text);
    }
    let again = press(&browser, &stale, &mine).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
}

#[tokio::test]
async fn a_text_of_a_megabyte_is_refused_and_kept() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    make(&browser, &[]).await;
    let page = browser
        .get(&format!("{PATH}?locale=it&channel=email"))
        .await;
    let text = format!("{{{{ case.ref }}}} {}", "a".repeat(1 << 20));
    let set = [("subject", "x"), ("markdown", &text), ("action", "save")];
    let page = press(&browser, &page, &set).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "KB together; keep them below 512 KB";
    assert_eq!(page.text.matches(said).count(), 2, "above it and beside it");
    assert!(!page.text.contains("bytes together"), "in one way only");
    assert!(page.text.contains(&text), "what was typed is gone");
}

#[tokio::test]
async fn a_variable_is_added_and_offered() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    make(&browser, &[]).await;
    let page = browser.get(&format!("{PATH}?locale=it&channel=sms")).await;
    let variable = [
        ("sms", "Mio {{ case.ref }}"),
        ("variable_name", "case.missing"),
        ("variable_meaning", "what is missing"),
        ("variable_example", "la visura"),
        ("action", "variable"),
    ];
    let done = press(&browser, &page, &variable).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = browser.get(&format!("{PATH}?locale=it&channel=sms")).await;
    for said in [
        "data-insert=\"{{ case.missing }}\"",
        "{% if case.missing %} ... {{ case.missing }}.{% endif %}",
        "Such as: la visura",
        "Mio {{ case.ref }}</textarea>",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let wrong = [
        ("sms", "Mio"),
        ("variable_name", "a b"),
        ("action", "variable"),
    ];
    let page = press(&browser, &page, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("value=\"a b\""), "{}", page.text);
    let forget = [("sms", "Mio"), ("action", "forget:case.missing")];
    let done = press(&browser, &page, &forget).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(!browser.get(PATH).await.text.contains("case.missing"));
}

#[tokio::test]
async fn a_mail_is_seen_dark_and_on_a_phone_and_in_italian() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    make(&browser, &[]).await;
    let page = browser
        .get(&format!(
            "{PATH}?locale=it&channel=email&width=phone&theme=dark"
        ))
        .await;
    assert!(page.text.contains("inbox phone-wide"), "{}", page.text);
    let frame = page.text.split("src=\"/console/previews/").nth(1).unwrap();
    let frame = frame.split('"').next().unwrap().replace("&#38;", "&");
    let mail = browser.get(&format!("/console/previews/{frame}")).await;
    assert!(
        mail.text.contains("@media all") && !mail.text.contains("prefers-color-scheme: dark"),
        "{}",
        mail.text
    );

    let csrf = page.field("csrf");
    let italian = [("csrf", csrf.as_str()), ("language", "it")];
    browser.post("/console/language", &italian).await;
    let page = browser.get(PATH).await;
    for said in ["Anteprima", "Salva la bozza", "Dati da inserire", "bozza"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
}
