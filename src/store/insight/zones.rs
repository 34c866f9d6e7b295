//! Whom we could tell something, by zone: reachability before the storm. Asked of the clients'
//! rows for a list of codes, and kept in `zone_reach` for all zones.
//!
//! A client counts once in each zone in which it has a place, so zones do not add up to clients.

use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute};
use crate::store::{StoreError, handle};
use crate::text::text_enum::text_enum;

handle!(zones -> Zones);

text_enum! {
    /// What a list of codes is of.
    pub enum ZoneKind {
        Municipality => "municipality",
        PostalCode => "postal_code",
        /// Codes of single supply points.
        Place => "place",
    }
}

row! {
    /// Clients of one zone who can be told by SMS and by e-mail equally well. Each of the two is 0
    /// without a contact, 1 where all are barred, 2 where one may be written to that nobody
    /// verified, 3 where a verified one may.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ZoneClients {
        /// The code; empty where it is not known, and where all zones are taken together.
        pub zone: String,
        pub sms: i64,
        pub email: i64,
        pub clients: i64,
    }
}

/// What comes before the clients and their zones.
macro_rules! by_zone {
    () => {
        "SELECT x.zone, x.sms, x.email, CAST(count(*) AS BIGINT) AS clients FROM (
         SELECT q.zone, q.client_id,
         CAST(coalesce(max(CASE WHEN o.channel = 'sms' THEN CASE WHEN s.address IS NOT NULL THEN 1
         WHEN o.verified THEN 3 ELSE 2 END END), 0) AS BIGINT) AS sms,
         CAST(coalesce(max(CASE WHEN o.channel = 'email' THEN CASE WHEN s.address IS NOT NULL THEN 1
         WHEN o.verified THEN 3 ELSE 2 END END), 0) AS BIGINT) AS email FROM ("
    };
}

/// What comes after them.
macro_rules! counted_by_contact {
    () => {
        ") AS q LEFT JOIN contact_point o ON o.client_id = q.client_id
         LEFT JOIN suppression s ON s.channel = o.channel AND s.address = o.address
         GROUP BY q.zone, q.client_id) AS x GROUP BY x.zone, x.sms, x.email
         ORDER BY x.zone, x.sms, x.email"
    };
}

impl Zones<'_> {
    /// The clients with a place under one of these codes: code by code, or each client once.
    pub async fn of_codes(
        &mut self,
        kind: ZoneKind,
        codes: &[String],
        one_by_one: bool,
    ) -> Result<Vec<ZoneClients>, StoreError> {
        let codes = json(codes)?;
        match kind {
            ZoneKind::Municipality => all!(self.0, "count whom municipalities could be told by",
                by_zone!(), "SELECT DISTINCT CASE WHEN $2 THEN p.municipality ELSE '' END AS zone,
                 p.client_id FROM place p WHERE p.municipality IN (", words::texts!("$1"), ")",
                counted_by_contact!();
                &codes, one_by_one
            ),
            ZoneKind::PostalCode => all!(self.0, "count whom postal codes could be told by",
                by_zone!(), "SELECT DISTINCT CASE WHEN $2 THEN p.postal_code ELSE '' END AS zone,
                 p.client_id FROM place p WHERE p.postal_code IN (", words::texts!("$1"), ")",
                counted_by_contact!();
                &codes, one_by_one
            ),
            ZoneKind::Place => all!(self.0, "count whom supply points could be told by",
                by_zone!(), "SELECT DISTINCT CASE WHEN $2 THEN p.code ELSE '' END AS zone,
                 p.client_id FROM place p WHERE p.code IN (", words::texts!("$1"), ")",
                counted_by_contact!();
                &codes, one_by_one
            ),
        }
    }

    /// All clients by municipality. Reads every place there is.
    pub async fn count_municipalities(&mut self) -> Result<Vec<ZoneClients>, StoreError> {
        all!(
            self.0,
            "count clients by municipality",
            by_zone!(),
            "SELECT DISTINCT coalesce(municipality, '') AS zone, client_id FROM place",
            counted_by_contact!()
        )
    }

    /// All clients by postal code. Reads every place there is.
    pub async fn count_postal_codes(&mut self) -> Result<Vec<ZoneClients>, StoreError> {
        all!(
            self.0,
            "count clients by postal code",
            by_zone!(),
            "SELECT DISTINCT coalesce(postal_code, '') AS zone, client_id FROM place",
            counted_by_contact!()
        )
    }

    /// Keeps what was counted in the place of what stands there.
    pub async fn replace(
        &mut self,
        kind: ZoneKind,
        counted: &[ZoneClients],
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = counted
            .iter()
            .map(|row| (&row.zone, row.sms, row.email, row.clients))
            .collect();
        execute!(self.0, "forget the clients by zone",
            "DELETE FROM zone_reach WHERE kind = $1"; kind)?;
        execute!(self.0, "write the clients by zone",
            "INSERT INTO zone_reach (kind, zone, sms, email, clients)
             SELECT $2, value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT),
             CAST(value ->> 3 AS BIGINT) FROM ", words::rows!("$1");
            json(&rows)?, kind
        )
    }

    /// What was counted last, in the order of zones.
    pub async fn kept(&mut self, kind: ZoneKind) -> Result<Vec<ZoneClients>, StoreError> {
        all!(self.0, "read the clients by zone",
            "SELECT zone, sms, email, clients FROM zone_reach WHERE kind = $1
             ORDER BY zone, sms, email";
            kind
        )
    }
}
