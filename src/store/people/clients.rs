//! Clients with their contact points, places and choices.
//!
//! Writing is always in bulk ([`Clients::put_many`]): one statement per table for a whole
//! batch, so that an import of a million takes minutes. Reading back is in `clients/read.rs`.
//! Addresses that must not be used are kept apart, in `suppressions`. Erasing one is in `erasure`.

use std::collections::{HashMap, HashSet};

use crate::domain::client::Client;
use crate::domain::{Channel, ClientId, Ids, Timestamp};
use crate::store::database::rows::json;
use crate::store::database::sql::{all, execute};
use crate::store::{StoreError, handle, json_ids};
use crate::text::folded::fold;

pub(in crate::store) mod bars;
pub(in crate::store) mod found;
mod read;
mod refold;

pub use read::ClientRecord;
pub(in crate::store) use read::name_parts;
pub use refold::RefoldedClients;

/// What writing a client did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Created(ClientId),
    /// It was there, and is as described now.
    Updated(ClientId),
}

impl Put {
    #[must_use]
    pub const fn id(self) -> ClientId {
        match self {
            Self::Created(id) | Self::Updated(id) => id,
        }
    }
}

handle!(clients -> Clients);

/// A client under the id it has in the store.
type ClientWithId<'a> = (ClientId, &'a Client);

