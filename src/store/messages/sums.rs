//! Moving the sums for messages known only by id: timers, rescue, withdrawal. The hot path
//! knows what a message is summed under and calls `rollup::shift` itself.

use std::collections::HashMap;

use crate::domain::{MessageId, MessageState, Timestamp};
use crate::store::messages::rollup::{Acts, Shift, Standing, Summed, shift};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// One message went from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub message: MessageId,
    /// Its state before; none when it is new.
    pub from: Option<MessageState>,
    /// Its state now.
    pub to: MessageState,
}

/// The sums of a transaction.
pub struct Sums<'a>(&'a mut Conn);

impl Tx {
    /// The sums.
    pub fn sums(&mut self) -> Sums<'_> {
        Sums(&mut self.conn)
    }
}

impl Sums<'_> {
    /// Moves the sums with these messages' states; each message once.
    pub async fn moved(&mut self, moved: &[Moved]) -> Result<(), StoreError> {
        if moved.is_empty() {
            return Ok(());
        }
        let ids = crate::store::json_ids(moved.iter().map(|one| one.message.get()));
        let rows: Vec<Row> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT m.id, m.created_at, m.channel, m.tracking, m.engaged,
                 coalesce(m.reports, m.channel = 'sms') AS reports,
                 p.template, p.version, p.day, coalesce(p.clicks, TRUE) AS clicks
                 FROM message m JOIN plan p ON p.id = m.plan_id
                 WHERE m.id IN (",
                words::ids!("$1"),
                ")"
            ))
            .bind(&ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("look up what messages are summed under")?;
        let steps: HashMap<i64, &Moved> =
            moved.iter().map(|one| (one.message.get(), one)).collect();
        let mut shifts = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(step) = steps.get(&row.id) {
                shifts.push(row.shift(step)?);
            }
        }
        shift(self.0, &shifts).await
    }
}

/// What a message is summed under, and what it counts for besides its state.
#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    created_at: i64,
    channel: String,
    tracking: String,
    engaged: i64,
    reports: bool,
    template: String,
    version: i64,
    day: Option<i64>,
    clicks: bool,
}

impl Row {
    fn shift(&self, step: &Moved) -> Result<Shift<'_>, StoreError> {
        let summed = Summed {
            day: self.day,
            template: &self.template,
            version: self.version,
        };
        let to = Standing {
            state: step.to,
            tracking: stored(&self.tracking, "message", "tracking", self.id)?,
            clicks: self.clicks,
            reports: self.reports,
            acts: Acts::from_bits(self.engaged),
        };
        Ok(Shift {
            sum: summed.sum(
                Timestamp::from_micros(self.created_at),
                stored(&self.channel, "message", "channel", self.id)?,
            ),
            messages: 1,
            from: step.from.map(|state| to.in_state(state)),
            to,
        })
    }
}
