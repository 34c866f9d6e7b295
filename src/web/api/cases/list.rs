//! `GET /v1/cases`: cases in pages, newest first; `?client=` those of one client, `?partner=` those of
//! the clients that a partner looks after.

use axum::Json;
use axum::extract::State;

use crate::domain::CaseId;
use crate::store::planning::cases::CaseRecord;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// The parameters of the query.
pub(in crate::web::api) const QUERY: &[&str] = &["client", "partner", "limit", "after"];

#[derive(serde::Deserialize)]
pub(crate) struct CaseFilter {
    client: Option<String>,
    partner: Option<String>,
}

/// One page of cases.
pub(crate) async fn get(
    paging: Paging,
    Query(CaseFilter { client, partner }): Query<CaseFilter>,
    State(web): State<Web>,
) -> Result<Json<Page<CaseRecord>>, Problem> {
    let before = paging.after.map(CaseId::new);
    let mut tx = web.store.read().await?;
    let mut cases = tx.cases();
    let limit = paging.one_more();
    let found = match (client, partner) {
        (Some(_), Some(_)) => {
            let fault = "`client` and `partner` are not asked for together";
            return Err(Problem::field("/partner", fault));
        }
        (Some(client), None) => cases.for_client(&client, before, limit).await?,
        (None, Some(partner)) => cases.for_partner(&partner, before, limit).await?,
        (None, None) => cases.list(false, before, limit).await?,
    };
    Ok(Json(Page::cut(
        found,
        paging,
        |case| case.id.get(),
        |case| case,
    )))
}
