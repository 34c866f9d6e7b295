//! `GET /console/sources`: every source, and how it does.

use askama::Template;
use axum::response::Response;

use super::line::SourceLine;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "console/sources.html")]
struct SourcesPage {
    frame: Frame,
    rows: Vec<SourceLine>,
}

pub(super) async fn get(visit: Visit) -> Result<Response, Problem> {
    let rows = visit.web.store.read().await?.sources().list().await?;
    Ok(shell::page(&SourcesPage {
        frame: visit
            .frame(ConsolePart::Sources, visit.words().say("sources-title"))
            .await?,
        rows: SourceLine::all(&visit.web, &rows, visit.moment()),
    }))
}
