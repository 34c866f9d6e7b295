//! One event becomes plans: what it says about its case or incident is kept, its rules are
//! applied (`applying`). What tells nobody is known to `hushed`.

use serde_json::{Map, Value};

use super::applying::RuleOutcome;
use super::{News, Planner, audience, forwarding, incident, rectifying, reminder, variables};
use crate::domain::area::Area;
use crate::domain::event::{
    DirectRequest, Event, EventData, EventState, Incident, IncidentStep, MESSAGE_RECTIFIED,
    MESSAGE_REQUESTED,
};
use crate::domain::rule::{Audience, ChannelChoice, Rule};
use crate::domain::{Class, EventId, Lane, OnUnknown, PlanId};
use crate::store::planning::events::StoredEvent;
use crate::store::planning::incidents::IncidentRecord;
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
    /// It was not known before: nothing waits that this could overtake.
    pub(super) is_new: bool,
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

impl Planner {
    /// Plans one event, within the caller's transaction, and notes what is to be done next, and what
    /// became of the event (`News::write_marks`).
    pub(super) async fn plan_event(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        news: &mut News,
    ) -> Result<(), StoreError> {
        let event = &stored.event;
        if let EventData::Unreadable(fault) = &event.data {
            news.mark(stored.id, EventState::Refused, Some(fault.to_string()));
            return Ok(());
        }
        let subject = self.take_in(tx, stored).await?;
        news.incidents_moved |=
            matches!(event.data, EventData::Incident(step, _) if !step.is_reckoned());
        if event.quiet {
            news.mark(stored.id, EventState::Planned, Some(QUIET.to_owned()));
            return Ok(());
        }
        let rules = match subject.hushed {
            Some(_) => Vec::new(),
            None => self.rules_for(tx, event, &subject).await?,
        };
        let unwanted = (event.late && rules.is_empty()).then_some(LATE);
        if let Some(why) = subject.hushed.or(unwanted) {
            self.take_back_what_is_over(tx, stored, &subject).await?;
            news.mark(stored.id, EventState::Planned, Some(why.to_owned()));
            return Ok(());
        }
        self.let_go(tx, stored, &subject, news).await?;
        if rules.is_empty() {
            news.mark(stored.id, EventState::Unmatched, None);
            return Ok(());
        }
        let told = self.apply_rules(tx, stored, &subject, &rules, news).await?;
        let detail = match told {
            0 => Some(nobody(tx, event, subject.incident()).await?),
            _ => None,
        };
        news.mark(stored.id, EventState::Planned, detail);
        Ok(())
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
            match self.apply_rule(tx, stored, subject, rule, news).await? {
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

    pub(super) async fn take_in(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
    ) -> Result<EventSubject, StoreError> {
        let event = &stored.event;
        let mut silence = None;
        let mut is_new = false;
        let mut variables =
            variables::common(&event.kind, event.occurred_at, &self.settings.contact);
        let (ids, kinds) = (self.ids.as_ref(), &self.settings.case_kinds);
        let (key, newest) = match &event.data {
            EventData::Case(step, data) => {
                let now = self.clock.now();
                let said = (*step, data);
                let taken = reminder::take_in(tx, stored, said, kinds, ids, now).await?;
                (silence, is_new) = (taken.hushed, taken.is_new);
                variables::add_case(&mut variables, data, kinds);
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
                reminder::add_body(&mut variables, report, kinds);
                (format!("body:{}", report.list.body), true)
            }
            EventData::Forwarded(list) => {
                let problems = tx.forwardings().of_list(&list.body, list.number).await?;
                forwarding::add_list(&mut variables, list, &problems, kinds);
                (list.forwarding(), true)
            }
            EventData::Other | EventData::Unreadable(_) => {
                rectifying::add(&mut variables, event);
                forwarding::add_told(&mut variables, event, kinds);
                (format!("event:{}", stored.id), true)
            }
        };
        Ok(EventSubject {
            key,
            is_new,
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
        if event.kind == MESSAGE_RECTIFIED {
            return Ok(rectifying::rule(event).into_iter().collect());
        }
        let told_as = incident::told_as(tx, event, subject).await?;
        let told_as = told_as.as_ref().unwrap_or(event);
        let mut rules = self.matcher.load().for_event(told_as, &subject.variables);
        rules.retain(|rule| rule.audience == Audience::IncidentArea || !is_for_some(event));
        Ok(rules)
    }
}

/// Whether it is for some alone: for those from whom an incident was kept while they knew of a wider one,
/// or for those whom it does not cover any more.
pub(super) const fn is_for_some(event: &Event) -> bool {
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
        EventData::Incident(..) | EventData::Body(_) | EventData::Forwarded(_) => Ok(false),
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
