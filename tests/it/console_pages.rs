//! The console's promises: who may see and do what, that nothing a client calls themselves runs,
//! that nothing typed is lost, that every page is small, strict and whole.

use araldo::domain::role::Role;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::console_seed::{PASSWORD, Town};

/// A browser with a cookie.
struct Browser {
    app: Router,
    cookie: Option<String>,
}

/// An answer, read.
struct Page {
    status: StatusCode,
    headers: header::HeaderMap,
    text: String,
}

impl Page {
    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let from = self
            .text
            .find(&start)
            .unwrap_or_else(|| panic!("no field {name}"))
            + start.len();
        self.text[from..].split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    fn new(town: &Town) -> Self {
        Self {
            app: araldo::web::router(town.web.clone()),
            cookie: None,
        }
    }

    /// Logged in as `ROLE@example.org`.
    async fn logged_in(town: &Town, role: Role) -> Self {
        let mut browser = Self::new(town);
        let page = browser
            .login(&format!("{role}@example.org"), PASSWORD)
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        browser
    }

    async fn login(&mut self, email: &str, password: &str) -> Page {
        let page = self
            .post(
                "/console/login",
                &[("email", email), ("password", password)],
            )
            .await;
        if let Some(cookie) = page.headers.get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        page
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "text/html");
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    async fn send(&self, request: Request<Body>) -> Page {
        Page::read(self.app.clone().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Page {
        self.send(self.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request("POST", path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).unwrap()).await
    }
}

/// Every page there is, for a lively town.
fn pages(town: &Town) -> Vec<String> {
    let mut pages: Vec<String> = [
        "now",
        "messages",
        "messages?state=delivered&channel=sms",
        "messages?incident=G-77",
        "clients",
        "clients?q=ROSSI",
        "clients/C-1000",
        "clients/C-1000?about=PR-1",
        "cases",
        "cases?show=all",
        "cases/PR-1",
        "incidents",
        "incidents/G-77",
        "templates",
        "templates/case-progress",
        "templates/case-progress?locale=it&channel=email",
        "insight",
        "insight?days=90",
        "sandbox",
        "sandbox/sms/%2B39000100",
        "sandbox/email/client0%40mail.example",
        "settings",
    ]
    .iter()
    .map(|page| format!("/console/{page}"))
    .collect();
    pages.push(format!("/console/messages/{}", town.message));
    pages
}

#[tokio::test]
async fn every_page_is_small_strict_and_whole() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Admin).await;
    for path in pages(&town) {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        assert!(
            page.text.len() < 100_000,
            "{path} has {} bytes",
            page.text.len()
        );
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        for inline in [
            "style=\"",
            "<style",
            "onclick=",
            "javascript:",
            "src=\"http",
            "href=\"//",
        ] {
            assert!(!page.text.contains(inline), "{path} holds {inline}");
        }
        assert!(
            !page.text.contains("<script>alert"),
            "{path} lets a name run"
        );
        for landmark in [
            "<main id=\"main\"",
            "class=\"skip\"",
            "<nav class=\"rail\" aria-label=",
            "lang=\"en\"",
            "<h1>",
        ] {
            assert!(page.text.contains(landmark), "{path} lacks {landmark}");
        }
        let tables = page.text.matches("<table").count();
        assert_eq!(
            tables,
            page.text.matches("<caption").count(),
            "{path}: a table without caption"
        );
    }
}

#[tokio::test]
async fn no_page_opens_without_a_login() {
    let town = Town::lively().await;
    let browser = Browser::new(&town);
    for path in pages(&town) {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            page.header("location").starts_with("/console/login?next="),
            "{path}"
        );
    }
    for live in ["/console/now/live", "/console/sandbox/live"] {
        assert_eq!(
            browser.get(live).await.status,
            StatusCode::UNAUTHORIZED,
            "{live}"
        );
    }
}

