//! What all sources have in common: one node reads a source at a time; what a look brings is kept
//! together with the place it reached; the other side is told afterwards; a fault lets the source
//! wait, longer each time, and is written down for people.
//!
//! The claim on a source ends with its node, as that of every other piece of work does. A node that
//! was taken for dead and wakes up finds at its next commit that the source is another's.
//!
//! At night, when all that is new has been taken, it is compared with what stands there (`reconcile`).

use std::sync::Arc;
use std::time::Duration;

use super::fault::SourceFault;
use super::mapping::Mapping;
use super::reader::{Cursor, Reader, SourceLook};
use super::reconcile::{AfterNight, ReconcileNights};
use super::settings::{Baseline, SourceSettings, WatchSettings};
use super::taking::{Keeper, Quiet};
use crate::domain::limits::{SOURCE_DEAD_KEPT, SOURCE_LONGEST_PAUSE, SOURCE_RECORDS};
use crate::domain::{Clock, Ids, NodeId, Timestamp};
use crate::runtime::{Lifecycle, Wake};
use crate::store::{Store, StoreError};

/// How often a node looks whether a source that another one reads is free.
const ELSEWHERE: Duration = Duration::from_secs(2);
/// The first pause after a fault.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A source that brings nothing says so often that it was looked at.
const SIGN_OF_LIFE: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

/// What a runner is built from.
pub struct RunnerParts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub wake: Arc<Wake>,
    /// This run of this node.
    pub node: NodeId,
}

/// Reads one source for as long as the daemon runs.
pub struct Runner {
    name: String,
    watch: WatchSettings,
    reader: Box<dyn Reader>,
    keeper: Keeper,
    nights: ReconcileNights,
    wake: Arc<Wake>,
    clock: Arc<dyn Clock>,
    /// There while this node reads the source.
    place: Option<ReadingPlace>,
    /// Looks that failed in a row.
    faults: u32,
}

/// How far the source has been read, as the store has it.
struct ReadingPlace {
    cursor: Option<Cursor>,
    /// The baseline is over.
    settled: bool,
    /// When a node began with the baseline, whichever that was.
    began_at: Timestamp,
    /// So many records wait for a person that no more are read.
    is_full: bool,
    /// The store says that a look failed, or has a doubt that may have gone.
    marked: Option<String>,
    /// When the store last heard of a look.
    noted_at: Option<Timestamp>,
    /// When the source last brought something, or was first looked at.
    heard_at: Option<Timestamp>,
    /// What hangs on the settings, and so stands until they are read again.
    of_settings: Option<String>,
}

/// How a turn ended.
enum Turn {
    Elsewhere,
    /// There is more to be read at once.
    More,
    Idle,
    Failed,
}

impl Runner {
    #[must_use]
    pub fn new(
        name: String,
        settings: &SourceSettings,
        mapping: Mapping,
        reader: Box<dyn Reader>,
        parts: RunnerParts,
    ) -> Self {
        Self {
            keeper: Keeper {
                name: name.clone(),
                kind: settings.reader.kind(),
                mapping: Arc::new(mapping),
                store: parts.store,
                ids: parts.ids,
                node: Some(parts.node),
            },
            name,
            nights: ReconcileNights::new(&settings.watch),
            watch: settings.watch.clone(),
            reader,
            wake: parts.wake,
            clock: parts.clock,
            place: None,
            faults: 0,
        }
    }

