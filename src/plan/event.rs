//! One event becomes plans: what it says about its case or incident is kept, its rules are
//! applied, older waiting messages on the same subject are overtaken. What tells nobody is known to
//! `hushed`.

use serde_json::{Map, Value};

use super::fan_out::{BesidePlan, ReadChunk};
use super::{News, Planner, answering, audience, fan_out, incident, reminder, variables};
use crate::domain::area::Area;
use crate::domain::event::{
    DirectRequest, Event, EventData, EventState, Incident, IncidentStep, MESSAGE_REQUESTED,
};
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::{Audience, ChannelChoice, Rule};
use crate::domain::{Class, EventId, Lane, MessageState, OnUnknown, PlanId, Timestamp};
use crate::store::messages::NewMessage;
use crate::store::planning::events::StoredEvent;
use crate::store::planning::incidents::IncidentRecord;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// How long a message asked for directly stays worth sending.
const DIRECT_EXPIRES: chrono::TimeDelta = chrono::TimeDelta::hours(72);

/// What became of an event that is quiet.
const QUIET: &str = "told nobody: it stood there when its source was new";

/// What became of one that was found when its source was asked for its present state.
const LATE: &str = "told nobody: it was found late, and no rule wants what comes late";

/// What an event is about, after it was taken in.
pub(super) struct EventSubject {
    /// `case:PR-1`, `incident:G-77`, `event:ID`.
    pub(super) key: String,
    /// Nothing that happened later is known.
    pub(super) newest: bool,
    /// Where the incident stands.
    pub(super) incident: Option<IncidentRecord>,
    /// Its clients were told of the incident before.
    pub(super) was_told: bool,
    /// What the incident covered when they were.
    pub(super) told_area: Option<Area>,
    /// Why nobody is to be told, if so.
    pub(super) hushed: Option<&'static str>,
    /// What texts and conditions may look at.
    pub(super) variables: Map<String, Value>,
}

impl EventSubject {
    pub(super) fn incident(&self) -> Option<&Incident> {
        self.incident.as_ref().map(|record| &record.incident)
    }
}

/// What applying a rule came to.
enum RuleOutcome {
    /// So many clients are in its audience, and all have their messages.
    Told {
        clients: usize,
        /// Some message is to go out.
        goes_out: bool,
    },
    /// Its plan is there, and its messages are still to be made.
    Left,
}

impl Planner {
    /// Plans one event, within the caller's transaction, and notes what is to be done next.
    pub(super) async fn plan_event(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        news: &mut News,
    ) -> Result<(), StoreError> {
        let event = &stored.event;
        if let EventData::Unreadable(fault) = &event.data {
            let why = fault.to_string();
            return tx
                .events()
                .mark(stored.id, EventState::Refused, Some(&why))
                .await;
        }
        let subject = self.take_in(tx, stored).await?;
        news.incidents_moved |=
            matches!(event.data, EventData::Incident(step, _) if !step.is_reckoned());
        if event.quiet {
            return tx
                .events()
                .mark(stored.id, EventState::Planned, Some(QUIET))
                .await;
        }
        let rules = match subject.hushed {
            Some(_) => Vec::new(),
            None => self.rules_for(tx, event, &subject).await?,
        };
        let unwanted = (event.late && rules.is_empty()).then_some(LATE);
        if let Some(why) = subject.hushed.or(unwanted) {
            self.take_back_what_is_over(tx, stored, &subject).await?;
            return tx
                .events()
                .mark(stored.id, EventState::Planned, Some(why))
                .await;
        }
        self.let_go(tx, stored, &subject, news).await?;
        if rules.is_empty() {
            return tx
                .events()
                .mark(stored.id, EventState::Unmatched, None)
                .await;
        }
        let told = self.apply_rules(tx, stored, &subject, &rules, news).await?;
        let detail = match told {
            0 => Some(nobody(tx, event, subject.incident()).await?),
            _ => None,
        };
        tx.events()
            .mark(stored.id, EventState::Planned, detail.as_deref())
            .await
    }

