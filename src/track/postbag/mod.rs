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
//! What one of the staff answers to a mail of ours goes on to the client (`staff`). What a service tells of
//! mails over HTTP is proven before it comes here (`told`), and believed of the mails that it had.
//!
//! Next: `joined` (which message), `reports`, `answers` (what follows), `strangers` (whom nobody knows),
//! `watch` (a mailbox, on one node at a time).

mod answers;
mod joined;
mod reports;
mod staff;
mod strangers;
mod told;
mod watch;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::joined::JoinedMail;
pub(in crate::track) use self::told::ToldWriter;
pub use self::told::{ToldInbox, ToldMails, ToldTaken};
pub use self::watch::InboxWatch;
use crate::domain::mail_return::MailProof;
use crate::domain::promise::AnswerPromise;
use crate::domain::token::Signer;
use crate::domain::{Clock, Ids, MessageId, Timestamp};
use crate::store::messages::mails::NewMail;
use crate::store::messages::receipts::ReceiptHorizon;
use crate::store::people::conversations::KeptLine;
use crate::store::people::staff_mails::SentStaffMail;
use crate::store::{Store, StoreError, Tx};
use crate::text::base32;
use crate::track::dialogue::SafetyTopics;
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
    pub reception: Reception,
}

/// What the settings say of those who answer by mail.
#[derive(Clone, Default)]
pub struct Reception {
    /// When people are there, and whose days are counted.
    pub promise: AnswerPromise,
    pub safety: SafetyTopics,
    /// Who writes, as letters say it.
    pub organisation: String,
    /// What people whom nobody knows write becomes conversations.
    pub unknown_mail: bool,
}

/// What became of a mail. It is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailTaken {
    pub class: ReturnedClass,
    /// A person wrote it.
    pub is_letter: bool,
    /// It is about a message of ours, answers a mail to the staff, or waits in the inbox; else a person
    /// should look at it.
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
        let sent = staff::find(&self.signer, &mut tx, &mail).await?;
        let joined = match &sent {
            Some(_) => None,
            None => joined::find(&self.signer, &mut tx, &mail).await?,
        };
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
            proof: proof(sent.as_ref(), joined.as_ref()),
            status: mail.status.as_deref(),
            at: now,
        };
        let is_new = tx.mails().enter(&entry).await?;
        let is_of_nobody = sent.is_none() && joined.is_none();
        let mut waits = false;
        if is_of_nobody && is_letter && self.reception.unknown_mail {
            waits = match strangers::keep(self, &mut tx, &mail, &key, now).await? {
                KeptLine::Kept => is_new,
                KeptLine::KnownBefore => true,
                KeptLine::TooMany => false,
            };
        }
        if is_new {
            if let Some(sent) = &sent {
                staff::follow(self, &mut tx, &mail, sent, now).await?;
            } else if let Some(joined) = &joined {
                self.follow(&mut tx, (&mail, key.as_str()), joined, now)
                    .await?;
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
            is_ours: !is_of_nobody || waits,
            is_new,
        })
    }

    /// What follows of a mail that is about a message. `key`: the mail's.
    async fn follow(
        &self,
        tx: &mut Tx,
        (mail, key): (&Returned, &str),
        joined: &JoinedMail,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match joined::is_letter(mail) {
            true => answers::follow(self, tx, (mail, key), joined, now).await,
            false => reports::follow(self, tx, mail, joined, now).await,
        }
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

fn proof(sent: Option<&SentStaffMail>, joined: Option<&JoinedMail>) -> MailProof {
    match (sent, joined) {
        (Some(_), _) => MailProof::Token,
        (None, Some(joined)) => joined.proof,
        (None, None) => MailProof::None,
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
