//! What is going on this minute: the loads of the lanes and the sums of the day.
//! Every count here is bounded, because the page asks every second or two.

use crate::domain::{Lane, Reason, Timestamp};
use crate::store::StoreError;
use crate::store::database::sql::{all, one};

use super::{Counts, Reports, StatsBy};

/// Counting stops here; the page then says "more than".
pub const MOST: i64 = 100_000;

/// Rows looked at for those put aside.
const LOOKED_AT: i64 = 20_000;

/// How full a lane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLoad {
    pub lane: Lane,
    /// Waiting, at most [`MOST`] + 1.
    pub waiting: i64,
    /// When the one that waits longest was due.
    pub oldest_due: Option<Timestamp>,
}

/// Sums over everything and over one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    pub ever: Counts,
    /// Messages planned on the day.
    pub today: Counts,
    /// Put aside, by why. Bounded.
    pub held: Vec<(Reason, i64)>,
}

impl Totals {
    /// Put aside, whatever for.
    #[must_use]
    pub fn held_in_all(&self) -> i64 {
        self.held.iter().map(|(_, count)| count).sum()
    }
}

impl Reports<'_> {
    /// The three lanes, urgent first.
    pub async fn lanes(&mut self) -> Result<Vec<LaneLoad>, StoreError> {
        let mut loads = Vec::with_capacity(Lane::ALL.len());
        for lane in Lane::ALL {
            let (waiting, oldest_due) = one!(self.0, "count what waits in a lane",
                "SELECT CAST(count(*) AS BIGINT), min(q.due_at) FROM (
                 SELECT due_at FROM message WHERE state = 'queued' AND lane = $1
                 ORDER BY due_at LIMIT $2) q";
                lane, MOST + 1
            )?;
            loads.push(LaneLoad {
                lane: *lane,
                waiting,
                oldest_due,
            });
        }
        Ok(loads)
    }

    /// The sums of `day` (counted from 1970) and of all days.
    pub async fn totals(&mut self, day: i64) -> Result<Totals, StoreError> {
        let ever = self.stats(0, i64::MAX, StatsBy::default()).await?;
        let held = all!(self.0, "count held messages",
            "SELECT w.reason, CAST(count(*) AS BIGINT) FROM (
             SELECT state, reason FROM message
             WHERE wake_at IS NOT NULL ORDER BY wake_at LIMIT $1) w
             WHERE w.state = 'held' AND w.reason IS NOT NULL
             GROUP BY w.reason ORDER BY w.reason";
            LOOKED_AT
        )?;
        Ok(Totals {
            ever: ever.first().map(|row| row.counts).unwrap_or_default(),
            today: self.totals_between(day, day).await?,
            held,
        })
    }
}
