//! Reading clients back, whole: a page of rows first, then what hangs on them in one statement
//! per table.

use std::collections::HashMap;

use super::{Clients, fold};
use crate::domain::client::{Client, ContactPoint, Place};
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Address, Channel, ClientId, Timestamp};
use crate::store::database::rows::json;
use crate::store::{Doing as _, StoreError, on, stored};

/// A client in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientRecord {
    /// Its row.
    pub id: ClientId,
    /// As the organisation describes it and as the client chose.
    pub client: Client,
    /// Known since.
    pub created_at: Timestamp,
    /// Last written.
    pub updated_at: Timestamp,
}

impl Clients<'_> {
    /// The row of this reference.
    pub async fn lookup_id(&mut self, reference: &str) -> Result<Option<ClientId>, StoreError> {
        let row: Option<(i64,)> = on!(self.0, |c| {
            sqlx::query_as("SELECT id FROM client WHERE ref = $1")
                .bind(reference)
                .fetch_optional(&mut **c)
                .await
        })
        .doing("look a client up")?;
        Ok(row.map(|(id,)| ClientId::new(id)))
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
            .ok_or_else(|| StoreError::Missing {
                what: "client",
                key: reference.to_owned(),
            })
    }

    /// The client of this row, which must be there.
    pub async fn record(&mut self, id: ClientId) -> Result<ClientRecord, StoreError> {
        let row: Vec<ClientRow> = on!(self.0, |c| {
            sqlx::query_as(
                "SELECT id, ref AS reference, name, locale, time_zone, preferred, partner, \
                 quiet_from, quiet_to, \
                 tracking_consent, created_at, updated_at FROM client WHERE id = $1",
            )
            .bind(id.get())
            .fetch_all(&mut **c)
            .await
        })
        .doing("read a client")?;
        let found = self.complete(row).await?.into_iter().next();
        found.ok_or_else(|| StoreError::Missing {
            what: "client",
            key: id.to_string(),
        })
    }

    /// At most `limit` clients by row, those after `after` only. `search` finds a reference or
    /// an address as it stands, or a part of the name whatever its case and accents.
    pub async fn list(
        &mut self,
        after: Option<ClientId>,
        limit: i64,
        search: Option<&str>,
    ) -> Result<Vec<ClientRecord>, StoreError> {
        let after = after.map_or(0, ClientId::get);
        let rows: Vec<ClientRow> = match search {
            None => on!(self.0, |c| {
                sqlx::query_as(
                    "SELECT id, ref AS reference, name, locale, time_zone, preferred, partner, \
                     quiet_from, \
                     quiet_to, tracking_consent, created_at, \
                     updated_at FROM client WHERE id > $1 ORDER BY id LIMIT $2",
                )
                .bind(after)
                .bind(limit)
                .fetch_all(&mut **c)
                .await
            }),
            Some(search) => on!(self.0, |c| {
                sqlx::query_as(
                    "SELECT id, ref AS reference, name, locale, time_zone, preferred, partner, \
                     quiet_from, \
                     quiet_to, tracking_consent, created_at, \
                     updated_at FROM client WHERE id > $1 AND (ref = $3 \
                     OR id IN (SELECT client_id FROM contact_point WHERE address = $3) \
                     OR name_folded LIKE $4 ESCAPE '!') ORDER BY id LIMIT $2",
                )
                .bind(after)
                .bind(limit)
                .bind(search)
                .bind(part_of(search))
                .fetch_all(&mut **c)
                .await
            }),
        }
        .doing("list clients")?;
        self.complete(rows).await
    }

    async fn complete(&mut self, rows: Vec<ClientRow>) -> Result<Vec<ClientRecord>, StoreError> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let ids = json(&ids)?;
        let mut records = rows
            .into_iter()
            .map(ClientRow::read)
            .collect::<Result<Vec<_>, _>>()?;
        let at: HashMap<i64, usize> = records
            .iter()
            .enumerate()
            .map(|(at, record)| (record.id.get(), at))
            .collect();
        for (client, contact) in self.contacts(&ids).await? {
            records[at[&client]].client.contacts.push(contact);
        }
        let mut tags = self.tags(&ids).await?;
        for (client, id, mut place) in self.places(&ids).await? {
            place.tags = tags.remove(&id).unwrap_or_default();
            records[at[&client]].client.places.push(place);
        }
        for (client, topic, wanted) in self.topics(&ids).await? {
            records[at[&client]].client.topics.insert(topic, wanted);
        }
        Ok(records)
    }

    async fn contacts(&mut self, ids: &str) -> Result<Vec<(i64, ContactPoint)>, StoreError> {
        let rows: Vec<(i64, String, String, bool)> = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT client_id, channel, address, verified FROM contact_point \
                 WHERE client_id IN (SELECT CAST(CAST(value AS TEXT) AS BIGINT) FROM ",
                words::rows!("$1"),
                ") ORDER BY client_id, position"
            ))
            .bind(ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read contacts")?;
        rows.into_iter()
            .map(|(client, channel, address, verified)| {
                let channel: Channel = stored(&channel, "contact_point", "channel", client)?;
                let address = Address::from_stored(channel, address);
                Ok((client, ContactPoint { address, verified }))
            })
            .collect()
    }

    async fn places(&mut self, ids: &str) -> Result<Vec<(i64, i64, Place)>, StoreError> {
        let rows: Vec<PlaceRow> = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT client_id, id, code, kind, municipality, postal_code, lat, lon \
                 FROM place WHERE client_id IN (SELECT CAST(CAST(value AS TEXT) AS BIGINT) FROM ",
                words::rows!("$1"),
                ") ORDER BY id"
            ))
            .bind(ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read places")?;
        Ok(rows.into_iter().map(PlaceRow::read).collect())
    }

    async fn tags(&mut self, ids: &str) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let rows: Vec<(i64, String)> = on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT place_tag.place_id, place_tag.tag FROM place \
                 JOIN place_tag ON place_tag.place_id = place.id \
                 WHERE place.client_id IN (SELECT CAST(CAST(value AS TEXT) AS BIGINT) FROM ",
                words::rows!("$1"),
                ") ORDER BY place_tag.place_id, place_tag.tag"
            ))
            .bind(ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read tags")?;
        let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
        for (place, tag) in rows {
            tags.entry(place).or_default().push(tag);
        }
        Ok(tags)
    }

    async fn topics(&mut self, ids: &str) -> Result<Vec<(i64, String, bool)>, StoreError> {
        on!(self.0, |c| {
            sqlx::query_as(concat!(
                "SELECT client_id, topic, wanted FROM topic_choice \
                 WHERE client_id IN (SELECT CAST(CAST(value AS TEXT) AS BIGINT) FROM ",
                words::rows!("$1"),
                ")"
            ))
            .bind(ids)
            .fetch_all(&mut **c)
            .await
        })
        .doing("read topics")
    }
}

