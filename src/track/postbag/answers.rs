//! What a reader answers to an e-mail: one of a few words is obeyed, as in an SMS (`track::words`); all
//! else is a reply for a person, as one on the status page is.
//!
//! Only the address for answers, with the token of the message, speaks for the client. Whoever writes to
//! us otherwise may be anybody: that is kept for a person, who is told so, and obeyed in nothing.
//!
//! Each word that changed something is acknowledged once, by e-mail, with what remains; the rest is said
//! once a day at most. Nothing is said to a program, nor to whoever cannot prove to be the client.

use super::Postbag;
use super::joined::JoinedMail;
use crate::domain::event::Arrival;
use crate::domain::limits::{LONGEST_REPLY, MOST_REPLIES};
use crate::domain::mail_return::{MAILBOX_REPORTS, MailProof};
use crate::domain::{Address, Channel, EngagementKind, Timestamp, Verdict};
use crate::store::messages::engagement::NewEngagement;
use crate::store::people::preferences::Decision;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::text::tree::Tree;
use crate::track::dialogue::{AutomaticAnswer, DeputyStop, MandateEnd, SaidTo};
use crate::track::returned::Returned;
use crate::track::words::{SentWord, topic_named, understood};

/// `key`: the mail's, the same for each copy.
pub(super) async fn follow(
    postbag: &Postbag,
    tx: &mut Tx,
    (mail, key): (&Returned, &str),
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
    if joined.proof != MailProof::Token {
        return answer.keep(tx).await;
    }
    let back = match answer.obey(tx).await? {
        HeardWord::Obeyed(back) => back,
        HeardWord::Free => {
            answer.keep(tx).await?;
            answer.away()
        }
    };
    match back.filter(|_| !mail.envelope.is_automatic) {
        Some(back) => answer.say(tx, &back, key).await,
        None => Ok(()),
    }
}

/// What became of a mail's words.
enum HeardWord {
    /// With what is to be said back, if anything.
    Obeyed(Option<AutomaticAnswer>),
    /// It is none of the words, or what it is about is not known.
    Free,
}

struct MailAnswer<'a> {
    postbag: &'a Postbag,
    mail: &'a Returned,
    joined: &'a JoinedMail,
    now: Timestamp,
}

impl MailAnswer<'_> {
    async fn obey(&self, tx: &mut Tx) -> Result<HeardWord, StoreError> {
        let back = match understood(&self.mail.text) {
            SentWord::Stop(None) => self.stop(tx).await?,
            SentWord::Start(None) => self.resume(tx).await?,
            SentWord::Stop(Some(topic)) => return self.choose(tx, &topic, false).await,
            SentWord::Start(Some(topic)) => return self.choose(tx, &topic, true).await,
            SentWord::Info => {
                self.confirm(tx).await?;
                Some(AutomaticAnswer::info())
            }
            SentWord::Help => {
                self.keep(tx).await?;
                Some(AutomaticAnswer::info())
            }
            SentWord::Yes
            | SentWord::No
            | SentWord::Score(_)
            | SentWord::OtherNumber
            | SentWord::Free => return Ok(HeardWord::Free),
        };
        Ok(HeardWord::Obeyed(back))
    }

    /// Nothing more to the address that our mail went to. What was so before is not said again. Whoever
    /// acts for a client stops that alone, as by SMS, and is told so by a letter.
    async fn stop(&self, tx: &mut Tx) -> Result<Option<AutomaticAnswer>, StoreError> {
        let (client, message) = (self.joined.message.client, self.joined.message.id);
        let address = self.joined.message.address.clone();
        let address = Address::from_stored(Channel::Email, address);
        let end = MandateEnd {
            organisation: &self.postbag.reception.organisation,
            ids: &*self.postbag.ids,
            now: self.now,
            wall: self.postbag.clock.wall(),
        };
        let stop = DeputyStop::Address(&address, Some(message));
        if end.give_up(tx, client, stop).await? {
            self.note(tx, EngagementKind::Unsubscribed, None).await?;
            return Ok(None);
        }
        end.end_at(tx, &address).await?;
        if self.is_stopped(tx).await? {
            return Ok(None);
        }
        let (now, ids) = (self.now, &*self.postbag.ids);
        tx.preferences().stop(client, message, now, ids).await?;
        self.note(tx, EngagementKind::Unsubscribed, None).await?;
        Ok(Some(AutomaticAnswer::stopped(None)))
    }

    async fn resume(&self, tx: &mut Tx) -> Result<Option<AutomaticAnswer>, StoreError> {
        let (client, message) = (self.joined.message.client, self.joined.message.id);
        self.confirm(tx).await?;
        if !self.is_stopped(tx).await? {
            return Ok(None);
        }
        let (now, ids) = (self.now, &*self.postbag.ids);
        tx.preferences().resume(client, message, now, ids).await?;
        Ok(Some(AutomaticAnswer::resumed(None)))
    }

    async fn is_stopped(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let (client, message) = (self.joined.message.client, self.joined.message.id);
        let choices = tx.preferences().of(client, message).await?;
        Ok(choices.is_some_and(|choices| choices.stopped))
    }

    /// One topic, or not. What is no topic of ours is for a person.
    async fn choose(&self, tx: &mut Tx, word: &str, wanted: bool) -> Result<HeardWord, StoreError> {
        let client = self.joined.message.client;
        let topics = tx.preferences().topics(client).await?;
        let names: Vec<&str> = topics.keys().map(String::as_str).collect();
        let Some(topic) = topic_named(word, &names) else {
            return Ok(HeardWord::Free);
        };
        match wanted {
            true => self.confirm(tx).await?,
            false => self.note(tx, EngagementKind::Unsubscribed, None).await?,
        }
        if topics.get(topic).copied().flatten() == Some(wanted) {
            return Ok(HeardWord::Obeyed(None));
        }
        let decision = Decision::Topic {
            topic: topic.to_owned(),
            wanted,
        };
        let ids = &*self.postbag.ids;
        tx.preferences()
            .decide(client, &decision, self.now, ids)
            .await?;
        Ok(HeardWord::Obeyed(Some(match wanted {
            true => AutomaticAnswer::resumed(Some(topic)),
            false => AutomaticAnswer::stopped(Some(topic)),
        })))
    }

    /// That nobody is there now.
    fn away(&self) -> Option<AutomaticAnswer> {
        let promise = &self.postbag.reception.promise;
        let hours = promise.closed_at(self.now)?;
        Some(AutomaticAnswer::away(hours.written()))
    }

    /// Says it, by e-mail to the address that our mail went to.
    async fn say(&self, tx: &mut Tx, back: &AutomaticAnswer, key: &str) -> Result<(), StoreError> {
        let client = self.joined.message.client;
        if !back.may_be_given(tx).await? {
            return Ok(());
        }
        let Some(reader) = tx.mails().reader(client).await? else {
            return Ok(());
        };
        let subject = format!("message:{}", self.joined.message.id);
        let reception = &self.postbag.reception;
        let to = SaidTo {
            provider: MAILBOX_REPORTS,
            id: key,
            subject: &subject,
            client,
            reference: &reader.reference,
            locale: &reader.locale,
            channel: Channel::Email,
            zone: reception.promise.zone,
            now: self.now,
        };
        let event = back.event(&to, &reception.safety);
        let event = Arrival::parse(Tree::from(&event), self.now).map_err(|fault| {
            StoreError::Unfit(format!("cannot answer a client's e-mail: {fault}"))
        })?;
        let ids = &*self.postbag.ids;
        tx.events().accept([event], self.now, ids).await.map(drop)
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
