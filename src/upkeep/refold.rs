//! Names as they are searched, once in a store that an older program left, which folded fewer
//! letters: `lukasz` did not find `Łukasz`. In small transactions, so that nothing waits for it.

use crate::runtime::Lifecycle;
use crate::store::{Store, StoreError};

/// How this program folds names: 1 since letters of all Latin alphabets are.
const FOLDING: i64 = 1;
/// The row of `upkeep_mark` that says how all names are folded.
const MARK: &str = "names";
/// Clients looked at in one transaction.
const STRETCH: i64 = 5_000;

/// Folds the names again if a program left them that folded otherwise. Returns how many changed.
pub async fn refold_once(store: &Store, lifecycle: &Lifecycle) -> Result<u64, StoreError> {
    if store.read().await?.upkeep().mark(MARK).await? >= FOLDING {
        return Ok(0);
    }
    let (mut last, mut changed) = (None, 0);
    while !lifecycle.is_stopping() {
        let mut tx = store.write_soon().await?;
        let Some(stretch) = tx.clients().refold(last, STRETCH).await? else {
            tx.upkeep().note_mark(MARK, FOLDING).await?;
            tx.commit().await?;
            break;
        };
        tx.commit().await?;
        last = Some(stretch.last);
        changed += stretch.changed;
    }
    if changed > 0 {
        tracing::info!(
            names.changed = changed,
            "the names of an older version were folded anew for the search"
        );
    }
    Ok(changed)
}
