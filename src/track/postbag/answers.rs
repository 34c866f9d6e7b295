//! What a reader answers to an e-mail: one of a few words is obeyed, as in an SMS (`track::words`); all
//! else is a reply for a person, as one on the status page is. Nothing is answered by mail.
//!
//! Only the address for answers, with the token of the message, speaks for the client. Whoever writes to
//! us otherwise may be anybody: that is kept for a person, who is told so, and obeyed in nothing.

use super::Postbag;
use super::joined::JoinedMail;
use crate::domain::limits::{LONGEST_REPLY, MOST_REPLIES};
use crate::domain::mail_return::MailProof;
use crate::domain::{EngagementKind, Timestamp, Verdict};
use crate::store::messages::engagement::NewEngagement;
use crate::store::people::preferences::Decision;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::track::returned::Returned;
use crate::track::words::{SentWord, topic_named, understood};

pub(super) async fn follow(
    postbag: &Postbag,
    tx: &mut Tx,
    mail: &Returned,
    joined: &JoinedMail,
    now: Timestamp,
) -> Result<(), StoreError> {
    if joined.message.address.is_empty() {
        // The client was erased: nothing of theirs is kept any more.
        return Ok(());
    }
    let answer = MailAnswer {
        postbag,
        mail,
        joined,
        now,
    };
    if joined.proof == MailProof::Token && answer.obey(tx).await? {
        return Ok(());
    }
    answer.keep(tx).await
}

struct MailAnswer<'a> {
    postbag: &'a Postbag,
    mail: &'a Returned,
    joined: &'a JoinedMail,
    now: Timestamp,
}

impl MailAnswer<'_> {
    /// False: it is none of the words, or what it is about is not known.
    async fn obey(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let (client, message) = (self.joined.message.client, self.joined.message.id);
        let (now, ids) = (self.now, &*self.postbag.ids);
        match understood(&self.mail.text) {
            SentWord::Stop(None) => {
                tx.preferences().stop(client, message, now, ids).await?;
                self.note(tx, EngagementKind::Unsubscribed, None).await?;
            }
            SentWord::Start(None) => {
                tx.preferences().resume(client, message, now, ids).await?;
                self.confirm(tx).await?;
            }
            SentWord::Stop(Some(topic)) => return self.choose(tx, &topic, false).await,
            SentWord::Start(Some(topic)) => return self.choose(tx, &topic, true).await,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// One topic, or not. What is no topic of ours is for a person.
    async fn choose(&self, tx: &mut Tx, word: &str, wanted: bool) -> Result<bool, StoreError> {
        let client = self.joined.message.client;
        let topics = tx.preferences().topics(client).await?;
        let names: Vec<&str> = topics.keys().map(String::as_str).collect();
        let Some(topic) = topic_named(word, &names) else {
            return Ok(false);
        };
        let decision = Decision::Topic {
            topic: topic.to_owned(),
            wanted,
        };
        let ids = &*self.postbag.ids;
        tx.preferences()
            .decide(client, &decision, self.now, ids)
            .await?;
        match wanted {
            true => self.confirm(tx).await?,
            false => self.note(tx, EngagementKind::Unsubscribed, None).await?,
        }
        Ok(true)
    }

    /// Keeps the words for a person, unless so many came already that one more tells nothing.
    async fn keep(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let text = sanitize::lines(&self.mail.text);
        let text: String = text.chars().take(LONGEST_REPLY).collect();
        let text = text.trim();
        if text.is_empty() {
            return self.confirm(tx).await;
        }
        let (message, replied) = (self.joined.message.id, EngagementKind::Replied);
        if tx.engagement().count(message, replied).await? >= MOST_REPLIES {
            return Ok(());
        }
        self.note(tx, replied, Some(text.to_owned())).await
    }

    /// Whoever answers has read it; once is enough.
    async fn confirm(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let (message, confirmed) = (self.joined.message.id, EngagementKind::Confirmed);
        if tx.engagement().count(message, confirmed).await? > 0 {
            return Ok(());
        }
        self.note(tx, confirmed, None).await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        kind: EngagementKind,
        detail: Option<String>,
    ) -> Result<(), StoreError> {
        let (message, is_theirs) = (
            self.joined.message.id,
            self.joined.proof == MailProof::Token,
        );
        let act = NewEngagement {
            message,
            kind,
            verdict: match is_theirs {
                true => Verdict::Human,
                false => Verdict::Undetermined,
            },
            grounds: self.grounds(),
            link: None,
            detail,
            at: self.now,
        };
        let ids = &*self.postbag.ids;
        tx.engagement().record(&[act], &[], ids).await?;
        if !is_theirs {
            return Ok(());
        }
        let mut receipts = tx.receipts(self.postbag.horizon);
        receipts.proven(&[message], self.now).await
    }

    /// What people should know of how the words were joined to the message.
    fn grounds(&self) -> &'static str {
        let from = self.mail.envelope.from.as_deref().unwrap_or_default();
        let is_other = !from.eq_ignore_ascii_case(&self.joined.message.address);
        match (self.joined.proof, is_other) {
            (MailProof::Token, false) => "answered the e-mail",
            (MailProof::Token, true) => "answered the e-mail from another address",
            (MailProof::Named, _) => {
                "wrote an e-mail that names this one; anybody who saw it can have written that"
            }
            (MailProof::Recipient | MailProof::None, _) => {
                "wrote an e-mail of their own, which is kept with the client's last; a sender's \
                 address can be forged"
            }
        }
    }
}
