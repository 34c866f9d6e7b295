//! Templates: the list, and the editor of one with its live preview and its versions.
//!
//! `editor` draws the page, `typed` reads its form, `write` saves it, `change` asks before a
//! version goes live or a draft is lost, `preview` renders from the samples. What a text may hold
//! is decided by `template`, which works on it in a workshop of its own.

use askama::Template;
use axum::response::Response;

use crate::domain::role::Right;
use crate::store::templates::TemplateSummary;
use crate::web::problem::Problem;
use crate::web::routes::{Access, Routes};

use super::shell::{self, ConsolePart, Frame, Visit};

mod change;
mod editor;
mod preview;
mod typed;
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
        .get("/console/templates/{name}/{asked}", editor, change::ask)
        .post("/console/templates/{name}/{asked}", editor, change::answer)
        .get("/console/previews/{key}", Access::Person, preview::mail)
}

#[derive(Template)]
#[template(path = "console/templates.html")]
struct TemplatesPage {
    frame: Frame,
    rows: Vec<TemplateSummary>,
}

/// `GET /console/templates`.
async fn list(visit: Visit) -> Result<Response, Problem> {
    let rows = visit.web.store.read().await?.templates().list().await?;
    let frame = visit.frame(ConsolePart::Templates, "Templates").await?;
    Ok(shell::page(&TemplatesPage { frame, rows }))
}
