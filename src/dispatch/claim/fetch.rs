//! Makes messages due that waited for a provider which works again: they were put off while it
//! rested, and need not wait for the time they were given then.

use crate::dispatch::Shared;
use crate::domain::{Channel, Lane};
use crate::store::StoreError;

/// Messages fetched in one transaction, so that others can write in between.
const BATCH: u32 = 5_000;

/// Fetches for every route that has become well since the last time.
pub(in crate::dispatch) async fn fetch(shared: &Shared) -> Result<(), StoreError> {
    for channel in shared.routes.to_fetch() {
        fetch_channel(shared, channel).await?;
    }
    Ok(())
}

async fn fetch_channel(shared: &Shared, channel: Channel) -> Result<(), StoreError> {
    let mut fetched = 0;
    for lane in Lane::ALL {
        loop {
            let now = shared.clock.now();
            let mut tx = shared.store.write().await?;
            let count = tx.messages().hasten(*lane, channel, now, BATCH).await?;
            tx.commit().await?;
            fetched += count;
            if count > 0 {
                shared.wake.messages_queued(&[*lane]);
            }
            if count < u64::from(BATCH) {
                break;
            }
        }
    }
    if fetched > 0 {
        tracing::info!(
            messages = fetched,
            channel = channel.as_str(),
            "messages that waited for a provider are due now"
        );
    }
    Ok(())
}
