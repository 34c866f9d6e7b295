//! `POST /v1/incidents:preview`: who would be told about an incident, by what, at what cost,
//! before anybody is. Nothing is stored.

use axum::extract::State;
use serde_json::{Value, json};

use crate::domain::event::{IncidentData, IncidentStep};
use crate::plan::exchanged;
use crate::web::Web;
use crate::web::api::body::Json;
use crate::web::auth::keys::{Authorized, IncidentsRead};
use crate::web::problem::Problem;

/// Counts the audience of an incident described as in an `incident.opened` event.
pub(crate) async fn post(
    _caller: Authorized<IncidentsRead>,
    State(web): State<Web>,
    Json(mut body): Json,
) -> Result<axum::Json<Value>, Problem> {
    // It need not have a name yet.
    if let Some(fields) = body.as_object_mut() {
        fields.entry("incident").or_insert_with(|| "preview".into());
    }
    let data = IncidentData::parse(IncidentStep::Opened, &body)?;
    data.check()?;
    let area = data.area.unwrap_or_default();
    let mut tx = web.store.read().await?;
    let count = tx.audience().count_by_channel(&area).await?;
    let turned = tx.audience().if_exchanged(&area).await?;
    let mut answer = json!({
        "clients": count.clients,
        "channels": {"sms": count.sms, "email": count.email},
        "unreachable": count.unreachable,
        // One segment each at least; how many it really takes depends on the text.
        "cost": {"sms_segments_at_least": count.sms},
    });
    if let Some(clients) = turned {
        // Valid, and probably not meant.
        answer["warnings"] = json!([exchanged(clients)]);
    }
    Ok(axum::Json(answer))
}
