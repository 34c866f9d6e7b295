//! Whether the embedded store is whole, asked at the start: a file with torn pages can take an
//! event and lose it, or forget that a message was sent.

use crate::domain::limits::CHECKED_AT_START;
use crate::runtime::Lifecycle;
use crate::store::{Store, StoreError, StoreUrl};

/// Asks before anything else happens where that takes a second or two, else beside the work; a
/// node that then learns that its store is damaged stops.
pub(super) async fn check(
    store: &Store,
    url: &StoreUrl,
    lifecycle: &Lifecycle,
) -> Result<(), StoreError> {
    let StoreUrl::Sqlite(path) = url else {
        return Ok(());
    };
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    if bytes <= CHECKED_AT_START {
        return store.is_whole().await;
    }
    let (store, tasks) = (store.clone(), lifecycle.clone());
    lifecycle.spawn("store check", async move {
        let stopping = tasks.stopping();
        tokio::select! {
            () = stopping => {}
            found = store.is_whole() => match found {
                Ok(()) => tracing::info!("the store's file is whole"),
                Err(error) => {
                    tracing::error!(error = %error, "the store is damaged; stopping");
                    tasks.give_up();
                }
            },
        }
    });
    Ok(())
}
