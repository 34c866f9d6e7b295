//! `GET /v1/incidents/{ref}`: where an incident stands, and how it came there.

use axum::Json;
use axum::extract::State;

use crate::store::planning::incidents::{IncidentChange, IncidentRecord};
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// An incident with its history.
#[derive(serde::Serialize)]
pub(crate) struct IncidentWithHistory {
    #[serde(flatten)]
    incident: IncidentRecord,
    history: Vec<IncidentChange>,
}

pub(crate) async fn get(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<IncidentWithHistory>, Problem> {
    let mut tx = web.store.read().await?;
    let incident = tx.incidents().get(&reference).await?;
    let history = tx.incidents().history(&reference).await?;
    Ok(Json(IncidentWithHistory { incident, history }))
}
