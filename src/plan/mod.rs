//! Planning: who is told what, when, by which channel. An event becomes plans (one per matching
//! rule), a plan becomes messages (one per client and channel), each with a state and a reason.
//!
//! It sends nothing (`dispatch`) and reads no receipts (`track`). `event` takes one event
//! through, `applying` one of its rules; `hushed` knows which of them tell nobody; `matching` asks the rules; `audience` freezes
//! who; `eligibility` decides for one client, `deputising` for those
//! who act for one; `incident` takes in an event about an incident, `news` knows
//! what is new of it to each client, `leaving` for whom it is over though it goes on;
//! `fan_out` writes the rows in chunks; `variables` is what texts may say, `rectifying` knows who got a wrong
//! message; `preview` counts without
//! writing, `rehearsal` plans and throws it away, `foretelling` says what would come of that;
//! `trying` asks every rule about one event, `replaying` holds changed rules against those of the last
//! days, `unheard` says why a rule was not set going; `reminder` takes in what the clock says of cases,
//! `forwarding` knows what was reported of a body,
//! `uncovering` tells what a wider incident hid, `answering` has what is said at once to a client who wrote.

mod answering;
mod applying;
mod audience;
mod deputising;
mod eligibility;
mod event;
mod fan_out;
mod foretelling;
mod forwarding;
mod hushed;
mod incident;
mod leaving;
mod matching;
mod news;
mod preview;
mod rectifying;
mod rehearsal;
mod reminder;
mod replaying;
mod trying;
mod uncovering;
mod unheard;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde_json::Value;

pub use audience::exchanged;
pub use foretelling::{Foretold, ForetoldRule, ForetoldText};
pub use matching::{JudgedRule, Matcher, MatcherError, RuleVerdict};
pub use preview::{IncidentPreview, preview};
pub use rehearsal::Rehearsed;
pub use replaying::{ReplayCut, ReplayedClients, ReplayedRule, RuleReplay};
pub use trying::TriedRules;
pub use unheard::{RuleDoubt, RuleOfLate, RulesOfLate, WhyUntold};

use self::fan_out::BesidePlan;
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::EventState;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::rule::PlanSettings;
use crate::domain::{Clock, EventId, Ids, Lane, PlanId, Timestamp, Tracking};
use crate::runtime::{Lifecycle, Wake};
use crate::store::planning::candidates::Member;
use crate::store::planning::events::{EventMark, TakenEvents};
use crate::store::planning::plans::{Pin, Plan};
use crate::store::{Store, StoreError, Tx};

/// Events planned in one transaction.
const BATCH: i64 = 100;
/// The longest the planner sleeps without looking.
const POLL: Duration = Duration::from_secs(1);

/// How the planner works.
#[derive(Debug, Clone)]
pub struct PlannerSettings {
    /// Quiet hours of clients who set none.
    pub quiet_hours: Option<QuietHours>,
    /// How reading may be measured at most (`[tracking] opens`).
    pub opens: Tracking,
    /// Whether following links is counted (`[tracking] clicks`).
    pub clicks: bool,
    /// Whose days messages are summed by (`[upkeep] zone`).
    pub zone: Tz,
    /// `contact` and `organisation` as texts see them.
    pub contact: Value,
    /// Labels and bodies responsible of cases.
    pub case_kinds: CaseKinds,
    /// An area with at most so many places is planned together with its event; a larger one is
    /// left to the fan-out, because whoever plans holds the writer.
    pub small_area: i64,
    /// An expected time that moves by less tells nobody (`[incidents] material`).
    pub material: TimeDelta,
}

/// What a daemon takes for a small area.
pub const SMALL_AREA: i64 = 500;

/// What planning some events came to.
#[derive(Debug, Default)]
struct News {
    /// Messages may be due in these.
    lanes: BTreeSet<Lane>,
    /// There are audiences too large to be told at once.
    unfinished: bool,
    /// An incident is another than before.
    incidents_moved: bool,
    /// Planning made an event, which waits to be planned itself.
    made: bool,
    /// What became of the events of a unit of work: written down together, at its end.
    marks: Vec<EventMark>,
    /// The templates that this unit of work asked for.
    pins: BTreeMap<String, Option<Pin>>,
}

impl News {
    fn mark(&mut self, event: EventId, state: EventState, detail: Option<String>) {
        self.marks.push(EventMark {
            event,
            state,
            detail,
        });
    }

    /// Ends what is noted of one unit of work.
    async fn write_marks(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.pins.clear();
        tx.events().mark(&std::mem::take(&mut self.marks)).await
    }

    /// The version that plans are held to now; asked for once in a unit of work.
    async fn pin(&mut self, tx: &mut Tx, template: &str) -> Result<Option<Pin>, StoreError> {
        if let Some(pin) = self.pins.get(template) {
            return Ok(pin.clone());
        }
        let pin = tx.plans().pin(template).await?;
        self.pins.insert(template.to_owned(), pin.clone());
        Ok(pin)
    }
}

/// Plans events. One per node; several nodes share the work through the store.
pub struct Planner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    wake: Arc<Wake>,
    settings: PlannerSettings,
    matcher: Arc<ArcSwap<Matcher>>,
    /// Plans that another node was seen at, and how far it was.
    elsewhere: Mutex<BTreeMap<PlanId, i64>>,
}