#[tokio::test]
async fn an_empty_store_says_how_to_make_the_first_person() {
    let town = Town::empty().await;
    let page = Browser::new(&town).get("/console/login").await;
    assert!(
        page.text.contains("araldo user add --email"),
        "{}",
        page.text
    );
    town.person(Role::Admin).await;
    let mut browser = Browser::new(&town);
    assert!(
        !browser
            .get("/console/login")
            .await
            .text
            .contains("araldo user add")
    );
    assert_eq!(
        browser.login("admin@example.org", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    for path in [
        "now",
        "messages",
        "clients",
        "cases",
        "incidents",
        "templates",
        "insight",
        "sandbox",
    ] {
        let page = browser.get(&format!("/console/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.text.contains("class=\"empty\""),
            "{path} is silent about being empty"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_opens_nothing_and_guessing_is_slowed() {
    let town = Town::empty().await;
    town.person(Role::Admin).await;
    let mut browser = Browser::new(&town);
    for _ in 0..5 {
        let page = browser.login("admin@example.org", "wrong").await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(browser.cookie.is_none());
        assert!(
            page.text.contains("admin@example.org"),
            "the address typed is gone"
        );
    }
    let page = browser.login("admin@example.org", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    town.clock.advance(chrono::TimeDelta::seconds(20));
    assert_eq!(
        browser.login("admin@example.org", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_ends_by_idling_by_age_by_logout_and_with_its_person() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let opens = async |browser: &Browser| browser.get("/console/cases").await.status;
    town.clock.advance(chrono::TimeDelta::minutes(29));
    assert_eq!(opens(&browser).await, StatusCode::OK);
    town.clock.advance(chrono::TimeDelta::minutes(31));
    assert_eq!(
        opens(&browser).await,
        StatusCode::SEE_OTHER,
        "idle for longer than half an hour"
    );

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    for _ in 0..28 {
        assert_eq!(opens(&browser).await, StatusCode::OK);
        town.clock.advance(chrono::TimeDelta::minutes(25));
    }
    town.clock.advance(chrono::TimeDelta::minutes(21));
    assert_eq!(
        opens(&browser).await,
        StatusCode::SEE_OTHER,
        "twelve hours in all"
    );

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let csrf = browser.get("/console/cases").await.field("csrf");
    browser.post("/console/logout", &[("csrf", &csrf)]).await;
    assert_eq!(opens(&browser).await, StatusCode::SEE_OTHER, "logged out");

    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let mut tx = town.web.store.write().await.unwrap();
    assert!(
        tx.users()
            .disable("viewer@example.org", town.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(opens(&browser).await, StatusCode::SEE_OTHER, "shut out");
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get("/console/templates/case-progress").await;
    let (csrf, base) = (page.field("csrf"), page.field("base"));
    let fields = [
        ("base", base.as_str()),
        ("locale", "it"),
        ("sms", "x"),
        ("action", "save"),
    ];
    let without = browser
        .post("/console/templates/case-progress", &fields)
        .await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    let form = format!("csrf={csrf}&base={base}&locale=it&sms=x&action=save");
    let request = browser
        .request("POST", "/console/templates/case-progress")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(form))
        .unwrap();
    assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN);
    let mut tx = town.web.store.read().await.unwrap();
    assert_eq!(
        tx.templates()
            .versions("case-progress")
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn roles_hold() {
    let town = Town::lively().await;
    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let page = viewer.get("/console/insight").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.text.contains("<h1>Not for you</h1>"),
        "a person gets a page, not JSON"
    );
    assert!(
        !viewer
            .get("/console/now")
            .await
            .text
            .contains("/console/insight")
    );
    let csrf = viewer.get("/console/now").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("action", "save"), ("sms", "x")];
    let page = viewer
        .post("/console/templates/case-progress", &fields)
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = viewer
        .post(
            "/console/clients/C-1000/reveal",
            &[("csrf", &csrf), ("contact", "10000")],
        )
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        !viewer
            .get("/console/settings")
            .await
            .text
            .contains("k7f3a2b1")
    );

    let manager = Browser::logged_in(&town, Role::Manager).await;
    assert_eq!(manager.get("/console/insight").await.status, StatusCode::OK);
    let editor = manager.get("/console/templates/case-progress").await.text;
    assert!(!editor.contains("value=\"publish\""));
}

#[tokio::test]
async fn an_address_is_shown_only_on_purpose_and_that_is_written_down() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let page = browser.get("/console/clients/C-1000").await;
    assert!(page.text.contains("+39 333 ••• 1000"), "{}", page.text);
    assert!(!page.text.contains("+393330001000") && !page.text.contains("client1000@"));
    let fields = [
        ("csrf", page.field("csrf")),
        ("contact", "10000".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = browser
        .post("/console/clients/C-1000/reveal", &fields)
        .await;
    assert!(page.text.contains("+393330001000"));
    assert!(
        !page.text.contains("client1000@"),
        "the other address stays masked"
    );
    let deeds = town
        .web
        .store
        .read()
        .await
        .unwrap()
        .audit()
        .recent(1)
        .await
        .unwrap();
    assert_eq!(deeds[0].action, "contact.revealed");
    assert_eq!(deeds[0].actor, "operator@example.org");
    assert_eq!(deeds[0].subject, "C-1000");
}

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
            ("version", "1"),
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

    let page = submit("publish", "Pratica {{ case.ref }}: novita.").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(published().await.version, 3);
    assert_eq!(published().await.author, "operator@example.org");

    let page = submit("roll-back", "").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
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
    let browser = Browser::logged_in(&town, Role::Viewer).await;
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

#[tokio::test]
async fn the_console_says_why_a_client_did_not_get_it() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Operator).await;
    let suppressed = browser.get("/console/clients/C-1005?about=G-77").await.text;
    assert!(
        suppressed.contains("the client has no address on any channel"),
        "{suppressed}"
    );
    let outside = browser.get("/console/clients/C-1001?about=PR-1").await.text;
    assert!(
        outside.contains("This client was not in the audience"),
        "{outside}"
    );
    let unknown = browser.get("/console/clients/C-1001?about=NOPE").await.text;
    assert!(unknown.contains("There is no incident, case or event of this name"));
    let by_event = browser
        .get("/console/clients/C-1000?about=crm-61")
        .await
        .text;
    assert!(by_event.contains("Each message about it is listed"));
}

#[tokio::test]
async fn a_page_with_a_rare_state_walks_on() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/messages?state=undelivered").await;
    assert_eq!(
        page.text.matches("badge failed").count(),
        2,
        "{}",
        page.text
    );
    let page = browser.get("/console/messages?state=lost").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.text.contains("`lost` is not one of: held"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn the_export_holds_no_formula() {
    let town = Town::lively().await;
    sqlx::query("INSERT INTO rollup VALUES ($1, '=cmd|x', 1, 'sms', 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)")
        .bind(town.now().utc_day())
        .execute(&town.pool)
        .await
        .unwrap();
    let browser = Browser::logged_in(&town, Role::Manager).await;
    let page = browser.get("/console/insight.csv?days=7").await;
    assert!(page.header("content-type").starts_with("text/csv"));
    assert!(page.text.contains("\"'=cmd|x\""), "{}", page.text);
}

#[tokio::test]
async fn search_leads_straight_to_what_was_named() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    for (typed, page) in [
        ("G-77", "/console/incidents/G%2D77"),
        ("PR-1", "/console/cases/PR%2D1"),
        ("C-1000", "/console/clients/C%2D1000"),
        ("rossi", "/console/clients?q=rossi"),
    ] {
        let answer = browser.get(&format!("/console/search?q={typed}")).await;
        assert_eq!(answer.header("location"), page);
    }
    let id = town.message.to_string();
    let answer = browser.get(&format!("/console/search?q={id}")).await;
    assert_eq!(answer.header("location"), format!("/console/messages/{id}"));
}

#[tokio::test]
async fn the_live_page_sends_each_region_once_and_then_what_changed() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let request = browser
        .request("GET", "/console/now/live")
        .body(Body::empty())
        .unwrap();
    let response = browser.app.clone().oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    let mut body = response.into_body();
    let mut seen = String::new();
    while !seen.contains("event: recent") {
        let frame = body.frame().await.unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    for region in ["tiles", "lanes", "incidents", "providers", "recent"] {
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
