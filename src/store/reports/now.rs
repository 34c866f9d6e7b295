//! What is going on this minute: the loads of the lanes and the sums of the day.
//! Every count here is bounded, because the page asks every second or two.

use crate::domain::{Lane, Timestamp};
use crate::store::{Doing as _, StoreError, on};

use super::{Counts, Reports, StatsBy};

/// Counting stops here; the page then says "more than".
pub const MOST: i64 = 100_000;

/// Rows looked at for those put aside.
const LOOKED_AT: i64 = 20_000;

/// How full a lane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLoad {
    /// Which.
    pub lane: Lane,
    /// Waiting, at most [`MOST`] + 1.
    pub waiting: i64,
    /// When the one that waits longest was due.
    pub oldest_due: Option<Timestamp>,
}

/// Sums over everything and over one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Since the beginning.
    pub ever: Counts,
    /// Messages planned on the day.
    pub today: Counts,
    /// Put aside: quiet hours, a faulty template, a pause. Bounded.
    pub held: i64,
}

impl Reports<'_> {
    /// The three lanes, urgent first.
    pub async fn lanes(&mut self) -> Result<Vec<LaneLoad>, StoreError> {
        let mut loads = Vec::with_capacity(Lane::ALL.len());
        for lane in Lane::ALL {
            let (waiting, oldest): (i64, Option<i64>) = on!(self.0, |c| sqlx::query_as(
                "SELECT CAST(count(*) AS BIGINT), min(q.due_at) FROM ( \
                     SELECT due_at FROM message WHERE state = 'queued' AND lane = $1 \
                     ORDER BY due_at LIMIT $2) q"
            )
            .bind(lane.as_str())
            .bind(MOST + 1)
            .fetch_one(&mut **c)
            .await)
            .doing("look at the lanes")?;
            loads.push(LaneLoad {
                lane: *lane,
                waiting,
                oldest_due: oldest.map(Timestamp::from_micros),
            });
        }
        Ok(loads)
    }

    /// The sums of `day` (counted from 1970) and of all days.
    pub async fn totals(&mut self, day: i64) -> Result<Totals, StoreError> {
        let ever = self.stats(0, i64::MAX, StatsBy::default()).await?;
        let (held,): (i64,) = on!(self.0, |c| sqlx::query_as(
            "SELECT CAST(count(*) AS BIGINT) FROM ( \
                 SELECT state FROM message WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT $1) w \
             WHERE w.state = 'held'"
        )
        .bind(LOOKED_AT)
        .fetch_one(&mut **c)
        .await)
        .doing("count the held")?;
        Ok(Totals {
            ever: ever.first().map(|row| row.counts).unwrap_or_default(),
            today: self.totals_between(day, day).await?,
            held,
        })
    }
}
