//! Everything that is known about one message, from the event to the reader's click.

use crate::domain::{
    Channel, Class, EventId, Lane, MessageId, MessageState, PlanId, Reason, Timestamp, Tracking,
};
use crate::store::{Doing as _, StoreError, messages::rollup, on, stored};

use super::Reports;

/// One message and all that belongs to it, oldest first within each list.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The message's row.
    pub message: StoryMessage,
    /// The plan it came from.
    pub plan: StoryPlan,
    /// The event that caused the plan.
    pub event: StoryEvent,
    /// Each hand-over to a provider.
    pub attempts: Vec<StoryAttempt>,
    /// Each later report.
    pub receipts: Vec<StoryReceipt>,
    /// What the reader did.
    pub engagement: Vec<StoryEngagement>,
}

/// The message's row, and its client.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "columns of `message`, described in the schema")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct StoryMessage {
    pub id: MessageId,
    /// Absent when the client was deleted since.
    pub client_ref: Option<String>,
    pub client_name: Option<String>,
    pub channel: Channel,
    pub address: String,
    pub locale: String,
    pub lane: Lane,
    pub tracking: Tracking,
    pub state: MessageState,
    pub reason: Option<Reason>,
    pub due_at: Timestamp,
    pub expires_at: Timestamp,
    pub wake_at: Option<Timestamp>,
    pub tries: i64,
    pub risky: bool,
    pub late_bounce: bool,
    /// Whether its last provider reports deliveries.
    pub reports: bool,
    /// A person opened it, clicked, looked at the status page or answered.
    pub read: bool,
    pub created_at: Timestamp,
    /// The day it is summed under, counted from 1970-01-01.
    pub day: i64,
    pub opened_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub final_at: Option<Timestamp>,
}

/// The plan it came from.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "columns of `plan`, described in the schema")]
pub struct StoryPlan {
    pub id: PlanId,
    pub rule: String,
    pub template: String,
    pub version: i64,
    pub topic: String,
    pub class: Class,
    pub subject: String,
    pub superseded_by: Option<PlanId>,
    pub cancelled_at: Option<Timestamp>,
    /// Whether following its links could be kept.
    pub clicks: bool,
    pub created_at: Timestamp,
}

/// The event that caused the plan.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "columns of `event`, described in the schema")]
pub struct StoryEvent {
    pub id: EventId,
    pub source: String,
    /// The sender's own id of it.
    pub event_id: String,
    pub kind: String,
    pub subject: Option<String>,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
}

/// One hand-over to a provider.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[expect(missing_docs, reason = "columns of `attempt`, described in the schema")]
pub struct StoryAttempt {
    pub provider: String,
    pub reference: String,
    opened_at: i64,
    closed_at: Option<i64>,
    pub outcome: Option<String>,
    pub stage: Option<String>,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub provider_ref: Option<String>,
}

/// One later report.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[expect(missing_docs, reason = "columns of `receipt`, described in the schema")]
pub struct StoryReceipt {
    pub provider: String,
    pub kind: String,
    pub code: Option<String>,
    pub detail: Option<String>,
    provider_at: Option<i64>,
    received_at: i64,
}

/// Something the reader did.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `engagement`, described in the schema"
)]
pub struct StoryEngagement {
    pub kind: String,
    pub verdict: String,
    pub grounds: String,
    pub detail: Option<String>,
    /// Where a clicked link leads.
    pub url: Option<String>,
    at: i64,
}

impl StoryAttempt {
    /// When it was opened: from here bytes may have left.
    #[must_use]
    pub const fn opened_at(&self) -> Timestamp {
        Timestamp::from_micros(self.opened_at)
    }
    /// When the answer came, if one did.
    #[must_use]
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.closed_at.map(Timestamp::from_micros)
    }
}

impl StoryReceipt {
    /// When we heard of it.
    #[must_use]
    pub const fn received_at(&self) -> Timestamp {
        Timestamp::from_micros(self.received_at)
    }
    /// When the provider says it happened.
    #[must_use]
    pub fn provider_at(&self) -> Option<Timestamp> {
        self.provider_at.map(Timestamp::from_micros)
    }
}

impl StoryEngagement {
    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at)
    }
}

/// The joined row as both databases give it.
#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct Raw {
    id: i64,
    client_ref: Option<String>,
    client_name: Option<String>,
    channel: String,
    address: String,
    locale: String,
    lane: String,
    tracking: String,
    state: String,
    reason: Option<String>,
    due_at: i64,
    expires_at: i64,
    wake_at: Option<i64>,
    tries: i64,
    risky: bool,
    late_bounce: bool,
    reports: bool,
    read: bool,
    created_at: i64,
    day: i64,
    clicks: bool,
    opened_at: Option<i64>,
    accepted_at: Option<i64>,
    final_at: Option<i64>,
    plan_id: i64,
    rule: String,
    template: String,
    version: i64,
    topic: String,
    class: String,
    subject: String,
    superseded_by: Option<i64>,
    cancelled_at: Option<i64>,
    planned_at: i64,
    event_row: i64,
    source: String,
    event_id: String,
    kind: String,
    event_subject: Option<String>,
    occurred_at: i64,
    received_at: i64,
}

