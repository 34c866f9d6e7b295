//! Bars that outlive their address: what a STOP, a bounce or an operator barred stays barred when
//! the client is erased, as a keyed hash, and bars the address again when it comes back.

use super::{ClientWithId, Clients};
use crate::domain::client::SuppressionReason;
use crate::domain::erasure::Pepper;
use crate::domain::{Address, ClientId, Timestamp};
use crate::store::access::keyring::Keyring;
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, value};
use crate::store::people::erasure::PEPPER;
use crate::store::{Conn, StoreError};

/// Turns the suppressions of a client who is being erased into hashes. Those of an address that
/// another client has, too, are that client's and stay.
pub(in crate::store) async fn keep_as_hashes(
    conn: &mut Conn,
    client: ClientId,
    pepper: &Pepper,
) -> Result<(), StoreError> {
    let barred = barred_alone(conn, client).await?;
    if barred.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = barred
        .iter()
        .map(|it| {
            let key = pepper.of_address(&it.address);
            let address = it.address.as_str();
            (
                it.address.channel(),
                key,
                it.reason,
                it.created_at.as_micros(),
                address,
            )
        })
        .collect();
    let rows = json(&rows)?;
    execute!(*conn, "keep suppressed addresses as hashes",
        "INSERT INTO suppression_key (channel, address_key, reason, created_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT) FROM ",
        words::rows!("$1"), " WHERE TRUE ON CONFLICT (channel, address_key) DO NOTHING";
        &rows
    )?;
    execute!(*conn, "delete suppressed addresses of an erased client",
        "DELETE FROM suppression WHERE (channel, address) IN
         (SELECT value ->> 0, value ->> 4 FROM ", words::rows!("$1"), ")";
        &rows
    )
}

row! {
    struct Barred {
        address: Address as row,
        reason: SuppressionReason,
        created_at: Timestamp,
    }
}

/// Barred addresses that the client has or had, and nobody else has.
async fn barred_alone(conn: &mut Conn, client: ClientId) -> Result<Vec<Barred>, StoreError> {
    all!(*conn, "look for suppressed addresses of a client",
        "SELECT s.channel, s.address, s.reason, s.created_at FROM
         (SELECT channel, address FROM contact_point WHERE client_id = $1
         UNION SELECT channel, address FROM message WHERE client_id = $1) AS theirs
         JOIN suppression s ON s.channel = theirs.channel AND s.address = theirs.address
         WHERE NOT EXISTS (SELECT 1 FROM contact_point o WHERE o.channel = s.channel
         AND o.address = s.address AND o.client_id <> $1)";
        client
    )
}

impl Clients<'_> {
    /// Bars the addresses of these clients again that were barred when somebody was erased.
    pub(super) async fn restore_bars(
        &mut self,
        clients: &[ClientWithId<'_>],
    ) -> Result<(), StoreError> {
        let any = value!(
            self.0,
            "look for suppressed addresses kept as hashes",
            "SELECT EXISTS (SELECT 1 FROM suppression_key)"
        )?;
        let secret = match any {
            true => Keyring::of(self.0).lookup(PEPPER).await?,
            false => None,
        };
        let Some(secret) = secret else {
            return Ok(());
        };
        let pepper = Pepper::new(secret.as_bytes());
        let rows: Vec<_> = clients
            .iter()
            .flat_map(|(_, client)| &client.contacts)
            .map(|contact| {
                let address = &contact.address;
                let key = pepper.of_address(address);
                (address.channel(), key, address.as_str())
            })
            .collect();
        self.bar_again(&json(&rows)?).await
    }

    async fn bar_again(&mut self, rows: &str) -> Result<(), StoreError> {
        execute!(self.0, "suppress addresses that are known again",
            "INSERT INTO suppression (channel, address, reason, created_at)
             SELECT DISTINCT k.channel, r.value ->> 2, k.reason, k.created_at FROM ",
            words::rows!("$1"), " AS r JOIN suppression_key k ON k.channel = r.value ->> 0
             AND k.address_key = r.value ->> 1 WHERE TRUE
             ON CONFLICT (channel, address) DO NOTHING";
            rows
        )?;
        execute!(self.0, "delete hashes of addresses that are known again",
            "DELETE FROM suppression_key WHERE (channel, address_key) IN
             (SELECT value ->> 0, value ->> 1 FROM ", words::rows!("$1"), ")";
            rows
        )
    }
}
