//! Problems as pages: a person who followed a link gets a page that says what is wrong, a
//! program (and the scripts) the problem as JSON.

use std::borrow::Cow;

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::domain::language::Language;
use crate::web::problem::Problem;

use super::answer::page_with;
use super::layout::theme;
use super::words::ConsoleWords;
use super::{assets, languages, problems};

#[derive(Template)]
#[template(path = "console/problem.html")]
struct ProblemPage<'a> {
    theme: Option<&'static str>,
    assets: &'static str,
    title: Cow<'static, str>,
    /// What is wrong, in these words.
    said: Option<String>,
    /// As programs get it, in English.
    detail: &'a str,
    words: ConsoleWords,
}

/// Turns a problem into a page for those who asked for one.
pub(crate) async fn as_page(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if wants_page(&headers) => {
            let chosen = response.extensions().get::<Language>().copied();
            page_of(problem, &headers, chosen)
        }
        _ => response,
    }
}

/// A problem as its reader wants it.
pub(in crate::web) fn problem(problem: Problem, headers: &HeaderMap) -> Response {
    if wants_page(headers) {
        return page_of(&problem, headers, None);
    }
    problem.into_response()
}

/// `chosen`: the language of the person, where there is one who chose.
fn page_of(problem: &Problem, headers: &HeaderMap, chosen: Option<Language>) -> Response {
    let language = chosen.or_else(|| languages::asked_for(headers));
    let words = language.map_or(ConsoleWords::ENGLISH, ConsoleWords::new);
    let page = ProblemPage {
        theme: theme(headers),
        assets: assets::folder(),
        title: words.say(title(problem.status)),
        said: problems::said(words, &problem.detail),
        detail: &problem.detail,
        words,
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

/// The key of the title.
const fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "shell-problem-not-here",
        StatusCode::FORBIDDEN => "shell-problem-not-for-you",
        StatusCode::UNAUTHORIZED => "shell-problem-logged-out",
        StatusCode::SERVICE_UNAVAILABLE => "shell-problem-not-now",
        _ => "shell-problem-other",
    }
}
