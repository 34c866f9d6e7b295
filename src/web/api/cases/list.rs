//! `GET /v1/cases`: cases in pages, newest first; `?client=` those of one client.

use axum::Json;
use axum::extract::State;

use crate::domain::CaseId;
use crate::store::planning::cases::CaseRecord;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::extract::Query;
use crate::web::problem::Problem;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["client", "limit", "after"];

#[derive(serde::Deserialize)]
pub(crate) struct CaseFilter {
    client: Option<String>,
}

/// One page of cases.
pub(crate) async fn get(
    paging: Paging,
    Query(CaseFilter { client }): Query<CaseFilter>,
    State(web): State<Web>,
) -> Result<Json<Page<CaseRecord>>, Problem> {
    let before = paging.after.map(CaseId::new);
    let mut tx = web.store.read().await?;
    let mut cases = tx.cases();
    let limit = paging.one_more();
    let found = match client {
        Some(client) => cases.for_client(&client, before, limit).await?,
        None => cases.list(false, before, limit).await?,
    };
    Ok(Json(Page::cut(
        found,
        paging,
        |case| case.id.get(),
        |case| case,
    )))
}
