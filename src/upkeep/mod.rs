//! Upkeep: what the clock sets going, once for all nodes. Every night the invariants are asked
//! and old messages are blanked or deleted; every hour what is over is swept out.
//!
//! Every node looks once a minute; who enters the slot first does the work. `slot` says which
//! slot it is, `inspect` asks the invariants, `retain` blanks and deletes; `recount` counts sums
//! again that an older program left, `insight` counts what managers ask beyond them, `digest`
//! writes what partners' people want to read each day, `week` has written what the staff wants to read each
//! Monday (`letters` is what both have in common), for dispatch to send. It sends nothing itself,
//! and a breach is not repaired but kept for the console, the figures and `araldo check-store`.

mod digest;
mod insight;
mod inspect;
mod letters;
mod recount;
mod refold;
mod retain;
mod slot;
mod week;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;

pub use digest::{DigestMaking, make_digests};
pub use insight::{count_insight, count_insight_again};
pub use inspect::{inspect, scope};
pub use letters::ReportMail;
pub use recount::{Recounted, recount, recount_once};
pub use refold::refold_once;
pub use retain::Retained;
pub use slot::{hourly, nightly};
pub use week::{WeekMaking, WeekWriter, last_week_told, make_weeks};

use crate::domain::case_kind::CaseKinds;
use crate::domain::limits::CODES_COUNTED;
use crate::domain::{Clock, Ids, NodeId, Timestamp};
use crate::runtime::Lifecycle;
use crate::store::cluster::upkeep::{Swept, Task};
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError};

/// How often to look whether a slot has begun.
const EVERY: Duration = Duration::from_secs(60);
/// How long finished runs are kept.
const RUNS_KEPT: TimeDelta = TimeDelta::days(90);
/// How long nodes that stopped are kept.
const NODES_KEPT: TimeDelta = TimeDelta::days(30);

/// When the work is done, and what counts as old; from `[upkeep]`, `[retention]`, `[dispatch]`.
#[derive(Debug, Clone)]
pub struct UpkeepSchedule {
    /// Whose nights and days.
    pub zone: Tz,
    /// When the nightly work begins, in minutes after midnight, 0 to 1,439.
    pub nightly_minute: u32,
    /// Messages older than this are deleted.
    pub messages: TimeDelta,
    /// Final messages older than this lose what is personal in them.
    pub bodies: TimeDelta,
    /// Pieces of evidence that are older go, and what they came to stays.
    pub evidence: TimeDelta,
    /// Events older than this go when their messages have gone.
    pub events: TimeDelta,
    /// Cases that were closed longer ago are deleted.
    pub cases: TimeDelta,
    /// Incidents that were over longer ago are deleted.
    pub incidents: TimeDelta,
    /// What people did longer ago is forgotten.
    pub audit: TimeDelta,
    /// Entries of the feed that are older are deleted.
    pub feed: TimeDelta,
    /// The flood guard's cap for one client and hour.
    pub cap_per_hour: i64,
    /// How long a report may take.
    pub horizon: ReceiptHorizon,
}

/// Does the upkeep. One per node.
pub struct Upkeep {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// This run of this node.
    pub node: NodeId,
    /// When, and what is old.
    pub settings: UpkeepSchedule,
    /// What cases are called in a digest.
    pub kinds: Arc<CaseKinds>,
    /// Who writes the mail of the week.
    pub writer: Arc<dyn WeekWriter>,
}

impl Upkeep {
    /// Looks until the daemon stops.
    pub async fn run(self, lifecycle: Lifecycle) {
        let mut renewed = false;
        while !lifecycle.is_stopping() {
            if !renewed {
                match self.renew(&lifecycle).await {
                    Ok(()) => renewed = true,
                    Err(error) => tracing::error!(error = %error,
                        "cannot renew what an older version left; trying again in a minute"),
                }
            }
            if let Err(error) = self.look(&lifecycle).await {
                tracing::error!(error = %error, "cannot do the upkeep; trying again in a minute");
            }
            tokio::select! {
                () = tokio::time::sleep(self.clock.sleep_for(EVERY)) => {}
                () = lifecycle.stopping() => {}
            }
        }
    }

    /// Brings up to date what an older program left: names as they are searched, and sums.
    async fn renew(&self, lifecycle: &Lifecycle) -> Result<(), StoreError> {
        refold_once(&self.store, lifecycle).await?;
        recount_once(&self.store, lifecycle).await?;
        Ok(())
    }