impl Planner {
    /// A planner. `matcher` may be swapped while it runs (SIGHUP).
    #[must_use]
    pub const fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        wake: Arc<Wake>,
        settings: PlannerSettings,
        matcher: Arc<ArcSwap<Matcher>>,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            wake,
            settings,
            matcher,
            elsewhere: Mutex::new(BTreeMap::new()),
        }
    }

    /// Plans until the daemon stops.
    pub async fn run(self, lifecycle: Lifecycle) {
        let mut rung = false;
        while !lifecycle.is_stopping() {
            let woken = self.wake.plan.notified();
            let planned = match rung {
                true => self.plan_news().await,
                false => self.drain().await,
            };
            if let Err(error) = planned {
                tracing::error!(error = %error, "cannot plan; trying again");
                tokio::time::sleep(POLL).await;
            }
            rung = tokio::select! {
                () = woken => true,
                () = tokio::time::sleep(self.clock.sleep_for(POLL)) => false,
                () = lifecycle.stopping() => false,
            };
        }
    }

    /// Plans everything there is to plan now.
    pub async fn drain(&self) -> Result<(), StoreError> {
        loop {
            self.plan_events().await?;
            let plans = self.store.read().await?.plans().unfinished(20).await?;
            if !self.fan_out_one(&plans).await? {
                return Ok(());
            }
        }
    }

    /// Plans events that have just come. Looks for plans to fan out only if these left one.
    async fn plan_news(&self) -> Result<(), StoreError> {
        match self.plan_events().await? {
            true => self.drain().await,
            false => Ok(()),
        }
    }

    /// Makes the messages of the first plan that no other node is at. False: there is none.
    async fn fan_out_one(&self, plans: &[Plan]) -> Result<bool, StoreError> {
        for plan in plans {
            if self.moves_elsewhere(plan) {
                continue;
            }
            if self.fan_out(plan.id).await? {
                self.others().remove(&plan.id);
                return Ok(true);
            }
            self.others().insert(plan.id, plan.cursor);
        }
        self.others()
            .retain(|id, _| plans.iter().any(|plan| plan.id == *id));
        Ok(false)
    }

    /// Whether another node was at this plan and has come further since the last look: an
    /// audience of a million is not read again only to find that out.
    fn moves_elsewhere(&self, plan: &Plan) -> bool {
        let mut others = self.others();
        others.get_mut(&plan.id).is_some_and(|seen| {
            let moves = *seen != plan.cursor;
            *seen = plan.cursor;
            moves
        })
    }

    fn others(&self) -> MutexGuard<'_, BTreeMap<PlanId, i64>> {
        self.elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans the events that wait. True: there are plans left to fan out. What is planned is on
    /// disk before anything of it is sent; until then the event, which is, can be planned again.
    async fn plan_events(&self) -> Result<bool, StoreError> {
        let mut news = News::default();
        loop {
            let mut tx = self.store.write_soon().await?;
            let TakenEvents {
                events,
                anybody_erased,
            } = tx.events().take_received(BATCH).await?;
            if events.is_empty() {
                return Ok(news.unfinished);
            }
            for event in &events {
                if anybody_erased && event::is_about_the_erased(&mut tx, event).await? {
                    tx.erasure().refuse(event.id).await?;
                } else {
                    self.plan_event(&mut tx, event, &mut news).await?;
                    self.note_survey(&mut tx, event).await?;
                }
            }
            news.write_marks(&mut tx).await?;
            fail::fail_point!("plan-before-commit");
            tx.commit().await?;
            fail::fail_point!("plan-after-commit");
            self.wake
                .messages_queued(&Vec::from_iter(std::mem::take(&mut news.lanes)));
            if std::mem::take(&mut news.incidents_moved) {
                self.look_at_all_kept().await?;
            }
            if std::mem::take(&mut news.made) {
                continue;
            }
            // Fewer than asked for: nothing is left, and what comes later notifies.
            if i64::try_from(events.len()).unwrap_or(BATCH) < BATCH {
                return Ok(news.unfinished);
            }
        }
    }

    /// What a wider incident hides may be news now; the clock sees to it. It looks by itself, too, if
    /// this node stops before it has said so.
    async fn look_at_all_kept(&self) -> Result<(), StoreError> {
        // Nearly always nothing is kept, and the claim that was just woken waits for the writer.
        if !self.store.read().await?.incidents().any_kept().await? {
            return Ok(());
        }
        let mut tx = self.store.write_soon().await?;
        tx.incidents().look_at_all_kept().await?;
        tx.commit().await
    }

    async fn members(
        &self,
        tx: &mut Tx,
        plan: &Plan,
        settings: &PlanSettings,
    ) -> Result<Vec<Member>, StoreError> {
        let (event, incident) = event::event_of(tx, plan.event).await?;
        let (event, now) = ((plan.event, &event), self.clock.now());
        audience::freeze(tx, settings.audience, event, incident.as_ref(), now).await
    }

    /// What a plan's clients know already.
    async fn beside(
        &self,
        tx: &mut Tx,
        plan: &Plan,
        settings: &PlanSettings,
    ) -> Result<BesidePlan, StoreError> {
        let (event, incident) = event::event_of(tx, plan.event).await?;
        let about = (settings.audience, &event, incident.as_ref());
        BesidePlan::read(tx, plan, about, self.times()).await
    }

    /// The time, and by how much a time moves at least that is told.
    fn times(&self) -> (Timestamp, TimeDelta) {
        (self.clock.now(), self.settings.material)
    }
}
