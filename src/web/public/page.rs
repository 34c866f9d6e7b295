//! What all answers to clients share: the headers, the one style sheet inside the page, and the
//! pages for when there is nothing to show.

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::phrases::Language;
use crate::store::StoreError;

/// The style of every page, inside the page: one request shows all of it.
pub(super) const STYLE: &str = include_str!("../../../assets/public/style.css");

/// Nothing may run and nothing may load; the one style is allowed by its hash
/// (CSP Level 3 §6.7.3.3). Forms go back to where they came from.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

const GUARDS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
];

/// An answer with the headers that keep it from being cached, indexed, framed or leaked.
pub(super) fn guarded(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(name, value);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

pub(super) fn show(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => guarded((status, Html(html))),
        Err(error) => {
            tracing::error!(error = %error, "a client's page cannot be rendered");
            guarded(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// A short page: a heading and two lines, in one language or in both.
#[derive(Template)]
#[template(path = "public/note.html")]
pub(super) struct Note<'a> {
    pub(super) language: Language,
    pub(super) title: &'a str,
    pub(super) lines: [(Language, &'a str); 2],
}

impl<'a> Note<'a> {
    /// For a reader whose language is not known.
    pub(super) const fn both(title: &'a str, italian: &'a str, english: &'a str) -> Self {
        Self {
            language: Language::HOME,
            title,
            lines: [(Language::Italian, italian), (Language::English, english)],
        }
    }
}

/// The same for forged, cut and expired tokens: nobody learns which one it was.
pub(in crate::web) fn missing() -> Response {
    let note = Note::both(
        "Pagina non trovata",
        "Questo indirizzo non porta a nessuna pagina. Se lo ha copiato da un messaggio, controlli \
         che sia intero.",
        "This address leads to no page. If you copied it from a message, please check that it is \
         complete.",
    );
    show(StatusCode::NOT_FOUND, &note)
}

/// The store does not answer.
pub(super) fn unavailable(error: &StoreError) -> Response {
    tracing::error!(error = %error, "a client's page cannot be shown");
    let note = Note::both(
        "Un momento di pazienza",
        "La pagina non risponde in questo momento. Riprovi tra qualche minuto: le Sue scelte \
         restano come sono.",
        "This page does not answer right now. Please try again in a few minutes: your choices \
         stay as they are.",
    );
    show(StatusCode::SERVICE_UNAVAILABLE, &note)
}
