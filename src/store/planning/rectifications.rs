//! Messages that said something wrong, and who got them: by the real states of the messages, not by who was
//! in the audience. Who may write a rectification is decided by `web`.

use crate::domain::ids::first_id_at;
use crate::domain::rectification::RectificationState;
use crate::domain::{Channel, Class, Lane, MessageId, PlanId, Timestamp};
use crate::store::database::rows::{parsed, row};
use crate::store::database::sql::{affected, all, execute, one, optional, values};
use crate::store::messages::transitions::{Withdrawal, withdraw_plans};
use crate::store::planning::candidates::Member;
use crate::store::{StoreError, handle, json_ids};

handle! {
    /// What was said and was wrong.
    rectifications -> Rectifications
}

row! {
    /// What was wrong, and what holds.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Rectification {
        pub id: i64,
        /// Grows with each change.
        pub revision: i64,
        pub wrong: String,
        pub holds: String,
        pub state: RectificationState = parsed,
        /// Who wrote it: a person's e-mail, or a key.
        pub author: String,
        /// Who sent it, or took it back.
        pub decided_by: Option<String>,
        /// Why a second person refused it.
        pub reason: Option<String>,
        /// How many had got a wrong message when it was written.
        pub clients: i64,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

/// One that is written.
#[derive(Debug, Clone, Copy)]
pub struct NewRectification<'a> {
    pub id: i64,
    pub wrong: &'a str,
    pub holds: &'a str,
    pub author: &'a str,
    /// How many had got a wrong message.
    pub clients: i64,
}

row! {
    /// How many clients got a wrong message on a channel.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct WrongReach {
        pub channel: Channel,
        /// The provider took it, or it arrived.
        pub sure: i64,
        /// It may have left: nobody knows.
        pub doubtful: i64,
    }
}

row! {
    /// What a rectification takes over from the plan it puts right.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WrongPlan {
        pub topic: String,
        pub class: Class,
        pub lane: Lane,
        /// What it was about: `case:PR-1`, `incident:G-77`, ...
        pub subject: String,
    }
}

/// The messages of one version of a template, by when their plans were made.
#[derive(Debug, Clone, Copy)]
pub struct VersionSpan<'a> {
    pub template: &'a str,
    pub version: i64,
    pub from: Timestamp,
    /// Those made at this moment do not count any more.
    pub to: Timestamp,
}

/// 2090-01-01: ids have no room for moments long after it.
const LAST: Timestamp = Timestamp::from_micros(3_786_912_000_000_000);

/// The states of a message that was, or may have been, read.
macro_rules! got {
    () => {
        "('sending', 'unknown', 'unresolved', 'accepted', 'unconfirmed', 'delivered')"
    };
}

macro_rules! columns {
    () => {
        "SELECT r.id, r.revision, r.wrong, r.holds, r.state, r.author, r.decided_by, r.reason,
         r.clients, r.created_at, r.changed_at FROM rectification r "
    };
}

