//! `GET /console/audit`: what was done, newest first.

use askama::Template;
use axum::response::Response;

use super::AuditQuery;
use super::line::AuditLine;
use crate::store::access::actions::AuditAction;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    frame: Frame,
    ask: AuditQuery,
    actions: &'static [AuditAction],
    lines: Vec<AuditLine>,
    /// Where the same is found as CSV.
    export: String,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(ask): Query<AuditQuery>) -> Result<Response, Problem> {
    let now = visit.moment();
    let filter = ask.filter(now.zone)?;
    let mut tx = visit.web.store.read().await?;
    let rows = tx
        .audit()
        .list(&filter, list::before(&ask.after), list::PAGE)
        .await?;
    drop(tx);
    let next = list::next(&rows, |row| row.id);
    Ok(shell::page(&AuditPage {
        frame: visit
            .frame(ConsolePart::People, visit.words().say("people-audit"))
            .await?,
        next: next.map(|last| format!("/console/audit?{}", ask.pairs(Some(last)))),
        export: format!("/console/audit.csv?{}", ask.pairs(None)),
        ask,
        actions: AuditAction::ALL,
        lines: rows
            .into_iter()
            .map(|row| AuditLine::new(row, now))
            .collect(),
    }))
}
