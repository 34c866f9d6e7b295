//! A record that could not be taken, taken once more with the mapping as it stands now.

use super::known::{accept, known};
use super::mapping::Mapping;
use super::reader::SourceRecord;
use crate::domain::{FieldError, Ids, Timestamp};
use crate::store::sources::DeadRecord;
use crate::store::{Store, StoreError};

/// Takes one dead record, and forgets it. The inner error: it still cannot be taken, and stays.
pub async fn replay(
    store: &Store,
    mapping: &Mapping,
    name: &str,
    dead: &DeadRecord,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<Result<(), FieldError>, StoreError> {
    let record = SourceRecord {
        place: dead.place.clone(),
        fields: serde_json::from_str(&dead.record).unwrap_or_default(),
    };
    let mapped = match mapping.map(&record) {
        Ok(mapped) => mapped,
        Err(fault) => return Ok(Err(fault)),
    };
    let subject = std::slice::from_ref(&mapped.subject);
    let mut tx = store.write().await?;
    let known = known(&mut tx, mapping, subject).await?;
    let event = match mapping.event(&mapped, !known.is_empty(), dead.quiet, now) {
        Ok(event) => event,
        Err(fault) => return Ok(Err(fault)),
    };
    accept(&mut tx, vec![event], now, ids).await?;
    tx.sources().forget(name, dead.id).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
