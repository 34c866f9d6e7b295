//! Who notices that nothing is posted any more: nobody looks at such a source, and so nobody would
//! find out. Every node that reads sources watches; which of them says it first makes no difference.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::WEBHOOK;
use crate::domain::Clock;
use crate::runtime::Lifecycle;
use crate::store::{Store, StoreError};

/// The longest time between two looks at the row.
const LOOK: Duration = Duration::from_mins(1);
const LOOK_SOON: Duration = Duration::from_millis(100);

/// Watches one source that others post to, for as long as the daemon runs.
pub struct WebhookSilence {
    /// The source's name in the settings.
    pub name: String,
    /// A source that brings nothing for longer is an alarm.
    pub alarm_after: TimeDelta,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
}

impl WebhookSilence {
    /// Enters the source, so that it is known before anything comes, and watches until the daemon
    /// stops.
    pub async fn run(self, lifecycle: Lifecycle) {
        let longest = self.alarm_after.to_std().unwrap_or_default();
        let pause = (longest / 4).clamp(LOOK_SOON, LOOK);
        let mut is_entered = false;
        while !lifecycle.is_stopping() {
            let looked = match is_entered {
                true => self.look(longest).await,
                false => self.enter().await,
            };
            match looked {
                Ok(()) => is_entered = true,
                Err(error) => {
                    tracing::warn!(source.name = self.name, error = %error,
                        "whether a source is silent cannot be seen; trying again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = lifecycle.stopping() => {}
            }
        }
    }

    async fn enter(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write_soon().await?;
        tx.sources().ensure(&self.name, WEBHOOK).await?;
        tx.sources().await_posts(&self.name, now).await?;
        tx.commit().await
    }

    /// Reads first: most looks find nothing to write.
    async fn look(&self, longest: Duration) -> Result<(), StoreError> {
        let now = self.clock.now();
        let row = self.store.read().await?.sources().get(&self.name).await?;
        let row = row.filter(|row| row.doubt.is_none());
        let heard = row.and_then(|row| row.record_at.or(row.looked_at));
        let Some(heard) = heard.filter(|at| now - *at > self.alarm_after) else {
            return Ok(());
        };
        let longest = humantime::format_duration(longest);
        let doubt = format!("nothing was posted for longer than {longest} (`alarm_after`)");
        let mut tx = self.store.write_soon().await?;
        let written = tx
            .sources()
            .doubt_silence(&self.name, heard, &doubt)
            .await?;
        tx.commit().await?;
        if written {
            tracing::warn!(source.name = self.name, "{doubt}");
        }
        Ok(())
    }
}