/// A LIKE pattern that finds `search` anywhere, with `!` before what LIKE would read as its own.
fn part_of(search: &str) -> String {
    let folded = fold(search.trim());
    let literal = folded
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    format!("%{literal}%")
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    id: i64,
    reference: String,
    name: String,
    locale: String,
    time_zone: String,
    preferred: Option<String>,
    partner: Option<String>,
    quiet_from: Option<i64>,
    quiet_to: Option<i64>,
    tracking_consent: String,
    created_at: i64,
    updated_at: i64,
}

impl ClientRow {
    fn read(self) -> Result<ClientRecord, StoreError> {
        let minute = |stored: Option<i64>| stored.and_then(|minute| u16::try_from(minute).ok());
        let quiet_hours =
            minute(self.quiet_from)
                .zip(minute(self.quiet_to))
                .map(|(from_minute, to_minute)| QuietHours {
                    from_minute,
                    to_minute,
                });
        let preferred = self
            .preferred
            .map(|word| stored(&word, "client", "preferred", self.id))
            .transpose()?;
        Ok(ClientRecord {
            id: ClientId::new(self.id),
            client: Client {
                client: self.reference,
                name: self.name,
                locale: self.locale,
                time_zone: stored(&self.time_zone, "client", "time_zone", self.id)?,
                preferred,
                contacts: Vec::new(),
                places: Vec::new(),
                partner: self.partner,
                topics: std::collections::BTreeMap::new(),
                quiet_hours,
                tracking_consent: stored(
                    &self.tracking_consent,
                    "client",
                    "tracking_consent",
                    self.id,
                )?,
            },
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    client_id: i64,
    id: i64,
    code: String,
    kind: String,
    municipality: Option<String>,
    postal_code: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
}

impl PlaceRow {
    fn read(self) -> (i64, i64, Place) {
        let place = Place {
            place: self.code,
            kind: self.kind,
            municipality: self.municipality,
            postal_code: self.postal_code,
            position: self.lat.zip(self.lon),
            tags: Vec::new(),
        };
        (self.client_id, self.id, place)
    }
}
