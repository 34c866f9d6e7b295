//! `GET /docs` and `/docs/PART`: the description of the API as pages for people, made of the same document as
//! `/v1/openapi.json`: a list of all calls, a page for each part, and one with the schemas. `view` is what the
//! pages say, `kinds` how a schema is said in words, `curl` an example of a call. They load nothing, here or
//! elsewhere, and run nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use self::kinds::{SCHEMA_PAGES, schema_page};
use self::view::{DocsPart, DocsSchema};
use crate::web::api::described::described;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

mod curl;
mod kinds;
mod view;

/// Inside each page: one request shows all of it.
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

/// By their name in the address; the list of all calls has none. Made once: they are the same for everybody, and
/// whoever reaches the port may ask for them.
static PAGES: LazyLock<Result<BTreeMap<String, String>, Problem>> = LazyLock::new(pages);

#[derive(Template)]
#[template(path = "docs/page.html")]
struct DocsPage<'a> {
    version: &'static str,
    style: &'static str,
    /// Of the part that is shown; empty on the list of all calls.
    title: &'a str,
    parts: &'a [DocsPart],
    shown: &'a [DocsPart],
    schemas: &'a [&'a DocsSchema],
    schema_pages: [(&'static str, &'static str); 2],
}

pub(super) async fn list() -> Result<Response, Problem> {
    found("")
}

pub(super) async fn part(Path(name): Path<String>) -> Result<Response, Problem> {
    found(&name)
}

fn found(name: &str) -> Result<Response, Problem> {
    let pages = LazyLock::force(&PAGES).as_ref().map_err(Problem::clone)?;
    let missing = || Problem::not_found("part of the description", name);
    let page = pages.get(name).ok_or_else(missing)?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY.clone()),
    ];
    Ok((headers, page.as_str()).into_response())
}

fn pages() -> Result<BTreeMap<String, String>, Problem> {
    let document = &described()?.document;
    let parts = view::parts(document);
    let schemas = view::schemas(document);
    let mut pages = BTreeMap::new();
    pages.insert(String::new(), page("", &parts, &[], &[])?);
    for part in &parts {
        let shown = std::slice::from_ref(part);
        pages.insert(part.anchor.clone(), page(&part.name, &parts, shown, &[])?);
    }
    for (name, title) in SCHEMA_PAGES {
        let here = |schema: &&DocsSchema| schema_page(&schema.name) == name;
        let here: Vec<&DocsSchema> = schemas.iter().filter(here).collect();
        pages.insert(name.to_owned(), page(title, &parts, &[], &here)?);
    }
    Ok(pages)
}

fn page(
    title: &str,
    parts: &[DocsPart],
    shown: &[DocsPart],
    schemas: &[&DocsSchema],
) -> Result<String, Problem> {
    let page = DocsPage {
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        title,
        parts,
        shown,
        schemas,
        schema_pages: SCHEMA_PAGES,
    };
    page.render().map_err(|error| {
        tracing::error!(error = %error, "the page of the API cannot be rendered");
        Problem::page_failed()
    })
}
