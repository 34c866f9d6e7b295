//! `GET /docs`: the description of the API as one page for people, made of the same document as
//! `/v1/openapi.json`. `view` is what the page says, `kinds` how a schema is said in words, `curl` an
//! example of a call. It loads nothing, here or elsewhere, and runs nothing.

use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use self::view::{DocsPart, DocsSchema};
use crate::web::api::described::described;
use crate::web::problem::Problem;

mod curl;
mod kinds;
mod view;

/// Inside the page: one request shows all of it.
const STYLE: &str = include_str!("../../../../assets/docs/style.css");

/// Nothing may run and nothing may load; the one style is allowed by its hash (CSP Level 3 §6.7.3.3).
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// Made once: it is the same for everybody, and whoever reaches the port may ask for it.
static PAGE: LazyLock<Result<String, Problem>> = LazyLock::new(page);

#[derive(Template)]
#[template(path = "docs/page.html")]
struct DocsPage {
    version: &'static str,
    style: &'static str,
    parts: Vec<DocsPart>,
    schemas: Vec<DocsSchema>,
}

pub(super) async fn get() -> Result<Response, Problem> {
    let page = LazyLock::force(&PAGE).as_ref().map_err(Problem::clone)?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY.clone()),
    ];
    Ok((headers, page.as_str()).into_response())
}

fn page() -> Result<String, Problem> {
    let document = &described()?.document;
    let page = DocsPage {
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        parts: view::parts(document),
        schemas: view::schemas(document),
    };
    page.render().map_err(|error| {
        tracing::error!(error = %error, "the page of the API cannot be rendered");
        Problem::page_failed()
    })
}
