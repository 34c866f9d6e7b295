//! Counting again: the sums from the messages, and what a message counts for from what its readers
//! did. For stores whose sums an older program moved, which counted otherwise; `upkeep` says when.
//!
//! What is counted is right at once and stays so while others move the sums: on SQLite there is
//! one writer; on PostgreSQL the table of sums is locked before the messages are read, so that
//! whoever changed a message without having moved its sum moves it afterwards.

use crate::domain::ids::first_id_at;
use crate::domain::{MessageId, Timestamp};
use crate::store::database::sql::{affected, optional_value, value, values};
use crate::store::{Doing as _, StoreError, handle, messages::rollup};

const DAY_US: i64 = 86_400_000_000;
/// A day begins up to so many hours earlier, and ends so many later, than in UTC; and an id may
/// be a little older than the time beside it.
const AROUND_US: i64 = 15 * 3_600_000_000;

handle!(recount -> Recount);

/// Some messages in a row, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first of them; the next stretch ends before it.
    pub first: i64,
    /// Those that are noted to count for something else than their readers did.
    pub astray: Vec<MessageId>,
}

impl Recount<'_> {
    /// The last `limit` messages before this id. None: there are no more.
    pub async fn stretch(
        &mut self,
        before: i64,
        limit: i64,
    ) -> Result<Option<Stretch>, StoreError> {
        let first: Option<i64> = value!(self.0, "look for messages to count again",
            "SELECT min(id) FROM (SELECT id FROM message WHERE id < $1 ORDER BY id DESC LIMIT $2)
             AS s";
            before, limit
        )?;
        let Some(first) = first else { return Ok(None) };
        let astray = values!(self.0, "compare messages with what readers did",
            "SELECT m.id FROM message m LEFT JOIN (SELECT e.message_id, ", rollup::acts!(),
            " AS acts FROM engagement e WHERE e.message_id >= $1 AND e.message_id < $2
             GROUP BY e.message_id) AS x ON x.message_id = m.id
             WHERE m.id >= $1 AND m.id < $2 AND m.engaged <> coalesce(x.acts, 0) ORDER BY m.id";
            first, before
        )?;
        Ok(Some(Stretch { first, astray }))
    }

    /// The last day before this one that has sums.
    pub async fn day_before(&mut self, day: i64) -> Result<Option<i64>, StoreError> {
        value!(self.0, "look for totals to count again",
            "SELECT max(day) FROM rollup WHERE day < $1";
            day
        )
    }

    /// Nobody else moves sums until the end of the transaction; those who have moved some are
    /// waited for, and then seen.
    async fn hold_sums(&mut self) -> Result<(), StoreError> {
        rollup::settle(self.0).await?;
        if let crate::store::Backend::Postgres(c) = &mut *self.0 {
            sqlx::query("LOCK TABLE rollup IN SHARE ROW EXCLUSIVE MODE")
                .execute(&mut **c)
                .await
                .doing("lock the sums")?;
        }
        Ok(())
    }

    /// Counts the sums of one day again, and returns how many were wrong. Sums some of whose
    /// messages are gone stay as they are.
    pub async fn day(&mut self, day: i64) -> Result<u64, StoreError> {
        self.hold_sums().await?;
        let id = |at: i64| first_id_at(Timestamp::from_micros(at));
        let (begin, end) = (day * DAY_US, (day + 1) * DAY_US);
        affected!(self.0, "count a day's totals again",
            "UPDATE rollup AS r SET suppressed = c.suppressed, accepted = c.accepted,
             delivered = c.delivered, undelivered = c.undelivered, unconfirmed = c.unconfirmed,
             unknown = c.unknown, opened = c.opened, opened_machine = c.opened_machine,
             clicked = c.clicked, clicked_machine = c.clicked_machine, replied = c.replied,
             measurable = c.measurable, reporting = c.reporting, reached = c.reached,
             clicks_measurable = c.clicks_measurable, read_measurable = c.read_measurable,
             read = c.read, confirmed = c.confirmed, priced = c.priced, cost = c.cost FROM (", rollup::counted!(
                // A plan of today has its day; its messages may be written much later.
                rollup::ones!(
                    "FROM plan p JOIN message m ON m.plan_id = p.id
                     WHERE p.id >= $2 AND p.id < $3 AND p.day = $1"
                ),
                " UNION ALL ",
                rollup::ones!(
                    "FROM message m JOIN plan p ON p.id = m.plan_id
                     WHERE m.id >= $2 AND m.id < $3 AND p.day IS NULL
                     AND m.created_at / 86400000000 = $1"
                )
            ), ") AS c WHERE r.day = c.day AND r.template = c.template AND r.version = c.version
             AND r.channel = c.channel AND r.planned = c.planned AND ", rollup::differs!();
            day, id(begin - AROUND_US), id(end + AROUND_US)
        )
    }

    /// Sums of an older program whose messages are gone cannot be counted again: what they say of
    /// reading had no whole to be a part of, and is put aside. What became of the messages stays.
    pub async fn put_aside(&mut self) -> Result<u64, StoreError> {
        self.hold_sums().await?;
        let oldest: Option<Timestamp> = optional_value!(
            self.0,
            "look for the oldest message",
            "SELECT created_at FROM message ORDER BY id LIMIT 1"
        )?;
        let last = oldest.map_or(i64::MAX, Timestamp::utc_day);
        affected!(self.0, "mark totals that cannot be counted again",
            "UPDATE rollup SET opened = 0, opened_machine = 0, clicked = 0, clicked_machine = 0,
             replied = 0, measurable = 0, clicks_measurable = 0, read_measurable = 0, read = 0,
             confirmed = 0, reached = accepted - undelivered,
             reporting = CASE WHEN channel = 'sms' THEN accepted ELSE delivered + undelivered END
             WHERE day <= $1 AND (reached < accepted - undelivered
             OR (reached = 0 AND opened + opened_machine + clicked + clicked_machine + replied
             + measurable <> 0))";
            last
        )
    }

    /// Sums of an older program whose messages are gone left out of `reporting` what came back by a
    /// provider that does not report. Exact where all others of the sum had arrived or none reports; where both
    /// kinds are in one sum it is the least that is certain. Returns how many sums were put right.
    pub async fn count_returned(&mut self) -> Result<u64, StoreError> {
        self.hold_sums().await?;
        let sums = affected!(
            self.0,
            "count what came back among what was reported",
            "UPDATE rollup SET reporting = delivered + undelivered
             WHERE reporting < delivered + undelivered"
        )?;
        let days = affected!(
            self.0,
            "count what came back among what providers reported",
            "UPDATE provider_day SET reporting = delivered + undelivered
             WHERE reporting < delivered + undelivered"
        )?;
        Ok(sums + days)
    }
}
