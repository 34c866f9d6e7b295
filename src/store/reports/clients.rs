//! One client with everything that decides what they get; clients in lists.

use crate::domain::{ClientId, Timestamp};
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::{all, optional};
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

row! {
    /// Everything about one client.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ClientSheet {
        pub id: ClientId,
        pub client: String,
        pub name: String,
        pub locale: String,
        pub time_zone: String,
        pub preferred: Option<String>,
        pub partner: Option<String>,
        /// Minute of the day that is the first quiet one, where the client chose.
        pub quiet_from: Option<i64>,
        /// Minute of the day that is the first loud one.
        pub quiet_to: Option<i64>,
        pub tracking_consent: String,
        pub contacts: Vec<ContactRow> as default,
        pub places: Vec<PlaceSummary> as default,
        /// Topic and whether it is wanted.
        pub topics: Vec<(String, bool)> as default,
        pub suppressions: Vec<SuppressionRow> as default,
    }
}

row! {
    /// One way to reach the client.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContactRow {
        pub id: i64,
        pub channel: String,
        pub address: String,
        pub verified: bool,
    }
}

row! {
    /// Where the client is served.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PlaceSummary {
        pub code: String,
        pub kind: String,
        pub municipality: Option<String>,
        pub postal_code: Option<String>,
    }
}

row! {
    /// An address of the client that must not be used.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SuppressionRow {
        pub channel: String,
        pub address: String,
        pub reason: String,
        pub created_at: Timestamp,
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

    /// Everything about one client.
    pub async fn client(&mut self, client: &str) -> Result<Option<ClientSheet>, StoreError> {
        let found: Option<ClientSheet> = optional!(self.0, "look up a client",
            "SELECT id, ref AS client, name, locale, time_zone, preferred, partner, quiet_from,
             quiet_to, tracking_consent FROM client WHERE ref = $1";
            client
        )?;
        let Some(mut sheet) = found else {
            return Ok(None);
        };
        sheet.contacts = self.contacts(sheet.id).await?;
        sheet.places = self.places(sheet.id).await?;
        sheet.topics = self.topics(sheet.id).await?;
        sheet.suppressions = self.suppressions(sheet.id).await?;
        Ok(Some(sheet))
    }

    async fn contacts(&mut self, client: ClientId) -> Result<Vec<ContactRow>, StoreError> {
        all!(self.0, "list a client's addresses",
            "SELECT id, channel, address, verified FROM contact_point
             WHERE client_id = $1 ORDER BY position, id";
            client
        )
    }

    async fn places(&mut self, client: ClientId) -> Result<Vec<PlaceSummary>, StoreError> {
        all!(self.0, "list a client's places",
            "SELECT code, kind, municipality, postal_code FROM place
             WHERE client_id = $1 ORDER BY id LIMIT 100";
            client
        )
    }

    async fn topics(&mut self, client: ClientId) -> Result<Vec<(String, bool)>, StoreError> {
        all!(self.0, "list a client's topics",
            "SELECT topic, wanted FROM topic_choice WHERE client_id = $1 ORDER BY topic";
            client
        )
    }

    async fn suppressions(&mut self, client: ClientId) -> Result<Vec<SuppressionRow>, StoreError> {
        all!(self.0, "list a client's suppressed addresses",
            "SELECT s.channel, s.address, s.reason, s.created_at FROM contact_point p
             JOIN suppression s ON s.channel = p.channel AND s.address = p.address
             WHERE p.client_id = $1 ORDER BY s.created_at";
            client
        )
    }
}
