//! Templates: the list, and the editor of one with its live preview and its versions.
//!
//! `editor` draws the page, `write` takes what was typed (draft, publish, roll back),
//! `preview` renders it from the samples. What a text may hold is decided by `template`.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::role::Right;
use crate::store::templates::TemplateSummary;
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

use super::frame::{self, Frame, Part};

mod editor;
mod preview;
mod write;

/// The routes of the templates. What is typed is rendered only for who may write; the frame that
/// shows a mail is part of the page that everybody may read.
pub(super) fn routes() -> Routes {
    let editor = Access::Right(Right::EditTemplates);
    Routes::default()
        .get("/console/templates", Access::Person, list)
        .get("/console/templates/{name}", Access::Person, editor::show)
        .post("/console/templates/{name}", editor, write::write)
        .post(
            "/console/templates/{name}/preview",
            editor,
            preview::preview,
        )
        .get("/console/previews/{key}", Access::Person, preview::mail)
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
