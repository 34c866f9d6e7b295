//! The sentences that must hold whatever breaks, as SQL: eleven questions, each answered with how
//! many rows break the sentence and one of them to look at.
//!
//! Each question is bounded by a [`Inspection`]: ids grow with time, so that `id >= ...` on the
//! primary keys reads the last days and no more, however long the tables are. Nothing here repairs
//! anything. `upkeep` asks every night and keeps what it finds; `araldo check-store` asks at once.

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::domain::ids::first_id_at;
use crate::domain::mail_return::MAILBOX_REPORTS;
use crate::store::database::sql::one;
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Conn, StoreError, Tx, messages::rollup};
use crate::text::text_enum::text_enum;

/// Sums are compared for whole days only. A day begins up to fourteen hours earlier somewhere in
/// the world than in UTC, and an id may be a little older than the time beside it.
const ID_SLACK: TimeDelta = TimeDelta::hours(15);
/// A client's no counts from when it is committed, which is a little after its time.
const COMMIT_SLACK: TimeDelta = TimeDelta::seconds(10);

text_enum! {
    /// A sentence that must hold.
    pub enum Invariant {
        /// An accepted message has proof: an accepted attempt, a report, or a reader.
        I1 => "I1",
        /// No message was accepted twice, unless the risk was taken by policy.
        I2 => "I2",
        /// Nothing due waits without a reason, nothing is in the hands of a dead node.
        I3 => "I3",
        /// The sums equal the rows.
        I4 => "I4",
        /// No attempt began after its time, or after the client's no.
        I5 => "I5",
        /// No client got more in an hour than the cap allows.
        I6 => "I6",
        /// On one subject a client never hears the older news after the newer.
        I7 => "I7",
        /// Nothing is unknown beyond the horizon of reports.
        I8 => "I8",
        /// Every report is about a message; one that is not is listed after a day.
        I9 => "I9",
        /// A provider took no more than we have messages, and reports on none we never gave it.
        I10 => "I10",
        /// No event happened after we heard of it: all that follows would seem older.
        I11 => "I11",
    }
}

impl Invariant {
    /// What holds, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::I1 => "whatever counts as accepted has proof",
            Self::I2 => "nothing was accepted twice",
            Self::I3 => "nothing is stuck",
            Self::I4 => "the sums equal the messages",
            Self::I5 => "nothing was sent after its time or after a no",
            Self::I6 => "no client got more in an hour than the cap allows",
            Self::I7 => "nobody heard older news after newer",
            Self::I8 => "nothing is unknown for longer than reports take",
            Self::I9 => "every report is about a message",
            Self::I10 => "no provider took more than it was given",
            Self::I11 => "nothing happened after it was heard of",
        }
    }

    /// What is wrong when rows break it, for people; a number stands before it.
    #[must_use]
    pub const fn complaint(self) -> &'static str {
        match self {
            Self::I1 => "message(s) count as accepted without any proof that a provider took them",
            Self::I2 => "message(s) were accepted twice: somebody may have been told twice",
            Self::I3 => {
                "message(s) are stuck: due long ago, or in the hands of a node that is gone"
            }
            Self::I4 => "sum(s) differ from the messages they sum",
            Self::I5 => "message(s) were sent after their time, or after the client said no",
            Self::I6 => "client(s) got more messages in an hour than the cap allows",
            Self::I7 => "message(s) told a client older news after newer",
            Self::I8 => "message(s) are unknown for longer than any report can take",
            Self::I9 => "report(s) are about no message of ours",
            Self::I10 => "day(s) of a provider do not add up: it took more than it was given",
            Self::I11 => "event(s) happened after they were heard of: what follows seems old",
        }
    }

    /// Whether a breach is an alarm. A report about nobody is not: a gateway may serve others,
    /// too. It is listed.
    #[must_use]
    pub const fn alarms(self) -> bool {
        !matches!(self, Self::I9)
    }
}

/// How far back to look, and what is tolerated.
#[derive(Debug, Clone, Copy)]
pub struct Inspection {
    pub now: Timestamp,
    /// Rows younger than this are looked at. To be longer ago than the horizon of reports.
    pub since: Timestamp,
    /// How long something may be due, or in the hands of a node that stopped.
    pub patience: TimeDelta,
    /// How far the clocks of two nodes may be apart.
    pub skew: TimeDelta,
    /// Messages one client may get in an hour; three times that in matters of safety.
    pub cap_per_hour: i64,
    /// How long a report may take.
    pub horizon: ReceiptHorizon,
}

