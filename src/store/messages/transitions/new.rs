//! New messages, counted as they are written: the planner's, and the sibling on another channel.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::domain::rule::{FallbackOutcome, PlanSettings};
use crate::domain::{Channel, ClientId, MessageId, MessageState, Reason, Timestamp, Tracking};
use crate::store::database::sql::{affected, optional, values};
use crate::store::feed::{MessageNews, note_messages};
use crate::store::messages::Messages;
use crate::store::messages::rollup::{self, Acts, Facts, Shift, Standing, Sum};
use crate::store::messages::timers::Timers;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, database, json_ids};

/// A message as the planner decided it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub id: MessageId,
    pub client: ClientId,
    pub channel: Channel,
    /// Where to; empty when there is none (then it is suppressed).
    pub address: String,
    pub locale: String,
    /// How its reading may be measured.
    pub tracking: Tracking,
    /// What only this client's text needs, as JSON.
    pub variables: String,
    /// One that `MessageState::may_be_first` allows: `queued`, `held`, or a final one that says
    /// why nothing is sent.
    pub state: MessageState,
    /// Why, when it is not simply queued.
    pub reason: Option<Reason>,
    /// Not sent before this.
    pub due_at: Timestamp,
    /// Not sent after this.
    pub expires_at: Timestamp,
}

/// How many messages an insert made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inserted {
    pub planned: i64,
    /// Those of which nothing is sent.
    pub suppressed: i64,
}

impl Messages<'_> {
    /// Writes messages of a plan; one that exists already (same plan, client, channel) stays as
    /// it is and counts no second time.
    pub async fn insert(
        &mut self,
        plan: &Plan,
        messages: &[NewMessage],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let new = self.write(plan, messages, now).await?;
        let new = || messages.iter().filter(|one| new.contains(&one.id));
        let mut groups: BTreeMap<(MessageState, Tracking, Channel), i64> = BTreeMap::new();
        for one in new() {
            let group = (one.state, one.tracking, one.channel);
            *groups.entry(group).or_default() += 1;
        }
        let shift = |((state, tracking, channel), messages)| Shift {
            sum: Sum::of(plan.id, now, channel),
            messages,
            from: None,
            to: Standing {
                state,
                tracking,
                clicks: plan.clicks,
                reports: channel == Channel::Sms,
                acts: Acts::NONE,
                price: None,
            },
        };
        let suppressed = new().filter(|one| one.state == MessageState::Suppressed);
        let inserted = Inserted {
            planned: i64::try_from(new().count()).unwrap_or(i64::MAX),
            suppressed: i64::try_from(suppressed.count()).unwrap_or(i64::MAX),
        };
        let ended = new().filter(|one| one.state.is_final());
        let news: Vec<_> = ended
            .map(|one| (one.id, MessageNews::State(one.state)))
            .collect();
        let shifts: Vec<Shift> = groups.into_iter().map(shift).collect();
        rollup::shift(self.0, &shifts);
        note_messages(self.0, &news).await?;
        Ok(inserted)
    }

    /// The ids that are new.
    async fn write(
        &mut self,
        plan: &Plan,
        messages: &[NewMessage],
        now: Timestamp,
    ) -> Result<HashSet<MessageId>, StoreError> {
        if let Some(wrong) = messages.iter().find(|one| !one.state.may_be_first()) {
            return Err(StoreError::Unfit(format!(
                "a fault of this program: a message cannot begin as `{}`",
                wrong.state
            )));
        }
        let dear = unread_channel(plan);
        let rows: Vec<_> = messages.iter().map(|one| one.row(dear)).collect();
        let rows = database::rows::json(&rows)?;
        let written = affected!(self.0, "write messages",
            "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address,
             locale, lane, tracking, variables, state, reason, due_at, expires_at, wake_at,
             lease_no, tries, opens, asked, risky, receipt_rank, late_bounce, engaged,
             created_at, final_at, fallback)
             SELECT CAST(value ->> 0 AS BIGINT), $2, CAST(value ->> 1 AS BIGINT),
             CAST(value ->> 0 AS BIGINT), value ->> 2, value ->> 3, value ->> 4, $3,
             value ->> 5, value ->> 6, value ->> 7, value ->> 8, CAST(value ->> 9 AS BIGINT),
             CAST(value ->> 10 AS BIGINT), CAST(value ->> 11 AS BIGINT), 0, 0, 0, 0, FALSE, 0,
             FALSE, 0, $4, CAST(value ->> 12 AS BIGINT), value ->> 13
             FROM ", words::rows!("$1"),
            " WHERE TRUE ON CONFLICT (plan_id, client_id, channel) DO NOTHING";
            &rows, plan.id, plan.lane, now
        )?;
        let ids = messages.iter().map(|message| message.id);
        if written == messages.len() as u64 {
            // All are new, as nearly always: thousands of ids need not come back one by one.
            return Ok(ids.collect());
        }
        self.existing(ids).await
    }

    async fn existing(
        &mut self,
        ids: impl Iterator<Item = MessageId>,
    ) -> Result<HashSet<MessageId>, StoreError> {
        let found: Vec<MessageId> = values!(self.0, "look for messages that are written already",
            "SELECT id FROM message WHERE id IN (", words::ids!("$1"), ")";
            json_ids(ids)
        )?;
        Ok(found.into_iter().collect())
    }
}