    /// How many clients are told; one at least, where that is still to be found out.
    async fn apply_rules(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rules: &[Rule],
        news: &mut News,
    ) -> Result<usize, StoreError> {
        let mut told = 0;
        let mut area_is_told = false;
        for rule in rules {
            let is_for_area = rule.audience == Audience::IncidentArea;
            match self.apply_rule(tx, stored, subject, rule).await? {
                RuleOutcome::Told { clients, goes_out } => {
                    told += clients;
                    area_is_told |= is_for_area && goes_out;
                    news.lanes.insert(rule.lane);
                }
                RuleOutcome::Left => {
                    told += 1;
                    let age = self.clock.now() - stored.event.occurred_at;
                    area_is_told |= is_for_area && subject.newest && age < rule.expires;
                    news.unfinished = true;
                }
            }
        }
        // What some hear later is what the others were told before; they measure a change by that.
        let is_told = area_is_told && !(subject.was_told && is_for_some(&stored.event));
        if let (true, Some(record)) = (is_told, &subject.incident) {
            tx.incidents().tell(record.id, stored.id).await?;
        }
        Ok(told)
    }

    /// An end that nobody is told of takes back what still waits to be told all the same.
    async fn take_back_what_is_over(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
    ) -> Result<(), StoreError> {
        let EventData::Incident(IncidentStep::Resolved | IncidentStep::Cancelled, _) =
            &stored.event.data
        else {
            return Ok(());
        };
        if subject.newest {
            let (by, now) = (PlanId::new(self.ids.next()), self.clock.now());
            tx.plans()
                .supersede(&subject.key, by, stored.id, now, now)
                .await?;
        }
        Ok(())
    }

    async fn take_in(&self, tx: &mut Tx, stored: &StoredEvent) -> Result<EventSubject, StoreError> {
        let event = &stored.event;
        let mut silence = None;
        let mut variables =
            variables::common(&event.kind, event.occurred_at, &self.settings.contact);
        let ids = self.ids.as_ref();
        let (key, newest) = match &event.data {
            EventData::Case(step, data) => {
                let now = self.clock.now();
                let taken = reminder::take_in(tx, stored, (*step, data), ids, now).await?;
                silence = taken.hushed;
                variables::add_case(&mut variables, data, &self.settings.case_kinds);
                if step.is_reminder() {
                    reminder::add(&mut variables, data, &event.raw);
                }
                (step.plan_subject(&data.case), taken.newest)
            }
            EventData::Incident(step, data) => {
                let said = (*step, data);
                return self.take_in_incident(tx, stored, said, variables).await;
            }
            EventData::Direct(request) => {
                variables.extend(request.variables.clone());
                (format!("event:{}", stored.id), true)
            }
            EventData::Body(report) => {
                reminder::add_body(&mut variables, report);
                (format!("body:{}", report.body), true)
            }
            EventData::Other | EventData::Unreadable(_) => (format!("event:{}", stored.id), true),
        };
        Ok(EventSubject {
            key,
            newest,
            incident: None,
            was_told: false,
            told_area: None,
            hushed: silence,
            variables,
        })
    }

    async fn rules_for(
        &self,
        tx: &mut Tx,
        event: &Event,
        subject: &EventSubject,
    ) -> Result<Vec<Rule>, StoreError> {
        if let EventData::Direct(request) = &event.data {
            return Ok(vec![direct(request)]);
        }
        let told_as = incident::told_as(tx, event, subject).await?;
        let told_as = told_as.as_ref().unwrap_or(event);
        let mut rules = self.matcher.load().for_event(told_as, &subject.variables);
        rules.retain(|rule| rule.audience == Audience::IncidentArea || !is_for_some(event));
        Ok(rules)
    }

