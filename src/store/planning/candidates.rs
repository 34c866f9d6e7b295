//! Candidates: whom a plan might tell. First the audience as a list of client ids, frozen once;
//! then, chunk by chunk in that order, all that eligibility needs to know of each.

use std::collections::HashMap;
use std::iter::Peekable;

use crate::domain::deputy::{Deputy, DeputyMode};
use crate::domain::reach::{Addressee, KnownAddress};
use crate::domain::{Channel, EventId, Reason, Timestamp};
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, one, values};
use crate::store::{StoreError, handle};

handle!(candidates -> Candidates);

/// The addresses of the members in `$1`, each with what bars it: a part of the query that reads the
/// members, because a second statement is felt in how soon one event is told. Whoever stopped everything is
/// barred at an address that was written down since, too.
macro_rules! addresses {
    () => {
        concat!(
            "SELECT ",
            words::table!(
                "cp.client_id, cp.position, cp.channel, cp.address,
                 coalesce(s.reason, CASE WHEN k.stopped_message IS NOT NULL THEN 'stop' END)"
            ),
            " FROM (SELECT CAST(value ->> 0 AS BIGINT) AS client_id FROM ",
            words::rows!("$1"),
            ") AS m JOIN client k ON k.id = m.client_id
             JOIN contact_point cp ON cp.client_id = m.client_id
             LEFT JOIN suppression s ON s.channel = cp.channel AND s.address = cp.address"
        )
    };
}

/// Who acts for the members in `$1`, with the deputy's own wish on the topic `$2`: a part of that query,
/// too. Of a client who stopped everything nothing goes to anybody else.
macro_rules! deputies {
    () => {
        concat!(
            "SELECT ",
            words::table!(
                "d.client_id, d.id, d.mode, d.topics, d.cases, d.until, c.locale, c.time_zone,
                 o.channel, o.address,
                 coalesce(s.reason, CASE WHEN k.stopped_message IS NOT NULL THEN 'stop' END),
                 CASE t.wanted WHEN TRUE THEN 1 WHEN FALSE THEN 0 END"
            ),
            " FROM (SELECT CAST(value ->> 0 AS BIGINT) AS client_id FROM ",
            words::rows!("$1"),
            ") AS m JOIN deputy d ON d.client_id = m.client_id AND d.ended_at IS NULL
             JOIN client k ON k.id = d.client_id
             JOIN client c ON c.id = d.id JOIN contact_point o ON o.client_id = d.id
             LEFT JOIN suppression s ON s.channel = o.channel AND s.address = o.address
             LEFT JOIN topic_choice t ON t.client_id = d.id AND t.topic = $2"
        )
    };
}

row! {
    /// A client of an audience, and the place that brought them in.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Member {
        pub client: i64 as client_id,
        /// The place's row; 0 when it is not about a place.
        pub place: i64 as place_id,
    }
}

impl Member {
    pub(super) const fn without_place(client: i64) -> Self {
        Self { client, place: 0 }
    }
}

row! {
    /// A place that an area may cover, to be tested exactly.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Spot {
        pub member: Member as row,
        /// Degrees north of the equator.
        pub lat: f64,
        /// Degrees east of Greenwich.
        pub lon: f64,
    }
}

/// All that eligibility needs to know of one client. The fields stand in the order of the query.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Candidate {
    pub client: i64,
    pub reference: String,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
    /// `sms`, `email` or none.
    pub preferred: Option<String>,
    /// Own quiet hours in minutes of the day.
    pub quiet_from: Option<i64>,
    /// Own quiet hours in minutes of the day.
    pub quiet_to: Option<i64>,
    /// Word of `TrackingConsent`.
    pub tracking_consent: String,
    /// The client's wish on the topic, as a number: 1 wanted, 0 refused.
    pub wanted: Option<i64>,
    pub place: Option<String>,
    pub place_kind: Option<String>,
    pub municipality: Option<String>,
    /// The place's postal code.
    pub postal_code: Option<String>,
    /// Every address, in the client's order of preference within each channel.
    #[serde(skip)]
    pub contacts: Vec<KnownAddress>,
    /// Who acts for the client, whatever the matter, the first who was entered first.
    #[serde(skip)]
    pub deputies: Vec<Deputy>,
}

