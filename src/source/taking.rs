//! What a look brought becomes events, dead letters and a new place, in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use super::mapping::{Mapped, Mapping, digest};
use super::reader::{SourceLook, SourceRecord};
use crate::domain::event::Arrival;
use crate::domain::{EventId, FieldError, Ids, NodeId, Timestamp};
use crate::store::planning::events::Accept;
use crate::store::sources::{DeadLetter, SourceProgress, SourceRow};
use crate::store::{Store, StoreError, Tx};

/// Keeps what one source brings.
pub(super) struct Keeper {
    pub(super) name: String,
    pub(super) mapping: Mapping,
    pub(super) store: Store,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) node: NodeId,
}

/// Whom a look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    /// Everybody whom the rules name.
    Never,
    /// Nobody, of what had not changed since then: it stood there when the source was new.
    Until(Timestamp),
}

impl Quiet {
    /// Where a record does not say when it changed, it counts as having stood there.
    fn hushes(self, mapped: &Mapped) -> bool {
        match self {
            Self::Never => false,
            Self::Until(began) => mapped.changed_at.is_none_or(|at| at <= began),
        }
    }
}

/// What keeping came to.
pub(super) struct Taken {
    /// False: another node reads this source now, and nothing was kept.
    pub(super) ours: bool,
    /// What an operator should know, as it was written down.
    pub(super) doubt: Option<String>,
    /// Of that, what hangs on the settings: a word they do not list, a version that tells nothing
    /// apart.
    pub(super) of_settings: Option<String>,
}

impl Keeper {
    /// Where the source stands, if this node is the one to read it.
    pub(super) async fn claim(&self) -> Result<Option<SourceRow>, StoreError> {
        let mut tx = self.store.write().await?;
        tx.sources().ensure(&self.name).await?;
        let ours = tx.sources().claim(&self.name, self.node).await?;
        let row = tx.sources().get(&self.name).await?;
        tx.commit().await?;
        Ok(row.filter(|_| ours))
    }

