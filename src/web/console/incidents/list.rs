//! `GET /console/incidents`: what is going on, and what went on.

use askama::Template;
use axum::response::Response;

use super::line::IncidentLine;
use crate::domain::IncidentId;
use crate::store::planning::incidents::IncidentRecord;
use crate::web::console::shell::list::{self, After};
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::extract::Query;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "console/incidents.html")]
struct IncidentsPage {
    frame: Frame,
    rows: Vec<IncidentLine>,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(after): Query<After>) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let before = Some(IncidentId::new(after.before()));
    let rows = tx.incidents().outlines(false, before, list::PAGE).await?;
    drop(tx);
    let next = list::next(&rows, |row| row.id.get());
    let now = visit.web.moment();
    let line = |row: IncidentRecord| IncidentLine::new(row.incident, now);
    Ok(shell::page(&IncidentsPage {
        frame: visit.frame(ConsolePart::Incidents, "Incidents").await?,
        next: next.map(|last| format!("/console/incidents?after={last}")),
        rows: rows.into_iter().map(line).collect(),
    }))
}
