//! The events of the last days, held against changed rules: whom these would have told, and whom they
//! told in truth. What was told is read from the plans and messages that there are; what would be
//! told is made by the functions that plan, at the time each event came in, and thrown away.
//!
//! Contacts, consents and refusals are those of today, and each event counts as the newest on its
//! subject: of what somebody knew already by then nothing is held against them. Nothing is written,
//! and no writer waits.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::event::{EventSubject, is_for_some};
use super::fan_out::{BesidePlan, CHUNK, ReadChunk};
use super::matching::{Matcher, MatcherError};
use super::{News, Planner, answering, audience, incident};
use crate::domain::event::EventData;
use crate::domain::limits::{
    REPLAY_CLIENTS, REPLAY_EVENTS, REPLAY_NAMED, REPLAY_PAGE, REPLAY_TIME,
};
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::{Audience, Rule};
use crate::domain::{Channel, ClientId, Clock, EventId, MessageState, PlanId, Timestamp};
use crate::store::messages::ToldByPlan;
use crate::store::planning::candidates::Member;
use crate::store::planning::events::StoredEvent;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// How the detail of an event begins that tells nobody, whatever the rules say.
const TOLD_NOBODY: &str = "told nobody: ";

/// What changed rules would have made of the last days.
#[derive(Debug, Default)]
pub struct RuleReplay {
    /// Events that were looked at.
    pub events: usize,
    /// The oldest of them; none where there was none.
    pub oldest: Option<Timestamp>,
    /// Why not all could be looked at, if so.
    pub cut: Option<ReplayCut>,
    /// The changed rules, in the order of their names.
    pub rules: Vec<ReplayedRule>,
    /// Messages told then, and told by the changed rules.
    pub channels: BTreeMap<Channel, (i64, i64)>,
    /// Clients who were told nothing by these rules then, and would be now.
    pub newly: ReplayedClients,
    /// Clients who were told by these rules then, and would not be now.
    pub no_longer: ReplayedClients,
}

/// Why a replay is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayCut {
    /// There are more events than are looked at.
    Events,
    /// The audiences are larger than is looked at.
    Clients,
    /// It took too long.
    Time,
}

/// One changed rule: how it was, and how it would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayedRule {
    pub rule: String,
    /// The templates that told then, and would tell now.
    pub templates: (BTreeSet<String>, BTreeSet<String>),
    /// Events that set it going then, and now.
    pub matched: (i64, i64),
    /// Messages that were not held back by the client's wishes, then and now.
    pub told: (i64, i64),
    /// Events for which its condition, as it is now, cannot be evaluated: they count as not matched.
    pub unclear: i64,
    /// What was wrong the first time.
    pub fault: Option<String>,
}

/// Clients of whom some are named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayedClients {
    pub count: usize,
    pub first: Vec<ClientId>,
}

/// The hands stand where the event is that is replayed.
struct ReplayClock(AtomicI64);

impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A replay under way.
struct Replaying {
    planner: Planner,
    clock: Arc<ReplayClock>,
    names: BTreeSet<String>,
    until: Instant,
    replay: RuleReplay,
    rules: BTreeMap<String, ReplayedRule>,
    /// By the row of a client: told then, and told now.
    clients: HashMap<i64, (bool, bool)>,
    /// Clients whose messages may still be worked out.
    left: usize,
}

impl Planner {
    /// Holds the events since then, newest first, against `changed`, each of which stands in the place
    /// of the rule of its name. It ends after [`REPLAY_TIME`] with what it has by then.
    pub async fn replay(
        &self,
        changed: Vec<Rule>,
        since: Timestamp,
    ) -> Result<Result<RuleReplay, MatcherError>, StoreError> {
        let names = changed.iter().map(|rule| rule.name.clone()).collect();
        let matcher = match Matcher::new(changed) {
            Ok(matcher) => matcher,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut replaying = Replaying::new(self, matcher, names);
        replaying.run(since).await?;
        Ok(Ok(replaying.end()))
    }
}

impl Replaying {
    fn new(planner: &Planner, matcher: Matcher, names: BTreeSet<String>) -> Self {
        let clock = Arc::new(ReplayClock(AtomicI64::new(planner.clock.now().as_micros())));
        let named = |name: &String| {
            let rule = ReplayedRule {
                rule: name.clone(),
                ..ReplayedRule::default()
            };
            (name.clone(), rule)
        };
        Self {
            planner: Planner::new(
                planner.store.clone(),
                Arc::clone(&clock) as Arc<dyn Clock>,
                Arc::clone(&planner.ids),
                Arc::clone(&planner.wake),
                planner.settings.clone(),
                Arc::new(ArcSwap::from_pointee(matcher)),
            ),
            clock,
            until: Instant::now() + REPLAY_TIME,
            replay: RuleReplay::default(),
            rules: names.iter().map(named).collect(),
            names,
            clients: HashMap::new(),
            left: REPLAY_CLIENTS,
        }
    }

