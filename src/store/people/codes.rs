//! Codes that prove an address, what they prove, and the consent to be measured with its proof. A code is
//! kept as a hash; how one is made and sent, and how many there may be, is decided by `web::actions::codes`.

use crate::domain::deputy::CodePurpose;
use crate::domain::{Address, Channel, ClientId, Ids, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{execute, one, optional, value};
use crate::store::{StoreError, handle};

handle! {
    /// Codes that prove an address.
    codes -> Codes
}

/// A code that is about to be sent.
pub struct NewCode<'a> {
    pub id: i64,
    pub client: ClientId,
    pub purpose: CodePurpose,
    pub address: &'a Address,
    /// Of the deputy whose address it is.
    pub name: Option<&'a str>,
    pub hash: &'a str,
}

row! {
    /// A code that waits to be typed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WaitingCode {
        pub id: i64,
        pub address: Address as row,
        pub name: Option<String>,
        pub hash: String as code_hash,
        /// How many codes were typed that were not this one.
        pub tries: i64,
    }
}

row! {
    /// How many codes were asked for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct CodesAsked {
        /// By this client, for whatever address.
        pub by_client: i64,
        /// For this address, by whomever.
        pub to_address: i64,
    }
}

impl Codes<'_> {
    /// Keeps others from asking for or typing a code of this client until the end of the transaction.
    pub async fn lock(&mut self, client: ClientId) -> Result<(), StoreError> {
        execute!(self.0, "lock a client who proves an address",
            "SELECT id FROM client WHERE id = $1", words::for_update!();
            client
        )
    }

    /// How many were asked for from `since` on.
    pub async fn asked(
        &mut self,
        client: ClientId,
        address: &Address,
        since: Timestamp,
    ) -> Result<CodesAsked, StoreError> {
        one!(self.0, "count codes that were asked for",
            "SELECT (SELECT CAST(count(*) AS BIGINT) FROM contact_code
             WHERE client_id = $1 AND created_at > $4) AS by_client,
             (SELECT CAST(count(*) AS BIGINT) FROM contact_code
             WHERE channel = $2 AND address = $3 AND created_at > $4) AS to_address";
            client, address.channel(), address.as_str(), since
        )
    }

    /// Keeps a code. An earlier one for the same purpose is good for nothing any more.
    pub async fn write(&mut self, new: &NewCode<'_>, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "put a code in the place of an earlier one",
            "UPDATE contact_code SET used_at = $3 WHERE client_id = $1 AND purpose = $2
             AND used_at IS NULL";
            new.client, new.purpose, now
        )?;
        execute!(self.0, "keep a code that is sent",
            "INSERT INTO contact_code (id, client_id, purpose, channel, address, name, code_hash,
             tries, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)";
            new.id, new.client, new.purpose, new.address.channel(), new.address.as_str(), new.name,
            new.hash, now
        )
    }

    /// The code of a client that waits and was sent after `since`.
    pub async fn waiting(
        &mut self,
        client: ClientId,
        purpose: CodePurpose,
        since: Timestamp,
    ) -> Result<Option<WaitingCode>, StoreError> {
        optional!(self.0, "look up a code that waits",
            "SELECT id, channel, address, name, code_hash, tries FROM contact_code
             WHERE client_id = $1 AND purpose = $2 AND used_at IS NULL AND created_at > $3
             ORDER BY id DESC LIMIT 1";
            client, purpose, since
        )
    }

    /// Another code than this one was typed.
    pub async fn missed(&mut self, code: i64) -> Result<(), StoreError> {
        execute!(self.0, "count a code that was typed wrong",
            "UPDATE contact_code SET tries = tries + 1 WHERE id = $1"; code
        )
    }

    /// It was typed: it is good for nothing more.
    pub async fn used(&mut self, code: i64, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "note that a code was typed",
            "UPDATE contact_code SET used_at = $2 WHERE id = $1"; code, now
        )
    }

    /// Forgets codes that were sent before `before`.
    pub async fn sweep(&mut self, before: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "forget old codes",
            "DELETE FROM contact_code WHERE created_at < $1"; before
        )
    }

    /// Makes a proven address the first of the client's on its channel, whether or not it was known.
    pub async fn prove(
        &mut self,
        client: ClientId,
        address: &Address,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let channel: Channel = address.channel();
        execute!(self.0, "write down a contact that was proven",
            "INSERT INTO contact_point (id, client_id, channel, address, position, verified, verified_at)
             VALUES ($1, $2, $3, $4, coalesce((SELECT min(o.position) FROM contact_point o
             WHERE o.client_id = $2), 0) - 1, TRUE, $5)
             ON CONFLICT (client_id, channel, address) DO UPDATE SET
             position = excluded.position, verified = TRUE, verified_at = excluded.verified_at";
            ids.next(), client, channel, address.as_str(), now
        )
    }

    /// Keeps what a client said about being measured, with the text it was said to.
    pub async fn consented(
        &mut self,
        id: i64,
        (client, message): (ClientId, MessageId),
        allowed: bool,
        (text_version, locale): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "keep the proof of a consent",
            "INSERT INTO consent (id, client_id, allowed, text_version, locale, message_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
            id, client, allowed, text_version, locale, message, now
        )
    }

    /// When the client last said whether reading may be measured.
    pub async fn consent_given(
        &mut self,
        client: ClientId,
    ) -> Result<Option<Timestamp>, StoreError> {
        value!(self.0, "look up when a client consented",
            "SELECT max(at) FROM consent WHERE client_id = $1"; client
        )
    }
}
