//! Sums from the `rollup` table, grouped as asked.

use crate::domain::Timestamp;
use crate::domain::ids::first_id_at;
use crate::domain::money::Money;
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, value};
use crate::store::messages::rollup::{day, is_reached, settle};

use super::Reports;

const DAY_US: i64 = 86_400_000_000;

/// What to group by. Nothing set: one row over all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a set of group keys, as in `?by=`"
)]
pub struct StatsBy {
    /// The day the messages were planned, in the organisation's zone.
    pub day: bool,
    pub template: bool,
    pub version: bool,
    pub channel: bool,
}

row! {
    /// One group: its keys (empty or zero when not grouped by) and its sums.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StatsRow {
        /// Days since 1970-01-01.
        pub day: i64,
        pub template: String,
        pub version: i64,
        pub channel: String,
        pub counts: Counts as row,
    }
}

row! {
    /// Messages by what became of them; each message counts once in each column it is in. Every
    /// share that is shown divides a column by the one named as its whole: see
    /// `store::messages::rollup::standing`, where a message's columns are decided.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
    pub struct Counts {
        /// All messages, the suppressed ones too.
        pub planned: i64,
        /// Of the planned: not to be sent, for opt-out, no contact, flood guard.
        pub suppressed: i64,
        /// Of the planned: a provider took them.
        pub accepted: i64,
        /// Of the accepted: by a provider that reports deliveries, or reported all the same.
        pub reporting: i64,
        /// Of the reporting: a receipt says they arrived.
        pub delivered: i64,
        /// Of the accepted: a receipt says they did not arrive.
        pub undelivered: i64,
        /// Of the accepted: no receipt in time.
        pub unconfirmed: i64,
        /// Of the planned: nobody can say whether they left.
        pub unknown: i64,
        /// Of the accepted: not known to have missed the reader.
        pub reached: i64,
        /// Of the reached: e-mails whose opening is kept by name, with consent.
        pub measurable: i64,
        /// Of the measurable: a person loaded the pixel.
        pub opened: i64,
        /// Of the measurable: a machine loaded the pixel.
        pub opened_machine: i64,
        /// Of the reached: following a link can be kept.
        pub clicks_measurable: i64,
        /// Of these: a person followed a link.
        pub clicked: i64,
        /// Of these: a machine followed a link.
        pub clicked_machine: i64,
        /// Of the reached: the client did not refuse to be measured.
        pub read_measurable: i64,
        /// Of these: a person gave any sign of having read it.
        pub read: i64,
        /// Of the reached: the client pressed "I have read this".
        pub confirmed: i64,
        /// Of the reached: the client wrote back.
        pub replied: i64,
        /// Of the reached: copies to deputies, whom nobody asks and whose reading is never measured. No sum of
        /// `rollup`: counted while the deputy is known.
        #[serde(skip)]
        pub to_deputies: i64,
        /// Openings counted without saying who.
        #[serde(skip)]
        pub anonymous_opens: i64,
        /// Of the accepted: what they cost is known.
        pub priced: i64,
        /// What these cost together. Shown by `insight::Spent`, which knows of how many it is.
        #[serde(skip)]
        pub cost: Money,
    }
}

/// Of the days `$1..=$2`: what reached deputies, by the keys of the sums. Deputies are few, and their messages,
/// from the number `$7` on, are found by them: the order of a CROSS JOIN is kept.
macro_rules! to_deputies {
    () => {
        concat!(
            "SELECT ",
            day!(),
            " AS of_day, p.template AS of_template, p.version AS of_version,
             m.channel AS by_channel, count(*) AS to_deputies
             FROM deputy d CROSS JOIN message m JOIN plan p ON p.id = m.plan_id
             WHERE m.client_id = d.id AND m.id >= $7 AND ",
            day!(),
            " >= $1 AND ",
            day!(),
            " <= $2 AND ",
            is_reached!(),
            " GROUP BY 1, 2, 3, 4"
        )
    };
}

impl Reports<'_> {
    /// Sums over the days `from..=to` (counted from 1970), one row per group, in key order.
    pub async fn stats(
        &mut self,
        from: i64,
        to: i64,
        by: StatsBy,
    ) -> Result<Vec<StatsRow>, StoreError> {
        settle(self.0).await?;
        let begin = Timestamp::from_micros(from.saturating_mul(DAY_US).saturating_sub(DAY_US));
        all!(self.0, "add up the totals by day",
            "SELECT CASE WHEN $3 THEN day ELSE 0 END AS day,
             CASE WHEN $4 THEN template ELSE '' END AS template,
             CASE WHEN $5 THEN version ELSE 0 END AS version,
             CASE WHEN $6 THEN channel ELSE '' END AS channel,
             CAST(sum(planned) AS BIGINT) AS planned,
             CAST(sum(suppressed) AS BIGINT) AS suppressed,
             CAST(sum(accepted) AS BIGINT) AS accepted,
             CAST(sum(delivered) AS BIGINT) AS delivered,
             CAST(sum(undelivered) AS BIGINT) AS undelivered,
             CAST(sum(unconfirmed) AS BIGINT) AS unconfirmed,
             CAST(sum(unknown) AS BIGINT) AS unknown,
             CAST(sum(opened) AS BIGINT) AS opened,
             CAST(sum(opened_machine) AS BIGINT) AS opened_machine,
             CAST(sum(clicked) AS BIGINT) AS clicked,
             CAST(sum(clicked_machine) AS BIGINT) AS clicked_machine,
             CAST(sum(replied) AS BIGINT) AS replied,
             CAST(sum(measurable) AS BIGINT) AS measurable,
             CAST(sum(anonymous_opens) AS BIGINT) AS anonymous_opens,
             CAST(sum(reporting) AS BIGINT) AS reporting,
             CAST(sum(reached) AS BIGINT) AS reached,
             CAST(sum(clicks_measurable) AS BIGINT) AS clicks_measurable,
             CAST(sum(read_measurable) AS BIGINT) AS read_measurable,
             CAST(sum(read) AS BIGINT) AS read,
             CAST(sum(confirmed) AS BIGINT) AS confirmed,
             CAST(sum(priced) AS BIGINT) AS priced, CAST(sum(cost) AS BIGINT) AS cost,
             CAST(coalesce(sum(to_deputies), 0) AS BIGINT) AS to_deputies
             FROM rollup LEFT JOIN (", to_deputies!(), ") AS x ON x.of_day = day
             AND x.of_template = template AND x.of_version = version AND x.by_channel = channel
             WHERE day >= $1 AND day <= $2
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
            from, to, by.day, by.template, by.version, by.channel, first_id_at(begin)
        )
    }

    /// How many messages providers took since the beginning.
    pub async fn accepted_ever(&mut self) -> Result<i64, StoreError> {
        settle(self.0).await?;
        value!(
            self.0,
            "count accepted messages",
            "SELECT CAST(coalesce(sum(accepted), 0) AS BIGINT) FROM rollup"
        )
    }

    /// The sums over those days as one row of counts.
    pub async fn totals_between(&mut self, from: i64, to: i64) -> Result<Counts, StoreError> {
        let rows = self.stats(from, to, StatsBy::default()).await?;
        Ok(rows.first().map(|row| row.counts).unwrap_or_default())
    }
}
