//! Plans: one rule applied to one event. A plan carries what all its messages share, the cursor
//! of its fan-out, and whether something newer or an operator has overtaken it.

use crate::domain::{Class, EventId, Lane, PlanId, TemplateVersionId, Timestamp};
use crate::store::messages::rollup::Summed;
use crate::store::messages::transitions::{Withdrawal, withdraw_plans};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The plans of a transaction.
pub struct Plans<'a>(&'a mut Conn);

impl Tx {
    /// The plans.
    pub fn plans(&mut self) -> Plans<'_> {
        Plans(&mut self.conn)
    }
}

/// One rule applied to one event.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The event.
    pub event: EventId,
    /// The rule's name.
    pub rule: String,
    /// The template's name.
    pub template: String,
    /// The version its messages are pinned to; none when the template is not published.
    pub template_version: Option<TemplateVersionId>,
    /// That version's number; 0 when none.
    pub version: i64,
    /// What a client may refuse.
    pub topic: String,
    /// Which gates apply.
    pub class: Class,
    /// Which queue.
    pub lane: Lane,
    /// What it is about: `case:PR-1`, `incident:G-77`, `message:ID`. Newer replaces older.
    pub subject: String,
    /// When what it tells happened.
    pub occurred_at: Timestamp,
    /// A newer plan on the same subject.
    pub superseded_by: Option<PlanId>,
    /// An operator withdrew it.
    pub cancelled_at: Option<Timestamp>,
    /// The rule's frozen settings, as JSON (`plan::Settings`).
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

impl Plan {
    /// Where its messages are summed.
    pub(in crate::store) fn summed(&self) -> Summed<'_> {
        Summed {
            day: self.day,
            template: &self.template,
            version: self.version,
        }
    }
}

#[derive(sqlx::FromRow)]
struct PlanRow {
    id: i64,
    event_id: i64,
    rule: String,
    template: String,
    template_version_id: Option<i64>,
    version: i64,
    topic: String,
    class: String,
    lane: String,
    subject: String,
    occurred_at: i64,
    superseded_by: Option<i64>,
    cancelled_at: Option<i64>,
    settings: String,
    variables: String,
    cursor: i64,
    due_at: i64,
    created_at: i64,
    day: Option<i64>,
    clicks: bool,
}

/// How far a fan-out has come.
#[derive(Debug, Clone, Copy)]
pub struct Advance {
    /// The last client that has its row.
    pub cursor: i64,
    /// Rows made since.
    pub planned: i64,
    /// Those of them that go to nobody.
    pub suppressed: i64,
    /// When it was over, if these were the last.
    pub over: Option<Timestamp>,
}

/// The version of a template that a new plan is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its row.
    pub id: TemplateVersionId,
    /// Its number.
    pub version: i64,
    /// What a client may refuse.
    pub topic: String,
}

macro_rules! columns {
    () => {
        "id, event_id, rule, template, template_version_id, version, topic, class, lane, subject,
         occurred_at, superseded_by, cancelled_at, settings, variables, cursor, due_at, created_at, day,
         coalesce(clicks, TRUE) AS clicks"
    };
}

