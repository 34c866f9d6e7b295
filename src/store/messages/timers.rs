//! Timers: messages that asked to be looked at again. What the look changes is in `transitions`.

pub use super::transitions::Looked;

use crate::domain::{Channel, ClientId, MessageId, MessageState, PlanId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::{StoreError, handle};

handle!(timers -> Timers);

row! {
    /// A message whose time to be looked at has come.
    #[derive(Debug, Clone)]
    pub struct Woken {
        pub id: MessageId,
        pub plan: PlanId as plan_id,
        pub client: ClientId as client_id,
        pub channel: Channel,
        pub state: MessageState,
        /// Who had it last.
        pub provider: Option<String>,
        /// How often the provider was asked about it without finding it.
        pub inquiries: i64 as asked,
        /// Whether it was repeated at the risk of a double already.
        pub maybe_duplicate: bool as risky,
        /// When its last attempt began.
        pub began_at: Option<Timestamp> as opened_at,
        /// When a provider took it.
        pub accepted_at: Option<Timestamp>,
    }
}

impl Timers<'_> {
    /// The messages whose time has come, earliest first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Woken>, StoreError> {
        all!(self.0, "look for timers",
            "SELECT id, plan_id, client_id, channel, state, provider, asked, risky,
             opened_at, accepted_at FROM message
             WHERE wake_at IS NOT NULL AND wake_at <= $1 ORDER BY wake_at LIMIT $2";
            now, i64::from(limit)
        )
    }
}
