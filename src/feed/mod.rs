//! What happened, told to programs: entries of the feed as they look outside, and webhooks, which post
//! them.
//!
//! `entry` is how one looks, `signature` how it is signed (Standard Webhooks), `guard` to which addresses
//! nothing is posted, `post` one request, `pauses` when it is tried again, `turn` what one webhook is told in
//! one go, `sender` who is told now.
//! Entries are written where things happen (`store::feed`), read by programs at `web::api::feed`; who is
//! told is said there, too, and at the console.

mod entry;
mod guard;
mod pauses;
mod post;
mod sender;
mod signature;
mod target;
mod turn;

use crate::domain::Timestamp;
use crate::domain::limits::FEED_NUMBERED;
use crate::store::feed::FEED;
use crate::store::{Store, StoreError};

pub use entry::FeedItem;
pub use sender::{WebhookParts, WebhookSender};
pub use signature::WebhookSecret;
pub use target::{FeedTypes, check_address, check_name};

/// Keeps the feed from now on, or only while there are webhooks, as the settings say.
pub async fn keep(store: &Store, kept: bool, now: Timestamp) -> Result<(), StoreError> {
    if !kept && !store.read().await?.feed().is_kept().await? {
        return Ok(());
    }
    let mut tx = store.write().await?;
    tx.switches().set(FEED, kept, "settings", now).await?;
    tx.commit().await
}

/// Gives their numbers to entries that have none, so that they are read.
pub async fn number(store: &Store) -> Result<(), StoreError> {
    let span = store.read().await?.feed().span().await?;
    let mut more = span.unnumbered;
    while more {
        let mut tx = store.write().await?;
        let numbered = tx.feed().number(FEED_NUMBERED).await?;
        tx.commit().await?;
        more = i64::try_from(numbered).is_ok_and(|numbered| numbered == FEED_NUMBERED);
    }
    Ok(())
}
