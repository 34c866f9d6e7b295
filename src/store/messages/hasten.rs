//! Makes messages due that wait for a provider which works again.

use super::Messages;
use crate::domain::{Channel, Lane, Reason, Timestamp};
use crate::store::StoreError;
use crate::store::database::sql::affected;

impl Messages<'_> {
    /// Makes messages due now that wait because their provider rests. Returns how many those were.
    pub async fn hasten(
        &mut self,
        lane: Lane,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        affected!(self.0, "make waiting messages due",
            "UPDATE message SET due_at = $3 WHERE id IN (SELECT id FROM message
             WHERE state = 'queued' AND lane = $1 AND due_at > $3 AND channel = $2
             AND reason = $5 ORDER BY due_at, id LIMIT $4", words::skip_locked!(), ")";
            lane, channel, now, i64::from(limit), Reason::ProviderAway
        )
    }
}
