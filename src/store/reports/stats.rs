//! Sums from the `rollup` table, grouped as asked.

use crate::store::{Doing as _, StoreError, on};

use super::Reports;

/// What to group by. Nothing set: one row over all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of group keys, as in `?by=`"
)]
pub struct StatsBy {
    /// The UTC day the messages were planned.
    pub day: bool,
    /// The template's name.
    pub template: bool,
    /// The template's version.
    pub version: bool,
    /// The channel.
    pub channel: bool,
}

/// One group: its keys (empty or zero when not grouped by) and its sums.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StatsRow {
    /// Days since 1970-01-01 (UTC).
    pub day: i64,
    /// Template name.
    pub template: String,
    /// Template version.
    pub version: i64,
    /// Channel.
    pub channel: String,
    /// The sums.
    #[sqlx(flatten)]
    pub counts: Counts,
}

/// Messages by what became of them; each message counts once in each column it reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Counts {
    /// All messages, the suppressed ones too.
    pub planned: i64,
    /// Not to be sent: opt-out, no contact, flood guard.
    pub suppressed: i64,
    /// A provider took them.
    pub accepted: i64,
    /// A receipt says they arrived.
    pub delivered: i64,
    /// A receipt says they did not.
    pub undelivered: i64,
    /// Accepted, and no receipt in time.
    pub unconfirmed: i64,
    /// Nobody can say whether they left.
    pub unknown: i64,
    /// Opened by a person.
    pub opened: i64,
    /// Opened by a machine.
    pub opened_machine: i64,
    /// A link was followed by a person.
    pub clicked: i64,
    /// A link was followed by a machine.
    pub clicked_machine: i64,
    /// Answered.
    pub replied: i64,
    /// Whose reading could be measured by name.
    pub measurable: i64,
    /// Openings counted without saying who.
    #[serde(skip)]
    pub anonymous_opens: i64,
    /// Taken to be in the reader's hands, the base of clicks: SMS delivered, e-mails accepted,
    /// since no receipt comes for those.
    #[serde(skip)]
    pub arrived: i64,
    /// SMS a provider took, the base of `sms_delivered`.
    #[serde(skip)]
    pub sms_accepted: i64,
    /// SMS a receipt says arrived.
    #[serde(skip)]
    pub sms_delivered: i64,
}

impl Reports<'_> {
    /// Sums over the days `from..=to` (UTC days since 1970), one row per group, in key order.
    pub async fn stats(
        &mut self,
        from: i64,
        to: i64,
        by: StatsBy,
    ) -> Result<Vec<StatsRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, StatsRow>(
            "SELECT CASE WHEN $3 THEN day ELSE 0 END AS day, \
                    CASE WHEN $4 THEN template ELSE '' END AS template, \
                    CASE WHEN $5 THEN version ELSE 0 END AS version, \
                    CASE WHEN $6 THEN channel ELSE '' END AS channel, \
                    CAST(sum(planned) AS BIGINT) AS planned, \
                    CAST(sum(suppressed) AS BIGINT) AS suppressed, \
                    CAST(sum(accepted) AS BIGINT) AS accepted, \
                    CAST(sum(delivered) AS BIGINT) AS delivered, \
                    CAST(sum(undelivered) AS BIGINT) AS undelivered, \
                    CAST(sum(unconfirmed) AS BIGINT) AS unconfirmed, \
                    CAST(sum(unknown) AS BIGINT) AS unknown, \
                    CAST(sum(opened) AS BIGINT) AS opened, \
                    CAST(sum(opened_machine) AS BIGINT) AS opened_machine, \
                    CAST(sum(clicked) AS BIGINT) AS clicked, \
                    CAST(sum(clicked_machine) AS BIGINT) AS clicked_machine, \
                    CAST(sum(replied) AS BIGINT) AS replied, \
                    CAST(sum(measurable) AS BIGINT) AS measurable, \
                    CAST(sum(anonymous_opens) AS BIGINT) AS anonymous_opens, \
                    CAST(sum(CASE WHEN channel = 'sms' THEN delivered ELSE accepted END) \
                         AS BIGINT) AS arrived, \
                    CAST(sum(CASE WHEN channel = 'sms' THEN accepted ELSE 0 END) \
                         AS BIGINT) AS sms_accepted, \
                    CAST(sum(CASE WHEN channel = 'sms' THEN delivered ELSE 0 END) \
                         AS BIGINT) AS sms_delivered \
             FROM rollup WHERE day >= $1 AND day <= $2 \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        )
        .bind(from)
        .bind(to)
        .bind(by.day)
        .bind(by.template)
        .bind(by.version)
        .bind(by.channel)
        .fetch_all(&mut **c)
        .await)
        .doing("sum up the rates")
    }

    /// The sums over those days as one row of counts.
    pub async fn totals_between(&mut self, from: i64, to: i64) -> Result<Counts, StoreError> {
        let rows = self.stats(from, to, StatsBy::default()).await?;
        Ok(rows.first().map(|row| row.counts).unwrap_or_default())
    }
}
