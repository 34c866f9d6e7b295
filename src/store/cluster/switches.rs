//! Switches that operators set, and how each provider does: small rows that every node reads.

use crate::domain::Timestamp;
use crate::store::database::sql::execute;
use crate::store::{StoreError, handle};

/// The switch that stops all sending.
pub const DISPATCH: &str = "dispatch";

handle!(switches -> Switches);

impl Switches<'_> {
    /// Throws the switch, or puts it back.
    pub async fn set(
        &mut self,
        name: &str,
        thrown: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "set an operator's switch",
            "INSERT INTO switch (name, thrown, actor, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET thrown = excluded.thrown,
             actor = excluded.actor, at = excluded.at";
            name, thrown, actor, now
        )
    }

    /// Notes how a provider does, for the console of every node. `weight`: its points, where several
    /// share the channel.
    pub async fn note_provider(
        &mut self,
        name: &str,
        paused_until: Option<Timestamp>,
        reason: Option<&str>,
        weight: Option<u32>,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record a provider's state",
            "INSERT INTO provider_state (name, paused_until, reason, weight, tat)
             VALUES ($1, $2, $3, $4, 0) ON CONFLICT (name) DO UPDATE SET
             paused_until = excluded.paused_until, reason = excluded.reason,
             weight = excluded.weight";
            name, paused_until, reason, weight.map(i64::from)
        )
    }
}
