//! What a look brought becomes events, dead letters and a new place, in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use super::known::{AcceptedRecords, accept_shown, known};
use super::mapping::{Mapped, Mapping, digest};
use super::reader::{RefusedRecord, SourceLook, SourceRecord};
use crate::domain::event::Arrival;
use crate::domain::{FieldError, Ids, NodeId, Timestamp};
use crate::store::sources::{DeadLetter, SourceProgress, SourceRow};
use crate::store::{Store, StoreError, Tx};

/// Why a record is refused that only the database refuses.
pub(super) const UNHOLDABLE: &str =
    "a text is longer than the store can hold, or holds a character NUL";

/// Keeps what one source brings.
pub(super) struct Keeper {
    pub(super) name: String,
    /// The word for its kind.
    pub(super) kind: &'static str,
    pub(super) mapping: Arc<Mapping>,
    pub(super) store: Store,
    pub(super) ids: Arc<dyn Ids>,
    /// The one node that may read it. None: their system posts, and whichever node it reaches keeps
    /// what came.
    pub(super) node: Option<NodeId>,
}

/// Whom a look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    /// Everybody whom the rules name.
    Never,
    /// Nobody, of what their system says has stood there before.
    Standing,
    /// Nobody, besides, of what had not changed since then: it stood there when the source was new.
    Until(Timestamp),
}

impl Quiet {
    /// Where a record does not say when it changed, it counts as having stood there.
    fn hushes(self, mapped: &Mapped) -> bool {
        match self {
            Self::Never => false,
            Self::Standing => mapped.stood_there,
            Self::Until(began) => {
                mapped.stood_there || mapped.changed_at.is_none_or(|at| at <= began)
            }
        }
    }

    /// The same of a record that could not be mapped.
    fn hushes_unmapped(self, record: &SourceRecord) -> bool {
        match self {
            Self::Never => false,
            Self::Standing => record.stood_there(),
            Self::Until(began) => {
                record.stood_there() || record.handed_in().is_none_or(|at| at <= began)
            }
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
    /// What became dead letters.
    pub(super) refused: Vec<RefusedRecord>,
    /// Records that became events.
    pub(super) new: usize,
    /// Records that had been taken before.
    pub(super) known: usize,
}

/// What taking records in came to.
#[derive(Default)]
struct TakenIn {
    events: AcceptedRecords,
    refused: Vec<RefusedRecord>,
}

impl TakenIn {
    fn add(&mut self, other: Self) {
        self.events.new += other.events.new;
        self.events.known += other.events.known;
        self.events.doubt = self.events.doubt.take().or(other.events.doubt);
        self.refused.extend(other.refused);
    }
}

impl Keeper {
    /// Where the source stands, and since when what stood there already is being read, if this node is
    /// the one to read it.
    pub(super) async fn claim(
        &self,
        now: Timestamp,
    ) -> Result<Option<(SourceRow, Timestamp)>, StoreError> {
        let mut tx = self.store.write().await?;
        tx.sources().ensure(&self.name, self.kind).await?;
        let ours = match self.node {
            Some(node) => tx.sources().claim(&self.name, node).await?,
            None => false,
        };
        if !ours {
            tx.commit().await?;
            return Ok(None);
        }
        let began_at = tx.sources().baseline_since(&self.name, now).await?;
        let row = tx.sources().get(&self.name).await?;
        tx.commit().await?;
        Ok(row.map(|row| (row, began_at)))
    }

    /// How many of its records wait because they could not be taken.
    pub(super) async fn dead(&self) -> Result<i64, StoreError> {
        let row = self.store.read().await?.sources().get(&self.name).await?;
        Ok(row.map_or(0, |row| row.dead))
    }

    /// Another node may read it.
    pub(super) async fn let_go(&self) -> Result<(), StoreError> {
        let Some(node) = self.node else {
            return Ok(());
        };
        let mut tx = self.store.write().await?;
        tx.sources().release(&self.name, node).await?;
        tx.commit().await
    }

    /// Writes down that a look failed.
    pub(super) async fn failed(&self, fault: &str, now: Timestamp) -> Result<(), StoreError> {
        let Some(node) = self.node else {
            return Ok(());
        };
        let mut tx = self.store.write_soon().await?;
        tx.sources().failed(&self.name, node, fault, now).await?;
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
                let each = self.keep_each(look, quiet, now).await?;
                let kept = self.keep_together(look, &[], quiet, settled, now).await;
                kept.map(|taken| Taken {
                    refused: each.refused,
                    new: each.events.new,
                    known: each.events.known,
                    ..taken
                })
            }
            kept => kept,
        }
    }

