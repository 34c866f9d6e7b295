//! Clients in a list.

use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::people::clients::name_parts;

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
    /// Clients whose reference is `search`, or whose name has all words of it in any order, whatever
    /// the accents, by id; `after` is the last id of the page before.
    pub async fn clients(
        &mut self,
        search: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ClientSummary>, StoreError> {
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
             FROM client c
             WHERE c.id > $1 AND (c.ref = $3 OR NOT EXISTS (
             SELECT 1 FROM (", words::texts!("$2"), ") AS word
             WHERE c.name_folded NOT LIKE word.value ESCAPE '!'))
             ORDER BY c.id LIMIT $4";
            after, name_parts(search)?, search, limit
        )
    }
}
