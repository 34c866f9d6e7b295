//! Messages whose links have ended because their client was erased: known in memory, so that a
//! redirect need not ask the store.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{Clock, MessageId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::{Store, StoreError};

use super::Pages;

/// How often a node asks whom the others have erased.
const EVERY: Duration = Duration::from_secs(5);
/// How far the clocks of nodes may be apart, and an erasure last.
const SLACK: TimeDelta = TimeDelta::minutes(2);

/// The messages, by number.
#[derive(Debug, Default)]
pub(super) struct Ended(RwLock<HashSet<i64>>);

impl Ended {
    /// Whether this message's links have ended.
    pub(super) fn has(&self, message: MessageId) -> bool {
        let ended = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ended.contains(&message.get())
    }

    fn learn(&self, messages: Vec<i64>) {
        if !messages.is_empty() {
            let mut ended = self.0.write().unwrap_or_else(PoisonError::into_inner);
            ended.extend(messages);
        }
    }
}

impl Pages {
    /// Learns whose links have ended since; to be called at the start and after an erasure.
    pub async fn learn_erased(&self, store: &Store, since: Timestamp) -> Result<(), StoreError> {
        let mut tx = store.read().await?;
        self.ended.learn(tx.erasure().messages_since(since).await?);
        Ok(())
    }

    /// Looks for what other nodes have erased, until the daemon stops.
    pub async fn watch_erasures(&self, store: Store, clock: &dyn Clock, lifecycle: Lifecycle) {
        let mut since = Timestamp::from_micros(0);
        while !lifecycle.is_stopping() {
            let now = clock.now();
            match self.learn_erased(&store, since).await {
                Ok(()) => since = now - SLACK,
                Err(error) => {
                    tracing::debug!(error = %error, "cannot see who was erased; trying again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = lifecycle.stopping() => {}
            }
        }
    }
}
