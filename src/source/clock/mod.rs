//! The clock: what Araldo makes by itself of time that passes while nobody says anything. A case
//! takes too long, a body holds up many, an incident lasts longer than it should.
//!
//! It is a source like the others, in that one node at a time looks and that what it makes are
//! events: their source is `/v1/clock`, they are kept with the note that they were made in one
//! transaction, and each has an id made of what it is about. So each is made once, whatever crashes
//! and however many nodes run. It tells nobody anything: rules do.
//!
//! Next: `due` (when a case takes too long), `cases`, `bodies`, `forwardings` (what is passed on to
//! bodies), `incidents`, `uncovered` (incidents
//! of which some are told later), `compensation` (outages that last too long), `surveys` (how a closed
//! case went); what it goes by is in `settings`.

mod bodies;
mod cases;
mod compensation;
mod due;
mod forwardings;
mod incidents;
mod settings;
mod surveys;
mod uncovered;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

pub use settings::{ClockSettings, CompensationClass, IncidentTimes};

use self::cases::CaseRules;
use self::due::Reckoning;
use super::RunnerParts;
use super::mapping::digest;
use crate::domain::Timestamp;
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::Arrival;
use crate::domain::limits::{CLOCK_BATCH, REFERENCE};
use crate::runtime::Lifecycle;
use crate::store::StoreError;
use crate::store::sources::{CLOCK, SourceProgress};
use crate::text::tree::Tree;

/// `source` of the events that the clock makes.
const SOURCE: &str = "/v1/clock";
/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// How often a node looks whether the clock that another one minds is free.
const ELSEWHERE: Duration = Duration::from_secs(2);
/// After the store could not be asked.
const AFTER_FAULT: Duration = Duration::from_secs(5);
/// A clock that has nothing to say says so often that it looks.
const SIGN_OF_LIFE: TimeDelta = TimeDelta::seconds(30);

/// Minds the clock for as long as the daemon runs, whenever no other node does.
pub struct ClockSource {
    parts: RunnerParts,
    settings: ClockSettings,
    kinds: Arc<CaseKinds>,
    /// This node minds it.
    ours: bool,
    /// When the store last heard that it looks.
    noted_at: Option<Timestamp>,
}

/// How a look of the clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTurn {
    /// Another node minds it.
    Elsewhere,
    /// There is more to be thought of at once.
    More,
    /// Until the next look.
    Idle,
}

impl ClockSource {
    #[must_use]
    pub const fn new(settings: ClockSettings, kinds: Arc<CaseKinds>, parts: RunnerParts) -> Self {
        Self {
            parts,
            settings,
            kinds,
            ours: false,
            noted_at: None,
        }
    }

