//! When a source is compared: once a day, by the node that reads it, when all that is new has been
//! taken. That it was compared is kept in the store, so that another node does not do it again and a
//! night without a node is made up for.
//!
//! A comparison that finds something waits for one more look at the source. One that fails is a word for
//! whoever looks after the source; it is tried again later, and nothing else waits for it.

use super::ReconcileError;
use super::found::{FoundDifferences, found};
use crate::domain::Timestamp;
use crate::domain::limits::RECONCILE_AGAIN;
use crate::source::fault::SourceFault;
use crate::source::reader::Reader;
use crate::source::schedule::Schedule;
use crate::source::settings::WatchSettings;
use crate::source::taking::{Keeper, UNHOLDABLE};
use crate::store::StoreError;

/// The nights of one source.
pub(in crate::source) struct ReconcileNights {
    schedule: Option<Schedule>,
    makes_events: bool,
    /// When the next comparison is due, as the store has it; none: not asked yet.
    due_at: Option<Timestamp>,
    /// The last one failed; not before then.
    again_at: Option<Timestamp>,
    /// What was found, and may have come with the look after.
    found: Option<FoundDifferences>,
}

/// What is to be done after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum AfterNight {
    Nothing,
    /// The source is to be looked at once more, at once.
    LookAgain,
    /// Late events wait to be planned.
    EventsStored,
}

impl ReconcileNights {
    pub(in crate::source) fn new(watch: &WatchSettings) -> Self {
        Self {
            schedule: watch.reconcile.clone(),
            makes_events: watch.reconcile_events,
            due_at: None,
            again_at: None,
            found: None,
        }
    }

    /// Another node reads the source now.
    pub(in crate::source) fn leave(&mut self) {
        (self.due_at, self.found) = (None, None);
    }

    /// The source was looked at just now, and there is nothing more to be read.
    pub(in crate::source) async fn turn(
        &mut self,
        keeper: &Keeper,
        reader: &mut dyn Reader,
        now: Timestamp,
    ) -> Result<AfterNight, StoreError> {
        if let Some(found) = self.found.take() {
            return self.end(keeper, found, now).await;
        }
        if !self.is_due(keeper, now).await? {
            return Ok(AfterNight::Nothing);
        }
        let asked = found(&keeper.store, &keeper.mapping, reader, self.makes_events);
        match Box::pin(asked).await {
            Ok(found) if found.is_empty() => self.end(keeper, found, now).await,
            Ok(found) => {
                self.found = Some(found);
                Ok(AfterNight::LookAgain)
            }
            Err(ReconcileError::Source(fault)) => {
                self.failed(keeper, &fault, now).await?;
                Ok(AfterNight::Nothing)
            }
            Err(ReconcileError::Store(error)) => Err(error),
        }
    }

    /// The source could not even be looked at: if its night has come, that is why it is not compared.
    pub(in crate::source) async fn put_off(
        &mut self,
        keeper: &Keeper,
        fault: &SourceFault,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match self.is_due(keeper, now).await? {
            true => self.failed(keeper, fault, now).await,
            false => Ok(()),
        }
    }

    async fn is_due(&mut self, keeper: &Keeper, now: Timestamp) -> Result<bool, StoreError> {
        let Some(schedule) = &self.schedule else {
            return Ok(false);
        };
        if self.again_at.is_some_and(|at| now < at) {
            return Ok(false);
        }
        let due_at = if let Some(due_at) = self.due_at {
            due_at
        } else {
            let mut tx = keeper.store.write_soon().await?;
            let since = tx.reconciliations().since(&keeper.name, now).await?;
            tx.commit().await?;
            schedule.next(since)
        };
        self.due_at = Some(due_at);
        Ok(due_at <= now)
    }

    /// Keeps what still differs, with the late events of it, in one transaction; if the source is still
    /// this node's.
    async fn end(
        &mut self,
        keeper: &Keeper,
        found: FoundDifferences,
        now: Timestamp,
    ) -> Result<AfterNight, StoreError> {
        match self.kept(keeper, found, now).await {
            Err(error) if error.is_unholdable() => {
                let fault = SourceFault::Unexpected(UNHOLDABLE.to_owned());
                self.failed(keeper, &fault, now).await?;
                Ok(AfterNight::Nothing)
            }
            kept => kept,
        }
    }

    async fn kept(
        &mut self,
        keeper: &Keeper,
        mut found: FoundDifferences,
        now: Timestamp,
    ) -> Result<AfterNight, StoreError> {
        let mut tx = keeper.store.write().await?;
        let ours = match keeper.node {
            Some(node) => tx.sources().claim(&keeper.name, node).await?,
            None => false,
        };
        if !ours {
            self.leave();
            return Ok(AfterNight::Nothing);
        }
        found.confirm(&mut tx, &keeper.mapping).await?;
        if self.makes_events {
            let ids = keeper.ids.as_ref();
            found.tell(&mut tx, &keeper.mapping, now, ids).await?;
        }
        let (compared, names) = (found.compared(), found.names());
        tx.reconciliations()
            .keep(&keeper.name, &compared, &names, now)
            .await?;
        tx.commit().await?;
        (self.due_at, self.again_at) = (None, None);
        if compared.differs() > 0 {
            tracing::warn!(
                source.name = keeper.name,
                source.missing = compared.missing,
                source.other = compared.other,
                source.gone = compared.gone,
                source.late = compared.late,
                "a source says something else than what is known here"
            );
        }
        Ok(match compared.late {
            0 => AfterNight::Nothing,
            _ => AfterNight::EventsStored,
        })
    }

    async fn failed(
        &mut self,
        keeper: &Keeper,
        fault: &SourceFault,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let text = fault.to_string();
        tracing::warn!(
            source.name = keeper.name,
            fault = text,
            "a source could not be asked for its present state; trying again later"
        );
        self.again_at = Some(now + RECONCILE_AGAIN);
        let mut tx = keeper.store.write_soon().await?;
        tx.reconciliations()
            .failed(&keeper.name, &text, now)
            .await?;
        tx.commit().await
    }
}