    async fn keep_each(
        &self,
        look: &SourceLook,
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<TakenIn, StoreError> {
        let mut all = TakenIn::default();
        for record in &look.records {
            let mut tx = self.store.write().await?;
            let mapped = [(record, mapped_by(&self.mapping, record))];
            match self.take_in(&mut tx, &mapped, quiet, now).await {
                Ok(taken) => {
                    tx.commit().await?;
                    all.add(taken);
                }
                Err(error) if error.is_unholdable() => {
                    drop(tx);
                    let mut tx = self.store.write().await?;
                    let refused = self.bury(&mut tx, record, UNHOLDABLE, quiet, now).await?;
                    tx.commit().await?;
                    all.refused.push(refused);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
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
            .map(|record| (record, mapped_by(&self.mapping, record)))
            .collect();
        // How late what stood there already comes is nobody's lag.
        let changed_at = mapped.iter().rev().find_map(|(_, it)| {
            let loud = it.as_ref().ok().filter(|mapped| !quiet.hushes(mapped));
            loud?.changed_at
        });
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
        if self.node.is_none() {
            // It also lets one request after the other in: of two that tell of one case at once, the
            // second knows it.
            tx.sources().ensure(&self.name, self.kind).await?;
        }
        let taken = self.take_in(&mut tx, &mapped, quiet, now).await?;
        let of_settings = unlisted(&mapped).or(taken.events.doubt);
        let doubt = look.doubt.clone().or_else(|| of_settings.clone());
        progress.doubt.clone_from(&doubt);
        let ours = match self.node {
            Some(node) => tx.sources().advance(&self.name, node, &progress).await?,
            None => tx.sources().received(&self.name, &progress).await?,
        };
        if ours {
            tx.commit().await?;
        }
        Ok(Taken {
            ours,
            doubt,
            of_settings,
            refused: taken.refused,
            new: taken.events.new,
            known: taken.events.known,
        })
    }

    async fn take_in(
        &self,
        tx: &mut Tx,
        mapped: &[(&SourceRecord, Result<Mapped, FieldError>)],
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<TakenIn, StoreError> {
        // Of what tells nobody it does not matter.
        let loud = mapped.iter().filter_map(|(_, it)| it.as_ref().ok());
        let loud = loud.filter(|mapped| !quiet.hushes(mapped));
        let loud: Vec<String> = loud.map(|mapped| mapped.subject.clone()).collect();
        let mut known = known(tx, &self.mapping, &loud).await?;
        let mut refused = Vec::new();
        let mut arrivals: Vec<Arrival> = Vec::with_capacity(mapped.len());
        let mut shown = HashSet::new();
        for (record, outcome) in mapped {
            let event = outcome.clone().and_then(|mapped| {
                let known = !known.insert(mapped.subject.clone());
                let quiet = quiet.hushes(&mapped);
                self.mapping.event(&mapped, known, quiet, now)
            });
            match event {
                Ok(event) => {
                    if self.mapping.goes_by_what_is_shown(record) {
                        shown.insert(Arc::clone(&event.id));
                    }
                    arrivals.push(event);
                }
                Err(fault) => {
                    let why = fault.to_string();
                    refused.push(self.bury(tx, record, &why, quiet, now).await?);
                }
            }
        }
        let events = accept_shown(tx, arrivals, &shown, now, self.ids.as_ref()).await?;
        Ok(TakenIn { events, refused })
    }

    async fn bury(
        &self,
        tx: &mut Tx,
        record: &SourceRecord,
        why: &str,
        quiet: Quiet,
        now: Timestamp,
    ) -> Result<RefusedRecord, StoreError> {
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
            quiet: quiet.hushes_unmapped(record),
        };
        tx.sources().bury(&self.name, letter, now).await?;
        Ok(RefusedRecord {
            place: record.place.clone(),
            why: why.to_owned(),
        })
    }
}

/// What a record says, in our words. Whatever it does to whoever maps it, the others and the daemon
/// go on.
pub(super) fn mapped_by(mapping: &Mapping, record: &SourceRecord) -> Result<Mapped, FieldError> {
    let work = std::panic::AssertUnwindSafe(|| mapping.map(record));
    std::panic::catch_unwind(work)
        .unwrap_or_else(|_| Err(FieldError::new("", "the mapping stumbled over it")))
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
