//! Counts the sums again: once in a store that an older program left, whose sums meant something
//! else, and whenever `araldo check-store --recount` asks. In small transactions, newest first, so
//! that what people look at is right soon and nothing waits for it.

use crate::runtime::Lifecycle;
use crate::store::{Store, StoreError};

/// What the sums mean to this program: 2 since every part is kept with its whole, 3 since what came back is among
/// what was reported.
const MEANING: i64 = 3;
/// The row of `upkeep_mark` that says by which meaning the sums were counted.
const MARK: &str = "sums";
/// Messages looked at in one transaction.
const STRETCH: i64 = 5_000;

/// What was put right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recounted {
    /// Messages that were noted to count for something else than their readers did.
    pub messages: u64,
    /// Sums that differed from their messages.
    pub sums: u64,
}

/// Counts again if these sums were left by a program to which they meant something else.
pub async fn recount_once(
    store: &Store,
    lifecycle: &Lifecycle,
) -> Result<Option<Recounted>, StoreError> {
    if store.read().await?.upkeep().mark(MARK).await? >= MEANING {
        return Ok(None);
    }
    let recounted = recount(store, lifecycle).await?;
    if lifecycle.is_stopping() {
        return Ok(None);
    }
    let mut tx = store.write().await?;
    let aside = tx.recount().put_aside().await?;
    let returned = tx.recount().count_returned().await?;
    tx.upkeep().note_mark(MARK, MEANING).await?;
    tx.commit().await?;
    if recounted != Recounted::default() || aside + returned > 0 {
        tracing::info!(
            recount.messages = recounted.messages,
            recount.sums = recounted.sums,
            recount.aside = aside,
            recount.returned = returned,
            "the sums of an older version were counted anew"
        );
    }
    Ok(Some(recounted))
}

/// Counts again all that can be.
pub async fn recount(store: &Store, lifecycle: &Lifecycle) -> Result<Recounted, StoreError> {
    let mut done = Recounted::default();
    let mut before = i64::MAX;
    while !lifecycle.is_stopping()
        && let Some(stretch) = store
            .read()
            .await?
            .recount()
            .stretch(before, STRETCH)
            .await?
    {
        before = stretch.first;
        if !stretch.astray.is_empty() {
            let mut tx = store.write().await?;
            tx.engagement().recount_acts(&stretch.astray).await?;
            tx.commit().await?;
            done.messages += stretch.astray.len() as u64;
        }
    }
    let mut day = i64::MAX;
    while !lifecycle.is_stopping()
        && let Some(next) = store.read().await?.recount().day_before(day).await?
    {
        day = next;
        let mut tx = store.write().await?;
        done.sums += tx.recount().day(day).await?;
        tx.commit().await?;
    }
    Ok(done)
}