impl Clients<'_> {
    /// Creates a client or makes it as described; see [`Clients::put_many`].
    pub async fn put(
        &mut self,
        client: &Client,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Put, StoreError> {
        let done = self.put_many(&[client], now, ids).await?;
        done.into_iter()
            .next()
            .ok_or_else(|| StoreError::missing("client", &client.client))
    }

    /// Creates or updates a batch; one answer for each, in order. Of two with one reference
    /// the later counts.
    ///
    /// Contacts and places become exactly those described, beside what the client proved by a code. What the client chose (topics,
    /// preferred channel, quiet hours, consent) changes only where the description says so:
    /// a nightly import must not undo what a client said on the status page.
    pub async fn put_many(
        &mut self,
        clients: &[&Client],
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<Vec<Put>, StoreError> {
        let mut last: HashMap<&str, &Client> = HashMap::with_capacity(clients.len());
        for client in clients {
            last.insert(&client.client, client);
        }
        let described: Vec<(i64, &Client)> =
            last.values().map(|client| (ids.next(), *client)).collect();
        let rows = self.upsert(&described, now).await?;
        let fresh: HashSet<i64> = described.iter().map(|(id, _)| *id).collect();
        let known: Vec<ClientWithId<'_>> = described
            .iter()
            .filter_map(|(_, client)| Some((*rows.get(&client.client)?, *client)))
            .collect();
        let before: Vec<i64> = known
            .iter()
            .map(|(id, _)| id.get())
            .filter(|id| !fresh.contains(id))
            .collect();
        self.clear(&before).await?;
        self.add_contacts(&known, ids).await?;
        self.restore_bars(&known).await?;
        self.add_places(&known, ids).await?;
        self.set_topics(&known).await?;
        let answer = |client: &&Client| {
            let id = *rows.get(&client.client)?;
            Some(if fresh.contains(&id.get()) {
                Put::Created(id)
            } else {
                Put::Updated(id)
            })
        };
        Ok(clients.iter().filter_map(answer).collect())
    }

    async fn upsert(
        &mut self,
        clients: &[(i64, &Client)],
        now: Timestamp,
    ) -> Result<HashMap<String, ClientId>, StoreError> {
        let rows: Vec<_> = clients
            .iter()
            .map(|(id, client)| {
                (
                    id,
                    &client.client,
                    &client.name,
                    fold(&client.name),
                    &client.locale,
                    client.time_zone.name(),
                    client.preferred,
                    &client.partner,
                    client.quiet_hours.map(|quiet| quiet.from_minute),
                    client.quiet_hours.map(|quiet| quiet.to_minute),
                    client.tracking_consent,
                )
            })
            .collect();
        let kept: Vec<(String, ClientId)> = all!(self.0, "write clients",
            "INSERT INTO client (id, ref, name, name_folded, locale, time_zone, preferred,
             partner, quiet_from, quiet_to, tracking_consent, created_at, updated_at)
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3,
             value ->> 4, value ->> 5, value ->> 6, value ->> 7,
             CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), value ->> 10, $2, $2
             FROM ", words::rows!("$1"),
            " WHERE TRUE ON CONFLICT (ref) DO UPDATE SET name = excluded.name,
             name_folded = excluded.name_folded, locale = excluded.locale,
             time_zone = excluded.time_zone,
             preferred = coalesce(excluded.preferred, client.preferred),
             partner = excluded.partner,
             quiet_from = coalesce(excluded.quiet_from, client.quiet_from),
             quiet_to = coalesce(excluded.quiet_to, client.quiet_to),
             tracking_consent = CASE WHEN excluded.tracking_consent = 'unknown'
             THEN client.tracking_consent ELSE excluded.tracking_consent END,
             updated_at = excluded.updated_at RETURNING ref, id";
            json(&rows)?, now
        )?;
        Ok(kept.into_iter().collect())
    }

    /// Takes the contacts and places of these clients away; their tags go with the places. A contact that
    /// the client proved by a code stays.
    async fn clear(&mut self, clients: &[i64]) -> Result<(), StoreError> {
        if clients.is_empty() {
            return Ok(());
        }
        let ids = json_ids(clients);
        execute!(self.0, "delete the earlier contacts of clients",
            "DELETE FROM contact_point WHERE verified_at IS NULL AND client_id IN (",
            words::ids!("$1"), ")";
            &ids
        )?;
        execute!(self.0, "delete the earlier places of clients",
            "DELETE FROM place WHERE client_id IN (", words::ids!("$1"), ")";
            &ids
        )
    }

    async fn add_contacts(
        &mut self,
        clients: &[ClientWithId<'_>],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = clients
            .iter()
            .flat_map(|(id, client)| {
                client
                    .contacts
                    .iter()
                    .enumerate()
                    .map(|(position, contact)| {
                        (
                            ids.next(),
                            id.get(),
                            contact.address.channel(),
                            contact.address.as_str(),
                            position,
                            i64::from(contact.verified),
                        )
                    })
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        execute!(self.0, "write the contacts of clients",
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2,
             value ->> 3, CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT) = 1 FROM ",
            words::rows!("$1"), " WHERE TRUE ON CONFLICT (client_id, channel, address) DO NOTHING";
            json(&rows)?
        )
    }

    async fn add_places(
        &mut self,
        clients: &[ClientWithId<'_>],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let mut places = Vec::new();
        let mut tags = Vec::new();
        for (client, described) in clients {
            for place in &described.places {
                let id = ids.next();
                let (lat, lon) = place.position.unzip();
                tags.extend(place.tags.iter().map(|tag| (id, client.get(), tag)));
                places.push((
                    id,
                    client.get(),
                    &place.place,
                    &place.kind,
                    &place.municipality,
                    &place.postal_code,
                    lat,
                    lon,
                ));
            }
        }
        if places.is_empty() {
            return Ok(());
        }
        execute!(self.0, "write the places of clients",
            "INSERT INTO place (id, client_id, code, kind, municipality, postal_code, lat,
             lon) SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT),
             value ->> 2, value ->> 3, value ->> 4, value ->> 5,
             CAST(value ->> 6 AS DOUBLE PRECISION), CAST(value ->> 7 AS DOUBLE PRECISION)
             FROM ", words::rows!("$1"), " WHERE TRUE";
            json(&places)?
        )?;
        self.add_tags(&json(&tags)?).await
    }

    async fn add_tags(&mut self, tags: &str) -> Result<(), StoreError> {
        execute!(self.0, "write the tags of places",
            "INSERT INTO place_tag (place_id, client_id, tag)
             SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2
             FROM ", words::rows!("$1"), " WHERE TRUE ON CONFLICT (place_id, tag) DO NOTHING";
            tags
        )
    }

    async fn set_topics(&mut self, clients: &[ClientWithId<'_>]) -> Result<(), StoreError> {
        let rows: Vec<_> = clients
            .iter()
            .flat_map(|(id, client)| {
                let choice = |(topic, wanted): (_, &bool)| (id.get(), topic, i64::from(*wanted));
                client.topics.iter().map(choice)
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        execute!(self.0, "write the topics that clients chose",
            "INSERT INTO topic_choice (client_id, topic, wanted)
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT) = 1 FROM ",
            words::rows!("$1"),
            " WHERE TRUE ON CONFLICT (client_id, topic) DO UPDATE SET wanted = excluded.wanted";
            json(&rows)?
        )
    }

    /// Notes what the client says about one topic.
    pub async fn set_topic(
        &mut self,
        client: ClientId,
        topic: &str,
        wanted: bool,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record a client's choice of a topic",
            "INSERT INTO topic_choice (client_id, topic, wanted) VALUES ($1, $2, $3)
             ON CONFLICT (client_id, topic) DO UPDATE SET wanted = excluded.wanted";
            client, topic, wanted
        )
    }

    /// Notes the channel the client prefers now.
    pub async fn set_preferred(
        &mut self,
        client: ClientId,
        preferred: Option<Channel>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "record a client's preferred channel",
            "UPDATE client SET preferred = $2, updated_at = $3 WHERE id = $1";
            client, preferred, now
        )
    }
}
