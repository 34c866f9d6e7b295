//! `GET /v1/sources`: how far each source was read, and how it does.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::store::sources::{DifferenceSort, NamedDifference, ReconciledRow, SourceRow};
use crate::store::{StoreError, Tx};
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
    /// What its present state came to, held against what is known; none: it is not asked for it.
    reconciled: Option<ReconciledItem>,
}

/// The last comparison of a source.
#[derive(Debug, Serialize)]
struct ReconciledItem {
    compared_at: Option<Timestamp>,
    /// How many are open over there, and here.
    theirs: i64,
    ours: i64,
    missing: DifferenceItem,
    other: DifferenceItem,
    gone: DifferenceItem,
    /// How many of these became late events.
    late: i64,
    doubt: Option<String>,
    fault: Option<String>,
}

/// Differences of one sort: all are counted, the first are named.
#[derive(Debug, Serialize)]
struct DifferenceItem {
    count: i64,
    names: Vec<String>,
}

impl ReconciledItem {
    fn new(row: ReconciledRow, names: &[NamedDifference]) -> Self {
        let sort = |sort: DifferenceSort, count: i64| {
            let names = names.iter().filter(|one| one.sort == sort);
            let names = names.map(|one| one.name.clone()).collect();
            DifferenceItem { count, names }
        };
        let compared = row.compared;
        Self {
            compared_at: row.compared_at,
            theirs: compared.theirs,
            ours: compared.ours,
            missing: sort(DifferenceSort::Missing, compared.missing),
            other: sort(DifferenceSort::Other, compared.other),
            gone: sort(DifferenceSort::Gone, compared.gone),
            late: compared.late,
            doubt: compared.doubt,
            fault: row.fault,
        }
    }
}

impl SourceItem {
    fn new(row: SourceRow, reconciled: Option<ReconciledItem>) -> Self {
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
            reconciled,
        }
    }
}

async fn reconciled(tx: &mut Tx, name: &str) -> Result<Option<ReconciledItem>, StoreError> {
    let Some(row) = tx.reconciliations().get(name).await? else {
        return Ok(None);
    };
    let names = tx.reconciliations().names(name).await?;
    Ok(Some(ReconciledItem::new(row, &names)))
}

/// Every source that was ever looked at: there are 64 at most in the settings.
pub(crate) async fn get(State(web): State<Web>) -> Result<Json<SourceList>, Problem> {
    let mut tx = web.store.read().await?;
    let rows = tx.sources().list().await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let reconciled = reconciled(&mut tx, &row.name).await?;
        items.push(SourceItem::new(row, reconciled));
    }
    Ok(Json(SourceList { items }))
}