impl Timers<'_> {
    /// Puts a sibling on another channel, for this address, into the queue. Happens at most once
    /// per notification and channel, not when somebody else at that address is told by the same
    /// plan, and not when something newer came, the plan was withdrawn, or the incident that it says
    /// goes on is over. `due_at`, `expires_at`: of the sibling. True: it was made.
    pub async fn fall_back(
        &mut self,
        message: MessageId,
        (channel, address): (Channel, &str),
        sibling: MessageId,
        now: Timestamp,
        (due_at, expires_at): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let made: Option<Facts> = optional!(self.0, "fall back to another channel",
            "INSERT INTO message (id, plan_id, client_id, notification_id, channel, address,
             locale, lane, tracking, variables, state, reason, due_at, expires_at, lease_no, tries,
             opens, asked, risky, receipt_rank, late_bounce, engaged, created_at)
             SELECT $2, m.plan_id, m.client_id, m.notification_id, $3, $6, m.locale,
             m.lane, m.tracking, m.variables, ", to!(queued),
            ", CASE WHEN $7 > $4 THEN 'quiet_hours' END, $7, $5, 0, 0, 0, 0, FALSE, 0, FALSE, 0, $4
             FROM message m JOIN plan p ON p.id = m.plan_id WHERE m.id = $1
             AND p.superseded_by IS NULL AND p.cancelled_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM incident i JOIN event e ON e.id = p.event_id
             WHERE p.subject LIKE 'incident:%' AND i.ref = substr(p.subject, 10)
             AND i.state <> 'going_on' AND e.type IN ('incident.opened', 'incident.updated',
             'incident.overdue', 'incident.reminder', 'incident.uncovered'))
             AND NOT EXISTS (SELECT 1 FROM contact_point o JOIN message x
             ON x.plan_id = m.plan_id AND x.client_id = o.client_id AND x.channel = o.channel
             WHERE o.channel = $3 AND o.address = $6 AND x.address = $6
             AND x.state <> 'suppressed')
             ON CONFLICT (plan_id, client_id, channel) DO NOTHING RETURNING ", rollup::facts!();
            message, sibling, channel, now, expires_at, address, due_at
        )?;
        let Some(made) = made else {
            return Ok(false);
        };
        rollup::follow(self.0, &[made.born()]).await?;
        Ok(true)
    }
}

impl NewMessage {
    /// As the insert reads it, by position. `dear`: the channel it turns to when nobody reads it. Who
    /// has no address on this one need not wait for that.
    fn row(&self, dear: Option<Channel>) -> impl Serialize {
        let due_at = self.due_at.as_micros();
        let turns = dear.is_some_and(|channel| channel != self.channel);
        let without_address = self.state == MessageState::Suppressed
            && self.reason.is_some_and(Reason::is_of_address);
        let waits = turns && (without_address || !self.state.is_final());
        let wakes = self.state == MessageState::Held || (turns && without_address);
        (
            self.id.get(),
            self.client.get(),
            self.channel,
            &self.address,
            &self.locale,
            self.tracking,
            &self.variables,
            self.state,
            self.reason,
            due_at,
            self.expires_at.as_micros(),
            wakes.then_some(due_at),
            self.state.is_final().then_some(due_at),
            waits.then_some(FallbackOutcome::Waits),
        )
    }
}

/// The channel that messages of this plan turn to when nobody reads them, if its rule says so.
fn unread_channel(plan: &Plan) -> Option<Channel> {
    let settings: PlanSettings = serde_json::from_str(&plan.settings).ok()?;
    settings.unread?;
    settings.fallback.map(|(_, channel)| channel)
}
