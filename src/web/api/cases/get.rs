//! `GET /v1/cases/{ref}`: where a case stands, and how it came there.

use axum::Json;
use axum::extract::State;

use crate::store::planning::cases::{CaseChange, CaseRecord};
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// A case with its history.
#[derive(serde::Serialize)]
pub(crate) struct CaseWithHistory {
    #[serde(flatten)]
    case: CaseRecord,
    history: Vec<CaseChange>,
}

pub(crate) async fn get(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<CaseWithHistory>, Problem> {
    let mut tx = web.store.read().await?;
    let case = tx.cases().get(&reference).await?;
    let history = tx.cases().history(&reference).await?;
    Ok(Json(CaseWithHistory { case, history }))
}
