//! Problems as pages: a person who followed a link gets a page that says what is wrong, a
//! program (and the scripts) the problem as JSON.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::web::problem::Problem;

use super::answer::page_with;
use super::assets;
use super::layout::theme;

#[derive(Template)]
#[template(path = "console/problem.html")]
struct ProblemPage<'a> {
    theme: Option<&'static str>,
    assets: &'static str,
    title: &'static str,
    detail: &'a str,
}

/// Turns a problem into a page for those who asked for one.
pub(crate) async fn as_page(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if wants_page(&headers) => page_of(problem, &headers),
        _ => response,
    }
}

/// A problem as its reader wants it.
pub(in crate::web) fn problem(problem: Problem, headers: &HeaderMap) -> Response {
    if wants_page(headers) {
        return page_of(&problem, headers);
    }
    problem.into_response()
}

fn page_of(problem: &Problem, headers: &HeaderMap) -> Response {
    let page = ProblemPage {
        theme: theme(headers),
        assets: assets::folder(),
        title: title(problem.status),
        detail: &problem.detail,
    };
    let mut page = page_with(problem.status, &page);
    if let Some(wait) = problem.retry_after() {
        page.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    page
}

/// Whether a person asks, by a browser.
pub(in crate::web) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
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