impl Reports<'_> {
    /// The story of a message, or nothing when there is no such message.
    pub async fn story(&mut self, id: MessageId) -> Result<Option<Story>, StoreError> {
        let Some(raw) = self.story_row(id).await? else {
            return Ok(None);
        };
        Ok(Some(Story {
            message: raw.message()?,
            plan: raw.plan()?,
            event: raw.event(),
            attempts: self.attempts(id).await?,
            receipts: self.receipts(id).await?,
            engagement: self.engagement(id).await?,
        }))
    }

    async fn story_row(&mut self, id: MessageId) -> Result<Option<Raw>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, Raw>(concat!(
            "SELECT m.id, c.ref AS client_ref, c.name AS client_name, m.channel, m.address, \
                    m.locale, m.lane, m.tracking, m.state, m.reason, m.due_at, m.expires_at, \
                    m.wake_at, m.tries, m.risky, m.late_bounce, m.created_at, m.opened_at, \
                    m.accepted_at, m.final_at, coalesce(m.reports, m.channel = 'sms') AS reports, ",
            rollup::day!(),
            " AS day, (",
            rollup::is_read!(),
            ") AS read, coalesce(p.clicks, TRUE) AS clicks, \
                    p.id AS plan_id, p.rule, p.template, p.version, p.topic, p.class, p.subject, \
                    p.superseded_by, p.cancelled_at, p.created_at AS planned_at, \
                    e.id AS event_row, e.source, e.event_id, e.type AS kind, \
                    e.subject AS event_subject, e.occurred_at, e.received_at \
             FROM message m \
             JOIN plan p ON p.id = m.plan_id \
             JOIN event e ON e.id = p.event_id \
             LEFT JOIN client c ON c.id = m.client_id \
             WHERE m.id = $1"
        ))
        .bind(id.get())
        .fetch_optional(&mut **c)
        .await)
        .doing("read a message")
    }

    async fn attempts(&mut self, id: MessageId) -> Result<Vec<StoryAttempt>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, StoryAttempt>(
            "SELECT provider, reference, opened_at, closed_at, outcome, stage, code, detail, \
                    provider_ref \
             FROM attempt WHERE message_id = $1 ORDER BY lease_no"
        )
        .bind(id.get())
        .fetch_all(&mut **c)
        .await)
        .doing("read its attempts")
    }

    async fn receipts(&mut self, id: MessageId) -> Result<Vec<StoryReceipt>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, StoryReceipt>(
            "SELECT provider, kind, code, detail, provider_at, received_at \
             FROM receipt WHERE message_id = $1 ORDER BY received_at, id"
        )
        .bind(id.get())
        .fetch_all(&mut **c)
        .await)
        .doing("read its receipts")
    }

    /// At most 500: a scanner's flood is cut here, not in the browser.
    async fn engagement(&mut self, id: MessageId) -> Result<Vec<StoryEngagement>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, StoryEngagement>(
            "SELECT g.kind, g.verdict, g.grounds, g.detail, l.url, g.at \
             FROM engagement g LEFT JOIN link l ON l.id = g.link_id \
             WHERE g.message_id = $1 ORDER BY g.at, g.id LIMIT 500"
        )
        .bind(id.get())
        .fetch_all(&mut **c)
        .await)
        .doing("read its engagement")
    }
}

impl Raw {
    fn message(&self) -> Result<StoryMessage, StoreError> {
        let id = self.id;
        let reason = self.reason.as_deref();
        Ok(StoryMessage {
            id: MessageId::new(id),
            client_ref: self.client_ref.clone(),
            client_name: self.client_name.clone(),
            channel: stored(&self.channel, "message", "channel", id)?,
            address: self.address.clone(),
            locale: self.locale.clone(),
            lane: stored(&self.lane, "message", "lane", id)?,
            tracking: stored(&self.tracking, "message", "tracking", id)?,
            state: stored(&self.state, "message", "state", id)?,
            reason: reason
                .map(|word| stored(word, "message", "reason", id))
                .transpose()?,
            due_at: Timestamp::from_micros(self.due_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            wake_at: self.wake_at.map(Timestamp::from_micros),
            tries: self.tries,
            risky: self.risky,
            late_bounce: self.late_bounce,
            reports: self.reports,
            read: self.read,
            created_at: Timestamp::from_micros(self.created_at),
            day: self.day,
            opened_at: self.opened_at.map(Timestamp::from_micros),
            accepted_at: self.accepted_at.map(Timestamp::from_micros),
            final_at: self.final_at.map(Timestamp::from_micros),
        })
    }

    fn plan(&self) -> Result<StoryPlan, StoreError> {
        Ok(StoryPlan {
            id: PlanId::new(self.plan_id),
            rule: self.rule.clone(),
            template: self.template.clone(),
            version: self.version,
            topic: self.topic.clone(),
            class: stored(&self.class, "plan", "class", self.plan_id)?,
            subject: self.subject.clone(),
            superseded_by: self.superseded_by.map(PlanId::new),
            cancelled_at: self.cancelled_at.map(Timestamp::from_micros),
            clicks: self.clicks,
            created_at: Timestamp::from_micros(self.planned_at),
        })
    }

    fn event(&self) -> StoryEvent {
        StoryEvent {
            id: EventId::new(self.event_row),
            source: self.source.clone(),
            event_id: self.event_id.clone(),
            kind: self.kind.clone(),
            subject: self.event_subject.clone(),
            occurred_at: Timestamp::from_micros(self.occurred_at),
            received_at: Timestamp::from_micros(self.received_at),
        }
    }
}
