//! Templates: the list, and the editor of one with its live preview and its versions.
//!
//! `editor` draws the page, `typed` reads its form, `write` saves it, `change` asks before a
//! version goes live or a draft is lost, `preview` renders from the samples. What a text may hold
//! is decided by `template`, which works on it in a workshop of its own.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};

use crate::domain::limits::EDITOR_FORM_BYTES;
use crate::store::templates::TemplateSummary;
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::frame::{self, Frame, Part};

mod change;
mod editor;
mod preview;
mod typed;
mod write;

/// The routes of the templates.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/console/templates", get(list))
        .route(
            "/console/templates/{name}",
            get(editor::show).post(write::write),
        )
        .route("/console/templates/{name}/preview", post(preview::preview))
        .route(
            "/console/templates/{name}/{asked}",
            get(change::ask).post(change::answer),
        )
        .route("/console/previews/{key}", get(preview::mail))
        .layer(DefaultBodyLimit::max(EDITOR_FORM_BYTES))
}

#[derive(Template)]
#[template(path = "console/templates.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<TemplateSummary>,
}

/// `GET /console/templates`.
async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let rows = web.store.read().await?.templates().list().await?;
    let frame = Frame::new(&web, &person, &headers, Part::Templates, "Templates").await?;
    Ok(frame::page(&ListPage { frame, rows }))
}
