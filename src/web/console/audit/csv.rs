//! `GET /console/audit.csv`: the newest lines with the filters of the page, as they were written:
//! for programs, in no language.

use axum::http::header;
use axum::response::Response;
use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::AuditQuery;
use crate::domain::limits::AUDIT_EXPORT;
use crate::domain::role::Right;
use crate::store::access::audit::AuditRow;
use crate::web::cell::guarded;
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

pub(crate) async fn get(visit: Visit, Query(ask): Query<AuditQuery>) -> Result<Response, Problem> {
    visit.person.require(Right::Administer)?;
    let filter = ask.filter(visit.moment().zone)?;
    let mut tx = visit.web.store.read().await?;
    let rows = tx.audit().list(&filter, i64::MAX, AUDIT_EXPORT).await?;
    drop(tx);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-audit.csv\"",
        ),
    ];
    match table(&rows) {
        Ok(text) => Ok(strictly((headers, text))),
        Err(error) => {
            tracing::error!(error = %error, "the audit could not be written as CSV");
            Err(Problem::page_failed())
        }
    }
}

fn table(rows: &[AuditRow]) -> csv::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(["at", "actor", "action", "subject", "detail"])?;
    for row in rows {
        writer.write_record([
            row.at.to_string(),
            guarded(&row.actor),
            row.action.clone(),
            guarded(&row.subject),
            guarded(row.detail.as_deref().unwrap_or_default()),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
