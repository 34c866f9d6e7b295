//! Clients in a list.

use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, values};
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
    /// Clients whose reference is `search`, whose name has all words of it in any order, whatever the
    /// accents, who have a place whose code is or begins with it, or who have this `address`; by id.
    /// `after` is the last id of the page before. A deputy is found by number and address alone.
    pub async fn clients(
        &mut self,
        search: &str,
        address: Option<&str>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ClientSummary>, StoreError> {
        let codes = CodeSpan::beginning_with(search);
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
             WHERE c.id > $1 AND ($5 IS NOT NULL OR NOT EXISTS (SELECT 1 FROM deputy d WHERE d.id = c.id))
             AND (c.ref = $3 OR c.id IN (
             SELECT o.client_id FROM contact_point o WHERE o.address = $5
             UNION SELECT h.client_id FROM place h WHERE h.code IN ($3, $6)
             UNION SELECT h.client_id FROM place h WHERE h.code >= $7 AND h.code <= $8
             AND h.code LIKE $9 ESCAPE '!') OR NOT EXISTS (
             SELECT 1 FROM (", words::texts!("$2"), ") AS word
             WHERE c.name_folded NOT LIKE word.value ESCAPE '!'))
             ORDER BY c.id LIMIT $4";
            after, name_parts(search)?, search, limit, address, search.to_uppercase(), codes.from,
            codes.to, codes.pattern
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

/// Shorter beginnings of a code would find half the clients.
const SHORTEST_BEGINNING: usize = 4;

/// Where codes of places stand in their index that begin alike. `LIKE` alone would read all places on
/// PostgreSQL, whose index goes by the language of the database.
struct CodeSpan {
    from: String,
    to: String,
    pattern: String,
}

impl CodeSpan {
    /// Codes are of capitals and digits; whoever searches may type them small.
    fn beginning_with(search: &str) -> Self {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let from = match search.len() >= SHORTEST_BEGINNING && search.chars().all(is_part) {
            true => search.to_ascii_uppercase(),
            false => String::new(),
        };
        let to = match from.as_str() {
            "" => String::new(),
            // Nothing of ASCII comes after a z in either order.
            from => format!("{from}{}", "z".repeat(40)),
        };
        let pattern = format!("{from}%");
        Self { from, to, pattern }
    }
}
