//! Plans: one rule applied to one event. A plan carries what all its messages share, the cursor
//! of its fan-out, and whether something newer or an operator has overtaken it.

use crate::domain::event::CaseStep;
use crate::domain::{Class, EventId, Lane, PlanId, TemplateVersionId, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{
    affected, all, execute, optional, optional_value, value, values,
};
use crate::store::messages::transitions::{Withdrawal, found, withdraw_plans};
use crate::store::{StoreError, handle, json_ids};

handle!(plans -> Plans);

row! {
    /// One rule applied to one event.
    #[derive(Debug, Clone)]
    pub struct Plan {
        pub id: PlanId,
        pub event: EventId as event_id,
        pub rule: String,
        pub template: String,
        /// The version its messages are pinned to; none when the template is not published.
        pub template_version: Option<TemplateVersionId> as template_version_id,
        /// That version's number; 0 when none.
        pub version: i64,
        /// What a client may refuse.
        pub topic: String,
        pub class: Class,
        pub lane: Lane,
        /// What it is about: `case:PR-1`, `incident:G-77`, `message:ID`. Newer replaces older.
        pub subject: String,
        /// When what it tells happened.
        pub occurred_at: Timestamp,
        /// A newer plan on the same subject.
        pub superseded_by: Option<PlanId>,
        /// The rule's frozen settings, as JSON
        /// ([`PlanSettings`](crate::domain::rule::PlanSettings)).
        pub settings: String,
        /// What all its messages' texts share, as JSON.
        pub variables: String,
        /// The last client of the audience that has its row; rows are made in this order.
        pub cursor: i64,
        /// Its messages are due then at the earliest.
        pub due_at: Timestamp,
        /// When it was made.
        pub created_at: Timestamp,
        /// The day its messages are summed under, in the organisation's zone; none in plans of a
        /// program that summed by UTC days.
        pub day: Option<i64>,
        /// Whether following its links can be kept (`[tracking] clicks`).
        pub clicks: bool,
    }
}

/// How far a fan-out has come. The default: it has not begun.
#[derive(Debug, Clone, Copy, Default)]
pub struct Advance {
    /// The last client that has its row.
    pub cursor: i64,
    pub planned: i64,
    /// Those of them that go to nobody.
    pub suppressed: i64,
    /// When it was over, if these were the last.
    pub over: Option<Timestamp>,
}

row! {
    /// The version of a template that a new plan is held to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Pin {
        pub id: TemplateVersionId,
        pub version: i64,
        /// What a client may refuse.
        pub topic: String,
    }
}

/// What of a variable matters here.
#[derive(serde::Deserialize)]
struct DeclaredVariable {
    name: String,
}

macro_rules! columns {
    () => {
        "id, event_id, rule, template, template_version_id, version, topic, class, lane, subject,
         occurred_at, superseded_by, settings, variables, cursor, due_at, created_at,
         day, coalesce(clicks, TRUE) AS clicks"
    };
}