    async fn run(&mut self, since: Timestamp) -> Result<(), StoreError> {
        let mut before: Option<EventId> = None;
        loop {
            // A unit of work of its own for each page: none stays open for the whole.
            let mut tx = self.planner.store.read().await?;
            let page = tx.events().list(before, REPLAY_PAGE).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(REPLAY_PAGE) < REPLAY_PAGE;
            let fitting = page
                .into_iter()
                .take_while(|stored| stored.received_at >= since);
            let fitting: Vec<StoredEvent> = fitting.collect();
            let is_last = is_last || fitting.len() < usize::try_from(REPLAY_PAGE).unwrap_or(0);
            before = fitting.last().map(|stored| stored.id);
            self.page(&mut tx, &fitting).await?;
            if is_last || self.replay.cut.is_some() {
                return Ok(());
            }
            if self.replay.events >= REPLAY_EVENTS {
                self.replay.cut = Some(ReplayCut::Events);
                return Ok(());
            }
        }
    }

    async fn page(&mut self, tx: &mut Tx, events: &[StoredEvent]) -> Result<(), StoreError> {
        let ids: Vec<EventId> = events.iter().map(|stored| stored.id).collect();
        let mut plans: HashMap<EventId, Vec<Plan>> = HashMap::new();
        for plan in tx.plans().of_events(&ids).await? {
            plans.entry(plan.event).or_default().push(plan);
        }
        for stored in events {
            if Instant::now() >= self.until {
                self.replay.cut = Some(ReplayCut::Time);
                return Ok(());
            }
            let plans = plans.remove(&stored.id).unwrap_or_default();
            self.event(tx, stored, &plans).await?;
            if self.replay.cut.is_some() {
                return Ok(());
            }
            self.replay.events += 1;
            self.replay.oldest = Some(stored.received_at);
        }
        Ok(())
    }

    /// One event: first what would be told of it, for it may be too much; then what was.
    async fn event(
        &mut self,
        tx: &mut Tx,
        stored: &StoredEvent,
        plans: &[Plan],
    ) -> Result<(), StoreError> {
        let mut told = Vec::new();
        if asks_rules(stored) {
            let subject = self.subject(tx, stored, plans).await?;
            for rule in self.matching(tx, stored, &subject).await? {
                let Some(sent) = self.would_tell(tx, stored, &subject, &rule).await? else {
                    self.replay.cut = Some(ReplayCut::Clients);
                    return Ok(());
                };
                told.push((rule, sent));
            }
        }
        let was: Vec<&Plan> = plans
            .iter()
            .filter(|plan| self.names.contains(&plan.rule))
            .collect();
        let ids: Vec<PlanId> = was.iter().map(|plan| plan.id).collect();
        let limit = i64::try_from(self.left).unwrap_or(i64::MAX);
        let sent = match ids.is_empty() {
            true => Vec::new(),
            false => tx.messages().told_by(&ids, limit + 1).await?,
        };
        if sent.len() > self.left {
            self.replay.cut = Some(ReplayCut::Clients);
            return Ok(());
        }
        self.left -= sent.len();
        for plan in was {
            let sent = sent.iter().filter(|message| message.plan == plan.id);
            self.note_then(plan, sent);
        }
        for (rule, sent) in told {
            self.note_now(&rule, &sent);
        }
        Ok(())
    }

    fn note_then<'a>(&mut self, plan: &Plan, sent: impl Iterator<Item = &'a ToldByPlan>) {
        let rule = self.rules.entry(plan.rule.clone()).or_default();
        rule.matched.0 += 1;
        rule.templates.0.insert(plan.template.clone());
        for message in sent {
            rule.told.0 += 1;
            self.replay.channels.entry(message.channel).or_default().0 += 1;
            self.clients.entry(message.client.get()).or_default().0 = true;
        }
    }

    fn note_now(&mut self, rule: &Rule, sent: &[(ClientId, Channel)]) {
        let replayed = self.rules.entry(rule.name.clone()).or_default();
        replayed.matched.1 += 1;
        replayed.templates.1.insert(rule.template.clone());
        for (client, channel) in sent {
            replayed.told.1 += 1;
            self.replay.channels.entry(*channel).or_default().1 += 1;
            self.clients.entry(client.get()).or_default().1 = true;
        }
    }