impl Candidate {
    /// The same client as a deputy hears of them: at the deputy's address, by the deputy's clock.
    #[must_use]
    pub fn as_deputy(&self, deputy: &Deputy) -> Self {
        let clients = self.wanted.map(|wanted| wanted == 1);
        Self {
            locale: deputy.locale.clone(),
            time_zone: deputy.time_zone.clone(),
            preferred: Some(deputy.contact.channel.as_str().to_owned()),
            quiet_from: None,
            quiet_to: None,
            wanted: deputy.wish(clients).map(i64::from),
            contacts: vec![deputy.contact.clone()],
            deputies: Vec::new(),
            ..self.clone()
        }
    }

    /// What decides by which channel, and at which address.
    #[must_use]
    pub fn addressee(&self) -> Addressee<'_> {
        addressee(&self.contacts, self.preferred.as_deref(), self.wanted)
    }
}

/// What decides by which channel and at which address a client is told, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Reachable {
    pub client: i64,
    preferred: Option<String>,
    wanted: Option<i64>,
    #[serde(skip)]
    contacts: Vec<KnownAddress>,
    /// Who acts for the client, whatever the matter.
    #[serde(skip)]
    pub deputies: Vec<Deputy>,
}

impl Reachable {
    /// The client's wish on the topic.
    #[must_use]
    pub fn wish(&self) -> Option<bool> {
        self.wanted.map(|wanted| wanted == 1)
    }

    /// What decides by which channel, and at which address.
    #[must_use]
    pub fn addressee(&self) -> Addressee<'_> {
        addressee(&self.contacts, self.preferred.as_deref(), self.wanted)
    }
}