    /// Another node may read it.
    pub(super) async fn let_go(&self) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        tx.sources().release(&self.name, self.node).await?;
        tx.commit().await
    }

    /// Writes down that a look failed.
    pub(super) async fn failed(&self, fault: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.store.write_soon().await?;
        tx.sources()
            .failed(&self.name, self.node, fault, now)
            .await?;
        tx.commit().await
    }

    /// Keeps a look whole, or nothing of it.
    pub(super) async fn keep(
        &self,
        look: &SourceLook,
        quiet: Quiet,
        settled: bool,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        match self
            .keep_together(look, &look.records, quiet, settled, now)
            .await
        {
            // One of them holds what the database cannot: the others must not suffer for it.
            Err(error) if error.is_unholdable() => {
                self.keep_each(look, quiet, now).await?;
                self.keep_together(look, &[], quiet, settled, now).await
            }
            kept => kept,
        }
    }

    /// Whatever a record does to whoever maps it, the others and the daemon go on.
    fn map(&self, record: &SourceRecord) -> Result<Mapped, FieldError> {
        let mapping = std::panic::AssertUnwindSafe(|| self.mapping.map(record));
        std::panic::catch_unwind(mapping)
            .unwrap_or_else(|_| Err(FieldError::new("", "the mapping stumbled over it")))
    }

    async fn keep_each(
        &self,
        look: &SourceLook,
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for record in &look.records {
            let mut tx = self.store.write().await?;
            let mapped = [(record, self.map(record))];
            match self.take_in(&mut tx, &mapped, quiet, now).await {
                Ok(_) => tx.commit().await?,
                Err(error) if error.is_unholdable() => {
                    drop(tx);
                    let why = "a text is longer than the store can hold, or holds a character NUL";
                    let mut tx = self.store.write().await?;
                    self.bury(&mut tx, record, why, quiet, now).await?;
                    tx.commit().await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn keep_together(
        &self,
        look: &SourceLook,
        records: &[SourceRecord],
        quiet: Quiet,
        settled: bool,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let mapped: Vec<_> = records
            .iter()
            .map(|record| (record, self.map(record)))
            .collect();
        let changed_at = mapped
            .iter()
            .rev()
            .find_map(|(_, it)| it.as_ref().ok()?.changed_at);
        let mut progress = SourceProgress {
            cursor: look.cursor.as_ref().map(|cursor| cursor.0.to_string()),
            settled,
            records: i64::try_from(look.records.len()).unwrap_or(i64::MAX),
            lag: changed_at.map(|at| now - at),
            looked_at: now,
            doubt: None,
        };
        // A look that brought nothing is nobody's loss.
        let mut tx = match records.is_empty() {
            true => self.store.write_soon().await?,
            false => self.store.write().await?,
        };
        let conflict = self.take_in(&mut tx, &mapped, quiet, now).await?;
        let of_settings = unlisted(&mapped).or(conflict);
        let doubt = look.doubt.clone().or_else(|| of_settings.clone());
        progress.doubt.clone_from(&doubt);
        let ours = tx
            .sources()
            .advance(&self.name, self.node, &progress)
            .await?;
        fail::fail_point!("source-before-commit");
        if ours {
            tx.commit().await?;
        }
        fail::fail_point!("source-after-commit");
        Ok(Taken {
            ours,
            doubt,
            of_settings,
        })
    }

    async fn take_in(
        &self,
        tx: &mut Tx,
        mapped: &[(&SourceRecord, Result<Mapped, FieldError>)],
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let mut known = self.known(tx, mapped, quiet).await?;
        let mut arrivals: Vec<Arrival> = Vec::with_capacity(mapped.len());
        for (record, outcome) in mapped {
            let event = outcome.clone().and_then(|mapped| {
                let known = !known.insert(mapped.subject.clone());
                let quiet = quiet.hushes(&mapped);
                self.mapping.event(&mapped, known, quiet, now)
            });
            match event {
                Ok(event) => arrivals.push(event),
                Err(fault) => {
                    self.bury(tx, record, &fault.to_string(), quiet, now)
                        .await?;
                }
            }
        }
        // What was taken before bears the same id: it is known, whatever it said about the step.
        let ids = self.ids.as_ref();
        let answers = tx.events().accept(arrivals.clone(), now, ids).await?;
        let mut doubt = None;
        for (answer, arrival) in answers.into_iter().zip(arrivals) {
            if let Accept::Conflict(id) = answer
                && let Some(other) = other_state(tx, id, arrival).await?
            {
                doubt = Some(two_states(&other));
                tx.events().accept([other], now, ids).await?;
            }
        }
        Ok(doubt)
    }

    /// Of the subjects, those that were heard of before. Of a baseline nobody asks.
    async fn known(
        &self,
        tx: &mut Tx,
        mapped: &[(&SourceRecord, Result<Mapped, FieldError>)],
        quiet: Quiet,
    ) -> Result<HashSet<String>, StoreError> {
        let subjects: Vec<String> = mapped
            .iter()
            .filter_map(|(_, it)| Some(it.as_ref().ok()?.subject.clone()))
            .collect();
        if quiet != Quiet::Never || subjects.is_empty() {
            return Ok(HashSet::new());
        }
        let source = self.mapping.source();
        let mut known = tx.events().waiting_about(source, &subjects).await?;
        known.extend(match self.mapping.is_of_cases() {
            true => tx.cases().known(&subjects).await?,
            false => tx.incidents().known(&subjects).await?,
        });
        Ok(known)
    }

    async fn bury(
        &self,
        tx: &mut Tx,
        record: &SourceRecord,
        why: &str,
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // NUL is the one character that one of the databases refuses.
        let text = serde_json::Value::Object(record.fields.clone())
            .to_string()
            .replace("\\u0000", "\u{fffd}");
        let letter = DeadLetter {
            id: self.ids.next(),
            place: &record.place,
            reason: why,
            record: &text,
            digest: &digest(&text),
            quiet: quiet != Quiet::Never,
        };
        tx.sources().bury(&self.name, letter, now).await
    }
}

/// What was taken before bears the same id. That it was an opening then and is a change now is
/// nothing new; that it says something else is: the record has another state under the same version,
/// which is not lost, but gets an id of its own.
async fn other_state(
    tx: &mut Tx,
    known: EventId,
    mut arrival: Arrival,
) -> Result<Option<Arrival>, StoreError> {
    let known = tx.events().get(known).await?;
    let says: serde_json::Value = serde_json::from_str(&arrival.data).unwrap_or_default();
    if known.event.raw == says {
        return Ok(None);
    }
    arrival.id = digest(&format!("{}:{}", arrival.id, arrival.data)).into();
    Ok(Some(arrival))
}

fn two_states(arrival: &Arrival) -> String {
    let subject = arrival.subject.as_deref().unwrap_or_default();
    format!(
        "`{subject}` was taken before with the same version and other words; it was taken again: \
         `version` does not tell two states apart, or the mapping was changed"
    )
}

/// A sentence about states that the settings do not list, if there were any.
fn unlisted(mapped: &[(&SourceRecord, Result<Mapped, FieldError>)]) -> Option<String> {
    let word = mapped
        .iter()
        .find_map(|(_, it)| it.as_ref().ok()?.unlisted.clone())?;
    Some(format!(
        "the state `{word}` is not listed in `states`; it was passed on as it is"
    ))
}