impl Plans<'_> {
    /// Writes a plan that is still to be fanned out. Returns false when this event and rule have
    /// one already.
    pub async fn insert(&mut self, plan: &Plan) -> Result<bool, StoreError> {
        let done = on!(&mut *self.0, |c| {
            sqlx::query(
                "INSERT INTO plan (id, event_id, rule, template, template_version_id, version,
                 topic, class, lane, subject, occurred_at, superseded_by, settings, variables,
                 state, cursor, planned, suppressed, due_at, created_at, day, clicks)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                 'planning', 0, 0, 0, $15, $16, $17, $18)
                 ON CONFLICT (event_id, rule) DO NOTHING",
            )
            .bind(plan.id.get())
            .bind(plan.event.get())
            .bind(&plan.rule)
            .bind(&plan.template)
            .bind(plan.template_version.map(TemplateVersionId::get))
            .bind(plan.version)
            .bind(&plan.topic)
            .bind(plan.class.as_str())
            .bind(plan.lane.as_str())
            .bind(&plan.subject)
            .bind(plan.occurred_at.as_micros())
            .bind(plan.superseded_by.map(PlanId::get))
            .bind(&plan.settings)
            .bind(&plan.variables)
            .bind(plan.due_at.as_micros())
            .bind(plan.created_at.as_micros())
            .bind(plan.day)
            .bind(plan.clicks)
            .execute(&mut **c)
            .await
            .map(|done| done.rows_affected())
        })
        .doing("write a plan")?;
        Ok(done == 1)
    }

    /// The published version of a template, without its texts: each event asks, and the texts of
    /// a mail are many times larger than the answer.
    pub async fn pin(&mut self, template: &str) -> Result<Option<Pin>, StoreError> {
        let row: Option<(i64, i64, String)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT v.id, v.version, t.topic FROM template t
                 JOIN template_version v ON v.template_id = t.id
                 WHERE t.name = $1 AND v.state = 'published' ORDER BY v.version DESC LIMIT 1",
            )
            .bind(template)
            .fetch_optional(&mut **c)
            .await
        })
        .doing("see which version of a template is published")?;
        Ok(row.map(|(id, version, topic)| Pin {
            id: TemplateVersionId::new(id),
            version,
            topic,
        }))
    }

    /// Moves the fan-out on: the rows up to `cursor` exist, in this same transaction.
    pub async fn advance(&mut self, plan: PlanId, on: &Advance) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query(
                "UPDATE plan SET cursor = $2, planned = planned + $3, suppressed = suppressed + $4,
                 state = CASE WHEN $5 IS NULL THEN state ELSE 'planned' END,
                 finished_at = coalesce($5, finished_at) WHERE id = $1",
            )
            .bind(plan.get())
            .bind(on.cursor)
            .bind(on.planned)
            .bind(on.suppressed)
            .bind(on.over.map(Timestamp::as_micros))
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("advance a plan")
    }

    /// The fan-out is over.
    pub async fn finish(&mut self, plan: PlanId, now: Timestamp) -> Result<(), StoreError> {
        on!(&mut *self.0, |c| {
            sqlx::query("UPDATE plan SET state = 'planned', finished_at = $2 WHERE id = $1")
                .bind(plan.get())
                .bind(now.as_micros())
                .execute(&mut **c)
                .await
                .map(|_| ())
        })
        .doing("finish a plan")
    }

    /// Plans whose fan-out is not over, urgent ones first, then the oldest. Only a look: a lock
    /// would outlive it until the connection has been cleaned up, and keep the planner itself out.
    pub async fn unfinished(&mut self, limit: u32) -> Result<Vec<Plan>, StoreError> {
        let rows: Vec<PlanRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT ",
                columns!(),
                " FROM plan WHERE state = 'planning'
                 ORDER BY CASE lane WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, id
                 LIMIT $1"
            ))
            .bind(i64::from(limit))
            .fetch_all(&mut **c)
            .await
        })
        .doing("look for unfinished plans")?;
        rows.into_iter().map(plan).collect()
    }

    /// The plan, locked until the end of the transaction, if its fan-out is not over. Waits for a
    /// node that writes a chunk of it: to pass it by would stop whoever comes second, though the
    /// first may be the one who only looked.
    pub async fn lock_unfinished(&mut self, id: PlanId) -> Result<Option<Plan>, StoreError> {
        let row: Option<PlanRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT ",
                columns!(),
                " FROM plan WHERE id = $1 AND state = 'planning'",
                words::for_update!()
            ))
            .bind(id.get())
            .fetch_optional(&mut **c)
            .await
        })
        .doing("lock a plan")?;
        row.map(plan).transpose()
    }

    /// The plans with these ids.
    pub async fn get_many(&mut self, ids: &[PlanId]) -> Result<Vec<Plan>, StoreError> {
        let ids = crate::store::json_ids(ids.iter().map(|id| id.get()));
        let rows: Vec<PlanRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT ",
                columns!(),
                " FROM plan WHERE id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read plans")?;
        rows.into_iter().map(plan).collect()
    }

    /// The newest plan on a subject by what happened, among those of other events.
    pub async fn newest_on(
        &mut self,
        subject: &str,
        not: EventId,
    ) -> Result<Option<(PlanId, Timestamp)>, StoreError> {
        let row: Option<(i64, i64)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT id, occurred_at FROM plan WHERE subject = $1 AND event_id <> $2
                 ORDER BY occurred_at DESC, id DESC LIMIT 1",
            )
            .bind(subject)
            .bind(not.get())
            .fetch_optional(&mut **c)
            .await
        })
        .doing("look for newer plans")?;
        Ok(row.map(|(id, at)| (PlanId::new(id), Timestamp::from_micros(at))))
    }

    /// When the last news on a subject was due that has left, or that still waits its turn: news
    /// within the rule's `coalesce` of that one waits, too. What was overtaken before it left
    /// told nobody anything, and holds nothing up.
    pub async fn last_due(
        &mut self,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (due,): (Option<i64>,) = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT CAST(max(due_at) AS BIGINT) FROM plan WHERE subject = $1
                 AND (due_at > $2 OR EXISTS (SELECT 1 FROM message
                 WHERE message.plan_id = plan.id AND message.opened_at IS NOT NULL))",
            )
            .bind(subject)
            .bind(now.as_micros())
            .fetch_one(&mut **c)
            .await
        })
        .doing("look for the last message on a subject")?;
        Ok(due.map(Timestamp::from_micros))
    }

    /// Marks every older plan on the subject as overtaken by `by`, and takes their waiting
    /// messages out of the queue. What is already `sending` cannot be stopped.
    pub async fn supersede(
        &mut self,
        subject: &str,
        by: PlanId,
        event: EventId,
        occurred_at: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let older: Vec<(i64,)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "UPDATE plan SET superseded_by = $2 WHERE subject = $1 AND event_id <> $3
                 AND superseded_by IS NULL AND occurred_at <= $4 RETURNING id",
            )
            .bind(subject)
            .bind(by.get())
            .bind(event.get())
            .bind(occurred_at.as_micros())
            .fetch_all(&mut **c)
            .await
        })
        .doing("supersede plans")?;
        let plans: Vec<PlanId> = older.into_iter().map(|(id,)| PlanId::new(id)).collect();
        withdraw_plans(self.0, &plans, Withdrawal::Superseded, now).await
    }

    /// Cancels every plan of an event and takes their waiting messages out of the queue.
    /// Returns how many were stopped, and how many were already on their way.
    pub async fn cancel_event(
        &mut self,
        event: EventId,
        now: Timestamp,
    ) -> Result<(u64, i64), StoreError> {
        let rows: Vec<(i64,)> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "UPDATE plan SET cancelled_at = coalesce(cancelled_at, $2) WHERE event_id = $1
                 RETURNING id",
            )
            .bind(event.get())
            .bind(now.as_micros())
            .fetch_all(&mut **c)
            .await
        })
        .doing("cancel plans")?;
        let plans: Vec<PlanId> = rows.into_iter().map(|(id,)| PlanId::new(id)).collect();
        let stopped = withdraw_plans(self.0, &plans, Withdrawal::Cancelled, now).await?;
        let (gone,): (i64,) = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT CAST(count(*) AS BIGINT) FROM message
                 WHERE plan_id IN (SELECT id FROM plan WHERE event_id = $1)
                 AND state NOT IN ('cancelled', 'superseded', 'suppressed', 'expired')",
            )
            .bind(event.get())
            .fetch_one(&mut **c)
            .await
        })
        .doing("count what could not be stopped")?;
        Ok((stopped, gone))
    }
}

fn plan(row: PlanRow) -> Result<Plan, StoreError> {
    Ok(Plan {
        id: PlanId::new(row.id),
        event: EventId::new(row.event_id),
        rule: row.rule,
        template: row.template,
        template_version: row.template_version_id.map(TemplateVersionId::new),
        version: row.version,
        topic: row.topic,
        class: stored(&row.class, "plan", "class", row.id)?,
        lane: stored(&row.lane, "plan", "lane", row.id)?,
        subject: row.subject,
        occurred_at: Timestamp::from_micros(row.occurred_at),
        superseded_by: row.superseded_by.map(PlanId::new),
        cancelled_at: row.cancelled_at.map(Timestamp::from_micros),
        settings: row.settings,
        variables: row.variables,
        cursor: row.cursor,
        due_at: Timestamp::from_micros(row.due_at),
        created_at: Timestamp::from_micros(row.created_at),
        day: row.day,
        clicks: row.clicks,
    })
}
