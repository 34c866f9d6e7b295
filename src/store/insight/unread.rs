//! Clients who read nothing of what reached them, though it would be known if they had. Counted in
//! stretches of clients; who is erased goes with the client's row.

use crate::domain::Timestamp;
use crate::store::database::rows::{json, row};
use crate::store::database::sql::{all, execute, value};
use crate::store::messages::rollup;
use crate::store::{StoreError, handle};

handle!(unread -> Unread);

row! {
    /// Somebody who read nothing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnreadFacts {
        pub client_id: i64,
        /// Of the first place.
        pub municipality: Option<String>,
        pub messages: i64,
        /// When the first of these was written.
        pub since: Timestamp,
    }
}

row! {
    /// The same for a list: with the client, and one contact of each channel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnreadClient {
        pub id: i64,
        pub client: String,
        pub name: String,
        pub municipality: Option<String>,
        pub messages: i64,
        pub since: Timestamp,
        pub sms: Option<String>,
        pub email: Option<String>,
    }
}

row! {
    /// How many of a municipality read nothing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnreadZone {
        /// Empty where it is not known.
        pub municipality: String,
        pub clients: i64,
    }
}

impl Unread<'_> {
    /// The last of the next `limit` clients after this one; none: there are no more.
    pub async fn stretch(&mut self, after: i64, limit: i64) -> Result<Option<i64>, StoreError> {
        value!(self.0, "look for clients to count",
            "SELECT max(id) FROM (SELECT id FROM client WHERE id > $1 ORDER BY id LIMIT $2) AS s";
            after, limit
        )
    }

    /// The clients after one id and up to another who read none of at least `few` messages from
    /// message `since` on.
    pub async fn count(
        &mut self,
        (after, upto): (i64, i64),
        since: i64,
        few: i64,
    ) -> Result<Vec<UnreadFacts>, StoreError> {
        all!(self.0, "count what clients did not read",
            "SELECT x.client_id, (SELECT q.municipality FROM place q
             WHERE q.client_id = x.client_id ORDER BY q.id LIMIT 1) AS municipality,
             x.messages, x.since FROM (SELECT m.client_id, CAST(count(*) AS BIGINT) AS messages,
             min(m.created_at) AS since FROM message m
             WHERE m.client_id > $1 AND m.client_id <= $2 AND m.id >= $3
             AND ", rollup::is_readable!(), " GROUP BY m.client_id HAVING count(*) >= $4
             AND max(CASE WHEN ", rollup::is_read!(), " THEN 1 ELSE 0 END) = 0) AS x
             ORDER BY x.client_id";
            after, upto, since, few
        )
    }

    /// Keeps those of a stretch of clients in the place of those that stand there.
    pub async fn replace(
        &mut self,
        (after, upto): (i64, i64),
        found: &[UnreadFacts],
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = found
            .iter()
            .map(|row| {
                let since = row.since.as_micros();
                (row.client_id, &row.municipality, row.messages, since)
            })
            .collect();
        execute!(self.0, "forget who reads nothing",
            "DELETE FROM unread_client WHERE client_id > $1 AND client_id <= $2"; after, upto)?;
        execute!(self.0, "write who reads nothing",
            "INSERT INTO unread_client (client_id, municipality, messages, since)
             SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(value ->> 2 AS BIGINT),
             CAST(value ->> 3 AS BIGINT) FROM ", words::rows!("$1"),
            " WHERE EXISTS (SELECT 1 FROM client
             WHERE client.id = CAST(value ->> 0 AS BIGINT))";
            json(&rows)?
        )
    }

    /// One page of them by id: those with so many messages, in one municipality if one is named.
    pub async fn list(
        &mut self,
        after: i64,
        limit: i64,
        few: i64,
        municipality: Option<&str>,
    ) -> Result<Vec<UnreadClient>, StoreError> {
        all!(self.0, "list who reads nothing",
            "SELECT c.id, c.ref AS client, c.name, u.municipality, u.messages, u.since,
             (SELECT o.address FROM contact_point o WHERE o.client_id = c.id AND o.channel = 'sms'
             ORDER BY o.position LIMIT 1) AS sms,
             (SELECT o.address FROM contact_point o WHERE o.client_id = c.id
             AND o.channel = 'email' ORDER BY o.position LIMIT 1) AS email
             FROM unread_client u JOIN client c ON c.id = u.client_id
             WHERE u.client_id > $1 AND u.messages >= $3
             AND (CAST($4 AS TEXT) IS NULL OR u.municipality = $4)
             ORDER BY u.client_id LIMIT $2";
            after, limit, few, municipality
        )
    }

    /// How many of each municipality, the most first.
    pub async fn zones(&mut self, few: i64, limit: i64) -> Result<Vec<UnreadZone>, StoreError> {
        all!(self.0, "count who reads nothing by municipality",
            "SELECT coalesce(municipality, '') AS municipality,
             CAST(count(*) AS BIGINT) AS clients FROM unread_client WHERE messages >= $1
             GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $2";
            few, limit
        )
    }
}
