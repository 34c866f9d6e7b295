//! Who writes to us from a telephone number: its client, and the message that the text answers.
//!
//! Several clients may have one number, such as a family's. Whoever was told last by it is taken for
//! the sender. Answers that Araldo gave by itself count for nothing here: nobody is asked anything by
//! them. What a client wrote is kept by `messages::engagement`.

use crate::domain::event::ANSWERS;
use crate::domain::{ClientId, MessageId, PhoneNumber, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{optional, optional_value};
use crate::store::{StoreError, handle};

handle! {
    /// Who writes to us.
    senders -> Senders
}

row! {
    /// The last message that left for a number.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LastTold {
        pub message: MessageId as id,
        pub client: ClientId as client_id,
        /// The client's own reference.
        pub reference: String as client_ref,
        pub locale: String,
        pub told_at: Timestamp,
        /// How many clients have this number.
        pub sharing: i64,
    }
}

impl Senders<'_> {
    /// The last message that left for a number, if a client has the number and was ever told anything
    /// by it.
    pub async fn told_last(
        &mut self,
        number: &PhoneNumber,
    ) -> Result<Option<LastTold>, StoreError> {
        optional!(self.0, "look up who writes from a number",
            "SELECT m.id, m.client_id, c.ref AS client_ref, c.locale, m.opened_at AS told_at,
             (SELECT CAST(count(*) AS BIGINT) FROM contact_point s
             WHERE s.address = $1 AND s.channel = 'sms') AS sharing
             FROM contact_point o JOIN client c ON c.id = o.client_id
             JOIN message m ON m.client_id = o.client_id AND m.channel = o.channel
             AND m.address = o.address
             JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id
             WHERE o.address = $1 AND o.channel = 'sms' AND m.opened_at IS NOT NULL
             AND e.source NOT LIKE $2 ORDER BY m.opened_at DESC, m.id DESC LIMIT 1";
            number.as_str(), beginning_with(ANSWERS)
        )
    }

    /// The last message by which a client was asked at this number, after `since`, whether it is back.
    pub async fn asked(
        &mut self,
        client: ClientId,
        number: &PhoneNumber,
        since: Timestamp,
    ) -> Result<Option<MessageId>, StoreError> {
        optional_value!(self.0, "look up what a client was asked",
            "SELECT m.id FROM message m JOIN plan p ON p.id = m.plan_id
             JOIN event e ON e.id = p.event_id WHERE m.client_id = $1 AND m.channel = 'sms'
             AND m.address = $2 AND m.opened_at > $3 AND e.type = 'incident.confirm'
             ORDER BY m.opened_at DESC, m.id DESC LIMIT 1";
            client, number.as_str(), since
        )
    }

    /// The address that a message went to; nothing once it is gone.
    pub async fn address_of(&mut self, message: MessageId) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "look up where a message went",
            "SELECT address FROM message WHERE id = $1"; message
        )
    }
}

/// A pattern for LIKE; sources that Araldo makes hold none of its signs.
fn beginning_with(source: &str) -> String {
    format!("{source}%")
}
