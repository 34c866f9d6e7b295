//! Is anything missing? Each night a source that can be asked for its present state is asked for it,
//! and what it says is open is held against what is open here: "it says 412 open cases, we know 410:
//! PR-7, PR-9". A change that no look could see is found the same night.
//!
//! It only reads over there. What is missed stands in the store for people; where the settings want it
//! (`reconcile_events`), it becomes late events, of which only rules that want such tell anybody.
//!
//! Next: `theirs` (what is compared), `found` (what still differs), `late` (its events), `nights` (when),
//! `sentence` (in words).

mod found;
mod late;
mod nights;
mod sentence;
mod theirs;

use std::sync::Arc;

use super::fault::SourceFault;
use super::kinds::open;
use super::mapping::Mapping;
use super::settings::SourceSettings;
use crate::store::sources::{ComparedSource, NamedDifference};
use crate::store::{Store, StoreError};

pub use self::sentence::reconciled_sentence;
pub use self::theirs::TheirPresent;

pub(super) use self::nights::{AfterNight, ReconcileNights};

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The other side does not say what stands there.
    #[error(transparent)]
    Source(#[from] SourceFault),
    /// Our own store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks a source now, for somebody who only wants to see it: nothing is taken and nothing kept. What
/// has changed within the last moments may be among it.
pub async fn reconcile_now(
    name: &str,
    settings: &SourceSettings,
    mapping: &Arc<Mapping>,
    store: &Store,
) -> Result<(ComparedSource, Vec<NamedDifference>), ReconcileError> {
    if let Some(why) = settings.reader.why_not_asked() {
        return Err(SourceFault::Unexpected(why.to_owned()).into());
    }
    let mut reader = open(name, &settings.reader)?;
    let mut found = Box::pin(found::found(store, mapping, reader.as_mut(), false)).await?;
    // What waits to be planned is no difference.
    let mut tx = store.read().await?;
    found.confirm(&mut tx, mapping).await?;
    Ok((found.compared(), found.names()))
}
