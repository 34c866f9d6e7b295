//! What surrounds every page: the rail, the top line, the headers that keep a browser strict.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::role::{Right, Role};
use crate::store::StoreError;
use crate::web::Web;
use crate::web::auth::session::{Person, cookie_value};
use crate::web::problem::Problem;

use super::assets;
use super::now::Health;

/// Nothing inline, nothing from elsewhere; frames only show what this daemon serves.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// A mail as its reader sees it: inline style is what mails are made of, but nothing runs,
/// nothing is loaded, and links open elsewhere. The sandbox gives it an origin of its own.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; frame-ancestors 'self'; base-uri 'none'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// The cookie that keeps the choice of light or dark.
pub(super) const THEME_COOKIE: &str = "araldo_theme";

/// The parts of the console, in the order of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Now,
    Incidents,
    Cases,
    Clients,
    Messages,
    Templates,
    Insight,
    Sandbox,
    Settings,
}

/// One entry of the rail.
pub(super) struct Entry {
    pub(super) word: &'static str,
    pub(super) path: &'static str,
    /// The path of its picture, 24 by 24, drawn with a stroke.
    pub(super) drawing: &'static str,
    pub(super) here: bool,
}

/// What the layout needs from every page.
pub(super) struct Frame {
    /// Title of the page: the place one is in.
    pub(super) title: String,
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) csrf: String,
    pub(super) theme: Option<&'static str>,
    pub(super) entries: Vec<Entry>,
    pub(super) health: Health,
    pub(super) assets: &'static str,
}

impl Frame {
    /// The frame of a page in `part`.
    pub(super) async fn new(
        web: &Web,
        person: &Person,
        headers: &HeaderMap,
        part: Part,
        title: impl Into<String>,
    ) -> Result<Self, StoreError> {
        let snapshot = web.console.now(web).await?;
        Ok(Self {
            title: title.into(),
            email: person.email.clone(),
            role: person.role,
            csrf: person.csrf.clone(),
            theme: theme(headers),
            entries: rail(part, web.sandbox.is_some(), person.role),
            health: snapshot.health(web.moment()),
            assets: assets::folder(),
        })
    }
}

/// The theme chosen, if one was; the browser's own otherwise.
pub(super) fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match cookie_value(headers, THEME_COOKIE) {
        Some("light") => Some("light"),
        Some("dark") => Some("dark"),
        _ => None,
    }
}

/// The rail: part, word, path, and the drawing of its sign.
const RAIL: [(Part, &str, &str, &str); 9] = [
    (
        Part::Now,
        "Now",
        "/console/now",
        "M4 18h16M6 18v-5m5 5V7m5 11v-8",
    ),
    (
        Part::Incidents,
        "Incidents",
        "/console/incidents",
        "M12 4 3 19h18zM12 10v4m0 2.5v.5",
    ),
    (Part::Cases, "Cases", "/console/cases", "M4 7h6l2 2h8v10H4z"),
    (
        Part::Clients,
        "Clients",
        "/console/clients",
        "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-7 8c1-4 4-5 7-5s6 1 7 5",
    ),
    (
        Part::Messages,
        "Messages",
        "/console/messages",
        "M4 6h16v11H9l-5 4z",
    ),
    (
        Part::Templates,
        "Templates",
        "/console/templates",
        "M6 3h8l4 4v14H6zM9 11h6m-6 4h6",
    ),
    (
        Part::Insight,
        "Insight",
        "/console/insight",
        "M4 19 10 12l4 3 6-9",
    ),
    (
        Part::Sandbox,
        "Sandbox",
        "/console/sandbox",
        "M8 3h8v18H8zM11 18h2",
    ),
    (
        Part::Settings,
        "Settings",
        "/console/settings",
        "M4 7h9m4 0h3M4 17h3m4 0h9M15 5v4M9 15v4",
    ),
];

fn rail(here: Part, sandbox: bool, role: Role) -> Vec<Entry> {
    RAIL.into_iter()
        .filter(|(part, ..)| *part != Part::Sandbox || (sandbox && role.may(Right::HoldHandsets)))
        .filter(|(part, ..)| *part != Part::Insight || role.may(Right::Rates))
        .map(|(part, word, path, drawing)| Entry {
            word,
            path,
            drawing,
            here: part == here,
        })
        .collect()
}

/// A page of the console.
pub(super) fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with a status of its own, such as 409 for a stale form.
pub(super) fn page_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => strict((status, html_type(), html).into_response(), PAGE_POLICY),
        Err(error) => {
            tracing::error!(error = %error, "a page could not be rendered");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "page_failed",
                "this page could not be made; the log says why",
            )
            .into_response()
        }
    }
}

/// A mail in a frame: links open in a new tab, because the frame itself cannot leave.
pub(super) fn mail(html: &str) -> Response {
    let html = format!("<base target=\"_blank\">{html}");
    let mut response = strict((html_type(), html).into_response(), MAIL_POLICY);
    let ours = HeaderValue::from_static("SAMEORIGIN");
    response.headers_mut().insert(header::X_FRAME_OPTIONS, ours);
    response
}

const fn html_type() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "text/html; charset=utf-8")]
}

/// Adds the headers that keep a browser from doing more than showing the page.
pub(super) fn strict(mut response: Response, policy: &'static str) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ),
        ("cache-control", "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Adds the same to answers that are no pages, such as redirects and exports.
pub(super) fn strictly(response: impl IntoResponse) -> Response {
    strict(response.into_response(), PAGE_POLICY)
}
