//! How pages are answered: with the headers that keep a browser strict.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::web::problem::Problem;

/// Nothing inline, nothing from elsewhere; frames only show what this daemon serves.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// A mail as its reader sees it: inline style is what mails are made of, but nothing runs,
/// nothing is loaded, and links open elsewhere. The sandbox gives it an origin of its own.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; frame-ancestors 'self'; base-uri 'none'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// A page of the console.
pub(crate) fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with a status of its own, such as 409 for a stale form.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => strict((status, html_type(), html).into_response(), PAGE_POLICY),
        Err(error) => {
            tracing::error!(error = %error, "a page could not be rendered");
            Problem::page_failed().into_response()
        }
    }
}

/// A mail in a frame: links open in a new tab, because the frame itself cannot leave.
pub(crate) fn mail(html: &str) -> Response {
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
pub(crate) fn strict(mut response: Response, policy: &'static str) -> Response {
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
pub(crate) fn strictly(response: impl IntoResponse) -> Response {
    strict(response.into_response(), PAGE_POLICY)
}
