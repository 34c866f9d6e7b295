//! Deputies: who acts for a client, by which mandate, until when. A deputy is told things by a row of its
//! own in `client`, with one contact, so that an address, a bar, an answer and an erasure are what they are
//! for any client; `deputy` says for whom. The contact goes when the mandate ends, and its links with it.
//!
//! What a mandate means for a message is decided in `domain::deputy`; who acts in an audience is read by
//! `planning::candidates`.

use std::collections::BTreeMap;

use crate::domain::client::{Client, ContactPoint, HOME_ZONE, TrackingConsent};
use crate::domain::deputy::{DEPUTY_PREFIX, DeputyMode};
use crate::domain::{Address, Channel, ClientId, Ids, MessageId, Reason, Timestamp};
use crate::store::database::rows::{json, json_column, row};
use crate::store::database::sql::{affected, all, execute, optional, value, values};
use crate::store::messages::transitions;
use crate::store::{StoreError, Tx};

/// Deputies within a transaction.
pub struct Deputies<'a>(&'a mut Tx);

impl Tx {
    pub fn deputies(&mut self) -> Deputies<'_> {
        Deputies(self)
    }
}

/// Somebody who is to act for a client.
pub struct NewDeputy<'a> {
    /// The client who is acted for.
    pub client: ClientId,
    pub name: &'a str,
    pub locale: &'a str,
    pub address: &'a Address,
    /// Whether the deputy proved the address by a code.
    pub proven: bool,
    pub mode: DeputyMode,
    pub topics: &'a [String],
    pub cases: &'a [String],
    pub mandate: &'a str,
    /// Who enters it, as the audit names them; `client`: the client.
    pub given_by: &'a str,
    pub until: Option<Timestamp>,
}

row! {
    /// Somebody who acts for a client, or did.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeputyRecord {
        pub id: ClientId,
        /// The deputy's own reference among the clients.
        pub reference: String,
        pub name: String,
        pub locale: String,
        /// Not set: the mandate has ended, and the address went with it.
        pub channel: Option<Channel>,
        pub address: Option<String>,
        pub verified: bool,
        pub mode: DeputyMode,
        pub topics: Vec<String> = json_column,
        pub cases: Vec<String> = json_column,
        pub mandate: String,
        pub given_by: String,
        pub began_at: Timestamp,
        pub until: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
        pub ended_by: Option<String>,
    }
}

row! {
    /// For whom a deputy acts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ActsFor {
        pub client: ClientId as client_id,
        pub name: String,
    }
}

