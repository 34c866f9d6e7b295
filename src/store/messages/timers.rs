//! Timers: messages that asked to be looked at again, and what became of those that could turn to
//! another channel. What a look changes in their states is in `transitions`.

pub use super::transitions::Looked;

use std::collections::BTreeMap;

use crate::domain::client::TrackingConsent;
use crate::domain::limits::ASKED_IN_ONE_GO;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::rule::FallbackOutcome;
use crate::domain::{
    Channel, ClientId, MessageId, MessageState, PlanId, Reason, Timestamp, Tracking,
};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, values};
use crate::store::messages::rollup::Acts;
use crate::store::{StoreError, handle};

handle!(timers -> Timers);

row! {
    /// A message whose time to be looked at has come.
    #[derive(Debug, Clone)]
    pub struct Woken {
        pub id: MessageId,
        pub plan: PlanId as plan_id,
        pub client: ClientId as client_id,
        pub channel: Channel,
        pub state: MessageState,
        pub reason: Option<Reason>,
        /// Who had it last.
        pub provider: Option<String>,
        /// How often the provider was asked about it without finding it.
        pub inquiries: i64 as asked,
        /// Whether it was repeated at the risk of a double already.
        pub maybe_duplicate: bool as risky,
        /// When its last attempt began.
        pub began_at: Option<Timestamp> as opened_at,
        /// When a provider took it.
        pub accepted_at: Option<Timestamp>,
        /// When it was not worth it any more, as it was planned.
        pub expires_at: Timestamp,
        /// Whether a person gave any sign of having read it.
        pub read: bool = was_read as (engaged),
        /// How its reading may be measured, as it was planned.
        pub tracking: Tracking,
        /// What its client says of that now; none when the client was erased.
        pub consent: Option<TrackingConsent> as tracking_consent,
        /// What became of its fallback, or is still to become.
        pub fallback: Option<FallbackOutcome>,
        /// The client's own quiet hours.
        pub quiet_hours: Option<QuietHours> = QuietHours::of_minutes as (quiet_from, quiet_to),
        /// The client's zone; none when the client was erased.
        pub time_zone: Option<String>,
    }
}

/// What became of the fallback of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnedMessage {
    pub message: MessageId,
    /// The channel it was to turn to.
    pub channel: Channel,
    pub outcome: FallbackOutcome,
}

impl Timers<'_> {
    /// The messages whose time has come, earliest first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Woken>, StoreError> {
        all!(self.0, "look for timers",
            "SELECT m.id, m.plan_id, m.client_id, m.channel, m.state, m.reason, m.provider, m.asked,
             m.risky, m.opened_at, m.accepted_at, m.expires_at, m.engaged, m.tracking, m.fallback,
             c.tracking_consent, c.quiet_from, c.quiet_to, c.time_zone
             FROM message m LEFT JOIN client c ON c.id = m.client_id
             WHERE m.wake_at IS NOT NULL AND m.wake_at <= $1 ORDER BY m.wake_at LIMIT $2";
            now, i64::from(limit)
        )
    }

    /// SMS that this provider took after the first and until the second of these times, and that nobody
    /// has reported on for good; a stretch of them, in order.
    pub async fn accepted_within(
        &mut self,
        provider: &str,
        (after, until): (Timestamp, Timestamp),
        beyond: MessageId,
    ) -> Result<Vec<MessageId>, StoreError> {
        values!(self.0, "look for SMS to ask about",
            "SELECT id FROM message WHERE wake_at IS NOT NULL AND state = 'accepted'
             AND channel = 'sms' AND provider = $1 AND accepted_at > $2 AND accepted_at <= $3
             AND id > $4 ORDER BY id LIMIT $5";
            provider, after, until, beyond, ASKED_IN_ONE_GO
        )
    }

    /// Writes down what became of the fallbacks of messages that this transaction has locked, and adds
    /// them up. What is decided already stays so and counts no second time.
    pub async fn note_turned(&mut self, turned: &[TurnedMessage]) -> Result<(), StoreError> {
        if turned.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = turned
            .iter()
            .map(|one| (one.message.get(), one.outcome))
            .collect();
        let new: Vec<(MessageId, PlanId)> = all!(self.0, "record what became of fallbacks",
            "UPDATE message SET fallback = r.outcome
             FROM (SELECT CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS outcome FROM ",
            words::rows!("$1"), ") AS r WHERE message.id = r.id
             AND (message.fallback IS NULL OR message.fallback = 'waits')
             RETURNING message.id AS id, message.plan_id AS plan_id";
            json(&rows)?
        )?;
        let plans: BTreeMap<MessageId, PlanId> = new.into_iter().collect();
        let mut sums: BTreeMap<(PlanId, Channel, FallbackOutcome), i64> = BTreeMap::new();
        for one in turned {
            if let Some(plan) = plans.get(&one.message) {
                *sums.entry((*plan, one.channel, one.outcome)).or_default() += 1;
            }
        }
        self.add_up(&sums).await
    }

    /// In the order of the sums' keys, so that two nodes never wait for each other in a circle.
    async fn add_up(
        &mut self,
        sums: &BTreeMap<(PlanId, Channel, FallbackOutcome), i64>,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = sums
            .iter()
            .map(|((plan, channel, outcome), messages)| (plan.get(), *channel, *outcome, *messages))
            .collect();
        execute!(self.0, "add up what became of fallbacks",
            "INSERT INTO fallback_day (day, template, channel, outcome, messages)
             SELECT s.day, s.template, s.channel, s.outcome, CAST(sum(s.messages) AS BIGINT)
             FROM (SELECT coalesce(p.day, p.created_at / 86400000000) AS day,
             p.template AS template, value ->> 1 AS channel, value ->> 2 AS outcome,
             CAST(value ->> 3 AS BIGINT) AS messages
             FROM ", words::rows!("$1"), " JOIN plan p ON p.id = CAST(value ->> 0 AS BIGINT)) AS s
             WHERE TRUE GROUP BY s.day, s.template, s.channel, s.outcome
             ORDER BY s.day, s.template, s.channel, s.outcome
             ON CONFLICT (day, template, channel, outcome) DO UPDATE SET
             messages = fallback_day.messages + excluded.messages";
            json(&rows)?
        )
    }
}

/// Whether a person is among what `message.engaged` says.
fn was_read(engaged: i64) -> bool {
    Acts::from_bits(engaged).read()
}