impl Candidates<'_> {
    /// Clients with a place in one of these municipalities, postal codes, places or tags.
    /// Each list is a JSON array of texts. A client with several places may come several times; at
    /// most `limit` rows come.
    pub async fn by_codes(
        &mut self,
        municipalities: &str,
        postal_codes: &str,
        places: &str,
        tags: &str,
        limit: i64,
    ) -> Result<Vec<Member>, StoreError> {
        all!(self.0, "freeze an audience by codes",
            "SELECT client_id, id AS place_id FROM place WHERE municipality IN (", words::texts!("$1"),
            ") UNION ALL SELECT client_id, id FROM place WHERE postal_code IN (",
            words::texts!("$2"), ") UNION ALL SELECT client_id, id FROM place WHERE code IN (",
            words::texts!("$3"),
            ") UNION ALL SELECT client_id, place_id FROM place_tag WHERE tag IN (",
            words::texts!("$4"), ") LIMIT $5";
            municipalities, postal_codes, places, tags, limit
        )
    }

    /// At most `limit` places within these bounds, in degrees; the caller tests each against the
    /// true shape.
    pub async fn in_bounds(
        &mut self,
        (south, north): (f64, f64),
        (west, east): (f64, f64),
        limit: i64,
    ) -> Result<Vec<Spot>, StoreError> {
        all!(self.0, "freeze an audience by position",
            "SELECT client_id, id AS place_id, lat, lon FROM place
             WHERE lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4 LIMIT $5";
            south, north, west, east, limit
        )
    }

    /// The clients with these references (a JSON array of texts).
    pub async fn by_references(&mut self, references: &str) -> Result<Vec<Member>, StoreError> {
        let clients: Vec<i64> = values!(self.0, "look up an audience by reference",
            "SELECT id FROM client WHERE ref IN (", words::texts!("$1"), ")";
            references
        )?;
        Ok(clients.into_iter().map(Member::without_place).collect())
    }

    /// The clients who look after these clients' affairs (references as a JSON array of texts).
    pub async fn partners_of(&mut self, references: &str) -> Result<Vec<Member>, StoreError> {
        let clients: Vec<i64> = values!(self.0, "look up partners",
            "SELECT partner.id FROM client JOIN client partner ON partner.ref = client.partner
             WHERE client.ref IN (", words::texts!("$1"), ")";
            references
        )?;
        Ok(clients.into_iter().map(Member::without_place).collect())
    }

    /// The clients who were told something about a subject, by other events than this one, in order
    /// of their rows: by a message of their own, also one in whose place a newer word went, or by
    /// that of somebody else at their address. What was barred, came too late or was withdrawn
    /// before it left told nobody. Whoever is told by a deputy instead counts as told.
    pub async fn told_of(&mut self, subject: &str, but: EventId) -> Result<Vec<i64>, StoreError> {
        values!(self.0, "read who was told of a subject",
            "SELECT DISTINCT m.client_id FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.subject = $1 AND p.event_id <> $2 AND (m.opened_at IS NOT NULL
             OR m.state NOT IN ('suppressed', 'expired', 'cancelled')
             OR (m.reason = 'deputy' AND EXISTS (SELECT 1 FROM deputy d JOIN message t
             ON t.plan_id = m.plan_id AND t.client_id = d.id WHERE d.client_id = m.client_id
             AND (t.opened_at IS NOT NULL OR t.reason = 'same_address'
             OR t.state NOT IN ('suppressed', 'expired', 'cancelled'))))
             OR (m.reason = 'same_address' AND (m.plan_id, m.channel, m.address) IN (
             SELECT t.plan_id, t.channel, t.address FROM plan q JOIN message t ON t.plan_id = q.id
             WHERE q.subject = $1 AND (t.opened_at IS NOT NULL
             OR t.state NOT IN ('suppressed', 'expired', 'cancelled')))))
             ORDER BY m.client_id";
            subject, but
        )
    }

    /// All that eligibility needs to know of these members, in order of the clients' rows. It comes
    /// as JSON: one row crosses from the database instead of thousands. A member deleted meanwhile
    /// is not among them.
    pub async fn read(
        &mut self,
        members: &[Member],
        topic: &str,
    ) -> Result<Vec<Candidate>, StoreError> {
        let (text, addresses, deputies): (String, String, String) = one!(self.0, "read candidates",
            "SELECT (SELECT ", words::table!(
                "c.id, c.ref, c.name, c.locale, c.time_zone, c.preferred, c.quiet_from,
                 c.quiet_to, c.tracking_consent,
                 CASE t.wanted WHEN TRUE THEN 1 WHEN FALSE THEN 0 END,
                 p.code, p.kind, p.municipality, p.postal_code"
            ), " FROM (SELECT CAST(value ->> 0 AS BIGINT) AS client_id,
             CAST(value ->> 1 AS BIGINT) AS place_id FROM ", words::rows!("$1"),
            ") AS m JOIN client c ON c.id = m.client_id
             LEFT JOIN topic_choice t ON t.client_id = c.id AND t.topic = $2
             LEFT JOIN place p ON p.id = m.place_id), (", addresses!(), "), (", deputies!(), ")";
            pairs(members)?, topic
        )?;
        let mut candidates: Vec<Candidate> = list(&text)?;
        candidates.sort_unstable_by_key(|candidate| candidate.client);
        let mut contacts = AddressesInOrder::read(&addresses)?;
        let mut acting = acting(&deputies)?;
        for candidate in &mut candidates {
            candidate.contacts = contacts.of(candidate.client);
            candidate.deputies = acting.remove(&candidate.client).unwrap_or_default();
        }
        Ok(candidates)
    }

    /// The same, but only what decides by which channel and where: to count an audience.
    pub async fn reachable(
        &mut self,
        members: &[Member],
        topic: &str,
    ) -> Result<Vec<Reachable>, StoreError> {
        let (text, addresses, deputies): (String, String, String) = one!(self.0, "read whom an audience reaches",
            "SELECT (SELECT ", words::table!(
                "c.id, c.preferred, CASE t.wanted WHEN TRUE THEN 1 WHEN FALSE THEN 0 END"
            ), " FROM (SELECT CAST(value ->> 0 AS BIGINT) AS client_id FROM ",
            words::rows!("$1"), ") AS m JOIN client c ON c.id = m.client_id
             LEFT JOIN topic_choice t ON t.client_id = c.id AND t.topic = $2), (",
            addresses!(), "), (", deputies!(), ")";
            pairs(members)?, topic
        )?;
        let mut reachable: Vec<Reachable> = list(&text)?;
        reachable.sort_unstable_by_key(|client| client.client);
        let mut contacts = AddressesInOrder::read(&addresses)?;
        let mut acting = acting(&deputies)?;
        for client in &mut reachable {
            client.contacts = contacts.of(client.client);
            client.deputies = acting.remove(&client.client).unwrap_or_default();
        }
        Ok(reachable)
    }
}

