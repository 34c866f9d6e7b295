//! What waits for a provider that is well again.

use super::Messages;
use crate::domain::{Channel, Lane, Reason, Timestamp};
use crate::store::{Doing as _, StoreError, on};

impl Messages<'_> {
    /// Makes messages due now that wait because their provider rests. Returns how many those were.
    pub async fn hasten(
        &mut self,
        lane: Lane,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(concat!(
                "UPDATE message SET due_at = $3 WHERE id IN (SELECT id FROM message
                 WHERE state = 'queued' AND lane = $1 AND due_at > $3 AND channel = $2
                 AND reason = $5 ORDER BY due_at, id LIMIT $4",
                words::skip_locked!(),
                ")"
            ))
            .bind(lane.as_str())
            .bind(channel.as_str())
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .bind(Reason::ProviderAway.as_str())
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected())
        })
        .doing("make waiting messages due")
    }
}
