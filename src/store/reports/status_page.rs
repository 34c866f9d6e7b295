//! What a client's own pages show: one message, and the case or incident it is about.
//!
//! Reads only, and only what belongs to the one message that the link names. What the client
//! may change stands in `preferences`.

use crate::domain::{Channel, Class, ClientId, MessageId, Timestamp};
use crate::store::{Conn, Doing as _, StoreError, Tx, on, stored};

/// The reader's view of the store within a transaction.
pub struct StatusPage<'a>(&'a mut Conn);

impl Tx {
    /// What a client's own pages show.
    pub fn status_page(&mut self) -> StatusPage<'_> {
        StatusPage(&mut self.conn)
    }
}

/// What a link in a message leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// The message, whose address is still its client's.
    Told(Box<Told>),
    /// It went to an address that is not its client's any more, or is not known any more: whoever
    /// has it now is perhaps somebody else.
    Ended,
    /// There is no such message, or its client was erased.
    Nothing,
}

/// One message, as its reader knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The message.
    pub message: MessageId,
    /// Who was told.
    pub client: ClientId,
    /// By which channel.
    pub channel: Channel,
    /// In which language.
    pub locale: String,
    /// What it can be refused by.
    pub topic: String,
    /// Which gates it passed.
    pub class: Class,
    /// Type of the event it reports, such as `case.state_changed`.
    pub event_type: String,
    /// When that happened.
    pub occurred_at: Timestamp,
    /// The event's data.
    pub data: serde_json::Value,
}

/// A case as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNow {
    /// The organisation's reference.
    pub reference: String,
    /// Its kind, as a word.
    pub kind: String,
    /// Its state, as a word.
    pub state: String,
    /// The body responsible.
    pub owner: Option<String>,
    /// What the back office wants the client to know.
    pub note: Option<String>,
    /// Until when the next step is expected: a date or a time.
    pub expected_by: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What happened, the newest first.
    pub history: Vec<CaseStep>,
}

/// One step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStep {
    /// The state it went to.
    pub state: String,
    /// The body responsible from then on.
    pub owner: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An incident as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentNow {
    /// The organisation's reference.
    pub reference: String,
    /// `outage`, `planned_outage`, `delay`, `closure` or `notice`.
    pub kind: String,
    /// `going_on`, `resolved` or `cancelled`.
    pub state: String,
    /// What is hit: `electricity`, `gas`, ...
    pub service: Option<String>,
    /// Why.
    pub cause: Option<String>,
    /// What people should know.
    pub note: Option<String>,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it should be over.
    pub expected_end: Option<Timestamp>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// What was reported, the newest first.
    pub history: Vec<IncidentStep>,
}

/// One report about an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStep {
    /// The event's type, such as `incident.updated`.
    pub event_type: String,
    /// The end expected then, if it was named.
    pub expected_end: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

/// Steps shown at most: the page stays one short letter.
const LONGEST_HISTORY: i64 = 20;

