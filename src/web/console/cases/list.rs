//! `GET /console/cases`: where each stands and with whom.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::CaseLine;
use crate::domain::CaseId;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CasesQuery {
    /// `all` for the closed ones too.
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/cases.html")]
struct CasesPage {
    frame: Frame,
    all: bool,
    rows: Vec<CaseLine>,
    next: Option<String>,
}

pub(crate) async fn get(
    visit: Visit,
    Query(CasesQuery { show, after }): Query<CasesQuery>,
) -> Result<Response, Problem> {
    let all = show == "all";
    let mut tx = visit.web.store.read().await?;
    let before = Some(CaseId::new(list::before(&after)));
    let rows = tx.cases().list(!all, before, list::PAGE).await?;
    drop(tx);
    let next = list::next(&rows, |row| row.id.get());
    Ok(shell::page(&CasesPage {
        frame: visit
            .frame(ConsolePart::Cases, visit.words().say("cases-title"))
            .await?,
        all,
        rows: CaseLine::all(rows, &visit),
        next: next.map(|last| format!("/console/cases?show={show}&after={last}")),
    }))
}