    /// Reads until the daemon stops, then lets go of the source.
    pub async fn run(mut self, lifecycle: Lifecycle) {
        while !lifecycle.is_stopping() {
            let turn = match self.turn().await {
                Ok(turn) => turn,
                Err(error) => {
                    tracing::error!(source.name = self.name, error = %error,
                        "what a source brought cannot be kept; trying again");
                    self.place = None;
                    Turn::Failed
                }
            };
            self.faults = match turn {
                Turn::Failed => self.faults.saturating_add(1),
                Turn::Elsewhere | Turn::More | Turn::Idle => 0,
            };
            let pause = self.pause(&turn);
            let wants_news = matches!(turn, Turn::Idle);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.reader.stirred(), if wants_news => {}
                () = lifecycle.stopping() => {}
            }
        }
        if self.place.is_some()
            && let Err(error) = self.keeper.let_go().await
        {
            tracing::warn!(source.name = self.name, error = %error,
                "another node will take the source only when this one counts as stopped");
        }
    }

    fn pause(&self, turn: &Turn) -> Duration {
        match turn {
            Turn::Elsewhere => ELSEWHERE,
            Turn::More => Duration::ZERO,
            Turn::Idle => {
                let now = self.clock.now();
                (self.watch.every.next(now) - now)
                    .to_std()
                    .unwrap_or_default()
            }
            Turn::Failed => {
                let doubled =
                    FIRST_PAUSE.saturating_mul(1 << self.faults.min(16).saturating_sub(1));
                doubled.min(SOURCE_LONGEST_PAUSE)
            }
        }
    }

    async fn turn(&mut self) -> Result<Turn, StoreError> {
        let Some(mut place) = self.take_place().await? else {
            self.nights.leave();
            return Ok(Turn::Elsewhere);
        };
        place.is_full = place.is_full && self.keeper.dead().await? >= SOURCE_DEAD_KEPT;
        if place.is_full {
            return self.note(place, &full()).await;
        }
        let now = self.clock.now();
        let cursor = place.cursor.as_ref();
        let look = self.reader.look(cursor, SOURCE_RECORDS, now).await;
        match look {
            Ok(look) => {
                let turn = self.keep(place, look).await?;
                self.compare(turn).await
            }
            Err(fault) => {
                self.nights.put_off(&self.keeper, &fault, now).await?;
                self.note(place, &fault).await
            }
        }
    }

    /// Holds what is known against what stands there, if it is time for that: what stood there when the
    /// source was new has been read, and so has all that is new.
    async fn compare(&mut self, turn: Turn) -> Result<Turn, StoreError> {
        let is_settled = self.place.as_ref().is_some_and(|place| place.settled);
        if !matches!(turn, Turn::Idle) || !is_settled {
            return Ok(turn);
        }
        let reader = self.reader.as_mut();
        let night = self.nights.turn(&self.keeper, reader, self.clock.now());
        match Box::pin(night).await? {
            AfterNight::Nothing => Ok(turn),
            AfterNight::LookAgain => Ok(Turn::More),
            AfterNight::EventsStored => {
                self.wake.events_stored();
                Ok(turn)
            }
        }
    }

    /// The place in the source, if this node may read it.
    async fn take_place(&mut self) -> Result<Option<ReadingPlace>, StoreError> {
        if let Some(place) = self.place.take() {
            return Ok(Some(place));
        }
        let Some((row, began_at)) = self.keeper.claim(self.clock.now()).await? else {
            return Ok(None);
        };
        tracing::info!(source.name = self.name, "this node reads the source");
        Ok(Some(ReadingPlace {
            cursor: row.cursor.as_deref().and_then(parsed),
            settled: row.settled || self.reader.begins_empty(),
            is_full: row.dead >= SOURCE_DEAD_KEPT,
            began_at,
            marked: row.fault.or(row.doubt),
            noted_at: None,
            heard_at: row.record_at,
            of_settings: None,
        }))
    }

    async fn keep(
        &mut self,
        mut place: ReadingPlace,
        mut look: SourceLook,
    ) -> Result<Turn, StoreError> {
        let now = self.clock.now();
        if place.heard_at.is_none() || !look.records.is_empty() {
            place.heard_at = Some(now);
        }
        let silence = self.silence(place.heard_at, now);
        let standing = silence.or_else(|| place.of_settings.clone());
        look.doubt = look.doubt.or(standing);
        let settled = place.settled || !look.more;
        let quiet = match self.watch.baseline {
            Baseline::Silent if !place.settled => Quiet::Until(place.began_at),
            Baseline::Silent => Quiet::Standing,
            Baseline::Tell => Quiet::Never,
        };
        let mut refused = Vec::new();
        if is_worth_a_note(&place, &look, settled, now) {
            let taken = self.keeper.keep(&look, quiet, settled, now).await?;
            if !taken.ours {
                tracing::warn!(source.name = self.name, "another node reads the source now");
                return Ok(Turn::Elsewhere);
            }
            place.noted_at = Some(now);
            if let Some(said) = &taken.of_settings {
                tracing::warn!(source.name = self.name, "{said}");
            }
            place.of_settings = place.of_settings.or(taken.of_settings);
            place.is_full = !taken.refused.is_empty();
            refused = taken.refused;
            place.marked = taken.doubt;
        }
        if !look.records.is_empty() {
            self.wake.events_stored();
        }
        let acknowledged = self.reader.acknowledge(&look, &refused).await;
        place.settled = settled;
        place.cursor = look.cursor.or(place.cursor);
        // What was taken will be read again, and is known; but nothing behind it comes.
        if let Err(fault) = acknowledged {
            return self.note(place, &fault).await;
        }
        self.place = Some(place);
        Ok(if look.more { Turn::More } else { Turn::Idle })
    }

    /// A source that has brought nothing for long may have been forgotten by those who write to it.
    fn silence(&self, heard_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
        let silent = now - heard_at? > self.watch.alarm_after;
        silent.then(|| {
            let limit = self.watch.alarm_after.to_std().unwrap_or_default();
            let limit = humantime::format_duration(limit);
            format!("it has brought nothing for longer than {limit} (`alarm_after`)")
        })
    }

    async fn note(
        &mut self,
        mut place: ReadingPlace,
        fault: &SourceFault,
    ) -> Result<Turn, StoreError> {
        let text = fault.to_string();
        if self.faults == 0 {
            tracing::warn!(
                source.name = self.name,
                fault = text,
                "a source could not be read; trying again"
            );
        }
        self.keeper.failed(&text, self.clock.now()).await?;
        place.marked = Some(text);
        self.place = Some(place);
        Ok(Turn::Failed)
    }
}

/// Nothing is lost by waiting: the place stays.
fn full() -> SourceFault {
    SourceFault::Unexpected(format!(
        "{SOURCE_DEAD_KEPT} records could not be taken: mend the mapping and take them with \
         `araldo source replay`, or forget them; reading goes on then"
    ))
}

/// Whether the store has to hear of a look: an idle source does not write at each. A place that
/// moved is kept before the other side hears of it, and may forget what is before.
fn is_worth_a_note(place: &ReadingPlace, look: &SourceLook, settled: bool, now: Timestamp) -> bool {
    !look.records.is_empty()
        || settled != place.settled
        || look.doubt != place.marked
        || (look.cursor.is_some() && look.cursor != place.cursor)
        || place.noted_at.is_none_or(|at| now - at >= SIGN_OF_LIFE)
}

fn parsed(text: &str) -> Option<Cursor> {
    serde_json::from_str(text).ok().map(Cursor)
}
