//! Timers: messages that asked to be looked at again. What the look changes is in `transitions`.

pub use super::transitions::Looked;

use crate::domain::{Channel, ClientId, MessageId, MessageState, PlanId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The timers of a transaction.
pub struct Timers<'a>(pub(super) &'a mut Conn);

impl Tx {
    /// The timers.
    pub fn timers(&mut self) -> Timers<'_> {
        Timers(&mut self.conn)
    }
}

/// A message whose time to be looked at has come.
#[derive(Debug, Clone)]
pub struct Woken {
    /// Which.
    pub id: MessageId,
    /// Its plan.
    pub plan: PlanId,
    /// Whose it is.
    pub client: ClientId,
    /// Its medium.
    pub channel: Channel,
    /// Where it stands.
    pub state: MessageState,
    /// Who had it last.
    pub provider: Option<String>,
    /// How often the provider was asked about it without finding it.
    pub asked: i64,
    /// Whether it was repeated at the risk of a double already.
    pub risky: bool,
    /// When its last attempt was opened.
    pub opened_at: Option<Timestamp>,
    /// When a provider took it.
    pub accepted_at: Option<Timestamp>,
    /// Not worth sending after.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct WokenRow {
    id: i64,
    plan_id: i64,
    client_id: i64,
    channel: String,
    state: String,
    provider: Option<String>,
    asked: i64,
    risky: bool,
    opened_at: Option<i64>,
    accepted_at: Option<i64>,
    expires_at: i64,
}

impl Timers<'_> {
    /// The messages whose time has come, earliest first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Woken>, StoreError> {
        let rows: Vec<WokenRow> = on!(&mut *self.0, |c| {
            sqlx::query_as(
                "SELECT id, plan_id, client_id, channel, state, provider, asked, risky,
                 opened_at, accepted_at, expires_at FROM message WHERE wake_at IS NOT NULL AND wake_at <= $1
                 ORDER BY wake_at LIMIT $2",
            )
            .bind(now.as_micros())
            .bind(i64::from(limit))
            .fetch_all(&mut **c)
            .await
        })
        .doing("look for timers")?;
        rows.into_iter().map(woken).collect()
    }
}

fn woken(row: WokenRow) -> Result<Woken, StoreError> {
    Ok(Woken {
        id: MessageId::new(row.id),
        plan: PlanId::new(row.plan_id),
        client: ClientId::new(row.client_id),
        channel: stored(&row.channel, "message", "channel", row.id)?,
        state: stored(&row.state, "message", "state", row.id)?,
        provider: row.provider,
        asked: row.asked,
        risky: row.risky,
        opened_at: row.opened_at.map(Timestamp::from_micros),
        accepted_at: row.accepted_at.map(Timestamp::from_micros),
        expires_at: Timestamp::from_micros(row.expires_at),
    })
}
