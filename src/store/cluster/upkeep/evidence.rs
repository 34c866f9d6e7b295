//! Old evidence: the reports about messages, and what their readers did. What a message came to stays with
//! it, and in the sums; of readings, the first of each kind stays as long as its message, without what
//! else was noted of it, for what a message counts for is read from there. Mails that came back are in
//! `old`.

use super::{Chunk, UpkeepRows};
use crate::store::StoreError;
use crate::store::database::sql::affected;
use crate::store::messages::transitions::unfinished;

/// Those of messages that are done with, from the one id, excluded, to the other.
macro_rules! of_finished {
    () => {
        concat!(
            "message_id > $1 AND message_id <= $2
             AND message_id IN (SELECT id FROM message WHERE id > $1 AND id <= $2
             AND state NOT IN ",
            unfinished!(),
            ")"
        )
    };
}

impl UpkeepRows<'_> {
    /// Deletes the evidence of up to `limit` messages that are done with, after `after` and before
    /// `before` (ids). None: there is nothing more.
    pub async fn forget_evidence(
        &mut self,
        after: i64,
        before: i64,
        limit: u32,
    ) -> Result<Option<Chunk>, StoreError> {
        let Some((upto, first_unfinished)) = self.chunk(after, before, limit).await? else {
            return Ok(None);
        };
        let reports = affected!(self.0, "delete old reports",
            "DELETE FROM receipt WHERE ", of_finished!();
            after, upto
        )?;
        let readings = self.forget_readings(after, upto).await?;
        Ok(Some(Chunk {
            upto,
            first_unfinished,
            changed: reports + readings,
        }))
    }

    /// Replies go with their conversations, and the wish to hear no more is kept as what it is.
    async fn forget_readings(&mut self, after: i64, upto: i64) -> Result<u64, StoreError> {
        let deleted = affected!(self.0, "delete old readings",
            "DELETE FROM engagement WHERE ", of_finished!(),
            " AND kind IN ('opened', 'clicked', 'viewed', 'confirmed')
             AND (invalidated_at IS NOT NULL OR EXISTS (SELECT 1 FROM engagement e
             WHERE e.message_id = engagement.message_id AND e.kind = engagement.kind
             AND e.verdict = engagement.verdict AND e.invalidated_at IS NULL
             AND (e.at < engagement.at OR (e.at = engagement.at AND e.id < engagement.id))))";
            after, upto
        )?;
        let bared = affected!(self.0, "blank old readings",
            "UPDATE engagement SET detail = NULL, link_id = NULL WHERE ", of_finished!(),
            " AND kind IN ('opened', 'clicked', 'viewed', 'confirmed')
             AND (detail IS NOT NULL OR link_id IS NOT NULL)";
            after, upto
        )?;
        Ok(deleted + bared)
    }
}
