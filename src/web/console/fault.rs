//! Problems as pages: a person who followed a link gets a page that says what is wrong, a
//! program (and the scripts) the problem as JSON.

use askama::Template;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::web::problem::Problem;

use super::assets;
use super::frame::{page_with, theme};

/// A problem's JSON is a few hundred bytes.
const LARGEST: usize = 64 * 1024;

#[derive(Template)]
#[template(path = "console/problem.html")]
struct ProblemPage {
    theme: Option<&'static str>,
    assets: &'static str,
    title: String,
    detail: String,
}

/// Turns a problem into a page for those who asked for one.
pub(super) async fn as_page(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if !wants_page(&headers) || !is_problem(&response) {
        return response;
    }
    let status = response.status();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or_default().to_owned();
    let mut page = page_of(status, detail, &headers);
    if let Some(after) = parts.headers.get(header::RETRY_AFTER) {
        page.headers_mut()
            .insert(header::RETRY_AFTER, after.clone());
    }
    page
}

/// A problem as its reader wants it.
pub(in crate::web) fn problem(problem: Problem, headers: &HeaderMap) -> Response {
    if wants_page(headers) {
        return page_of(problem.status, problem.detail, headers);
    }
    problem.into_response()
}

fn page_of(status: StatusCode, detail: String, headers: &HeaderMap) -> Response {
    let page = ProblemPage {
        theme: theme(headers),
        assets: assets::folder(),
        title: title(status).to_owned(),
        detail,
    };
    page_with(status, &page)
}

/// Whether a person asks, by a browser.
pub(in crate::web) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn is_problem(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == b"application/problem+json")
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Not here",
        StatusCode::FORBIDDEN => "Not for you",
        StatusCode::UNAUTHORIZED => "Logged out",
        StatusCode::SERVICE_UNAVAILABLE => "Not now",
        _ => "This did not work",
    }
}