    /// Makes the plan of one rule. Small audiences get their messages at once; a large area's are
    /// made by the fan-out.
    async fn apply_rule(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
    ) -> Result<RuleOutcome, StoreError> {
        let plan = self.plan(tx, stored, subject, rule).await?;
        if !tx.plans().insert(&plan).await? {
            return Ok(RuleOutcome::Left);
        }
        if subject.newest && overtakes(&stored.event) {
            // What the clock made since then is overtaken as well.
            let now = self.clock.now();
            tx.plans()
                .supersede(&plan.subject, plan.id, stored.id, now, now)
                .await?;
        }
        let (event, incident) = ((stored.id, &stored.event), subject.incident());
        let now = self.clock.now();
        let members = match (rule.audience, incident) {
            (Audience::IncidentArea, Some(incident)) => {
                let small = self.settings.small_area;
                match audience::freeze_concerned(tx, event, incident, small, now).await? {
                    Some(members) => members,
                    None => return Ok(RuleOutcome::Left),
                }
            }
            _ => audience::freeze(tx, rule.audience, event, incident, now).await?,
        };
        if members.len() > fan_out::CHUNK {
            return Ok(RuleOutcome::Left);
        }
        let about = (rule.audience, &stored.event, incident);
        let beside = BesidePlan::read(tx, &plan, about, self.times()).await?;
        let mut chunk = ReadChunk::read(tx, &members, &plan, &beside).await?;
        answering::address(tx, &stored.event, &mut chunk.candidates).await?;
        let settings = answering::settings(&stored.event, rule);
        let mut told = NotifiedAddresses::default();
        let messages = self.messages(&plan, &settings, &chunk, &mut told);
        fan_out::note_kept(tx, &plan, &messages).await?;
        let end = fan_out::End {
            upto: members.last().map_or(0, |member| member.client),
            is_last: true,
        };
        self.write_messages(tx, &plan, &messages, end).await?;
        let goes_out = |message: &NewMessage| {
            matches!(message.state, MessageState::Queued | MessageState::Held)
        };
        Ok(RuleOutcome::Told {
            clients: members.len(),
            goes_out: messages.iter().any(goes_out),
        })
    }

    async fn plan(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
    ) -> Result<Plan, StoreError> {
        let now = self.clock.now();
        let template = tx.plans().pin(&rule.template).await?;
        let superseded_by = match subject.newest {
            true => None,
            false => tx
                .plans()
                .newest_on(&subject.key, stored.id)
                .await?
                .map(|(id, _)| id),
        };
        Ok(Plan {
            id: PlanId::new(self.ids.next()),
            event: stored.id,
            rule: rule.name.clone(),
            template: rule.template.clone(),
            template_version: template.as_ref().map(|template| template.id),
            version: template.as_ref().map_or(0, |template| template.version),
            topic: rule.topic_with(template.as_ref().map(|template| template.topic.as_str())),
            class: rule.class,
            lane: rule.lane,
            subject: subject.key.clone(),
            occurred_at: stored.event.occurred_at,
            superseded_by,
            settings: serde_json::to_string(&answering::settings(&stored.event, rule))
                .unwrap_or_default(),
            variables: Value::Object(subject.variables.clone()).to_string(),
            cursor: 0,
            due_at: due(tx, &subject.key, rule, now).await?,
            created_at: now,
            day: Some(now.day_in(self.settings.zone)),
            clicks: self.settings.clicks,
        })
    }
}

/// Whether what it tells replaces what waits on its subject. Each client who says that an incident
/// is not over is told so; that one more said it, or hears of it later, takes nothing from the
/// others.
const fn overtakes(event: &Event) -> bool {
    !matches!(
        event.data,
        EventData::Incident(
            IncidentStep::Reopened | IncidentStep::Uncovered | IncidentStep::Left,
            _
        )
    )
}

