//! `GET /v1/sources/{name}/dead`: the records of a source that could not be taken, the oldest first.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::limits::SOURCE_DEAD_SHOWN;
use crate::store::sources::DeadRecord;
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

#[derive(Debug, Serialize)]
pub(crate) struct DeadList {
    items: Vec<DeadItem>,
}

/// A record that could not be taken.
#[derive(Debug, Serialize)]
struct DeadItem {
    id: String,
    place: String,
    reason: String,
    /// Its fields as they say them, as JSON.
    record: String,
    dead_at: Timestamp,
}

impl From<DeadRecord> for DeadItem {
    fn from(record: DeadRecord) -> Self {
        Self {
            id: record.id.to_string(),
            place: record.place,
            reason: record.reason,
            record: record.record,
            dead_at: record.dead_at,
        }
    }
}

/// A hundred of them; none for a source that was never looked at.
pub(crate) async fn get(
    Path(name): Path<String>,
    State(web): State<Web>,
) -> Result<Json<DeadList>, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.sources().dead(&name, SOURCE_DEAD_SHOWN).await?;
    let items = found.into_iter().map(DeadItem::from).collect();
    Ok(Json(DeadList { items }))
}
