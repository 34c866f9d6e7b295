//! Mails that came back: each is entered once, with what it was about and how sure that is. Neither its
//! text nor an address is kept. What follows from one is in `receipts`, `engagement` and
//! `people::suppressions`, in the same transaction; which message a mail is about, `track` decides.

use crate::domain::mail_return::MailProof;
use crate::domain::{ClientId, MessageId, Timestamp};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, optional, optional_value};
use crate::store::{StoreError, handle};

handle! {
    /// Mails that came back.
    mails -> ReturnedMails
}

/// A mail to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail<'a> {
    pub id: i64,
    /// The same for each copy of a mail.
    pub key: &'a str,
    /// The mailbox's name in the settings; empty: the mail server handed it over.
    pub inbox: &'a str,
    /// The word of its class.
    pub class: &'a str,
    pub message: Option<MessageId>,
    pub proof: MailProof,
    /// As the report says it (RFC 3463).
    pub status: Option<&'a str>,
    pub at: Timestamp,
}

row! {
    /// An e-mail that left, as what comes back of it needs it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailedMessage {
        pub id: MessageId,
        pub client: ClientId as client_id,
        /// Where it went; empty once the client was erased.
        pub address: String,
    }
}

row! {
    /// Who reads an e-mail of ours.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailReader {
        /// The client's own reference.
        pub reference: String,
        pub locale: String,
    }
}

row! {
    /// How many mails of one class are about no message of ours.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StrayMails {
        pub class: String,
        pub mails: i64,
    }
}

impl ReturnedMails<'_> {
    /// Enters a mail. False: it is there already.
    pub async fn enter(&mut self, mail: &NewMail<'_>) -> Result<bool, StoreError> {
        let entered = affected!(self.0, "enter a mail that came back",
            "INSERT INTO mail_evidence (id, mail_key, inbox, class, message_id, proof, status,
             received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (mail_key) DO NOTHING";
            mail.id, mail.key, mail.inbox, mail.class, mail.message, mail.proof.as_str(),
            mail.status, mail.at
        )?;
        Ok(entered == 1)
    }

    /// An e-mail of ours that has begun to leave.
    pub async fn sent(&mut self, message: MessageId) -> Result<Option<MailedMessage>, StoreError> {
        optional!(self.0, "look up an e-mail that something came back of",
            "SELECT id, client_id, address FROM message
             WHERE id = $1 AND channel = 'email' AND opened_at IS NOT NULL";
            message
        )
    }

    /// How a client is called and written to; nothing once the client is gone.
    pub async fn reader(&mut self, client: ClientId) -> Result<Option<MailReader>, StoreError> {
        optional!(self.0, "look up whom a mail is answered to",
            "SELECT ref AS reference, locale FROM client WHERE id = $1"; client
        )
    }

    /// The last e-mail that left for an address which a client still has.
    pub async fn last_to(&mut self, address: &str) -> Result<Option<MessageId>, StoreError> {
        optional_value!(self.0, "look up the last e-mail to an address",
            "SELECT m.id FROM contact_point o JOIN message m ON m.client_id = o.client_id
             AND m.channel = o.channel AND m.address = o.address
             WHERE o.address = $1 AND o.channel = 'email' AND m.opened_at IS NOT NULL
             ORDER BY m.opened_at DESC, m.id DESC LIMIT 1";
            address
        )
    }

    /// The mails that are about no message of ours, by class, for as long as they are remembered.
    pub async fn strays(&mut self) -> Result<Vec<StrayMails>, StoreError> {
        all!(
            self.0,
            "count the mails that are about no message",
            "SELECT class, CAST(count(*) AS BIGINT) AS mails FROM mail_evidence
             WHERE message_id IS NULL AND proof = 'none' GROUP BY class ORDER BY class"
        )
    }
}
