//! Whoever wrote, and has a number or an address that no client has: to be answered they become a client
//! with this one contact, no case and no place, so that all that holds for clients holds for them, a STOP
//! and an erasure before all. Once somebody knows who it was, what was written and sent is that client's.

use super::{Conversation, Conversations};
use crate::domain::{ClientId, Timestamp};
use crate::store::StoreError;
use crate::store::database::sql::{execute, value};

impl Conversations<'_> {
    /// Makes all that came from a conversation's unknown address this client's, who was made for it.
    pub async fn begin_with(
        &mut self,
        talk: &Conversation,
        client: ClientId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "note that a client was made to be answered",
            "INSERT INTO unknown_writer (client_id, made_at) VALUES ($1, $2)
             ON CONFLICT (client_id) DO NOTHING";
            client, now
        )?;
        self.give(talk, client).await
    }

    /// It was this client who wrote. `from`, `to`: the references of whoever was made to be answered, and
    /// of the client.
    pub async fn identify(
        &mut self,
        talk: &Conversation,
        client: ClientId,
        (from, to): (&str, &str),
    ) -> Result<(), StoreError> {
        let Some(unknown) = talk.client.filter(|_| talk.is_unknown) else {
            return self.give(talk, client).await;
        };
        execute!(self.0, "give a client the messages that were sent to an unknown address",
            "UPDATE message SET client_id = $2 WHERE client_id = $1"; unknown, client
        )?;
        execute!(self.0, "give a client the conversations of an unknown address",
            "UPDATE conversation SET client_id = $2 WHERE client_id = $1"; unknown, client
        )?;
        execute!(self.0, "give a client the problems that an unknown address reported",
            "UPDATE forwarded_problem SET client_id = $2 WHERE client_id = $1"; unknown, client
        )?;
        // An erasure finds events by the client's reference.
        let quoted = |reference: &str| serde_json::Value::from(reference).to_string();
        execute!(self.0, "give a client the events about an unknown address",
            "UPDATE event SET data = replace(data, $2, $3),
             subject = CASE WHEN subject = $4 THEN $5 ELSE subject END
             WHERE id >= $1 AND (subject = $4 OR data LIKE '%' || $2 || '%')";
            talk.id, quoted(from), quoted(to), from, to
        )?;
        execute!(self.0, "forget what an unknown address answered about incidents",
            "DELETE FROM incident_answer WHERE client_id = $1"; unknown
        )?;
        execute!(self.0, "delete a client that was made to be answered",
            "DELETE FROM client WHERE id = $1"; unknown
        )
    }

    /// Whether a client was made only to be answered.
    pub async fn is_unknown_writer(&mut self, client: ClientId) -> Result<bool, StoreError> {
        value!(self.0, "look whether a client was made to be answered",
            "SELECT EXISTS (SELECT 1 FROM unknown_writer WHERE client_id = $1)"; client
        )
    }

    async fn give(&mut self, talk: &Conversation, client: ClientId) -> Result<(), StoreError> {
        let Some(address) = &talk.address else {
            return Ok(());
        };
        execute!(self.0, "give a client the conversations of its address",
            "UPDATE conversation SET client_id = $3, address = NULL
             WHERE address = $1 AND channel = $2 AND client_id IS NULL";
            address, talk.channel, client
        )
    }
}
