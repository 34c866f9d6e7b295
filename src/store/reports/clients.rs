//! Clients in a list.

use crate::store::database::rows::row;
use crate::store::database::sql::{all, values};
use crate::store::people::clients::Clients;
use crate::store::people::clients::found::ClientSearch;
use crate::store::{StoreError, json_ids};

use super::Reports;

row! {
    /// One line of the list of clients.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ClientSummary {
        pub id: i64,
        pub client: String,
        pub name: String,
        pub locale: String,
        pub partner: Option<String>,
        /// Channels with an address, each once; nobody can tell them anything when empty.
        pub sms: bool,
        pub email: bool,
        /// The first place: its code, and the town when that is known.
        pub place: Option<String>,
        pub municipality: Option<String>,
    }
}

impl Reports<'_> {
    /// Clients whose reference is `search`, of whose name words begin with all words of it in any order,
    /// whatever the accents, who have a place whose code is or begins with it, or who have this `address`; by id.
    /// `after` is the last id of the page before. A deputy is found by number and address alone.
    pub async fn clients(
        &mut self,
        search: &str,
        address: Option<&str>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ClientSummary>, StoreError> {
        let search = ClientSearch {
            text: search,
            address,
            deputies: address.is_some(),
        };
        let found = Clients(self.0).found(search, after, limit).await?;
        all!(self.0, "list the clients",
            "SELECT c.id, c.ref AS client, c.name, c.locale, c.partner,
             EXISTS (SELECT 1 FROM contact_point p
             WHERE p.client_id = c.id AND p.channel = 'sms') AS sms,
             EXISTS (SELECT 1 FROM contact_point p
             WHERE p.client_id = c.id AND p.channel = 'email') AS email,
             (SELECT q.code FROM place q WHERE q.client_id = c.id
             ORDER BY q.id LIMIT 1) AS place,
             (SELECT q.municipality FROM place q WHERE q.client_id = c.id
             ORDER BY q.id LIMIT 1) AS municipality
             FROM client c WHERE c.id IN (", words::ids!("$1"), ") ORDER BY c.id";
            json_ids(found)
        )
    }

    /// References of the first two clients who have a place of this code, or this address.
    pub async fn clients_exactly(
        &mut self,
        code: &str,
        address: Option<&str>,
    ) -> Result<Vec<String>, StoreError> {
        values!(self.0, "look up clients by place or address",
            "SELECT c.ref FROM client c WHERE c.id IN (
             SELECT o.client_id FROM contact_point o WHERE o.address = $1
             UNION SELECT h.client_id FROM place h WHERE h.code IN ($2, $3))
             ORDER BY c.id LIMIT 2";
            address, code, code.to_uppercase()
        )
    }
}