    /// Looks until the daemon stops, then lets another node mind it.
    pub async fn run(mut self, lifecycle: Lifecycle) {
        while !lifecycle.is_stopping() {
            let pause = match self.turn().await {
                Ok(ClockTurn::Elsewhere) => ELSEWHERE,
                Ok(ClockTurn::More) => Duration::ZERO,
                Ok(ClockTurn::Idle) => self.parts.clock.sleep_for(EVERY),
                Err(error) => {
                    tracing::error!(error = %error, "the clock cannot look; trying again");
                    self.ours = false;
                    AFTER_FAULT
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = lifecycle.stopping() => {}
            }
        }
        if self.ours
            && let Err(error) = self.let_go().await
        {
            tracing::warn!(error = %error,
                "another node will mind the clock only when this one counts as stopped");
        }
    }

    /// One look: whatever is due by now is made, in one transaction with the note that it was.
    pub async fn turn(&mut self) -> Result<ClockTurn, StoreError> {
        if !self.ours && !self.take().await? {
            return Ok(ClockTurn::Elsewhere);
        }
        let now = self.parts.clock.now();
        // What is lost in a power cut is made again, under the same ids.
        let mut tx = self.parts.store.write_soon().await?;
        let rules = CaseRules {
            settings: &self.settings,
            kinds: &self.kinds,
            now,
        };
        let ids = self.parts.ids.as_ref();
        let surveys = surveys::look(&mut tx, rules, ids).await?;
        let cases = cases::look(&mut tx, rules).await?.and(surveys);
        let mut said = cases.said;
        let incidents = incidents::due(&mut tx, now, &self.settings, CLOCK_BATCH).await?;
        let more = cases.more || i64::try_from(incidents.len()).is_ok_and(|n| n >= CLOCK_BATCH);
        said.extend(incidents);
        said.extend(uncovered::due(&mut tx, now, CLOCK_BATCH).await?);
        // A report names all that stands still, so it waits until all are thought of.
        if !cases.more {
            said.extend(bodies::look(&mut tx, now, &self.settings, ids).await?);
        }
        said.extend(forwardings::look(&mut tx, now, &self.settings, ids).await?);
        let is_news = !said.is_empty();
        let is_silent = self
            .noted_at
            .is_none_or(|at| (now - at).abs() >= SIGN_OF_LIFE);
        if is_news || cases.thought || is_silent {
            let progress = looked(now, said.len(), None);
            tx.events().accept(said, now, ids).await?;
            if !tx
                .sources()
                .advance(CLOCK, self.parts.node, &progress)
                .await?
            {
                tracing::warn!("another node minds the clock now");
                self.ours = false;
                return Ok(ClockTurn::Elsewhere);
            }
            self.noted_at = Some(now);
        }
        fail::fail_point!("clock-before-commit");
        tx.commit().await?;
        fail::fail_point!("clock-after-commit");
        if is_news {
            self.parts.wake.events_stored();
        }
        Ok(if more {
            ClockTurn::More
        } else {
            ClockTurn::Idle
        })
    }

    /// Takes the clock if nobody minds it. What it goes by may be another than the last time: then
    /// every open case is thought of again.
    async fn take(&mut self) -> Result<bool, StoreError> {
        let mut tx = self.parts.store.write().await?;
        tx.sources().ensure(CLOCK, CLOCK).await?;
        if !tx.sources().claim(CLOCK, self.parts.node).await? {
            return Ok(false);
        }
        let goes_by = digest(&format!("{:?} {:?}", self.settings, self.kinds));
        let goes_by = Value::String(goes_by).to_string();
        let known = tx.sources().get(CLOCK).await?.and_then(|row| row.cursor);
        let now = self.parts.clock.now();
        if known.as_ref() != Some(&goes_by) {
            tx.cases().clock_all_again(now).await?;
            tx.incidents().clock_all_again().await?;
            let progress = looked(now, 0, Some(goes_by));
            tx.sources()
                .advance(CLOCK, self.parts.node, &progress)
                .await?;
        }
        tx.commit().await?;
        tracing::info!("this node minds the clock");
        self.ours = true;
        Ok(true)
    }

    async fn let_go(&self) -> Result<(), StoreError> {
        let mut tx = self.parts.store.write().await?;
        tx.sources().release(CLOCK, self.parts.node).await?;
        tx.commit().await
    }
}

impl<'a> From<&'a ClockSettings> for Reckoning<'a> {
    fn from(settings: &'a ClockSettings) -> Self {
        Self {
            zone: settings.zone,
            working_days: &settings.working_days,
            times: settings.stalled_times,
        }
    }
}

/// That the clock looked, as it is written down. It has no baseline, so it is never settled.
fn looked(now: Timestamp, said: usize, goes_by: Option<String>) -> SourceProgress {
    SourceProgress {
        cursor: goes_by,
        settled: false,
        records: i64::try_from(said).unwrap_or(i64::MAX),
        lag: None,
        looked_at: now,
        doubt: None,
    }
}

/// An event that the clock makes. A long id is kept as its hash. None is a fault of this program:
/// everything in it was taken before.
fn made(kind: &str, id: &str, subject: &str, data: &Value, now: Timestamp) -> Option<Arrival> {
    let id = match id.chars().count() <= REFERENCE {
        true => id.to_owned(),
        false => digest(id),
    };
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": SOURCE,
        "type": kind,
        "subject": subject,
        "time": now,
        "data": data,
    });
    Arrival::parse(Tree::from(&event), now)
        .inspect_err(|fault| {
            tracing::error!(event.kind = kind, fault = %fault,
                "a fault of this program: the clock made an event that cannot be kept");
        })
        .ok()
}