    /// What the event was about, as its plans have it, or as it stands now.
    async fn subject(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        plans: &[Plan],
    ) -> Result<EventSubject, StoreError> {
        let event = &stored.event;
        let frozen = plans.first().map(|plan| plan.variables.as_str());
        let frozen: Option<Map<String, Value>> =
            frozen.and_then(|text| serde_json::from_str(text).ok());
        let variables = match frozen {
            Some(variables) => variables,
            None => self.planner.facts_of(tx, event).await?,
        };
        let (key, incident) = match &event.data {
            EventData::Case(step, data) => (step.plan_subject(&data.case), None),
            EventData::Incident(step, data) => (
                step.plan_subject(&data.incident),
                tx.incidents().lookup(&data.incident).await?,
            ),
            _ => (format!("event:{}", stored.id), None),
        };
        Ok(EventSubject {
            key,
            is_new: false,
            newest: true,
            incident,
            was_told: false,
            told_area: None,
            hushed: None,
            variables,
        })
    }

    async fn matching(
        &mut self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
    ) -> Result<Vec<Rule>, StoreError> {
        let event = &stored.event;
        let told_as = incident::told_as(tx, event, subject).await?;
        let told_as = told_as.as_ref().unwrap_or(event);
        let matcher = self.planner.matcher.load_full();
        let (mut rules, unclear) = matcher.for_event_or_why(told_as, &subject.variables);
        for (rule, fault) in unclear {
            let replayed = self.rules.entry(rule).or_default();
            replayed.unclear += 1;
            replayed.fault.get_or_insert(fault);
        }
        rules.retain(|rule| rule.audience == Audience::IncidentArea || !is_for_some(event));
        Ok(rules)
    }

    /// Who would be told by a rule, and how; none where its audience is too large to be looked at.
    async fn would_tell(
        &mut self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
    ) -> Result<Option<Vec<(ClientId, Channel)>>, StoreError> {
        let at = stored.received_at;
        self.clock.0.store(at.as_micros(), Ordering::SeqCst);
        let Some(members) = self.members(tx, stored, subject, rule).await? else {
            return Ok(None);
        };
        if members.len() > self.left {
            return Ok(None);
        }
        self.left -= members.len();
        let plan = {
            let mut news = News::default();
            self.planner
                .plan(tx, stored, subject, rule, &mut news)
                .await?
        };
        let settings = answering::settings(&stored.event, rule);
        let mut notified = NotifiedAddresses::for_about(members.len());
        let mut sent = Vec::new();
        for members in members.chunks(CHUNK) {
            let chunk = ReadChunk::read(tx, members, &plan, &BesidePlan::of_nothing()).await?;
            let messages = self
                .planner
                .messages(&plan, &settings, &chunk, &mut notified);
            let told = messages.into_iter();
            let told = told.filter(|message| message.state != MessageState::Suppressed);
            sent.extend(told.map(|message| (message.client, message.channel)));
        }
        Ok(Some(sent))
    }

    async fn members(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
    ) -> Result<Option<Vec<Member>>, StoreError> {
        let (event, incident) = ((stored.id, &stored.event), subject.incident());
        let now = self.planner.clock.now();
        match (rule.audience, incident) {
            (Audience::IncidentArea, Some(incident)) => {
                let most = i64::try_from(self.left).unwrap_or(i64::MAX - 1);
                audience::freeze_concerned(tx, event, incident, most, now).await
            }
            _ => audience::freeze(tx, rule.audience, event, incident, now)
                .await
                .map(Some),
        }
    }

    fn end(self) -> RuleReplay {
        let mut replay = self.replay;
        replay.rules = self.rules.into_values().collect();
        let mut clients: Vec<(i64, (bool, bool))> = self.clients.into_iter().collect();
        clients.sort_unstable();
        for (client, told) in clients {
            match told {
                (false, true) => replay.newly.add(client),
                (true, false) => replay.no_longer.add(client),
                _ => {}
            }
        }
        replay
    }
}

impl ReplayedClients {
    fn add(&mut self, client: i64) {
        self.count += 1;
        if self.first.len() < REPLAY_NAMED {
            self.first.push(ClientId::new(client));
        }
    }
}

/// Whether rules decide about an event: not where it was asked for, cannot be read, or was kept quiet
/// for another reason than that no rule wanted it.
fn asks_rules(stored: &StoredEvent) -> bool {
    let event = &stored.event;
    let is_hushed = stored
        .detail
        .as_deref()
        .is_some_and(|detail| detail.starts_with(TOLD_NOBODY));
    let is_readable = !matches!(event.data, EventData::Direct(_) | EventData::Unreadable(_));
    is_readable && !event.quiet && (event.late || !is_hushed)
}