impl Deputies<'_> {
    /// Those who act for a client, or did, the newest first.
    pub async fn of_client(&mut self, client: ClientId) -> Result<Vec<DeputyRecord>, StoreError> {
        all!(self.0.conn, "read a client's deputies",
            "SELECT d.id, c.ref AS reference, c.name, c.locale, o.channel, o.address,
             coalesce(o.verified, FALSE) AS verified, d.mode, d.topics, d.cases, d.mandate,
             d.given_by, d.began_at, d.until, d.ended_at, d.ended_by
             FROM deputy d JOIN client c ON c.id = d.id
             LEFT JOIN contact_point o ON o.client_id = d.id
             WHERE d.client_id = $1 ORDER BY d.id DESC";
            client
        )
    }

    /// For whom somebody acts; none: a client in their own right, or not any more.
    pub async fn acts_for(&mut self, recipient: ClientId) -> Result<Option<ActsFor>, StoreError> {
        optional!(self.0.conn, "look up for whom a deputy acts",
            "SELECT d.client_id, c.name FROM deputy d JOIN client c ON c.id = d.client_id
             WHERE d.id = $1 AND d.ended_at IS NULL";
            recipient
        )
    }

    /// Those who act for somebody at an address, each with the client.
    pub async fn acting_at(
        &mut self,
        address: &Address,
    ) -> Result<Vec<(ClientId, ClientId)>, StoreError> {
        all!(self.0.conn, "look up who acts for somebody at an address",
            "SELECT d.id, d.client_id FROM contact_point o JOIN deputy d ON d.id = o.client_id
             WHERE o.channel = $1 AND o.address = $2 AND d.ended_at IS NULL ORDER BY d.id";
            address.channel(), address.as_str()
        )
    }

    /// Whether a client has this address in their own right.
    pub async fn is_own(&mut self, address: &Address) -> Result<bool, StoreError> {
        value!(self.0.conn, "look up whether an address is a client's own",
            "SELECT EXISTS (SELECT 1 FROM contact_point o WHERE o.channel = $1 AND o.address = $2
             AND NOT EXISTS (SELECT 1 FROM deputy d WHERE d.id = o.client_id))";
            address.channel(), address.as_str()
        )
    }

    /// Enters somebody with a mandate. Whoever acts for the client at this address already gets this one
    /// in its place. True: somebody new.
    pub async fn put(
        &mut self,
        new: &NewDeputy<'_>,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(ClientId, bool), StoreError> {
        let known = self.at(new.client, new.address).await?;
        if let Some(id) = known {
            self.change(id, new, now).await?;
            return Ok((id, false));
        }
        let described = Client {
            client: format!("{DEPUTY_PREFIX}{}", ids.next()),
            name: new.name.to_owned(),
            locale: new.locale.to_owned(),
            time_zone: HOME_ZONE,
            preferred: Some(new.address.channel()),
            contacts: vec![ContactPoint {
                address: new.address.clone(),
                verified: new.proven,
            }],
            places: Vec::new(),
            partner: None,
            topics: BTreeMap::new(),
            quiet_hours: None,
            // Nobody asked them; a client's own yes is not theirs.
            tracking_consent: TrackingConsent::Denied,
        };
        let id = self.0.clients().put(&described, now, ids).await?.id();
        execute!(self.0.conn, "write down a deputy",
            "INSERT INTO deputy (id, client_id, mode, topics, cases, mandate, given_by, began_at, until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            id, new.client, new.mode, json(new.topics)?, json(new.cases)?, new.mandate,
            new.given_by, now, new.until
        )?;
        Ok((id, true))
    }

    /// Whoever acts for a client at an address now.
    async fn at(
        &mut self,
        client: ClientId,
        address: &Address,
    ) -> Result<Option<ClientId>, StoreError> {
        let found: Vec<ClientId> = values!(self.0.conn, "look up a client's deputy",
            "SELECT d.id FROM deputy d JOIN contact_point o ON o.client_id = d.id
             WHERE d.client_id = $1 AND d.ended_at IS NULL AND o.channel = $2 AND o.address = $3";
            client, address.channel(), address.as_str()
        )?;
        Ok(found.first().copied())
    }

    async fn change(
        &mut self,
        id: ClientId,
        new: &NewDeputy<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "change a deputy's name",
            "UPDATE client SET name = $2, name_folded = $3, locale = $4, updated_at = $5 WHERE id = $1";
            id, new.name, crate::text::folded::fold(new.name), new.locale, now
        )?;
        execute!(self.0.conn, "change a deputy's mandate",
            "UPDATE deputy SET mode = $2, topics = $3, cases = $4, mandate = $5, given_by = $6,
             until = $7 WHERE id = $1";
            id, new.mode, json(new.topics)?, json(new.cases)?, new.mandate, new.given_by, new.until
        )
    }

    /// Ends a mandate: what waits for the deputy is not sent, the address goes, and its links end.
    /// False: it was over, or nobody acts by this row.
    pub async fn end(
        &mut self,
        id: ClientId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = affected!(self.0.conn, "end a deputy's mandate",
            "UPDATE deputy SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL";
            id, now, by
        )?;
        if ended == 0 {
            return Ok(false);
        }
        let waiting: Vec<MessageId> = values!(self.0.conn, "look for what waits for a deputy",
            "SELECT id FROM message WHERE client_id = $1 AND state IN ('held', 'queued', 'leased')";
            id
        )?;
        self.0.attempts().lock(&waiting).await?;
        transitions::withdraw(&mut self.0.conn, &waiting, Reason::Withdrawn, now).await?;
        execute!(self.0.conn, "delete the address of a deputy",
            "DELETE FROM contact_point WHERE client_id = $1"; id
        )?;
        Ok(true)
    }

    /// Ends the mandates whose time is over; how many.
    pub async fn end_overdue(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let over: Vec<ClientId> = values!(self.0.conn, "look for mandates that are over",
            "SELECT id FROM deputy WHERE ended_at IS NULL AND until <= $1 ORDER BY id";
            now
        )?;
        for id in &over {
            self.end(*id, "time", now).await?;
        }
        Ok(over.len())
    }

    /// Forgets who acted for somebody until before `before`: name, document, and whom for.
    pub async fn forget(&mut self, before: Timestamp) -> Result<(), StoreError> {
        execute!(self.0.conn, "forget deputies whose mandate ended long ago",
            "DELETE FROM client WHERE id IN (SELECT id FROM deputy WHERE ended_at < $1)";
            before
        )
    }

    /// References of all who act for a client, or did: they are erased with the client.
    pub async fn references(&mut self, client: ClientId) -> Result<Vec<String>, StoreError> {
        values!(self.0.conn, "look for the deputies of a client to be erased",
            "SELECT c.ref FROM deputy d JOIN client c ON c.id = d.id WHERE d.client_id = $1
             ORDER BY d.id";
            client
        )
    }
}
