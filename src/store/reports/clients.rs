//! One client with everything that decides what they get; clients and cases in lists.

use crate::domain::{ClientId, Timestamp};
use crate::store::people::clients::fold;
use crate::store::{Doing as _, StoreError, on};

use super::Reports;

/// One line of the list of clients.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "columns of `client`, described in the schema")]
pub struct ClientRow {
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

/// Everything about one client.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "columns of `client`, described in the schema")]
pub struct ClientSheet {
    pub id: ClientId,
    pub client: String,
    pub name: String,
    pub locale: String,
    pub time_zone: String,
    pub preferred: Option<String>,
    pub partner: Option<String>,
    /// Minutes of the day, first quiet and first loud.
    pub quiet: Option<(i64, i64)>,
    pub tracking_consent: String,
    pub contacts: Vec<ContactRow>,
    pub places: Vec<PlaceRow>,
    /// Topic and whether it is wanted.
    pub topics: Vec<(String, bool)>,
    pub suppressions: Vec<SuppressionRow>,
    pub cases: Vec<CaseRow>,
}

/// One way to reach the client.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `contact_point`, described in the schema"
)]
pub struct ContactRow {
    pub id: i64,
    pub channel: String,
    pub address: String,
    pub verified: bool,
}

/// Where the client is served.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
#[expect(missing_docs, reason = "columns of `place`, described in the schema")]
pub struct PlaceRow {
    pub code: String,
    pub kind: String,
    pub municipality: Option<String>,
    pub postal_code: Option<String>,
}

/// An address of the client that must not be used.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `suppression`, described in the schema"
)]
pub struct SuppressionRow {
    pub channel: String,
    pub address: String,
    pub reason: String,
    created_at: i64,
}

impl SuppressionRow {
    /// Since when.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `case_file`, described in the schema"
)]
pub struct CaseRow {
    pub id: i64,
    #[sqlx(rename = "ref")]
    pub case: String,
    pub client_ref: String,
    /// Nothing while the client is not known.
    pub client_name: Option<String>,
    pub kind: String,
    pub state: String,
    pub owner: Option<String>,
    pub note: Option<String>,
    pub expected_by: Option<String>,
    opened_at: i64,
    changed_at: i64,
    closed_at: Option<i64>,
}

impl CaseRow {
    /// When it began.
    #[must_use]
    pub const fn opened_at(&self) -> Timestamp {
        Timestamp::from_micros(self.opened_at)
    }
    /// When it last moved.
    #[must_use]
    pub const fn changed_at(&self) -> Timestamp {
        Timestamp::from_micros(self.changed_at)
    }
    /// When it ended, if it did.
    #[must_use]
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.closed_at.map(Timestamp::from_micros)
    }
}

/// One step of a case.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "columns of `case_change`, described in the schema"
)]
pub struct CaseStep {
    pub state: String,
    pub owner: Option<String>,
    pub note: Option<String>,
    pub expected_by: Option<String>,
    occurred_at: i64,
}

impl CaseStep {
    /// When.
    #[must_use]
    pub const fn occurred_at(&self) -> Timestamp {
        Timestamp::from_micros(self.occurred_at)
    }
}

#[derive(sqlx::FromRow)]
struct RawSheet {
    id: i64,
    #[sqlx(rename = "ref")]
    client: String,
    name: String,
    locale: String,
    time_zone: String,
    preferred: Option<String>,
    partner: Option<String>,
    quiet_from: Option<i64>,
    quiet_to: Option<i64>,
    tracking_consent: String,
}

