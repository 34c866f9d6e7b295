//! Mails that come back, whoever brings them (a mailbox that is read, or the mail server by
//! `araldo receive`): each is taken once, joined to the message it is about, and followed, in one
//! transaction. Neither its text nor an address of it is kept, but for the words that a client answers.
//!
//! What a mail means is read in `track::returned`. Who can have written it decides what it may do:
//!
//! | it bears | a report may | an answer is |
//! |---|---|---|
//! | a token of ours | change the state, bar the address | the client's |
//! | the name of our mail, and its address | make it undelivered | for a person |
//! | an address of ours alone | nothing | for a person |
//!
//! Next: `joined` (which message), `reports`, `answers` (what follows), `watch` (a mailbox, on one node at
//! a time).

mod answers;
mod joined;
mod reports;
mod watch;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub use self::watch::InboxWatch;
use crate::domain::mail_return::MailProof;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids, MessageId};
use crate::store::messages::mails::NewMail;
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::{Store, StoreError};
use crate::text::base32;
use crate::track::returned::{self, Returned, ReturnedClass};

/// The word for a mail of which only the size was looked at.
const TOO_LARGE: &str = "too_large";

/// Takes mails in. Cheap to clone.
#[derive(Clone)]
pub struct Postbag {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// The one that made the tokens.
    pub signer: Signer,
    /// How long a report is waited for.
    pub horizon: ReceiptHorizon,
}

/// What became of a mail. It is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailTaken {
    pub class: ReturnedClass,
    /// A person wrote it.
    pub is_letter: bool,
    /// It is about a message of ours; else a person should look at it.
    pub is_ours: bool,
    /// It was not known before.
    pub is_new: bool,
}

impl Postbag {
    /// Takes a mail whole, or not at all. `inbox`: the mailbox's name; empty for none.
    pub async fn take(&self, raw: &[u8], inbox: &str) -> Result<MailTaken, StoreError> {
        let mail = returned::read(raw);
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let joined = joined::find(&self.signer, &mut tx, &mail).await?;
        let is_letter = joined::is_letter(&mail);
        let class = mail.class.as_str();
        let message = joined.as_ref().map(|joined| joined.message.id);
        let key = key(&mail, raw);
        let entry = NewMail {
            id: self.ids.next(),
            key: &key,
            inbox,
            class,
            message,
            proof: joined.as_ref().map_or(MailProof::None, |it| it.proof),
            status: mail.status.as_deref(),
            at: now,
        };
        let is_new = tx.mails().enter(&entry).await?;
        if is_new {
            if let Some(joined) = &joined {
                if is_letter {
                    answers::follow(self, &mut tx, &mail, joined, now).await?;
                } else {
                    reports::follow(self, &mut tx, &mail, joined, now).await?;
                }
            }
            fail::fail_point!("mail-before-commit");
            tx.commit().await?;
            let id = message.map(MessageId::get);
            tracing::info!(
                mail.class = class,
                mail.inbox = inbox,
                message.id = id,
                "a mail came back"
            );
        }
        Ok(MailTaken {
            class: mail.class,
            is_letter,
            is_ours: joined.is_some(),
            is_new,
        })
    }

    /// Notes a mail that is left to a person because it is too large. `uid`: its number in the mailbox.
    async fn pass_over(&self, inbox: &str, uid: u32, size: u32) -> Result<(), StoreError> {
        let key = hashed(&[
            b"too large",
            inbox.as_bytes(),
            &uid.to_be_bytes(),
            &size.to_be_bytes(),
        ]);
        let mut tx = self.store.write().await?;
        let entry = NewMail {
            id: self.ids.next(),
            key: &key,
            inbox,
            class: TOO_LARGE,
            message: None,
            proof: MailProof::None,
            status: None,
            at: self.clock.now(),
        };
        if tx.mails().enter(&entry).await? {
            tx.commit().await?;
            tracing::warn!(
                mail.inbox = inbox,
                mail.bytes = size,
                "a mail is too large to be read; it stays in the mailbox for a person"
            );
        }
        Ok(())
    }
}

/// The same for a copy that came another way: servers add headers, and keep the mail's own name.
fn key(mail: &Returned, raw: &[u8]) -> String {
    match &mail.envelope.message_id {
        Some(id) => {
            let about = mail.traces.tokens.first().map_or("", String::as_str);
            let about = about.to_ascii_lowercase();
            let class = mail.class.as_str();
            hashed(&[b"name", id.as_bytes(), about.as_bytes(), class.as_bytes()])
        }
        None => hashed(&[b"whole", raw]),
    }
}

/// No part runs over into the next.
fn hashed(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    base32::encode(&hash.finalize())
}
