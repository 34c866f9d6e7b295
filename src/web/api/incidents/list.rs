//! `GET /v1/incidents`: incidents in pages, newest first.

use axum::Json;
use axum::extract::State;

use crate::domain::IncidentId;
use crate::store::planning::incidents::IncidentRecord;
use crate::web::Web;
use crate::web::api::page::{Page, Paging};
use crate::web::problem::Problem;

/// One page of incidents.
pub(crate) async fn get(
    paging: Paging,
    State(web): State<Web>,
) -> Result<Json<Page<IncidentRecord>>, Problem> {
    let before = paging.after.map(IncidentId::new);
    let mut tx = web.store.read().await?;
    let found = tx
        .incidents()
        .list(false, before, paging.one_more())
        .await?;
    Ok(Json(Page::cut(
        found,
        paging,
        |record| record.id.get(),
        |record| record,
    )))
}