impl Reports<'_> {
    /// Clients whose reference is `search`, or whose name contains it whatever the accents, by id; `after` is the last id
    /// of the page before.
    pub async fn clients(
        &mut self,
        search: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ClientRow>, StoreError> {
        // In LIKE these two stand for anything; a person who types them means them.
        let plain = fold(search)
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        on!(self.0, |c| sqlx::query_as::<_, ClientRow>(
            "SELECT c.id, c.ref AS client, c.name, c.locale, c.partner, \
                    EXISTS (SELECT 1 FROM contact_point p \
                            WHERE p.client_id = c.id AND p.channel = 'sms') AS sms, \
                    EXISTS (SELECT 1 FROM contact_point p \
                            WHERE p.client_id = c.id AND p.channel = 'email') AS email, \
                    (SELECT q.code FROM place q WHERE q.client_id = c.id \
                     ORDER BY q.id LIMIT 1) AS place, \
                    (SELECT q.municipality FROM place q WHERE q.client_id = c.id \
                     ORDER BY q.id LIMIT 1) AS municipality \
             FROM client c \
             WHERE c.id > $1 AND (c.name_folded LIKE $2 ESCAPE '\\' OR c.ref = $3) \
             ORDER BY c.id LIMIT $4"
        )
        .bind(after)
        .bind(format!("%{plain}%"))
        .bind(search)
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("list clients")
    }

    /// Everything about one client.
    pub async fn client(&mut self, client: &str) -> Result<Option<ClientSheet>, StoreError> {
        let raw = on!(self.0, |c| {
            sqlx::query_as::<_, RawSheet>(
            "SELECT id, ref, name, locale, time_zone, preferred, partner, quiet_from, quiet_to, \
                    tracking_consent \
             FROM client WHERE ref = $1"
        )
        .bind(client)
        .fetch_optional(&mut **c)
        .await
        })
        .doing("find a client")?;
        let Some(raw) = raw else { return Ok(None) };
        Ok(Some(ClientSheet {
            id: ClientId::new(raw.id),
            contacts: self.contacts(raw.id).await?,
            places: self.places(raw.id).await?,
            topics: self.topics(raw.id).await?,
            suppressions: self.suppressions(raw.id).await?,
            cases: self.cases_of(&raw.client).await?,
            client: raw.client,
            name: raw.name,
            locale: raw.locale,
            time_zone: raw.time_zone,
            preferred: raw.preferred,
            partner: raw.partner,
            quiet: raw.quiet_from.zip(raw.quiet_to),
            tracking_consent: raw.tracking_consent,
        }))
    }

    async fn contacts(&mut self, client: i64) -> Result<Vec<ContactRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, ContactRow>(
            "SELECT id, channel, address, verified FROM contact_point \
             WHERE client_id = $1 ORDER BY position, id"
        )
        .bind(client)
        .fetch_all(&mut **c)
        .await)
        .doing("list a client's addresses")
    }

    async fn places(&mut self, client: i64) -> Result<Vec<PlaceRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, PlaceRow>(
            "SELECT code, kind, municipality, postal_code FROM place \
             WHERE client_id = $1 ORDER BY id LIMIT 100"
        )
        .bind(client)
        .fetch_all(&mut **c)
        .await)
        .doing("list a client's places")
    }

    async fn topics(&mut self, client: i64) -> Result<Vec<(String, bool)>, StoreError> {
        on!(self.0, |c| sqlx::query_as(
            "SELECT topic, wanted FROM topic_choice WHERE client_id = $1 ORDER BY topic"
        )
        .bind(client)
        .fetch_all(&mut **c)
        .await)
        .doing("list a client's topics")
    }

    async fn suppressions(&mut self, client: i64) -> Result<Vec<SuppressionRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, SuppressionRow>(
            "SELECT s.channel, s.address, s.reason, s.created_at FROM contact_point p \
             JOIN suppression s ON s.channel = p.channel AND s.address = p.address \
             WHERE p.client_id = $1 ORDER BY s.created_at"
        )
        .bind(client)
        .fetch_all(&mut **c)
        .await)
        .doing("list a client's barred addresses")
    }

    async fn cases_of(&mut self, client: &str) -> Result<Vec<CaseRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, CaseRow>(
            "SELECT id, ref, client_ref, \
                    (SELECT name FROM client WHERE ref = case_file.client_ref) AS client_name, \
                    kind, state, owner, note, expected_by, opened_at, changed_at, closed_at \
             FROM case_file WHERE client_ref = $1 ORDER BY id DESC LIMIT 100"
        )
        .bind(client)
        .fetch_all(&mut **c)
        .await)
        .doing("list a client's cases")
    }

    /// Cases, newest first, older than `before`; only open ones if so asked.
    pub async fn cases(
        &mut self,
        open: bool,
        before: i64,
        limit: i64,
    ) -> Result<Vec<CaseRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, CaseRow>(
            "SELECT id, ref, client_ref, \
                    (SELECT name FROM client WHERE ref = case_file.client_ref) AS client_name, \
                    kind, state, owner, note, expected_by, opened_at, changed_at, closed_at \
             FROM case_file WHERE id < $1 AND (closed_at IS NULL OR NOT $2) \
             ORDER BY id DESC LIMIT $3"
        )
        .bind(before)
        .bind(open)
        .bind(limit)
        .fetch_all(&mut **c)
        .await)
        .doing("list cases")
    }

    /// One case.
    pub async fn case(&mut self, case: &str) -> Result<Option<CaseRow>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, CaseRow>(
            "SELECT id, ref, client_ref, \
                    (SELECT name FROM client WHERE ref = case_file.client_ref) AS client_name, \
                    kind, state, owner, note, expected_by, opened_at, changed_at, closed_at \
             FROM case_file WHERE ref = $1"
        )
        .bind(case)
        .fetch_optional(&mut **c)
        .await)
        .doing("find a case")
    }

    /// A case's steps, oldest first.
    pub async fn case_steps(&mut self, case: i64) -> Result<Vec<CaseStep>, StoreError> {
        on!(self.0, |c| sqlx::query_as::<_, CaseStep>(
            "SELECT state, owner, note, expected_by, occurred_at FROM case_change \
             WHERE case_id = $1 ORDER BY occurred_at, event_id LIMIT 500"
        )
        .bind(case)
        .fetch_all(&mut **c)
        .await)
        .doing("list a case's steps")
    }
}
