//! One event becomes plans: what it says about its case or incident is kept, its rules are
//! applied, older waiting messages on the same subject are overtaken.

use serde_json::{Map, Value};

use super::{News, Planner, audience, fan_out, variables};
use crate::domain::event::{
    DirectRequest, Event, EventData, EventState, Incident, MESSAGE_REQUESTED,
};
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::{Audience, ChannelChoice, PlanSettings, Rule};
use crate::domain::{Class, EventId, Lane, OnUnknown, PlanId, Timestamp};
use crate::store::planning::events::StoredEvent;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// How long a message asked for directly stays worth sending.
const DIRECT_EXPIRES: chrono::TimeDelta = chrono::TimeDelta::hours(72);

/// What became of an event that is quiet.
const QUIET: &str = "told nobody: it stood there when its source was new";

/// What an event is about, after it was taken in.
struct EventSubject {
    /// `case:PR-1`, `incident:G-77`, `event:ID`.
    key: String,
    /// Nothing that happened later is known.
    newest: bool,
    /// Where the incident stands.
    incident: Option<Incident>,
    /// What texts and conditions may look at.
    variables: Map<String, Value>,
}

/// What applying a rule came to.
enum RuleOutcome {
    /// So many clients are in its audience, and all have their messages.
    Told(usize),
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
        if event.quiet {
            return tx
                .events()
                .mark(stored.id, EventState::Planned, Some(QUIET))
                .await;
        }
        let rules = self.rules_for(event, &subject);
        if rules.is_empty() {
            return tx
                .events()
                .mark(stored.id, EventState::Unmatched, None)
                .await;
        }
        let mut told = 0;
        for rule in &rules {
            match self.apply_rule(tx, stored, &subject, rule).await? {
                RuleOutcome::Told(clients) => {
                    told += clients;
                    news.lanes.insert(rule.lane);
                }
                RuleOutcome::Left => {
                    told += 1;
                    news.unfinished = true;
                }
            }
        }
        let detail = match told {
            0 => Some(nobody(tx, subject.incident.as_ref()).await?),
            _ => None,
        };
        tx.events()
            .mark(stored.id, EventState::Planned, detail.as_deref())
            .await
    }

    async fn take_in(&self, tx: &mut Tx, stored: &StoredEvent) -> Result<EventSubject, StoreError> {
        let event = &stored.event;
        let mut variables =
            variables::common(&event.kind, event.occurred_at, &self.settings.contact);
        let ids = self.ids.as_ref();
        let (key, newest, incident) = match &event.data {
            EventData::Case(step, data) => {
                let applied = tx
                    .cases()
                    .apply(stored.id, *step, data, event.occurred_at, ids)
                    .await?;
                variables::add_case(&mut variables, data, &self.settings.case_kinds);
                (format!("case:{}", data.case), applied.newest, None)
            }
            EventData::Incident(step, data) => {
                let applied = tx
                    .incidents()
                    .apply(stored.id, *step, data, event.occurred_at, ids)
                    .await?;
                let incident = applied.incident.incident;
                variables::add_incident(&mut variables, &incident);
                (
                    format!("incident:{}", data.incident),
                    applied.newest,
                    Some(incident),
                )
            }
            EventData::Direct(request) => {
                variables.extend(request.variables.clone());
                (format!("event:{}", stored.id), true, None)
            }
            EventData::Other | EventData::Unreadable(_) => {
                (format!("event:{}", stored.id), true, None)
            }
        };
        Ok(EventSubject {
            key,
            newest,
            incident,
            variables,
        })
    }

    fn rules_for(&self, event: &Event, subject: &EventSubject) -> Vec<Rule> {
        if let EventData::Direct(request) = &event.data {
            return vec![direct(request)];
        }
        self.matcher.load().for_event(event, &subject.variables)
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
        if subject.newest {
            let now = self.clock.now();
            tx.plans()
                .supersede(&plan.subject, plan.id, stored.id, plan.occurred_at, now)
                .await?;
        }
        let incident = subject.incident.as_ref();
        let members = match (rule.audience, incident) {
            (Audience::IncidentArea, Some(incident)) => {
                match audience::freeze_small(tx, &incident.area, self.settings.small_area).await? {
                    Some(members) => members,
                    None => return Ok(RuleOutcome::Left),
                }
            }
            _ => audience::freeze(tx, rule.audience, &stored.event, incident).await?,
        };
        if members.len() > fan_out::CHUNK {
            return Ok(RuleOutcome::Left);
        }
        let candidates = tx.candidates().read(&members, &plan.topic).await?;
        let settings = PlanSettings::from(rule);
        let messages = self.messages(
            &plan,
            &settings,
            &candidates,
            &mut NotifiedAddresses::default(),
        );
        let end = fan_out::End {
            upto: members.last().map_or(0, |member| member.client),
            is_last: true,
        };
        self.write_messages(tx, &plan, &messages, end).await?;
        Ok(RuleOutcome::Told(members.len()))
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
            settings: serde_json::to_string(&PlanSettings::from(rule)).unwrap_or_default(),
            variables: Value::Object(subject.variables.clone()).to_string(),
            cursor: 0,
            due_at: due(tx, &subject.key, rule, now).await?,
            created_at: now,
            day: Some(now.day_in(self.settings.zone)),
            clicks: self.settings.clicks,
        })
    }
}

/// Why nobody was told.
async fn nobody(tx: &mut Tx, incident: Option<&Incident>) -> Result<String, StoreError> {
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
        EventData::Incident(..) => Ok(false),
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
