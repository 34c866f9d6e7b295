//! Addresses that must not be used, and why. They belong to the address, not to the client: a
//! STOP survives the client's deletion, and holds for everyone who shares the telephone.

use crate::domain::client::SuppressionReason;
use crate::domain::{Address, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{all, execute};
use crate::store::{StoreError, handle};

row! {
    /// One address that must not be used.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Suppression {
        pub address: Address as row,
        /// The client's contact point that has the address.
        pub contact: i64 as contact_id,
        pub reason: SuppressionReason,
        /// The message that brought it about, if one did.
        pub message: Option<MessageId> as message_id,
        pub created_at: Timestamp,
    }
}

handle!(suppressions -> Suppressions);

impl Suppressions<'_> {
    /// Bars an address. What a person decided replaces a bounce, never the other way round:
    /// a repaired mailbox must not undo a STOP.
    pub async fn suppress(
        &mut self,
        address: &Address,
        reason: SuppressionReason,
        message: Option<MessageId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "suppress an address",
            "INSERT INTO suppression (channel, address, reason, message_id, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel, address) DO UPDATE
             SET reason = excluded.reason, message_id = excluded.message_id,
             created_at = excluded.created_at WHERE suppression.reason = 'hard_bounce'";
            address.channel(), address.as_str(), reason, message, now
        )
    }

    /// Lifts the bar of an address, for everyone who has it. What a client decided stays: they
    /// alone take it back.
    pub async fn lift(&mut self, address: &Address) -> Result<(), StoreError> {
        execute!(self.0, "lift the bar of an address",
            "DELETE FROM suppression WHERE channel = $1 AND address = $2
             AND reason IN ('hard_bounce', 'complaint', 'manual')";
            address.channel(), address.as_str()
        )
    }

    /// Those that concern a client's addresses.
    pub async fn of_client(&mut self, client: &str) -> Result<Vec<Suppression>, StoreError> {
        all!(self.0, "read a client's suppressions",
            "SELECT suppression.channel, suppression.address, suppression.reason,
             suppression.message_id, suppression.created_at,
             contact_point.id AS contact_id FROM client
             JOIN contact_point ON contact_point.client_id = client.id
             JOIN suppression ON suppression.channel = contact_point.channel
             AND suppression.address = contact_point.address WHERE client.ref = $1
             ORDER BY suppression.created_at";
            client
        )
    }
}