/// Whether it is for some alone: for those from whom an incident was kept while they knew of a wider one,
/// or for those whom it does not cover any more.
const fn is_for_some(event: &Event) -> bool {
    matches!(
        event.data,
        EventData::Incident(IncidentStep::Uncovered | IncidentStep::Left, _)
    )
}

/// Why nobody was told.
async fn nobody(
    tx: &mut Tx,
    event: &Event,
    incident: Option<&Incident>,
) -> Result<String, StoreError> {
    if audience::is_for_those_told(event) {
        return Ok(String::from("nobody in its area had been told of it"));
    }
    match &event.data {
        EventData::Incident(IncidentStep::Uncovered, _) => {
            return Ok(String::from("it is kept from nobody in its area any more"));
        }
        EventData::Incident(IncidentStep::Left, _) => {
            return Ok(String::from("nobody who left its area had been told of it"));
        }
        _ => {}
    }
    let turned = match incident {
        Some(incident) => audience::exchanged(tx, &incident.area).await?,
        None => None,
    };
    Ok(match turned {
        Some(warning) => format!("nobody in the audience is known: {warning}"),
        None => String::from("nobody in the audience is known"),
    })
}

/// When the messages are due: at once, unless the subject was told of a moment ago. Then the
/// newest news waits until the rule's `coalesce` has passed, in the place of any that waited
/// already, so that a flapping state never puts the message off for ever.
async fn due(
    tx: &mut Tx,
    subject: &str,
    rule: &Rule,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let Some(coalesce) = rule.coalesce else {
        return Ok(now);
    };
    Ok(match tx.plans().last_due(subject, now).await? {
        Some(last) if last > now => last,
        Some(last) if last + coalesce > now => last + coalesce,
        _ => now,
    })
}

/// The rule behind a message asked for directly.
fn direct(request: &DirectRequest) -> Rule {
    let lane = request.lane.unwrap_or(Lane::Normal);
    Rule {
        name: String::from("direct"),
        on: vec![MESSAGE_REQUESTED.to_owned()],
        when: None,
        late: false,
        audience: Audience::CaseClient,
        template: request.template.clone(),
        topic: request.topic.clone().unwrap_or_default(),
        class: request.class.unwrap_or(Class::Service),
        lane,
        channels: match request.channels.is_empty() {
            true => vec![ChannelChoice::Preferred],
            false => request.channels.clone(),
        },
        fallback: None,
        respects_quiet_hours: lane != Lane::Urgent,
        coalesce: None,
        expires: DIRECT_EXPIRES,
        on_unknown: OnUnknown::Reconcile,
    }
}

/// Whether the event is about a client who was erased and has not come back: nothing of it is
/// kept, not even a case.
pub(super) async fn is_about_the_erased(
    tx: &mut Tx,
    stored: &StoredEvent,
) -> Result<bool, StoreError> {
    let event = &stored.event;
    match &event.data {
        EventData::Case(_, case) => tx.erasure().is_gone(&case.client).await,
        EventData::Direct(request) => tx.erasure().is_gone(&request.client).await,
        EventData::Incident(..) | EventData::Body(_) => Ok(false),
        // Of a type of their own, or not to be read: what they say of a client is kept all the
        // same.
        EventData::Other | EventData::Unreadable(_) => {
            let named = [event.raw["client"].as_str(), event.subject.as_deref()];
            for reference in named.into_iter().flatten() {
                if tx.erasure().is_gone(reference).await? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

/// The event of a plan, read again for a fan-out that goes on after a restart.
pub(super) async fn event_of(
    tx: &mut Tx,
    id: EventId,
) -> Result<(Event, Option<Incident>), StoreError> {
    let event = tx.events().get(id).await?.event;
    let incident = match &event.data {
        EventData::Incident(_, data) => tx
            .incidents()
            .lookup(&data.incident)
            .await?
            .map(|record| record.incident),
        _ => None,
    };
    Ok((event, incident))
}
