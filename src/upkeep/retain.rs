//! Retention: old final messages lose what is personal in them, and then the single pieces of evidence about them; older ones go, with their
//! attempts, reports and readings; so do events, closed cases, incidents that are over, dead letters
//! of sources, and the audit. The sums stay. In chunks of short transactions, so that sending never
//! waits for them.

use super::Upkeep;
use crate::domain::Timestamp;
use crate::domain::ids::first_id_at;
use crate::domain::limits::{DEPUTY_KEPT, NOTES_KEPT};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::cluster::upkeep::{Blanked, Chunk, Old};

/// Rows of one transaction.
const CHUNK: u32 = 1_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retained {
    /// Messages and plans that lost what was personal in them, and pieces of evidence that went.
    pub blanked: u64,
    pub deleted: u64,
    /// Events, plans, cases, incidents, dead letters and lines of the audit deleted.
    pub causes: u64,
}

impl Upkeep {
    /// Deletes and blanks what is old by now. Ends early, in good order, when the daemon stops.
    pub async fn retain(&self, lifecycle: &Lifecycle) -> Result<Retained, StoreError> {
        let now = self.clock.now();
        let deleted = self
            .delete(first_id_at(now - self.settings.messages), lifecycle)
            .await?;
        let mut blanked = 0;
        for rows in Blanked::ALL {
            let kept = match rows {
                Blanked::Messages | Blanked::Plans => self.settings.bodies,
                Blanked::Evidence => self.settings.evidence,
            };
            blanked += self
                .blank(*rows, first_id_at(now - kept), lifecycle)
                .await?;
        }
        let causes = self.delete_causes(now, lifecycle).await?;
        Ok(Retained {
            blanked,
            deleted,
            causes,
        })
    }

    /// What messages hung on. Events come last: plans, cases and incidents hang on them.
    async fn delete_causes(
        &self,
        now: Timestamp,
        lifecycle: &Lifecycle,
    ) -> Result<u64, StoreError> {
        let settings = &self.settings;
        let mut tx = self.store.write().await?;
        tx.declared().forget_notes(now - NOTES_KEPT).await?;
        tx.surveys().forget_comments(now - settings.bodies).await?;
        tx.deputies().forget(now - DEPUTY_KEPT).await?;
        tx.commit().await?;
        let mut deleted = 0;
        for (old, kept) in [
            (Old::Cases, settings.cases),
            (Old::Incidents, settings.incidents),
            (Old::Declared, settings.incidents),
            (Old::BodyReports, settings.cases),
            (Old::Mails, settings.evidence),
            (Old::Conversations, settings.bodies),
            (Old::Surveys, settings.cases),
            (Old::ForwardedProblems, settings.bodies),
            (Old::Forwardings, settings.bodies),
            (Old::Deeds, settings.audit),
            (Old::DeadLetters, settings.events),
            (Old::FeedEntries, settings.feed),
            (Old::Plans, settings.events),
            (Old::Events, settings.events),
            (Old::Erasures, settings.events.max(settings.messages)),
        ] {
            let mut after = 0;
            while !lifecycle.is_stopping() {
                let mut tx = self.store.write().await?;
                let found = tx
                    .upkeep()
                    .delete_old(old, after, now - kept, CHUNK)
                    .await?;
                let Some(chunk) = found else {
                    break;
                };
                tx.commit().await?;
                (after, deleted) = (chunk.upto, deleted + chunk.changed);
            }
        }
        Ok(deleted)
    }

    async fn delete(&self, before: i64, lifecycle: &Lifecycle) -> Result<u64, StoreError> {
        let (mut after, mut deleted) = (0, 0);
        while !lifecycle.is_stopping() {
            let mut tx = self.store.write().await?;
            let Some(chunk) = tx.upkeep().delete(after, before, CHUNK).await? else {
                break;
            };
            tx.commit().await?;
            (after, deleted) = (chunk.upto, deleted + chunk.changed);
        }
        Ok(deleted)
    }

    async fn blank(
        &self,
        rows: Blanked,
        before: i64,
        lifecycle: &Lifecycle,
    ) -> Result<u64, StoreError> {
        let mut after = self
            .store
            .read()
            .await?
            .upkeep()
            .mark(rows.as_str())
            .await?;
        let (mut mark, mut blanked) = (ResumePoint::default(), 0);
        while !lifecycle.is_stopping() {
            let mut tx = self.store.write().await?;
            let found = match rows {
                Blanked::Messages => tx.upkeep().blank(after, before, CHUNK).await?,
                Blanked::Plans => tx.upkeep().blank_plans(after, before, CHUNK).await?,
                Blanked::Evidence => tx.upkeep().forget_evidence(after, before, CHUNK).await?,
            };
            let Some(chunk) = found else {
                break;
            };
            tx.upkeep()
                .note_mark(rows.as_str(), mark.after(&chunk))
                .await?;
            tx.commit().await?;
            (after, blanked) = (chunk.upto, blanked + chunk.changed);
        }
        Ok(blanked)
    }
}

/// Where the next night begins: never behind a row that is not done with.
#[derive(Default)]
struct ResumePoint(Option<i64>);

impl ResumePoint {
    fn after(&mut self, chunk: &Chunk) -> i64 {
        let stop = self.0.or(chunk.first_unfinished.map(|id| id - 1));
        self.0 = stop;
        stop.unwrap_or(chunk.upto)
    }
}