type CaseRow = (
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
);
type IncidentRow = (
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

impl StatusPage<'_> {
    /// The message a link names, if it is still kept and its address is still its client's.
    pub async fn follow(&mut self, message: MessageId) -> Result<Followed, StoreError> {
        type Row = (
            i64,
            String,
            String,
            String,
            String,
            String,
            i64,
            String,
            bool,
        );
        let row: Option<Row> = on!(&mut *self.0, |c| sqlx::query_as(
            "SELECT m.client_id, m.channel, m.locale, p.topic, p.class, e.type, e.occurred_at, \
             e.data, EXISTS (SELECT 1 FROM contact_point o WHERE o.client_id = m.client_id \
             AND o.channel = m.channel AND o.address = m.address) AS current \
             FROM message m JOIN client c ON c.id = m.client_id \
             JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id WHERE m.id = $1"
        )
        .bind(message.get())
        .fetch_optional(&mut **c)
        .await)
        .doing("look up a message for its reader")?;
        let Some((client, channel, locale, topic, class, event_type, occurred_at, data, current)) =
            row
        else {
            return Ok(Followed::Nothing);
        };
        if !current {
            return Ok(Followed::Ended);
        }
        Ok(Followed::Told(Box::new(Told {
            message,
            client: ClientId::new(client),
            channel: stored(&channel, "message", "channel", message)?,
            locale,
            topic,
            class: stored(&class, "plan", "class", message)?,
            event_type,
            occurred_at: Timestamp::from_micros(occurred_at),
            data: stored(&data, "event", "data", message)?,
        })))
    }

    /// The case of this reference, with its history.
    pub async fn case(&mut self, reference: &str) -> Result<Option<CaseNow>, StoreError> {
        let row: Option<CaseRow> = on!(&mut *self.0, |c| sqlx::query_as(
            "SELECT id, kind, state, owner, note, expected_by, closed_at \
             FROM case_file WHERE ref = $1"
        )
        .bind(reference)
        .fetch_optional(&mut **c)
        .await)
        .doing("look up a case for its client")?;
        let Some((id, kind, state, owner, note, expected_by, closed_at)) = row else {
            return Ok(None);
        };
        Ok(Some(CaseNow {
            reference: reference.to_owned(),
            kind,
            state,
            owner,
            note,
            expected_by,
            closed_at: closed_at.map(Timestamp::from_micros),
            history: self.case_history(id).await?,
        }))
    }

    async fn case_history(&mut self, case: i64) -> Result<Vec<CaseStep>, StoreError> {
        let rows: Vec<(String, Option<String>, i64)> = on!(&mut *self.0, |c| sqlx::query_as(
            "SELECT state, owner, occurred_at FROM case_change WHERE case_id = $1 \
             ORDER BY occurred_at DESC, event_id DESC LIMIT $2"
        )
        .bind(case)
        .bind(LONGEST_HISTORY)
        .fetch_all(&mut **c)
        .await)
        .doing("look up a case's history")?;
        let step = |(state, owner, at)| CaseStep {
            state,
            owner,
            at: Timestamp::from_micros(at),
        };
        Ok(rows.into_iter().map(step).collect())
    }

    /// The incident of this reference, with its history.
    pub async fn incident(&mut self, reference: &str) -> Result<Option<IncidentNow>, StoreError> {
        let row: Option<IncidentRow> = on!(&mut *self.0, |c| sqlx::query_as(
            "SELECT id, kind, state, service, cause, note, began_at, expected_end, closed_at \
             FROM incident WHERE ref = $1"
        )
        .bind(reference)
        .fetch_optional(&mut **c)
        .await)
        .doing("look up an incident for a client")?;
        let Some((id, kind, state, service, cause, note, began_at, expected_end, closed_at)) = row
        else {
            return Ok(None);
        };
        Ok(Some(IncidentNow {
            reference: reference.to_owned(),
            kind,
            state,
            service,
            cause,
            note,
            began_at: began_at.map(Timestamp::from_micros),
            expected_end: expected_end.map(Timestamp::from_micros),
            closed_at: closed_at.map(Timestamp::from_micros),
            history: self.incident_history(id).await?,
        }))
    }

    async fn incident_history(&mut self, incident: i64) -> Result<Vec<IncidentStep>, StoreError> {
        let rows: Vec<(String, String, i64)> = on!(&mut *self.0, |c| sqlx::query_as(
            "SELECT type, data, occurred_at FROM incident_change WHERE incident_id = $1 \
             ORDER BY occurred_at DESC, event_id DESC LIMIT $2"
        )
        .bind(incident)
        .bind(LONGEST_HISTORY)
        .fetch_all(&mut **c)
        .await)
        .doing("look up an incident's history")?;
        rows.into_iter()
            .map(|(event_type, data, at)| {
                let data: serde_json::Value = stored(&data, "incident_change", "data", incident)?;
                let end = data.get("expected_end").and_then(|end| end.as_str());
                Ok(IncidentStep {
                    event_type,
                    expected_end: end.and_then(|end| Timestamp::parse(end).ok()),
                    at: Timestamp::from_micros(at),
                })
            })
            .collect()
    }

    /// Where a tracked link leads.
    pub async fn link_url(&mut self, link: i64) -> Result<Option<String>, StoreError> {
        on!(&mut *self.0, |c| sqlx::query_scalar(
            "SELECT url FROM link WHERE id = $1"
        )
        .bind(link)
        .fetch_optional(&mut **c)
        .await)
        .doing("look up a link")
    }

    /// Every tracked link with its number.
    pub async fn links(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        on!(&mut *self.0, |c| sqlx::query_as("SELECT id, url FROM link")
            .fetch_all(&mut **c)
            .await)
        .doing("read the links")
    }
}
