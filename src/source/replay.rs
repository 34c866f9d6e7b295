//! A record that could not be taken, taken once more with the mapping as it stands now.

use super::known::{accept, known};
use super::mapping::Mapping;
use super::reader::SourceRecord;
use super::taking::{UNHOLDABLE, mapped_by};
use crate::domain::{FieldError, Ids, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::sources::DeadRecord;
use crate::store::{Store, StoreError};

/// What became of a record that was taken once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// It is an event now, and no dead letter any more.
    Taken,
    /// It had been taken before, or somebody else saw to it meanwhile: it is no dead letter any more.
    Known,
    /// It still cannot be taken, and stays with this reason.
    StillDead(String),
}

/// Who takes records once more, of which source.
pub struct ReplayParts<'a> {
    pub store: &'a Store,
    pub ids: &'a dyn Ids,
    /// The source's name in the settings.
    pub name: &'a str,
    pub mapping: &'a Mapping,
    /// Written down with the deed; none: the caller does it for several at once.
    pub audit: Option<AuditEntry<'a>>,
}

/// Takes one dead record, and forgets it; or writes down why it still cannot be taken.
pub async fn replay(
    parts: &ReplayParts<'_>,
    dead: &DeadRecord,
    now: Timestamp,
) -> Result<Replayed, StoreError> {
    let why = match Box::pin(take(parts, dead, now)).await {
        Ok(Ok(outcome)) => return Ok(outcome),
        Ok(Err(fault)) => fault.to_string(),
        Err(error) if error.is_unholdable() => UNHOLDABLE.to_owned(),
        Err(error) => return Err(error),
    };
    let mut tx = parts.store.write().await?;
    tx.sources().still_dead(parts.name, dead.id, &why).await?;
    if let Some(entry) = &parts.audit {
        tx.audit().append(parts.ids.next(), now, entry).await?;
    }
    tx.commit().await?;
    Ok(Replayed::StillDead(why))
}

/// The inner error: it still cannot be taken, and nothing was written.
async fn take(
    parts: &ReplayParts<'_>,
    dead: &DeadRecord,
    now: Timestamp,
) -> Result<Result<Replayed, FieldError>, StoreError> {
    let record = SourceRecord {
        place: dead.place.clone(),
        fields: serde_json::from_str(&dead.record).unwrap_or_default(),
    };
    let mapped = match mapped_by(parts.mapping, &record) {
        Ok(mapped) => mapped,
        Err(fault) => return Ok(Err(fault)),
    };
    let subject = std::slice::from_ref(&mapped.subject);
    let mut tx = parts.store.write().await?;
    let known = known(&mut tx, parts.mapping, subject).await?;
    let event = match parts
        .mapping
        .event(&mapped, !known.is_empty(), dead.quiet, now)
    {
        Ok(event) => event,
        Err(fault) => return Ok(Err(fault)),
    };
    let accepted = accept(&mut tx, vec![event], now, parts.ids).await?;
    if !tx.sources().forget(parts.name, dead.id).await? {
        // Somebody was faster, or its client was erased: nothing of it is kept here.
        return Ok(Ok(Replayed::Known));
    }
    if let Some(entry) = &parts.audit {
        tx.audit().append(parts.ids.next(), now, entry).await?;
    }
    tx.commit().await?;
    Ok(Ok(match accepted.new {
        0 => Replayed::Known,
        _ => Replayed::Taken,
    }))
}