impl Inspection {
    fn since_id(&self) -> i64 {
        first_id_at(self.since)
    }

    /// The first day that lies in the scope from its first minute, and a bound for its ids.
    fn first_whole_day(&self) -> (i64, i64) {
        let day = self.since.utc_day() + 1;
        let begin = Timestamp::from_micros(day * 86_400_000_000);
        (day, first_id_at(begin - ID_SLACK))
    }

    fn late(&self) -> i64 {
        (self.now - self.patience).as_micros()
    }
}

/// What one sentence's question found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvariantFinding {
    pub invariant: Invariant,
    /// How many rows break it.
    pub broken: i64,
    /// One of them: a message, a receipt for `I9`, an event for `I11`.
    pub example: Option<i64>,
}

/// The sentences, asked within a transaction.
pub struct Invariants<'a> {
    conn: &'a mut Conn,
    scope: Inspection,
}

impl Tx {
    /// The sentences that must hold.
    pub fn invariants(&mut self, scope: Inspection) -> Invariants<'_> {
        Invariants {
            conn: &mut self.conn,
            scope,
        }
    }
}

/// How many, and one of them.
type CountAndExample = (i64, Option<i64>);

impl Invariants<'_> {
    /// Asks one. Each is one statement and sees one state of the store; on a large store ask
    /// each in a transaction of its own, so that none lasts long.
    pub async fn ask(&mut self, invariant: Invariant) -> Result<InvariantFinding, StoreError> {
        let (broken, example) = match invariant {
            Invariant::I1 => self.accepted_without_proof().await,
            Invariant::I2 => self.accepted_twice().await,
            Invariant::I3 => self.stuck().await,
            Invariant::I4 => self.sums_differ().await,
            Invariant::I5 => self.begun_too_late().await,
            Invariant::I6 => self.flooded().await,
            Invariant::I7 => self.out_of_order().await,
            Invariant::I8 => self.unknown_for_ever().await,
            Invariant::I9 => self.reports_about_nobody().await,
            Invariant::I10 => self.providers_took_more().await,
            Invariant::I11 => self.in_the_future().await,
        }?;
        Ok(InvariantFinding {
            invariant,
            broken,
            example,
        })
    }

    async fn accepted_without_proof(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for acceptances without proof",
            "SELECT CAST(count(*) AS BIGINT), min(m.id) FROM message m WHERE m.id >= $1
             AND m.state IN ('accepted', 'delivered', 'undelivered', 'unconfirmed')
             AND m.receipt_rank = 0
             AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = m.id
             AND a.outcome = 'accepted')
             AND NOT EXISTS (SELECT 1 FROM engagement e WHERE e.message_id = m.id)";
            self.scope.since_id()
        )
    }

    /// Two acceptances under one name of the provider's are one message: it repeated its answer.
    async fn accepted_twice(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for messages accepted twice",
            "SELECT CAST(count(*) AS BIGINT), min(x.message_id) FROM (
             SELECT a.message_id FROM attempt a JOIN message m ON m.id = a.message_id
             WHERE a.message_id >= $1 AND a.outcome = 'accepted' GROUP BY a.message_id
             HAVING count(DISTINCT coalesce(a.provider_ref, CAST(a.lease_no AS TEXT)))
             > max(CASE WHEN m.risky THEN 2 ELSE 1 END)) AS x";
            self.scope.since_id()
        )
    }

    /// In nobody's hands (every leased message stands in a claim, however its node ended), in
    /// those of a dead node, past its timer, or due in a lane in which nothing moves.
    async fn stuck(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for messages that are stuck",
            "SELECT CAST(count(*) AS BIGINT), min(x.id) FROM (
             SELECT m.id FROM message m WHERE m.id >= $1 AND m.state IN ('leased', 'sending')
             AND (NOT EXISTS (SELECT 1 FROM node n WHERE n.id = m.lease_node
             AND coalesce(n.stopped_at, n.heartbeat_at) >= ", words::now!(), " - $2)
             OR m.id NOT IN (SELECT CAST(value AS BIGINT) FROM claim, ",
            words::rows!("claim.messages"), "))
             UNION ALL SELECT id FROM message WHERE wake_at IS NOT NULL AND wake_at < $3
             UNION ALL SELECT m.id FROM message m WHERE m.state = 'queued'
             AND m.lane IN ('urgent', 'normal', 'bulk') AND m.due_at < $3
             AND NOT EXISTS (SELECT 1 FROM switch WHERE name = 'dispatch' AND thrown)
             AND NOT EXISTS (SELECT 1 FROM provider_state WHERE paused_until > $4)
             AND m.lane NOT IN (SELECT o.lane FROM message o WHERE o.id >= $1
             AND o.opened_at >= $3)) AS x";
            self.scope.since_id(), micros(self.scope.patience), self.scope.late(), self.scope.now
        )
    }

    async fn sums_differ(&mut self) -> Result<CountAndExample, StoreError> {
        let (plans, of_a_plan) = self.plans_differ().await?;
        let (days, of_a_day) = self.days_differ().await?;
        let (acts, of_acts) = self.acts_differ().await?;
        Ok((plans + days + acts, of_a_plan.or(of_a_day).or(of_acts)))
    }

    /// A fallback's row is no plan's own.
    async fn plans_differ(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "compare plans with their messages",
            "SELECT CAST(count(*) AS BIGINT), min(x.example) FROM (
             SELECT min(m.id) AS example FROM plan p LEFT JOIN message m ON m.plan_id = p.id
             AND m.id = m.notification_id WHERE p.id >= $1 AND p.state = 'planned'
             GROUP BY p.id, p.planned HAVING p.planned <> count(m.id)) AS x";
            self.scope.since_id()
        )
    }

    async fn days_differ(&mut self) -> Result<CountAndExample, StoreError> {
        rollup::settle(self.conn).await?;
        let (day, first_id) = self.scope.first_whole_day();
        one!(self.conn, "compare sums with their messages",
            "WITH counted AS (", rollup::counted!(rollup::ones!(
                "FROM message m JOIN plan p ON p.id = m.plan_id WHERE m.id >= $2 AND ",
                rollup::day!(), " >= $1"
            )), ") SELECT CAST(count(*) AS BIGINT), min(y.example) FROM (
             SELECT c.example FROM counted c LEFT JOIN rollup r ON r.day = c.day
             AND r.template = c.template AND r.version = c.version AND r.channel = c.channel
             WHERE r.day IS NULL OR ", rollup::differs!(),
            " UNION ALL SELECT CAST(NULL AS BIGINT) FROM rollup r LEFT JOIN counted c
             ON c.day = r.day AND c.template = r.template AND c.version = r.version
             AND c.channel = r.channel
             WHERE r.day >= $1 AND r.planned <> 0 AND c.day IS NULL) AS y";
            day, first_id
        )
    }

    /// What a message is noted to count for, against what its readers did.
    async fn acts_differ(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "compare messages with what readers did",
            "SELECT CAST(count(*) AS BIGINT), min(m.id) FROM message m LEFT JOIN (
             SELECT e.message_id, ", rollup::acts!(),
            " AS acts FROM engagement e WHERE e.message_id >= $1 GROUP BY e.message_id) AS x
             ON x.message_id = m.id WHERE m.id >= $1 AND m.engaged <> coalesce(x.acts, 0)";
            self.scope.since_id()
        )
    }

    /// An answer to the client's own STOP may follow it, and nothing else.
    async fn begun_too_late(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for attempts begun too late",
            "SELECT CAST(count(DISTINCT a.message_id) AS BIGINT), min(a.message_id)
             FROM attempt a JOIN message m ON m.id = a.message_id JOIN plan p ON p.id = m.plan_id
             JOIN event e ON e.id = p.event_id
             LEFT JOIN suppression s ON s.channel = m.channel AND s.address = m.address
             WHERE a.message_id >= $1 AND (a.opened_at > m.expires_at
             OR (s.created_at + $2 < a.opened_at
             AND (p.class <> 'safety' OR s.reason IN ('hard_bounce', 'manual'))
             AND NOT (s.reason = 'stop' AND e.source LIKE '/v1/replies/%')))";
            self.scope.since_id(), micros(self.scope.skew + COMMIT_SLACK)
        )
    }

    /// An hour back from each attempt that may have left. What began at the same moment has no
    /// order: the widest cap among those counts.
    async fn flooded(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for clients above their limit of messages",
            "SELECT CAST(count(DISTINCT x.client_id) AS BIGINT), min(x.message_id) FROM (
             SELECT y.message_id, y.client_id,
             count(*) OVER (PARTITION BY y.client_id ORDER BY y.opened_at
             RANGE BETWEEN 3599999999 PRECEDING AND CURRENT ROW) AS opened,
             max(y.room) OVER (PARTITION BY y.client_id, y.opened_at) AS room
             FROM (SELECT a.message_id, m.client_id, a.opened_at,
             CASE p.class WHEN 'safety' THEN 3 ELSE 1 END AS room
             FROM attempt a JOIN message m ON m.id = a.message_id
             JOIN plan p ON p.id = m.plan_id WHERE a.message_id >= $1
             AND (a.outcome IS NULL OR a.outcome IN ('accepted', 'unknown'))) AS y) AS x
             WHERE x.opened > $2 * x.room";
            self.scope.since_id(), self.scope.cap_per_hour
        )
    }

    async fn out_of_order(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for messages out of order",
            "SELECT CAST(count(DISTINCT x.message_id) AS BIGINT), min(x.message_id) FROM (
             SELECT a.message_id, p.occurred_at, max(p.occurred_at) OVER (
             PARTITION BY p.subject, m.client_id ORDER BY a.opened_at
             RANGE BETWEEN UNBOUNDED PRECEDING AND $2 PRECEDING) AS newest
             FROM attempt a JOIN message m ON m.id = a.message_id JOIN plan p ON p.id = m.plan_id
             WHERE a.message_id >= $1) AS x WHERE x.occurred_at < x.newest";
            self.scope.since_id(), micros(self.scope.skew)
        )
    }

    async fn unknown_for_ever(&mut self) -> Result<CountAndExample, StoreError> {
        let over =
            |horizon: TimeDelta| (self.scope.now - horizon - self.scope.patience).as_micros();
        let (sms, email) = (over(self.scope.horizon.sms), over(self.scope.horizon.email));
        one!(self.conn, "look for messages that stay unknown",
            "SELECT CAST(count(*) AS BIGINT), min(id) FROM message
             WHERE id >= $1 AND state = 'unknown' AND coalesce(opened_at, created_at)
             < CASE channel WHEN 'sms' THEN $2 ELSE $3 END";
            self.scope.since_id(), sms, email
        )
    }

    async fn reports_about_nobody(&mut self) -> Result<CountAndExample, StoreError> {
        let day_ago = self.scope.now - TimeDelta::days(1);
        one!(self.conn, "look for receipts without a message",
            "SELECT CAST(count(*) AS BIGINT), min(r.id) FROM receipt r
             LEFT JOIN message m ON m.id = r.message_id
             WHERE r.id >= $1 AND r.received_at < $2 AND m.id IS NULL";
            self.scope.since_id(), day_ago
        )
    }

    async fn providers_took_more(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "compare what providers took with what was given",
            "SELECT CAST(count(*) AS BIGINT), min(y.example) FROM (
             SELECT min(x.message_id) AS example FROM (
             SELECT a.provider, min(a.opened_at) / 86400000000 AS day, a.message_id,
             count(DISTINCT coalesce(a.provider_ref, CAST(a.lease_no AS TEXT))) AS took,
             max(CASE WHEN m.risky THEN 2 ELSE 1 END) AS given
             FROM attempt a JOIN message m ON m.id = a.message_id
             WHERE a.message_id >= $1 AND a.outcome = 'accepted'
             GROUP BY a.provider, a.message_id) AS x
             GROUP BY x.provider, x.day HAVING sum(x.took) > sum(x.given)
             UNION ALL SELECT min(r.message_id) FROM receipt r
             JOIN message m ON m.id = r.message_id WHERE r.id >= $1 AND r.provider <> $2
             AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = r.message_id
             AND a.provider = r.provider)
             GROUP BY r.provider, r.received_at / 86400000000) AS y";
            self.scope.since_id(), MAILBOX_REPORTS
        )
    }

    async fn in_the_future(&mut self) -> Result<CountAndExample, StoreError> {
        one!(self.conn, "look for events from the future",
            "SELECT CAST(count(*) AS BIGINT), min(id) FROM event
             WHERE id >= $1 AND occurred_at > received_at + $2";
            self.scope.since_id(), micros(self.scope.skew)
        )
    }
}

fn micros(time: TimeDelta) -> i64 {
    time.num_microseconds().unwrap_or(i64::MAX)
}
