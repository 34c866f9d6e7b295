//! One rule applied to one event: a plan, and with it the messages of those it tells, unless they are so
//! many that the fan-out makes them. Which rules there are is known to `matching`, whom they tell to
//! `audience`.

use serde_json::Value;

use super::event::EventSubject;
use super::fan_out::{self, BesidePlan, ReadChunk};
use super::{News, Planner, answering, audience};
use crate::domain::event::{Event, EventData, IncidentStep};
use crate::domain::reach::NotifiedAddresses;
use crate::domain::rule::{Audience, Rule};
use crate::domain::{MessageState, PlanId, Timestamp};
use crate::store::messages::NewMessage;
use crate::store::planning::candidates::Member;
use crate::store::planning::events::StoredEvent;
use crate::store::planning::plans::{Advance, Plan};
use crate::store::{StoreError, Tx};

/// What applying a rule came to.
pub(super) enum RuleOutcome {
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
    /// Makes the plan of one rule. Small audiences get their messages at once; a large area's are
    /// made by the fan-out.
    pub(super) async fn apply_rule(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
        news: &mut News,
    ) -> Result<RuleOutcome, StoreError> {
        let plan = self.plan(tx, stored, subject, rule, news).await?;
        self.overtake(tx, stored, subject, &plan).await?;
        let Some(members) = self.small_audience(tx, stored, subject, rule).await? else {
            tx.plans().insert(&plan, &Advance::default()).await?;
            return Ok(RuleOutcome::Left);
        };
        let messages = self
            .all_messages(tx, stored, subject, rule, &plan, &members)
            .await?;
        let done = Advance {
            cursor: members.last().map_or(0, |member| member.client),
            planned: counted(&messages, |_| true),
            suppressed: counted(&messages, |state| state == MessageState::Suppressed),
            over: Some(self.clock.now()),
        };
        if !tx.plans().insert(&plan, &done).await? {
            return Ok(RuleOutcome::Left);
        }
        tx.messages()
            .insert(&plan, &messages, self.clock.now())
            .await?;
        let goes_out = |state| matches!(state, MessageState::Queued | MessageState::Held);
        Ok(RuleOutcome::Told {
            clients: members.len(),
            goes_out: counted(&messages, goes_out) > 0,
        })
    }

    /// Whom a rule tells; none where they are too many to be told at once.
    async fn small_audience(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
    ) -> Result<Option<Vec<Member>>, StoreError> {
        let (event, incident) = ((stored.id, &stored.event), subject.incident());
        let now = self.clock.now();
        let members = match (rule.audience, incident) {
            (Audience::IncidentArea, Some(incident)) => {
                let small = self.settings.small_area;
                audience::freeze_concerned(tx, event, incident, small, now).await?
            }
            _ => Some(audience::freeze(tx, rule.audience, event, incident, now).await?),
        };
        Ok(members.filter(|members| members.len() <= fan_out::CHUNK))
    }

    /// What each of them gets.
    async fn all_messages(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
        plan: &Plan,
        members: &[Member],
    ) -> Result<Vec<NewMessage>, StoreError> {
        let about = (rule.audience, &stored.event, subject.incident());
        let beside = BesidePlan::read(tx, plan, about, self.times()).await?;
        let mut chunk = ReadChunk::read(tx, members, plan, &beside).await?;
        answering::address(tx, &stored.event, &mut chunk.candidates).await?;
        let settings = answering::settings(&stored.event, rule);
        let mut told = NotifiedAddresses::default();
        let messages = self.messages(plan, &settings, &chunk, &mut told);
        fan_out::note_kept(tx, plan, &messages).await?;
        Ok(messages)
    }

    /// What waits on its subject is overtaken by it: whoever was not told yet of what came before
    /// counts as not told when the audience is read, so this comes first.
    async fn overtake(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        plan: &Plan,
    ) -> Result<(), StoreError> {
        if subject.newest && !subject.is_new && overtakes(&stored.event) {
            // What the clock made since then is overtaken as well.
            let now = self.clock.now();
            tx.plans()
                .supersede(&plan.subject, plan.id, stored.id, now, now)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn plan(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        rule: &Rule,
        news: &mut News,
    ) -> Result<Plan, StoreError> {
        let now = self.clock.now();
        let template = news.pin(tx, &rule.template).await?;
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

/// How many messages are in such a state.
fn counted(messages: &[NewMessage], is_such: impl Fn(MessageState) -> bool) -> i64 {
    let count = messages.iter().filter(|one| is_such(one.state)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}