impl Plans<'_> {
    /// Writes a plan and how far its fan-out is, which may be its end: the messages follow in the same
    /// unit of work. Returns false when this event and rule have one already.
    pub async fn insert(&mut self, plan: &Plan, on: &Advance) -> Result<bool, StoreError> {
        let done = affected!(self.0, "write a plan",
            "INSERT INTO plan (id, event_id, rule, template, template_version_id, version,
             topic, class, lane, subject, occurred_at, superseded_by, settings, variables,
             due_at, created_at, day, clicks, cursor, planned, suppressed, state, finished_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             $18, $19, $20, $21, CASE WHEN $22 IS NULL THEN 'planning' ELSE 'planned' END, $22)
             ON CONFLICT (event_id, rule) DO NOTHING";
            plan.id, plan.event, &plan.rule, &plan.template, plan.template_version, plan.version,
            &plan.topic, plan.class, plan.lane, &plan.subject, plan.occurred_at, plan.superseded_by,
            &plan.settings, &plan.variables, plan.due_at, plan.created_at, plan.day, plan.clicks,
            on.cursor, on.planned, on.suppressed, on.over
        )?;
        Ok(done == 1)
    }

    /// The published version of a template, without its texts: each event asks, and the texts of
    /// a mail are many times larger than the answer.
    pub async fn pin(&mut self, template: &str) -> Result<Option<Pin>, StoreError> {
        optional!(self.0, "look up a template's published version",
            "SELECT v.id, v.version, t.topic FROM template t
             JOIN template_version v ON v.template_id = t.id
             WHERE t.name = $1 AND v.state = 'published' ORDER BY v.version DESC LIMIT 1";
            template
        )
    }

    /// The names of the variables that a version of a template declares; none when they cannot be read.
    pub async fn declared(
        &mut self,
        version: TemplateVersionId,
    ) -> Result<Vec<String>, StoreError> {
        let text: Option<String> = optional_value!(self.0, "read what a template may say",
            "SELECT variables FROM template_version WHERE id = $1";
            version
        )?;
        let variables: Vec<DeclaredVariable> =
            serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
        Ok(variables
            .into_iter()
            .map(|variable| variable.name)
            .collect())
    }

    /// Moves the fan-out on: the rows up to `cursor` exist, in this same transaction.
    pub async fn advance(&mut self, plan: PlanId, on: &Advance) -> Result<(), StoreError> {
        execute!(self.0, "record how far a plan is",
            "UPDATE plan SET cursor = $2, planned = planned + $3, suppressed = suppressed + $4,
             state = CASE WHEN $5 IS NULL THEN state ELSE 'planned' END,
             finished_at = coalesce($5, finished_at) WHERE id = $1";
            plan, on.cursor, on.planned, on.suppressed, on.over
        )
    }

    /// The fan-out is over.
    pub async fn finish(&mut self, plan: PlanId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "finish a plan",
            "UPDATE plan SET state = 'planned', finished_at = $2 WHERE id = $1";
            plan, now
        )
    }

    /// Plans whose fan-out is not over, urgent ones first, then the oldest. Only a look: a lock
    /// would outlive it until the connection has been cleaned up, and keep the planner itself out.
    pub async fn unfinished(&mut self, limit: u32) -> Result<Vec<Plan>, StoreError> {
        all!(self.0, "look for unfinished plans",
            "SELECT ", columns!(), " FROM plan WHERE state = 'planning'
             ORDER BY CASE lane WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, id
             LIMIT $1";
            i64::from(limit)
        )
    }

    /// The plan, locked until the end of the transaction, if its fan-out is not over. It waits for
    /// another node's lock: if it skipped a locked plan, this node would stop, although the other
    /// one may only have looked at the plan.
    pub async fn lock_unfinished(&mut self, id: PlanId) -> Result<Option<Plan>, StoreError> {
        optional!(self.0, "lock a plan",
            "SELECT ", columns!(), " FROM plan WHERE id = $1 AND state = 'planning'",
            words::for_update!();
            id
        )
    }

    /// The plan of this row, which must be there.
    pub async fn get(&mut self, id: PlanId) -> Result<Plan, StoreError> {
        let found = self.get_many(&[id]).await?.pop();
        found.ok_or_else(|| StoreError::missing("plan", id))
    }

    /// The plans that an event has become, one per rule.
    pub async fn of_event(&mut self, event: EventId) -> Result<Vec<Plan>, StoreError> {
        all!(self.0, "read the plans of an event",
            "SELECT ", columns!(), " FROM plan WHERE event_id = $1 ORDER BY id";
            event
        )
    }

    /// The plans that these events have become.
    pub async fn of_events(&mut self, events: &[EventId]) -> Result<Vec<Plan>, StoreError> {
        let events = json_ids(events);
        all!(self.0, "read the plans of events",
            "SELECT ", columns!(), " FROM plan WHERE event_id IN (", words::ids!("$1"), ")
             ORDER BY id";
            &events
        )
    }

    /// The plans with these ids.
    pub async fn get_many(&mut self, ids: &[PlanId]) -> Result<Vec<Plan>, StoreError> {
        let ids = json_ids(ids);
        all!(self.0, "read the plans of messages",
            "SELECT ", columns!(), " FROM plan WHERE id IN (", words::ids!("$1"), ")";
            &ids
        )
    }

    /// The newest plan on a subject by what happened, among those of other events.
    pub async fn newest_on(
        &mut self,
        subject: &str,
        not: EventId,
    ) -> Result<Option<(PlanId, Timestamp)>, StoreError> {
        optional!(self.0, "look for newer plans",
            "SELECT id, occurred_at FROM plan WHERE subject = $1 AND event_id <> $2
             ORDER BY occurred_at DESC, id DESC LIMIT 1";
            subject, not
        )
    }

    /// When the last plan on a subject was due, of those that were sent or still wait: a plan
    /// within the rule's `coalesce` of that time waits as well. A plan that was superseded before
    /// it was sent told nobody anything and delays nothing.
    pub async fn last_due(
        &mut self,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        value!(self.0, "look for the last message on a subject",
            "SELECT CAST(max(due_at) AS BIGINT) FROM plan WHERE subject = $1
             AND (due_at > $2 OR EXISTS (SELECT 1 FROM message
             WHERE message.plan_id = plan.id AND message.opened_at IS NOT NULL))";
            subject, now
        )
    }

    /// Marks every older plan on the subject as overtaken by `by`, and takes their waiting
    /// messages out of the queue. What is already `sending` cannot be stopped; what is put back into the
    /// queue afterwards is overtaken at its next attempt.
    pub async fn supersede(
        &mut self,
        subject: &str,
        by: PlanId,
        event: EventId,
        occurred_at: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        // Mostly nothing waits: only the plans of which something does come back.
        let older: Vec<Option<PlanId>> = values!(self.0, "mark earlier plans as superseded",
            "UPDATE plan SET superseded_by = $2 WHERE subject = $1 AND event_id <> $3
             AND superseded_by IS NULL AND occurred_at <= $4
             RETURNING CASE WHEN EXISTS (SELECT 1 FROM message WHERE message.plan_id = plan.id
             AND ", found!(waiting), ") THEN id END";
            subject, by, event, occurred_at
        )?;
        let older: Vec<PlanId> = older.into_iter().flatten().collect();
        withdraw_plans(self.0, &older, Withdrawal::Superseded, now).await
    }

    /// Marks as overtaken these words of the clock's about a case, and takes them out of the queue. No
    /// other plan takes their place, so each stands there as overtaken by itself.
    pub async fn withdraw_reminders(
        &mut self,
        case: &str,
        said: impl Iterator<Item = CaseStep>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let subjects: Vec<String> = said.map(|step| step.plan_subject(case)).collect();
        let overtaken: Vec<PlanId> = values!(self.0, "mark what the clock said as overtaken",
            "UPDATE plan SET superseded_by = id WHERE superseded_by IS NULL AND subject IN (",
            words::texts!("$1"), ") RETURNING id";
            json(&subjects)?
        )?;
        withdraw_plans(self.0, &overtaken, Withdrawal::Superseded, now).await
    }

    /// Cancels every plan of an event and takes their waiting messages out of the queue.
    /// Returns how many were stopped, and how many were already on their way.
    pub async fn cancel_event(
        &mut self,
        event: EventId,
        now: Timestamp,
    ) -> Result<(u64, i64), StoreError> {
        let plans: Vec<PlanId> = values!(self.0, "cancel plans",
            "UPDATE plan SET cancelled_at = coalesce(cancelled_at, $2) WHERE event_id = $1
             RETURNING id";
            event, now
        )?;
        let stopped = withdraw_plans(self.0, &plans, Withdrawal::Cancelled, now).await?;
        let gone = value!(self.0, "count what could not be stopped",
            "SELECT CAST(count(*) AS BIGINT) FROM message
             WHERE plan_id IN (SELECT id FROM plan WHERE event_id = $1)
             AND state NOT IN ('cancelled', 'superseded', 'suppressed', 'expired')";
            event
        )?;
        Ok((stopped, gone))
    }
}