fn addressee<'a>(
    contacts: &'a [KnownAddress],
    preferred: Option<&str>,
    wanted: Option<i64>,
) -> Addressee<'a> {
    Addressee {
        contacts,
        preferred: preferred.and_then(|word| word.parse().ok()),
        wanted: wanted.map(|wanted| wanted == 1),
    }
}

/// One address, in the order of the query.
#[derive(serde::Deserialize)]
struct AddressRow {
    client: i64,
    position: i64,
    channel: Channel,
    address: String,
    barred: Option<String>,
}

/// Addresses in the order of the clients' rows, and within each in the client's own.
struct AddressesInOrder(Peekable<std::vec::IntoIter<AddressRow>>);

impl AddressesInOrder {
    /// Reads what the part [`addresses`] of a query found.
    fn read(text: &str) -> Result<Self, StoreError> {
        let mut rows: Vec<AddressRow> = list(text)?;
        rows.sort_unstable_by_key(|row| (row.client, row.position));
        Ok(Self(rows.into_iter().peekable()))
    }

    /// Those of this client; to be asked in the order of the clients' rows.
    fn of(&mut self, client: i64) -> Vec<KnownAddress> {
        // Of somebody who was not among the candidates any more.
        while self.0.next_if(|row| row.client < client).is_some() {}
        let own = std::iter::from_fn(|| self.0.next_if(|row| row.client == client));
        own.map(AddressRow::known).collect()
    }
}

impl AddressRow {
    fn known(self) -> KnownAddress {
        // A reason this version does not know still bars.
        let reason = |word: String| word.parse().unwrap_or(Reason::Manual);
        KnownAddress {
            channel: self.channel,
            address: self.address,
            barred: self.barred.map(reason),
        }
    }
}

/// One deputy, in the order of the query.
#[derive(serde::Deserialize)]
struct DeputyRow {
    client: i64,
    id: i64,
    mode: DeputyMode,
    topics: String,
    cases: String,
    until: Option<i64>,
    locale: String,
    time_zone: String,
    channel: Channel,
    address: String,
    barred: Option<String>,
    wanted: Option<i64>,
}

/// What the part [`deputies`] of a query found, by client.
fn acting(text: &str) -> Result<HashMap<i64, Vec<Deputy>>, StoreError> {
    let mut rows: Vec<DeputyRow> = list(text)?;
    rows.sort_unstable_by_key(|row| (row.client, row.id));
    let mut acting: HashMap<i64, Vec<Deputy>> = HashMap::new();
    for row in rows {
        acting.entry(row.client).or_default().push(row.deputy()?);
    }
    Ok(acting)
}

impl DeputyRow {
    fn deputy(self) -> Result<Deputy, StoreError> {
        let reason = |word: String| word.parse().unwrap_or(Reason::Manual);
        Ok(Deputy {
            id: self.id,
            mode: self.mode,
            topics: list(&self.topics)?,
            cases: list(&self.cases)?,
            until: self.until.map(Timestamp::from_micros),
            locale: self.locale,
            time_zone: self.time_zone,
            contact: KnownAddress {
                channel: self.channel,
                address: self.address,
                barred: self.barred.map(reason),
            },
            wanted: self.wanted.map(|wanted| wanted == 1),
        })
    }
}

fn pairs(members: &[Member]) -> Result<String, StoreError> {
    let pairs: Vec<(i64, i64)> = members.iter().map(|m| (m.client, m.place)).collect();
    json(&pairs)
}

fn list<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, StoreError> {
    // What is wrong with it would be said with somebody's address.
    serde_json::from_str(text).map_err(|_| {
        StoreError::Unfit(String::from(
            "a list that the database wrote cannot be read",
        ))
    })
}
