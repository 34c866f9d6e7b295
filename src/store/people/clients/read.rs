//! Reading clients back, whole: a page of rows first, then what hangs on them in one statement
//! per table.

use std::collections::HashMap;

use super::Clients;
use super::found::ClientSearch;
use crate::domain::client::{Client, ContactPoint, Place};
use crate::domain::limits::SEARCH_WORDS;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{ClientId, Timestamp};
use crate::store::database::rows::{self, parsed, row};
use crate::store::database::sql::{all, optional_value};
use crate::store::{StoreError, json_ids};
use crate::text::folded::fold;

row! {
    /// A client in the store.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ClientRecord {
        pub id: ClientId,
        /// As the organisation describes it and as the client chose.
        pub client: Client as row,
        /// The rows of its contacts, in their order.
        pub contact_ids: Vec<i64> as default,
        /// When the client proved each of them by a code, in the same order.
        pub proven_at: Vec<Option<Timestamp>> as default,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

macro_rules! columns {
    () => {
        "SELECT id, ref AS reference, name, locale, time_zone, preferred, partner, quiet_from,
         quiet_to, tracking_consent, created_at, updated_at"
    };
}
impl Clients<'_> {
    /// The row of this reference.
    pub async fn lookup_id(&mut self, reference: &str) -> Result<Option<ClientId>, StoreError> {
        optional_value!(self.0, "look up a client",
            "SELECT id FROM client WHERE ref = $1";
            reference
        )
    }

    /// The client of this reference.
    pub async fn lookup(&mut self, reference: &str) -> Result<Option<ClientRecord>, StoreError> {
        let Some(id) = self.lookup_id(reference).await? else {
            return Ok(None);
        };
        self.record(id).await.map(Some)
    }

    /// The client of this reference, which must be there.
    pub async fn get(&mut self, reference: &str) -> Result<ClientRecord, StoreError> {
        self.lookup(reference)
            .await?
            .ok_or_else(|| StoreError::missing("client", reference))
    }

    /// The client of this row, which must be there.
    pub async fn record(&mut self, id: ClientId) -> Result<ClientRecord, StoreError> {
        let row = all!(self.0, "read a client",
            columns!(), " FROM client WHERE id = $1";
            id
        )?;
        let found = self.complete(row).await?.into_iter().next();
        found.ok_or_else(|| StoreError::missing("client", id))
    }

    /// At most `limit` clients by row, those after `after` only; no deputies, who stand with their
    /// clients. `search` finds a reference or an address as it stands, the code of a place or its beginning,
    /// or the beginnings of words of the name, in any order, whatever their case and accents.
    pub async fn list(
        &mut self,
        after: Option<ClientId>,
        limit: i64,
        search: Option<&str>,
    ) -> Result<Vec<ClientRecord>, StoreError> {
        let after = after.map_or(0, ClientId::get);
        let Some(search) = search else {
            let rows = all!(self.0, "list the clients",
                columns!(), " FROM client WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM deputy
                 WHERE deputy.id = client.id) ORDER BY id LIMIT $2";
                after, limit
            )?;
            return self.complete(rows).await;
        };
        let search = ClientSearch {
            text: search,
            address: Some(search),
            deputies: false,
        };
        let found = self.found(search, after, limit).await?;
        let rows = all!(self.0, "read the clients that were found",
            columns!(), " FROM client WHERE id IN (", words::ids!("$1"), ") ORDER BY id";
            json_ids(found)
        )?;
        self.complete(rows).await
    }

    async fn complete(
        &mut self,
        mut records: Vec<ClientRecord>,
    ) -> Result<Vec<ClientRecord>, StoreError> {
        let ids = json_ids(records.iter().map(|record| record.id));
        let at: HashMap<ClientId, usize> = records
            .iter()
            .enumerate()
            .map(|(at, record)| (record.id, at))
            .collect();
        for contact in self.contacts(&ids).await? {
            let record = &mut records[at[&contact.client_id]];
            record.client.contacts.push(contact.contact);
            record.contact_ids.push(contact.id);
            record.proven_at.push(contact.verified_at);
        }
        let mut tags = self.tags(&ids).await?;
        for place in self.places(&ids).await? {
            let record = &mut records[at[&place.client_id]];
            record.client.places.push(Place {
                tags: tags.remove(&place.id).unwrap_or_default(),
                place: place.code,
                kind: place.kind,
                municipality: place.municipality,
                postal_code: place.postal_code,
                position: place.lat.zip(place.lon),
            });
        }
        for (client, topic, wanted) in self.topics(&ids).await? {
            records[at[&client]].client.topics.insert(topic, wanted);
        }
        Ok(records)
    }

    async fn contacts(&mut self, ids: &str) -> Result<Vec<ContactOf>, StoreError> {
        all!(self.0, "read the contacts of clients",
            "SELECT id, client_id, channel, address, verified, verified_at FROM contact_point
             WHERE client_id IN (",
            words::ids!("$1"), ") ORDER BY client_id, position";
            ids
        )
    }

    async fn places(&mut self, ids: &str) -> Result<Vec<PlaceRow>, StoreError> {
        all!(self.0, "read the places of clients",
            "SELECT client_id, id, code, kind, municipality, postal_code, lat, lon
             FROM place WHERE client_id IN (",
            words::ids!("$1"), ") ORDER BY id";
            ids
        )
    }

    async fn tags(&mut self, ids: &str) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let rows: Vec<(i64, String)> = all!(self.0, "read the tags of places",
            "SELECT place_tag.place_id, place_tag.tag FROM place
             JOIN place_tag ON place_tag.place_id = place.id
             WHERE place.client_id IN (",
            words::ids!("$1"), ") ORDER BY place_tag.place_id, place_tag.tag";
            ids
        )?;
        let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
        for (place, tag) in rows {
            tags.entry(place).or_default().push(tag);
        }
        Ok(tags)
    }

    async fn topics(&mut self, ids: &str) -> Result<Vec<(ClientId, String, bool)>, StoreError> {
        all!(self.0, "read the topics that clients chose",
            "SELECT client_id, topic, wanted FROM topic_choice
             WHERE client_id IN (",
            words::ids!("$1"), ")";
            ids
        )
    }
}

/// For each word of `search` a LIKE pattern that finds it anywhere, as a JSON array, with `!` before
/// what LIKE would read as its own. Words behind the first [`SEARCH_WORDS`] are passed over.
pub(in crate::store) fn name_parts(search: &str) -> Result<String, StoreError> {
    let folded = fold(search);
    let pattern = |word: &str| {
        let literal = word
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        format!("%{literal}%")
    };
    let words = folded.split_whitespace().take(SEARCH_WORDS);
    let patterns: Vec<String> = words.map(pattern).collect();
    rows::json(&patterns)
}

row! {
    for Client {
        client as reference,
        name,
        locale,
        time_zone = parsed,
        preferred,
        contacts as default,
        places as default,
        partner,
        topics as default,
        quiet_hours = QuietHours::of_minutes as (quiet_from, quiet_to),
        tracking_consent,
    }
}

row! {
    for ContactPoint {
        address as row,
        verified,
    }
}

row! {
    struct ContactOf {
        id: i64,
        client_id: ClientId,
        contact: ContactPoint as row,
        verified_at: Option<Timestamp>,
    }
}

row! {
    struct PlaceRow {
        client_id: ClientId,
        id: i64,
        code: String,
        kind: String,
        municipality: Option<String>,
        postal_code: Option<String>,
        lat: Option<f64>,
        lon: Option<f64>,
    }
}
