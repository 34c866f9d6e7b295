//! Moving the sums for messages known only by id: timers, rescue, withdrawal. The hot path
//! knows what a message is summed under and calls `rollup::shift` itself.

use std::collections::HashMap;

use super::rollup::{Shift, Sum, shift};
use super::{Conn, Doing as _, StoreError, Tx, on, stored};
use crate::domain::{MessageId, MessageState, Timestamp};

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
        let ids = super::json_ids(moved.iter().map(|one| one.message.get()));
        let rows: Vec<(i64, i64, String, String, String, i64)> = on!(&mut *self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT m.id, m.created_at, m.channel, m.tracking, p.template, p.version
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
        for (id, created_at, channel, tracking, template, version) in &rows {
            let channel = stored(channel, "message", "channel", id)?;
            let tracking = stored(tracking, "message", "tracking", id)?;
            let created_at = Timestamp::from_micros(*created_at);
            let Some(step) = steps.get(id) else { continue };
            shifts.push(Shift {
                sum: Sum::of(created_at, template, *version, channel),
                tracking,
                messages: 1,
                from: step.from,
                to: step.to,
            });
        }
        shift(self.0, &shifts).await
    }
}
