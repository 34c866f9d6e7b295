//! Addresses that must not be used, and why. They belong to the address, not to the client: a
//! STOP survives the client's deletion, and holds for everyone who shares the telephone.

use crate::domain::client::SuppressionReason;
use crate::domain::{Address, Channel, MessageId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// One address that must not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Which.
    pub address: Address,
    /// Why.
    pub reason: SuppressionReason,
    /// The message that brought it about, if one did.
    pub message: Option<MessageId>,
    /// Since when.
    pub created_at: Timestamp,
}

impl Tx {
    /// Suppressions.
    pub fn suppressions(&mut self) -> Suppressions<'_> {
        Suppressions(&mut self.conn)
    }
}

/// Suppressions in this unit of work.
pub struct Suppressions<'a>(&'a mut Conn);

impl Suppressions<'_> {
    /// Bars an address. What a person decided replaces a bounce, never the other way round:
    /// a mended mailbox must not undo a STOP.
    pub async fn suppress(
        &mut self,
        address: &Address,
        reason: SuppressionReason,
        message: Option<MessageId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on!(self.0, |c| {
            sqlx::query(
                "INSERT INTO suppression (channel, address, reason, message_id, created_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel, address) DO UPDATE \
                 SET reason = excluded.reason, message_id = excluded.message_id, \
                 created_at = excluded.created_at WHERE suppression.reason = 'hard_bounce'",
            )
            .bind(address.channel().as_str())
            .bind(address.as_str())
            .bind(reason.as_str())
            .bind(message.map(MessageId::get))
            .bind(now.as_micros())
            .execute(&mut **c)
            .await
            .map(|_| ())
        })
        .doing("bar an address")
    }

    /// Allows an address again; whether it was barred.
    pub async fn lift(&mut self, address: &Address) -> Result<bool, StoreError> {
        on!(self.0, |c| {
            sqlx::query("DELETE FROM suppression WHERE channel = $1 AND address = $2")
                .bind(address.channel().as_str())
                .bind(address.as_str())
                .execute(&mut **c)
                .await
                .map(|done| done.rows_affected() > 0)
        })
        .doing("allow an address")
    }

    /// Those that concern a client's addresses.
    pub async fn of_client(&mut self, client: &str) -> Result<Vec<Suppression>, StoreError> {
        let rows: Vec<(String, String, String, Option<i64>, i64)> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT suppression.channel, suppression.address, suppression.reason, \
                 suppression.message_id, suppression.created_at FROM client \
                 JOIN contact_point ON contact_point.client_id = client.id \
                 JOIN suppression ON suppression.channel = contact_point.channel \
                 AND suppression.address = contact_point.address WHERE client.ref = $1 \
                 ORDER BY suppression.created_at",
            )
            .bind(client)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read a client's suppressions")?;
        rows.into_iter().map(read).collect()
    }
}

fn read(
    (channel, address, reason, message, at): (String, String, String, Option<i64>, i64),
) -> Result<Suppression, StoreError> {
    let channel: Channel = stored(&channel, "suppression", "channel", &address)?;
    Ok(Suppression {
        reason: stored(&reason, "suppression", "reason", &address)?,
        address: Address::from_stored(channel, address),
        message: message.map(MessageId::new),
        created_at: Timestamp::from_micros(at),
    })
}
