//! Everything that is known about one message, from the event to the reader's click.

use crate::domain::money::Money;
use crate::domain::rule::FallbackOutcome;
use crate::domain::{
    Channel, Class, EventId, Lane, MessageId, MessageState, PlanId, Reason, Timestamp, Tracking,
};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional};
use crate::store::{StoreError, messages::rollup};

use super::Reports;

row! {
    /// One message and all that belongs to it, oldest first within each list.
    #[derive(Debug, Clone, PartialEq)]
    pub struct MessageStory {
        pub message: StoryMessage as row,
        /// The plan it came from.
        pub plan: StoryPlan as row,
        /// The event that caused the plan.
        pub event: StoryEvent as row,
        /// Each hand-over to a provider.
        pub attempts: Vec<StoryAttempt> as default,
        pub receipts: Vec<StoryReceipt> as default,
        /// What the reader did.
        pub engagement: Vec<StoryEngagement> as default,
    }
}

row! {
    /// The message's row, and its client.
    #[derive(Debug, Clone, PartialEq)]
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
        pub maybe_duplicate: bool as risky,
        pub late_bounce: bool,
        /// What became of turning to another channel.
        pub fallback: Option<FallbackOutcome>,
        /// Whether its last provider reports deliveries.
        pub reports: bool,
        /// A person opened it, clicked, looked at the status page or answered.
        pub read: bool,
        pub created_at: Timestamp,
        /// The day it is summed under, counted from 1970-01-01.
        pub day: i64,
        pub attempted_at: Option<Timestamp> as opened_at,
        pub accepted_at: Option<Timestamp>,
        pub final_at: Option<Timestamp>,
        /// What its last provider charges, if it takes it: a cost only where `state.was_taken()`.
        pub price: Option<Money>,
    }
}

row! {
    /// The plan it came from.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoryPlan {
        pub id: PlanId as plan_id,
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
        pub created_at: Timestamp as planned_at,
    }
}

row! {
    /// The event that caused the plan.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoryEvent {
        pub id: EventId as event_row,
        pub source: String,
        /// The sender's own id of it.
        pub event_id: String,
        pub kind: String,
        pub subject: Option<String> as event_subject,
        pub occurred_at: Timestamp,
        pub received_at: Timestamp,
    }
}

row! {
    /// One hand-over to a provider.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoryAttempt {
        pub provider: String,
        pub reference: String,
        /// When it began: from here bytes may have left.
        pub began_at: Timestamp,
        /// When the answer came, if one did.
        pub finished_at: Option<Timestamp>,
        pub outcome: Option<String>,
        pub stage: Option<String>,
        pub code: Option<String>,
        pub detail: Option<String>,
        pub provider_ref: Option<String>,
    }
}

/// That a piece of evidence turned out wrong; it stays, and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceMark {
    pub at: Timestamp,
    /// `receipt:` or `rule:` with what proved it, or who said so, as in the audit.
    pub by: String,
    /// Gone once the client was erased.
    pub reason: Option<String>,
}

fn mark(at: Option<Timestamp>, by: Option<String>, reason: Option<String>) -> Option<EvidenceMark> {
    Some(EvidenceMark {
        at: at?,
        by: by.unwrap_or_default(),
        reason,
    })
}

row! {
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoryReceipt {
        /// By which it is named when somebody says that it is wrong.
        pub id: i64,
        pub wrong: Option<EvidenceMark> = mark as (invalidated_at, invalidated_by, invalidated_reason),
        pub provider: String,
        pub kind: String,
        pub code: Option<String>,
        pub detail: Option<String>,
        /// When the provider says it happened.
        pub provider_at: Option<Timestamp>,
        /// When we heard of it.
        pub received_at: Timestamp,
    }
}

row! {
    /// Something the reader did.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoryEngagement {
        /// By which it is named when somebody says that it is wrong.
        pub id: i64,
        pub wrong: Option<EvidenceMark> = mark as (invalidated_at, invalidated_by, invalidated_reason),
        pub kind: String,
        pub verdict: String,
        pub grounds: String,
        /// The rule that decided; none where a button was pressed.
        pub rule: Option<String>,
        /// Of the rules it stood in.
        pub rules_version: Option<i64>,
        pub detail: Option<String>,
        /// Where a clicked link leads.
        pub url: Option<String>,
        pub at: Timestamp,
    }
}

impl Reports<'_> {
    /// The story of a message, or nothing when there is no such message.
    pub async fn story(&mut self, id: MessageId) -> Result<Option<MessageStory>, StoreError> {
        let found: Option<MessageStory> = optional!(self.0, "read a message",
            "SELECT m.id, c.ref AS client_ref, c.name AS client_name, m.channel, m.address,
             m.locale, m.lane, m.tracking, m.state, m.reason, m.due_at, m.expires_at,
             m.wake_at, m.tries, m.risky, m.late_bounce, m.fallback, m.created_at, m.opened_at,
             m.accepted_at, m.final_at, m.price, coalesce(m.reports, m.channel = 'sms') AS reports, ",
            rollup::day!(), " AS day, (", rollup::is_read!(), ") AS read, coalesce(p.clicks, TRUE) AS clicks,
             p.id AS plan_id, p.rule, p.template, p.version, p.topic, p.class, p.subject,
             p.superseded_by, p.cancelled_at, p.created_at AS planned_at,
             e.id AS event_row, e.source, e.event_id, e.type AS kind,
             e.subject AS event_subject, e.occurred_at, e.received_at
             FROM message m
             JOIN plan p ON p.id = m.plan_id
             JOIN event e ON e.id = p.event_id
             LEFT JOIN client c ON c.id = m.client_id
             WHERE m.id = $1";
            id
        )?;
        let Some(mut story) = found else {
            return Ok(None);
        };
        story.attempts = self.attempts(id).await?;
        story.receipts = self.receipts(id).await?;
        story.engagement = self.engagement(id).await?;
        Ok(Some(story))
    }

    async fn attempts(&mut self, id: MessageId) -> Result<Vec<StoryAttempt>, StoreError> {
        all!(self.0, "read a message's attempts",
            "SELECT provider, reference, opened_at AS began_at, closed_at AS finished_at, outcome,
             stage, code, detail, provider_ref
             FROM attempt WHERE message_id = $1 ORDER BY lease_no";
            id
        )
    }

    async fn receipts(&mut self, id: MessageId) -> Result<Vec<StoryReceipt>, StoreError> {
        all!(self.0, "read a message's receipts",
            "SELECT id, provider, kind, code, detail, provider_at, received_at, invalidated_at,
             invalidated_by, invalidated_reason FROM receipt WHERE message_id = $1 ORDER BY received_at, id";
            id
        )
    }

    /// At most 500: a scanner's flood is cut here, not in the browser.
    async fn engagement(&mut self, id: MessageId) -> Result<Vec<StoryEngagement>, StoreError> {
        all!(self.0, "read what a message's reader did",
            "SELECT g.id, g.kind, g.verdict, g.grounds, g.rule, g.rules_version, g.detail, l.url,
             g.at, g.invalidated_at, g.invalidated_by, g.invalidated_reason FROM engagement g LEFT JOIN link l ON l.id = g.link_id
             WHERE g.message_id = $1 ORDER BY g.at, g.id LIMIT 500";
            id
        )
    }
}