impl Rectifications<'_> {
    /// At most `limit` plans of a version.
    pub async fn plans_of_version(
        &mut self,
        span: VersionSpan<'_>,
        limit: i64,
    ) -> Result<Vec<PlanId>, StoreError> {
        values!(self.0, "look for the plans of a version of a template",
            "SELECT id FROM plan WHERE id >= $1 AND id < $2 AND template = $3 AND version = $4
             ORDER BY id LIMIT $5";
            first_id_at(span.from.min(LAST)), first_id_at(span.to.min(LAST)), span.template, span.version, limit
        )
    }

    /// At most `limit` plans of an event, by the event's own id; from source to source, because that is
    /// how events are indexed.
    pub async fn plans_of_event(
        &mut self,
        event: &str,
        limit: i64,
    ) -> Result<Vec<PlanId>, StoreError> {
        values!(self.0, "look for the plans of an event",
            "WITH RECURSIVE sources (source) AS (
             SELECT min(source) FROM event
             UNION ALL
             SELECT (SELECT min(e.source) FROM event e WHERE e.source > s.source)
             FROM sources s WHERE s.source IS NOT NULL)
             SELECT p.id FROM plan p WHERE p.event_id IN (SELECT e.id FROM sources s JOIN event e
             ON e.source = s.source AND e.event_id = $1) ORDER BY p.id LIMIT $2";
            event, limit
        )
    }

    /// Of these plans, those that are put right already, or wait for it.
    pub async fn taken(&mut self, plans: &[PlanId]) -> Result<Vec<PlanId>, StoreError> {
        values!(self.0, "look which plans are put right",
            "SELECT plan_id FROM rectification_plan WHERE plan_id IN (", words::ids!("$1"), ")";
            json_ids(plans)
        )
    }

    /// What the newest of these plans has for its messages.
    pub async fn newest(&mut self, plans: &[PlanId]) -> Result<Option<WrongPlan>, StoreError> {
        optional!(self.0, "read what a wrong plan said",
            "SELECT topic, class, lane, subject FROM plan
             WHERE id IN (", words::ids!("$1"), ") ORDER BY id DESC LIMIT 1";
            json_ids(plans)
        )
    }

    /// How many clients, who are still known, got a message of these plans, by channel.
    pub async fn reach(&mut self, plans: &[PlanId]) -> Result<Vec<WrongReach>, StoreError> {
        all!(self.0, "count who got a wrong message",
            "SELECT x.channel, CAST(sum(x.sure) AS BIGINT) AS sure,
             CAST(sum(1 - x.sure) AS BIGINT) AS doubtful FROM (
             SELECT m.channel, m.client_id,
             max(CASE WHEN m.state IN ('accepted', 'delivered') THEN 1 ELSE 0 END) AS sure
             FROM message m JOIN client c ON c.id = m.client_id
             WHERE m.plan_id IN (", words::ids!("$1"), ") AND m.state IN ", got!(), "
             GROUP BY m.channel, m.client_id) AS x GROUP BY x.channel ORDER BY x.channel";
            json_ids(plans)
        )
    }

    /// How many clients that are, each once.
    pub async fn clients(&mut self, plans: &[PlanId]) -> Result<i64, StoreError> {
        let (clients,): (i64,) = one!(self.0, "count the clients who got a wrong message",
            "SELECT CAST(count(DISTINCT m.client_id) AS BIGINT)
             FROM message m JOIN client c ON c.id = m.client_id
             WHERE m.plan_id IN (", words::ids!("$1"), ") AND m.state IN ", got!();
            json_ids(plans)
        )?;
        Ok(clients)
    }

    /// Writes one that waits, and takes its plans. False: one of the plans was taken before; the unit of
    /// work is to be dropped.
    pub async fn write(
        &mut self,
        new: &NewRectification<'_>,
        plans: &[PlanId],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        execute!(self.0, "write what was wrong",
            "INSERT INTO rectification (id, revision, wrong, holds, state, author, clients, created_at,
             changed_at) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $7)";
            new.id, new.wrong, new.holds, RectificationState::Waiting.as_str(), new.author,
            new.clients, now
        )?;
        let taken = affected!(self.0, "take the plans that were wrong",
            "INSERT INTO rectification_plan (plan_id, rectification_id)
             SELECT id, $2 FROM plan WHERE id IN (", words::ids!("$1"), ")
             ON CONFLICT (plan_id) DO NOTHING";
            json_ids(plans), new.id
        )?;
        Ok(usize::try_from(taken).is_ok_and(|taken| taken == plans.len()))
    }

    pub async fn lookup(&mut self, id: i64) -> Result<Option<Rectification>, StoreError> {
        optional!(self.0, "look up what was wrong", columns!(), "WHERE r.id = $1"; id)
    }

    /// At most `limit` of those that wait for a second person, the oldest first.
    pub async fn waiting(&mut self, limit: i64) -> Result<Vec<Rectification>, StoreError> {
        all!(self.0, "list what is to be put right",
            columns!(), "WHERE r.state = 'waiting' ORDER BY r.id LIMIT $1";
            limit
        )
    }

    /// The plans it puts right.
    pub async fn plans(&mut self, id: i64) -> Result<Vec<PlanId>, StoreError> {
        values!(self.0, "read which plans were wrong",
            "SELECT plan_id FROM rectification_plan WHERE rectification_id = $1 ORDER BY plan_id";
            id
        )
    }

    /// What was said of this message's plan, once it was sent.
    pub async fn of_message(
        &mut self,
        message: MessageId,
    ) -> Result<Option<Rectification>, StoreError> {
        optional!(self.0, "look whether a message was wrong",
            columns!(), "JOIN rectification_plan p ON p.rectification_id = r.id
             JOIN message m ON m.plan_id = p.plan_id WHERE m.id = $1 AND r.state = 'sent'";
            message
        )
    }

    /// It is sent: what of the wrong messages still waits is taken out of the queue. False: it is not as
    /// it was at this revision.
    pub async fn send(
        &mut self,
        (id, revision): (i64, i64),
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self
            .move_on((id, revision), RectificationState::Sent, by, now)
            .await?
        {
            return Ok(false);
        }
        let plans: Vec<PlanId> = values!(self.0, "cancel wrong plans",
            "UPDATE plan SET cancelled_at = coalesce(cancelled_at, $2) WHERE id IN
             (SELECT plan_id FROM rectification_plan WHERE rectification_id = $1) RETURNING id";
            id, now
        )?;
        withdraw_plans(self.0, &plans, Withdrawal::Cancelled, now).await?;
        Ok(true)
    }

    /// It is taken back, or refused for a reason, and its plans may be put right by another. False: as
    /// above.
    pub async fn withdraw(
        &mut self,
        (id, revision): (i64, i64),
        (by, reason): (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let state = RectificationState::Withdrawn;
        let is_ours = self.move_on((id, revision), state, by, now).await?;
        if is_ours {
            execute!(self.0, "say why a rectification is refused",
                "UPDATE rectification SET reason = $2 WHERE id = $1";
                id, reason
            )?;
            execute!(self.0, "let wrong plans go",
                "DELETE FROM rectification_plan WHERE rectification_id = $1";
                id
            )?;
        }
        Ok(is_ours)
    }

    async fn move_on(
        &mut self,
        (id, revision): (i64, i64),
        to: RectificationState,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "move a rectification on",
            "UPDATE rectification SET revision = revision + 1, state = $3, decided_by = $4,
             changed_at = $5 WHERE id = $1 AND revision = $2 AND state = 'waiting'";
            id, revision, to.as_str(), by, now
        )?;
        Ok(done == 1)
    }

    /// Whoever got one of its wrong messages on a channel, or whose deputy did, in order of their rows.
    pub async fn members(&mut self, id: i64, channel: Channel) -> Result<Vec<Member>, StoreError> {
        let clients: Vec<i64> = values!(self.0, "read who got a wrong message",
            "SELECT DISTINCT coalesce(d.client_id, m.client_id) FROM rectification_plan r
             JOIN message m ON m.plan_id = r.plan_id JOIN client c ON c.id = m.client_id
             LEFT JOIN deputy d ON d.id = m.client_id
             WHERE r.rectification_id = $1 AND m.channel = $2 AND m.state IN ", got!(), "
             ORDER BY 1";
            id, channel
        )?;
        Ok(clients.into_iter().map(Member::without_place).collect())
    }
}
