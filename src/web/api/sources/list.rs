//! `GET /v1/sources`: how far each source was read, and how it does.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::store::sources::SourceRow;
use crate::web::Web;
use crate::web::problem::Problem;

#[derive(Debug, Serialize)]
pub(crate) struct SourceList {
    items: Vec<SourceItem>,
}

/// How one source does.
#[derive(Debug, Serialize)]
struct SourceItem {
    name: String,
    /// No look has failed since the last that did not.
    up: bool,
    /// What stood there when it was new has been read.
    settled: bool,
    looked_at: Option<Timestamp>,
    record_at: Option<Timestamp>,
    /// Milliseconds from their change to our commit, where a record last said when it changed.
    lag_ms: Option<i64>,
    records: i64,
    fault: Option<String>,
    fault_since: Option<Timestamp>,
    doubt: Option<String>,
    /// Records that could not be taken.
    dead: i64,
}

impl From<SourceRow> for SourceItem {
    fn from(row: SourceRow) -> Self {
        Self {
            up: row.fault.is_none(),
            name: row.name,
            settled: row.settled,
            looked_at: row.looked_at,
            record_at: row.record_at,
            lag_ms: row.lag.map(|lag| lag.num_milliseconds()),
            records: row.records,
            fault: row.fault,
            fault_since: row.fault_since,
            doubt: row.doubt,
            dead: row.dead,
        }
    }
}

/// Every source that was ever looked at: there are 64 at most in the settings.
pub(crate) async fn get(State(web): State<Web>) -> Result<Json<SourceList>, Problem> {
    let rows = web.store.read().await?.sources().list().await?;
    let items = rows.into_iter().map(SourceItem::from).collect();
    Ok(Json(SourceList { items }))
}