    /// Does what the present slots ask for, if no other node has taken them. Returns what was
    /// done here.
    pub async fn look(&self, lifecycle: &Lifecycle) -> Result<Vec<Task>, StoreError> {
        let now = self.clock.now();
        let night = nightly(now, self.settings.zone, self.settings.nightly_minute);
        let mut done = Vec::new();
        for (task, slot) in [(Task::Nightly, night), (Task::Hourly, hourly(now))] {
            if self.take(task, &slot, now).await? {
                let outcome = self.work(task, lifecycle).await;
                let told = outcome
                    .as_ref()
                    .map_or_else(ToString::to_string, Clone::clone);
                self.finish(task, &slot, &told).await?;
                tracing::info!(task.name = %task, task.slot = slot, task.outcome = told, "a task is done");
                outcome?;
                done.push(task);
            }
        }
        Ok(done)
    }

    async fn take(&self, task: Task, slot: &str, now: Timestamp) -> Result<bool, StoreError> {
        // Look without the writer's lock first: all but one look of a slot find it taken.
        if !self
            .store
            .read()
            .await?
            .upkeep()
            .is_free(task, slot)
            .await?
        {
            return Ok(false);
        }
        let mut tx = self.store.write().await?;
        let mine = tx.upkeep().take(task, slot, self.node, now).await?;
        tx.commit().await?;
        Ok(mine)
    }

    async fn finish(&self, task: Task, slot: &str, outcome: &str) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        tx.upkeep()
            .finish(task, slot, self.node, outcome, now)
            .await?;
        tx.commit().await
    }

    async fn work(&self, task: Task, lifecycle: &Lifecycle) -> Result<String, StoreError> {
        match task {
            Task::Nightly => {
                let scope = scope(&self.settings, self.clock.now());
                let findings = inspect(&self.store, scope, self.ids.as_ref()).await?;
                let broken = findings.iter().filter(|one| one.broken > 0).count();
                let Retained {
                    blanked,
                    deleted,
                    causes,
                } = self.retain(lifecycle).await?;
                Ok(format!(
                    "{broken} invariants broken, {blanked} rows blanked, {deleted} messages deleted, \
                     {causes} events, cases, incidents, dead letters and lines of the audit deleted"
                ))
            }
            Task::Hourly => {
                let Swept {
                    sessions,
                    runs,
                    nodes,
                    tests,
                } = self.sweep().await?;
                let zone = self.settings.zone;
                count_insight(&self.store, zone, self.clock.now(), lifecycle).await?;
                let digests = self.digests().await?;
                let weeks = self.weeks().await?;
                Ok(format!(
                    "{sessions} sessions, {runs} runs, {nodes} nodes and {tests} tests of texts swept out, \
                     {digests} digests and {weeks} mails of the week written"
                ))
            }
        }
    }

    /// What partners' people want to read of the day before.
    async fn digests(&self) -> Result<usize, StoreError> {
        make_digests(&DigestMaking {
            store: &self.store,
            ids: self.ids.as_ref(),
            kinds: &self.kinds,
            zone: self.settings.zone,
            now: self.clock.now(),
            wall: self.clock.wall(),
        })
        .await
    }

    /// What the staff wants to read of the week before.
    async fn weeks(&self) -> Result<usize, StoreError> {
        make_weeks(&WeekMaking {
            store: &self.store,
            ids: self.ids.as_ref(),
            writer: self.writer.as_ref(),
            zone: self.settings.zone,
            now: self.clock.now(),
            wall: self.clock.wall(),
        })
        .await
    }

    async fn sweep(&self) -> Result<Swept, StoreError> {
        // Sessions, codes, tests of texts and nodes go by the time outside, also where ours runs faster.
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let mut tx = self.store.write().await?;
        let swept = tx
            .upkeep()
            .sweep(wall, now - RUNS_KEPT, wall - NODES_KEPT)
            .await?;
        tx.deputies().end_overdue(now).await?;
        tx.codes().sweep(wall - CODES_COUNTED).await?;
        tx.commit().await?;
        // What was erased or deleted since still stands there as it was.
        if !self.store.empty_the_log().await? {
            tracing::debug!("the log of writes is being read; it is emptied in an hour");
        }
        Ok(swept)
    }
}
