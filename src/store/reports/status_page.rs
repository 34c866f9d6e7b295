//! What a client's own pages show: one message, and the incident it is about. A case is read as
//! everywhere, from `planning::cases`.
//!
//! Reads only, and only what belongs to the one message that the link names. What the client
//! may change stands in `preferences`.

use sqlx::error::BoxDynError;

use crate::domain::event::{IncidentKind, IncidentState, IncidentStep};
use crate::domain::{Channel, Class, ClientId, IncidentId, MessageId, Timestamp};
use crate::store::database::rows::{json_column, row};
use crate::store::database::sql::{all, optional, optional_value};
use crate::store::{StoreError, handle};

handle! {
    /// What a client's own pages show.
    status_page -> StatusPages
}

/// What a link in a message leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// The message, whose address is still its client's.
    Told(Box<NotifiedMessage>),
    /// It went to an address that is not its client's any more, or is not known any more: whoever
    /// has it now is perhaps somebody else.
    Ended,
    /// There is no such message, or its client was erased.
    Nothing,
}

row! {
    /// One message, as its reader knows it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NotifiedMessage {
        pub message: MessageId as id,
        pub client: ClientId as client_id,
        pub channel: Channel,
        pub locale: String,
        /// What it can be refused by.
        pub topic: String,
        /// Which gates it passed.
        pub class: Class,
        /// Type of the event it reports, such as `case.state_changed`.
        pub event_type: String,
        pub occurred_at: Timestamp,
        pub data: serde_json::Value = json_column,
    }
}

row! {
    /// An incident as it stands now.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct IncidentNow {
        pub reference: String,
        /// What kind of thing it is.
        pub kind: IncidentKind,
        pub state: IncidentState,
        /// What is hit: `electricity`, `gas`, ...
        pub service: Option<String>,
        pub cause: Option<String>,
        /// What people should know.
        pub note: Option<String>,
        pub began_at: Option<Timestamp>,
        /// When it should be over.
        pub expected_end: Option<Timestamp>,
        /// When it was over.
        pub closed_at: Option<Timestamp>,
        /// What was reported, the newest first.
        pub history: Vec<IncidentReport> as default,
    }
}

row! {
    /// One report about an incident.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct IncidentReport {
        pub step: IncidentStep as kind,
        /// The end expected then, if it was named.
        pub expected_end: Option<Timestamp> = end_in as data,
        pub at: Timestamp as occurred_at,
    }
}

/// Steps shown at most: the page stays one short letter.
const LONGEST_HISTORY: i64 = 20;

row! {
    struct Followable {
        told: NotifiedMessage as row,
        current: bool,
    }
}

row! {
    struct CurrentIncidentRow {
        id: IncidentId,
        incident: IncidentNow as row,
    }
}

/// The end that a report about an incident names.
fn end_in(data: &str) -> Result<Option<Timestamp>, BoxDynError> {
    let data: serde_json::Value = json_column(data)?;
    let end = data.get("expected_end").and_then(|end| end.as_str());
    Ok(end.and_then(|end| Timestamp::parse(end).ok()))
}

impl StatusPages<'_> {
    /// The message a link names, if it is still kept and its address is still its client's.
    pub async fn follow(&mut self, message: MessageId) -> Result<Followed, StoreError> {
        let found: Option<Followable> = optional!(self.0, "look up a message for its reader",
            "SELECT m.id, m.client_id, m.channel, m.locale, p.topic, p.class, e.type AS event_type,
             e.occurred_at, e.data, EXISTS (SELECT 1 FROM contact_point o WHERE o.client_id = m.client_id
             AND o.channel = m.channel AND o.address = m.address) AS current
             FROM message m JOIN client c ON c.id = m.client_id
             JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id WHERE m.id = $1";
            message
        )?;
        Ok(match found {
            Some(found) if found.current => Followed::Told(Box::new(found.told)),
            Some(_) => Followed::Ended,
            None => Followed::Nothing,
        })
    }

    /// The incident of this reference, with its history.
    pub async fn incident(&mut self, reference: &str) -> Result<Option<IncidentNow>, StoreError> {
        let row: Option<CurrentIncidentRow> = optional!(self.0, "look up an incident for a client",
            "SELECT id, ref AS reference, kind, state, service, cause, note, began_at, expected_end,
             closed_at FROM incident WHERE ref = $1";
            reference
        )?;
        let Some(CurrentIncidentRow { id, mut incident }) = row else {
            return Ok(None);
        };
        incident.history = self.incident_history(id).await?;
        Ok(Some(incident))
    }

    async fn incident_history(
        &mut self,
        incident: IncidentId,
    ) -> Result<Vec<IncidentReport>, StoreError> {
        all!(self.0, "look up an incident's history",
            "SELECT type AS kind, data, occurred_at FROM incident_change WHERE incident_id = $1
             ORDER BY occurred_at DESC, event_id DESC LIMIT $2";
            incident, LONGEST_HISTORY
        )
    }

    /// Where a tracked link leads.
    pub async fn link_url(&mut self, link: i64) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "look up a link", "SELECT url FROM link WHERE id = $1"; link)
    }

    /// Every tracked link with its number.
    pub async fn links(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        all!(self.0, "read the tracked links", "SELECT id, url FROM link")
    }
}
