//! Who writes to us from a telephone number: its client, and the message that the text answers.
//!
//! Several clients may have one number, such as a family's. Whoever was told last by it is taken for
//! the sender. Answers that Araldo gave by itself count for nothing here: nobody is asked anything by
//! them. Whoever has the number and was told nothing by it is the sender too: the number is theirs. A client
//! that was made only to answer a number (`conversations::unknown`) is the sender while nobody else has it.
//! What a client wrote is kept by `messages::engagement`.

use crate::domain::client::SuppressionReason;
use crate::domain::event::ANSWERS;
use crate::domain::{Address, ClientId, MessageId, PhoneNumber, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{execute, optional, optional_value, value};
use crate::store::people::suppressions::Suppressions;
use crate::store::{StoreError, handle};

handle! {
    /// Who writes to us.
    senders -> Senders
}

row! {
    /// Who has a number, and the last message that left for it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LastTold {
        /// The contact point that holds the number.
        pub contact: i64,
        /// None: nothing has left for the number, or it was deleted since.
        pub message: Option<MessageId> as id,
        pub client: ClientId as client_id,
        /// The client's own reference.
        pub reference: String as client_ref,
        pub locale: String,
        pub told_at: Option<Timestamp>,
        /// How many clients have this number.
        pub sharing: i64,
    }
}

impl Senders<'_> {
    /// The client who writes from a number: of those who have it the one told last by it, else the
    /// last who was written down with it.
    pub async fn who_has(&mut self, number: &PhoneNumber) -> Result<Option<LastTold>, StoreError> {
        if let Some(told) = self.told_last(number).await? {
            return Ok(Some(told));
        }
        optional!(self.0, "look up who has a number",
            "SELECT o.id AS contact, CAST(NULL AS BIGINT) AS id, o.client_id, c.ref AS client_ref,
             c.locale, CAST(NULL AS BIGINT) AS told_at,
             (SELECT CAST(count(*) AS BIGINT) FROM contact_point s
             WHERE s.address = $1 AND s.channel = 'sms') AS sharing
             FROM contact_point o JOIN client c ON c.id = o.client_id
             WHERE o.address = $1 AND o.channel = 'sms' ORDER BY CASE WHEN EXISTS
             (SELECT 1 FROM unknown_writer w WHERE w.client_id = o.client_id) THEN 1 ELSE 0 END,
             o.id DESC LIMIT 1";
            number.as_str()
        )
    }

    /// The last message that left for a number, if a client has the number and was ever told anything
    /// by it.
    async fn told_last(&mut self, number: &PhoneNumber) -> Result<Option<LastTold>, StoreError> {
        optional!(self.0, "look up who writes from a number",
            "SELECT o.id AS contact, m.id, m.client_id, c.ref AS client_ref, c.locale, m.opened_at AS told_at,
             (SELECT CAST(count(*) AS BIGINT) FROM contact_point s
             WHERE s.address = $1 AND s.channel = 'sms') AS sharing
             FROM contact_point o JOIN client c ON c.id = o.client_id
             JOIN message m ON m.client_id = o.client_id AND m.channel = o.channel
             AND m.address = o.address
             JOIN plan p ON p.id = m.plan_id JOIN event e ON e.id = p.event_id
             WHERE o.address = $1 AND o.channel = 'sms' AND m.opened_at IS NOT NULL
             AND e.source NOT LIKE $2 AND NOT (EXISTS (SELECT 1 FROM unknown_writer w
             WHERE w.client_id = o.client_id) AND EXISTS (SELECT 1 FROM contact_point k
             WHERE k.address = $1 AND k.channel = 'sms' AND NOT EXISTS
             (SELECT 1 FROM unknown_writer x WHERE x.client_id = k.client_id)))
             ORDER BY m.opened_at DESC, m.id DESC LIMIT 1";
            number.as_str(), beginning_with(ANSWERS)
        )
    }

    /// The last message that left for a client by whatever channel: what a text is joined to that
    /// answers no SMS.
    pub async fn told_otherwise(
        &mut self,
        client: ClientId,
    ) -> Result<Option<MessageId>, StoreError> {
        optional_value!(self.0, "look up what a client was told last",
            "SELECT id FROM message WHERE client_id = $1 AND opened_at IS NOT NULL
             ORDER BY id DESC LIMIT 1";
            client
        )
    }

    /// Whether whoever has this number wrote STOP.
    pub async fn is_stopped(&mut self, number: &PhoneNumber) -> Result<bool, StoreError> {
        value!(self.0, "look up the STOP of a number",
            "SELECT EXISTS (SELECT 1 FROM suppression
             WHERE channel = 'sms' AND address = $1 AND reason = 'stop')";
            number.as_str()
        )
    }

    /// Nothing more to this number, whether or not a client has it.
    pub async fn stop(
        &mut self,
        number: &PhoneNumber,
        answered: Option<MessageId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let address = Address::Phone(number.clone());
        let reason = SuppressionReason::Stop;
        Suppressions(self.0)
            .suppress(&address, reason, answered, now)
            .await
    }

    /// Takes a STOP back. What barred the number for another reason stays.
    pub async fn resume(&mut self, number: &PhoneNumber) -> Result<(), StoreError> {
        execute!(self.0, "take the STOP of a number back",
            "DELETE FROM suppression WHERE channel = 'sms' AND address = $1 AND reason = 'stop'";
            number.as_str()
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

    /// The address of a contact point; nothing once it is gone.
    pub async fn address_at(&mut self, contact: i64) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "look up the address of a contact",
            "SELECT address FROM contact_point WHERE id = $1"; contact
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
