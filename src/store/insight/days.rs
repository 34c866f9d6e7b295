//! Messages of one day as the insight counts them: read in stretches by id, written as sums.
//!
//! A message belongs to the day on which it was written. What it is counted in are the words of
//! `store::messages::rollup`; how the facts are added up is `upkeep::insight`'s.

use crate::domain::Timestamp;
use crate::domain::money::Money;
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, value};
use crate::store::messages::rollup;
use crate::store::{StoreError, handle};
use crate::text::text_enum::text_enum;

handle!(insight_days -> InsightDays);

/// The row of `upkeep_mark` that says when messages were last counted here, in microseconds.
pub const COUNTED: &str = "insight_at";

text_enum! {
    /// What a message waited for after a provider had taken it.
    pub enum Awaited {
        Delivery => "delivery",
        Reading => "reading",
    }
}

row! {
    /// What of one message is counted.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MessageFacts {
        pub template: String,
        pub channel: String,
        /// Who had it last; empty where nobody had.
        pub provider: String,
        /// Of the case it is about.
        pub kind: Option<String>,
        pub accepted: bool,
        /// What it cost, if it is known and was taken.
        pub cost: Option<Money>,
        pub reporting: bool,
        pub delivered: bool,
        pub undelivered: bool,
        /// Reached, and the client did not refuse to be measured.
        pub readable: bool,
        pub accepted_at: Option<Timestamp>,
        /// When the first receipt that says so was here, by our clock.
        pub delivered_at: Option<Timestamp>,
        /// The first sign of a person.
        pub read_at: Option<Timestamp>,
    }
}

/// A day's sums as rows, in the order of the tables' columns without the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayRows {
    /// Channel, hour of the week, messages.
    pub hours: Vec<(String, i64, i64)>,
    /// Template, channel, provider, what for, upper bound in seconds, messages.
    pub delays: Vec<(String, String, String, Awaited, i64, i64)>,
    /// Provider, channel; accepted, reporting, delivered, undelivered, measurable, read, priced, cost.
    pub providers: Vec<(String, String, [i64; 8])>,
    /// Kind of case, accepted messages about it.
    pub kinds: Vec<(String, i64)>,
}

row! {
    /// When people read: an hour of the week, 0 for Monday from midnight to one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ReadingHour {
        pub hour: i64,
        pub messages: i64,
    }
}

row! {
    /// How many messages took so long.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DelayCount {
        pub what: Awaited,
        pub template: String,
        pub channel: String,
        pub provider: String,
        /// Upper bound in seconds.
        pub step: i64,
        pub messages: i64,
    }
}

row! {
    /// What became of the messages a provider took.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProviderSums {
        pub provider: String,
        pub channel: String,
        pub accepted: i64,
        pub reporting: i64,
        pub delivered: i64,
        pub undelivered: i64,
        pub read_measurable: i64,
        pub read: i64,
        /// Of the accepted: what they cost is known.
        pub priced: i64,
        pub cost: Money,
    }
}

