//! What a client's own pages show: one message. What it is about is read as everywhere, from
//! `planning::cases` and `planning::incidents`.
//!
//! Reads only, and only what belongs to the one message that the link names. What the client
//! may change stands in `preferences`.

use crate::domain::{Channel, Class, ClientId, MessageId, Timestamp};
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
        /// For whom its reader acts; none: it is the reader's own.
        pub for_client: Option<String>,
        /// What it can be refused by.
        pub topic: String,
        /// What consent and quiet hours mean for it.
        pub class: Class,
        /// Type of the event it reports, such as `case.state_changed`.
        pub event_type: String,
        pub occurred_at: Timestamp,
        pub data: serde_json::Value = json_column,
    }
}

row! {
    struct Followable {
        told: NotifiedMessage as row,
        current: bool,
    }
}

impl StatusPages<'_> {
    /// The message a link names, if it is still kept and its address is still its client's.
    pub async fn follow(&mut self, message: MessageId) -> Result<Followed, StoreError> {
        let found: Option<Followable> = optional!(self.0, "look up a message for its reader",
            "SELECT m.id, m.client_id, m.channel, m.locale, p.topic, p.class, e.type AS event_type,
             e.occurred_at, e.data, EXISTS (SELECT 1 FROM contact_point o WHERE o.client_id = m.client_id
             AND o.channel = m.channel AND o.address = m.address) AS current,
             (SELECT r.name FROM deputy d JOIN client r ON r.id = d.client_id
             WHERE d.id = m.client_id) AS for_client
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

    /// Where a tracked link leads.
    pub async fn link_url(&mut self, link: i64) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "look up a link", "SELECT url FROM link WHERE id = $1"; link)
    }

    /// Every tracked link with its number.
    pub async fn links(&mut self) -> Result<Vec<(i64, String)>, StoreError> {
        all!(self.0, "read the tracked links", "SELECT id, url FROM link")
    }
}
