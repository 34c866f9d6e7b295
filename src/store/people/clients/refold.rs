//! Names are stored as they are searched, beside what they are. When the program learns to fold
//! more letters, the names of a store written before are folded again; `upkeep` says when.

use super::Clients;
use crate::domain::ClientId;
use crate::store::StoreError;
use crate::store::database::rows::json;
use crate::store::database::sql::{affected, all};
use crate::text::folded::fold;

/// What was done with some clients in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefoldedClients {
    /// The last of them; the next ones come after it.
    pub last: ClientId,
    /// How many are searched otherwise now.
    pub changed: u64,
}

impl Clients<'_> {
    /// Folds the names of up to `limit` clients after this one again. None: there are no more.
    pub async fn refold(
        &mut self,
        after: Option<ClientId>,
        limit: i64,
    ) -> Result<Option<RefoldedClients>, StoreError> {
        let rows: Vec<(i64, String, String)> = all!(self.0, "read the names of clients",
            "SELECT id, name, name_folded FROM client WHERE id > $1 ORDER BY id LIMIT $2";
            after.map_or(0, ClientId::get), limit
        )?;
        let Some(last) = rows.last().map(|(id, ..)| ClientId::new(*id)) else {
            return Ok(None);
        };
        let stale: Vec<(i64, &str, String)> = rows
            .iter()
            .map(|(id, name, folded)| (*id, name.as_str(), fold(name), folded))
            .filter(|(.., now, before)| now != *before)
            .map(|(id, name, now, _)| (id, name, now))
            .collect();
        Ok(Some(RefoldedClients {
            last,
            changed: self.write_folded(&stale).await?,
        }))
    }

    /// A client who has another name by now was folded when that was written.
    async fn write_folded(&mut self, names: &[(i64, &str, String)]) -> Result<u64, StoreError> {
        if names.is_empty() {
            return Ok(0);
        }
        affected!(self.0, "record names as they are searched",
            "UPDATE client SET name_folded = fresh.folded FROM (SELECT
             CAST(value ->> 0 AS BIGINT) AS id, value ->> 1 AS name, value ->> 2 AS folded
             FROM ", words::rows!("$1"), ") AS fresh
             WHERE client.id = fresh.id AND client.name = fresh.name";
            json(names)?
        )
    }
}