impl InsightDays<'_> {
    /// The last id of the first `limit` messages from `first` on and before `end`; none: there are
    /// no more.
    pub async fn stretch(
        &mut self,
        first: i64,
        end: i64,
        limit: i64,
    ) -> Result<Option<i64>, StoreError> {
        value!(self.0, "look for messages to count",
            "SELECT max(id) FROM (SELECT id FROM message WHERE id >= $1 AND id < $2
             ORDER BY id LIMIT $3) AS s";
            first, end, limit
        )
    }

    /// What is counted of the messages from one id to another, both included, that were written
    /// at `begin` or later and before `end`.
    pub async fn facts(
        &mut self,
        (first, last): (i64, i64),
        (begin, end): (Timestamp, Timestamp),
    ) -> Result<Vec<MessageFacts>, StoreError> {
        all!(self.0, "read messages to count them",
            "SELECT p.template, m.channel, coalesce(m.provider, '') AS provider, f.kind,
             (", rollup::is_accepted!(), ") AS accepted,
             CASE WHEN ", rollup::is_accepted!(), " THEN m.price END AS cost, (", rollup::is_reporting!(), ") AS reporting,
             (m.state = 'delivered') AS delivered, (m.state = 'undelivered') AS undelivered,
             (", rollup::is_readable!(), ") AS readable,
             m.accepted_at, r.at AS delivered_at, e.at AS read_at
             FROM message m JOIN plan p ON p.id = m.plan_id
             LEFT JOIN case_file f ON p.subject LIKE 'case:%' AND f.ref = substr(p.subject, 6)
             LEFT JOIN (SELECT message_id, min(received_at) AS at FROM receipt
             WHERE message_id >= $1 AND message_id <= $2 AND kind = 'delivered'
             AND invalidated_at IS NULL GROUP BY message_id) AS r ON r.message_id = m.id
             LEFT JOIN (SELECT message_id, min(at) AS at FROM engagement
             WHERE message_id >= $1 AND message_id <= $2 AND invalidated_at IS NULL
             AND (kind IN ('replied', 'confirmed')
             OR (kind IN ('opened', 'clicked', 'viewed') AND verdict = 'human'))
             GROUP BY message_id) AS e ON e.message_id = m.id
             WHERE m.id >= $1 AND m.id <= $2 AND m.created_at >= $3 AND m.created_at < $4";
            first, last, begin, end
        )
    }

    /// Writes a day's sums in the place of those that stand there.
    pub async fn replace(&mut self, day: i64, rows: &DayRows) -> Result<(), StoreError> {
        execute!(self.0, "forget a day's hours of reading",
            "DELETE FROM reading_hour WHERE day = $1"; day)?;
        execute!(self.0, "write a day's hours of reading",
            "INSERT INTO reading_hour (day, channel, hour, messages)
             SELECT $2, value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT)
             FROM ", words::rows!("$1");
            json(&rows.hours)?, day
        )?;
        execute!(self.0, "forget a day's delays", "DELETE FROM delay_day WHERE day = $1"; day)?;
        execute!(self.0, "write a day's delays",
            "INSERT INTO delay_day (day, template, channel, provider, what, step, messages)
             SELECT $2, value ->> 0, value ->> 1, value ->> 2, value ->> 3,
             CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT) FROM ", words::rows!("$1");
            json(&rows.delays)?, day
        )?;
        execute!(self.0, "forget a day's kinds of cases",
            "DELETE FROM kind_day WHERE day = $1"; day)?;
        execute!(self.0, "write a day's kinds of cases",
            "INSERT INTO kind_day (day, kind, messages)
             SELECT $2, value ->> 0, CAST(value ->> 1 AS BIGINT) FROM ", words::rows!("$1");
            json(&rows.kinds)?, day
        )?;
        self.replace_providers(day, rows).await
    }

    async fn replace_providers(&mut self, day: i64, rows: &DayRows) -> Result<(), StoreError> {
        execute!(self.0, "forget a day's providers",
            "DELETE FROM provider_day WHERE day = $1"; day)?;
        execute!(self.0, "write a day's providers",
            "INSERT INTO provider_day (day, provider, channel, accepted, reporting, delivered,
             undelivered, read_measurable, read, priced, cost)
             SELECT $2, value ->> 0, value ->> 1, CAST(value -> 2 ->> 0 AS BIGINT),
             CAST(value -> 2 ->> 1 AS BIGINT), CAST(value -> 2 ->> 2 AS BIGINT),
             CAST(value -> 2 ->> 3 AS BIGINT), CAST(value -> 2 ->> 4 AS BIGINT),
             CAST(value -> 2 ->> 5 AS BIGINT), CAST(value -> 2 ->> 6 AS BIGINT),
             CAST(value -> 2 ->> 7 AS BIGINT) FROM ", words::rows!("$1");
            json(&rows.providers)?, day
        )
    }

    /// When messages of these days were first read, by the hour of the week.
    pub async fn hours(&mut self, from: i64, to: i64) -> Result<Vec<ReadingHour>, StoreError> {
        all!(self.0, "read when people read",
            "SELECT hour, CAST(sum(messages) AS BIGINT) AS messages FROM reading_hour
             WHERE day >= $1 AND day <= $2 GROUP BY hour ORDER BY hour";
            from, to
        )
    }

    /// How long messages of these days took.
    pub async fn delays(&mut self, from: i64, to: i64) -> Result<Vec<DelayCount>, StoreError> {
        all!(self.0, "read how long messages take",
            "SELECT what, template, channel, provider, step,
             CAST(sum(messages) AS BIGINT) AS messages FROM delay_day
             WHERE day >= $1 AND day <= $2 GROUP BY what, template, channel, provider, step
             ORDER BY what, template, channel, provider, step";
            from, to
        )
    }

    /// What became of the messages of these days, by the provider that had them last.
    pub async fn providers(&mut self, from: i64, to: i64) -> Result<Vec<ProviderSums>, StoreError> {
        all!(self.0, "read what became of providers' messages",
            "SELECT provider, channel, CAST(sum(accepted) AS BIGINT) AS accepted,
             CAST(sum(reporting) AS BIGINT) AS reporting,
             CAST(sum(delivered) AS BIGINT) AS delivered,
             CAST(sum(undelivered) AS BIGINT) AS undelivered,
             CAST(sum(read_measurable) AS BIGINT) AS read_measurable,
             CAST(sum(read) AS BIGINT) AS read,
             CAST(sum(priced) AS BIGINT) AS priced, CAST(sum(cost) AS BIGINT) AS cost
             FROM provider_day
             WHERE day >= $1 AND day <= $2 GROUP BY provider, channel ORDER BY provider, channel";
            from, to
        )
    }
}
