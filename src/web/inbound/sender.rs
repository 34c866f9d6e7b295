//! What is done with a client's text, in the transaction that takes it.

use chrono::TimeDelta;

use super::InboundSms;
use crate::domain::limits::{LONGEST_REPLY, MOST_REPLIES, QUESTION_OPEN};
use crate::domain::{Address, Channel, EngagementKind, MessageId, PhoneNumber, Timestamp, Verdict};
use crate::store::access::audit::AuditEntry;
use crate::store::messages::engagement::NewEngagement;
use crate::store::people::conversations::NewLine;
use crate::store::people::preferences::Decision;
use crate::store::people::senders::LastTold;
use crate::store::reports::status_page::Followed;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::track::dialogue::{AutomaticAnswer, SaidTo};
use crate::track::words::{SentWord, topic_named};
use crate::web::Web;
use crate::web::actions::{deputies, letters};
use crate::web::public::{BackSettled, GivenScore, ScoreSettled, rate, settle};

/// A text that answers a message older than this may be about something else; people are told so.
const FRESH: TimeDelta = TimeDelta::hours(72);

/// What is kept of a text.
pub(super) fn kept_of(text: &str) -> String {
    let kept: String = sanitize::lines(text).chars().take(LONGEST_REPLY).collect();
    kept.trim().to_owned()
}

/// Who wrote, and after which message, if any.
pub(super) struct SmsSender<'a> {
    pub(super) web: &'a Web,
    pub(super) told: &'a LastTold,
    pub(super) number: &'a PhoneNumber,
    pub(super) now: Timestamp,
}

impl SmsSender<'_> {
    /// Whom an answer goes to that is given at once. `subject`: see `super::subject`.
    pub(super) fn said_to<'a>(&'a self, sms: &InboundSms<'a>, subject: &'a str) -> SaidTo<'a> {
        SaidTo {
            provider: sms.provider,
            id: sms.id,
            subject,
            client: self.told.client,
            reference: &self.told.reference,
            locale: &self.told.locale,
            channel: Channel::Sms,
            zone: self.web.console.zone(),
            now: self.now,
        }
    }

    /// Does what was asked for, or keeps the text for a person. What is to be said back at once.
    pub(super) async fn obey(
        &self,
        tx: &mut Tx,
        word: &SentWord,
        sms: &InboundSms<'_>,
    ) -> Result<Option<AutomaticAnswer>, StoreError> {
        match word {
            SentWord::Stop(None) => self.stop(tx).await,
            SentWord::Start(None) => self.resume(tx).await.map(Some),
            SentWord::Stop(Some(topic)) => self.choose(tx, topic, false, sms).await,
            SentWord::Start(Some(topic)) => self.choose(tx, topic, true, sms).await,
            SentWord::Info => {
                self.read(tx).await?;
                Ok(Some(AutomaticAnswer::info()))
            }
            SentWord::Help => {
                self.keep(tx, sms).await?;
                Ok(Some(AutomaticAnswer::info()))
            }
            SentWord::Yes | SentWord::No => match self.settle(tx, *word == SentWord::No).await? {
                true => Ok(None),
                false => self.keep(tx, sms).await,
            },
            SentWord::Score(score) => match self.rate(tx, *score).await? {
                true => Ok(None),
                false => self.keep(tx, sms).await,
            },
            SentWord::OtherNumber => match self.say_scores(tx).await? {
                true => Ok(None),
                false => self.keep(tx, sms).await,
            },
            SentWord::Free => self.keep(tx, sms).await,
        }
    }

    /// Nothing more to this number. Whoever acts for a client stops that alone, and is told so by
    /// `deputies`; where the number is somebody's own as well, nothing more comes for either.
    async fn stop(&self, tx: &mut Tx) -> Result<Option<AutomaticAnswer>, StoreError> {
        let from = (self.number, self.told.message);
        if deputies::stop_from(self.web, tx, self.told.client, from).await? {
            return Ok(None);
        }
        if !tx.senders().is_stopped(self.number).await? {
            let answered = self.told.message;
            tx.senders().stop(self.number, answered, self.now).await?;
            self.audit(tx, "stopped everything").await?;
            self.unsubscribed(tx).await?;
        }
        Ok(Some(AutomaticAnswer::stopped(None)))
    }

    /// Of this number, and of all addresses of whoever stopped everything.
    async fn resume(&self, tx: &mut Tx) -> Result<AutomaticAnswer, StoreError> {
        let was_stopped = tx.senders().is_stopped(self.number).await?;
        let (address, ids) = (Address::Phone(self.number.clone()), &*self.web.ids);
        let all = tx
            .preferences()
            .begin_again_at(&address, self.now, ids)
            .await?;
        if was_stopped {
            tx.senders().resume(self.number).await?;
        }
        if was_stopped && !all {
            self.audit(tx, "took the stop back").await?;
        }
        self.read(tx).await?;
        Ok(AutomaticAnswer::resumed(None))
    }

    /// One topic, or not. What is no topic of ours is for a person.
    async fn choose(
        &self,
        tx: &mut Tx,
        topic: &str,
        wanted: bool,
        sms: &InboundSms<'_>,
    ) -> Result<Option<AutomaticAnswer>, StoreError> {
        let client = self.told.client;
        let topics = tx.preferences().topics(client).await?;
        let names: Vec<&str> = topics.keys().map(String::as_str).collect();
        let Some(topic) = topic_named(topic, &names) else {
            return self.keep(tx, sms).await;
        };
        if topics.get(topic).copied().flatten() != Some(wanted) {
            let decision = Decision::Topic {
                topic: topic.to_owned(),
                wanted,
            };
            let ids = &*self.web.ids;
            tx.preferences()
                .decide(client, &decision, self.now, ids)
                .await?;
        }
        if wanted {
            self.read(tx).await?;
            return Ok(Some(AutomaticAnswer::resumed(Some(topic))));
        }
        self.unsubscribed(tx).await?;
        Ok(Some(AutomaticAnswer::stopped(Some(topic))))
    }

    /// "Is it back for you?", as on the status page. False: nobody asks this client that now.
    async fn settle(&self, tx: &mut Tx, still_out: bool) -> Result<bool, StoreError> {
        let since = self.now - QUESTION_OPEN;
        let client = self.told.client;
        let asked = tx.senders().asked(client, self.number, since).await?;
        let Some(question) = asked else {
            return Ok(false);
        };
        let Followed::Told(told) = tx.status_page().follow(question).await? else {
            return Ok(false);
        };
        match settle(self.web, tx, &told, still_out).await? {
            BackSettled::NotAsked | BackSettled::TooOften => Ok(false),
            BackSettled::Kept | BackSettled::SaidAgain => {
                self.confirm(tx, question).await?;
                Ok(true)
            }
        }
    }

    /// "How did it go?", as on the status page. False: nobody asks this client that now.
    async fn rate(&self, tx: &mut Tx, score: i64) -> Result<bool, StoreError> {
        let asked = tx.surveys().open_to(self.told.client, self.now).await?;
        let Some(survey) = asked else {
            return Ok(false);
        };
        let given = GivenScore {
            survey: survey.id,
            score,
            comment: None,
            channel: Channel::Sms,
            message: self.told.message,
        };
        match rate(self.web, tx, &given).await? {
            ScoreSettled::NotAsked | ScoreSettled::TooOften => Ok(false),
            ScoreSettled::Kept | ScoreSettled::SaidAgain => {
                self.read(tx).await?;
                Ok(true)
            }
        }
    }

    /// A number that is no score, from somebody who is asked for one: which there are is said. False: nobody
    /// asks now, or it was said today.
    async fn say_scores(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let client = self.told.client;
        if tx.surveys().open_to(client, self.now).await?.is_none() {
            return Ok(false);
        }
        let to = (client, self.told.locale.as_str());
        let said = letters::say_scores(self.web, tx, to, self.number).await?;
        if said {
            self.read(tx).await?;
        }
        Ok(said)
    }

    /// Keeps the text for a person. Whoever has written so often already is told where to call, and so
    /// is whoever was never told anything, though their text is kept as well.
    async fn keep(
        &self,
        tx: &mut Tx,
        sms: &InboundSms<'_>,
    ) -> Result<Option<AutomaticAnswer>, StoreError> {
        let kept = kept_of(sms.text);
        if kept.is_empty() {
            self.read(tx).await?;
            return Ok(None);
        }
        let message = match self.told.message {
            Some(message) => Some(message),
            None => tx.senders().told_otherwise(self.told.client).await?,
        };
        let Some(message) = message else {
            let (ids, key) = (&*self.web.ids, sms.key());
            let line = NewLine {
                key: &key,
                client: Some(self.told.client),
                address: &Address::Phone(self.number.clone()),
                text: &kept,
                at: self.now,
            };
            tx.conversations().keep(&line, ids).await?;
            return Ok(Some(AutomaticAnswer::info()));
        };
        let replied = EngagementKind::Replied;
        if tx.engagement().count(message, replied).await? >= MOST_REPLIES {
            return Ok(Some(AutomaticAnswer::info()));
        }
        self.note(tx, message, replied, Some(kept)).await?;
        if self.told.message.is_none() {
            tx.conversations().came_by(message, Channel::Sms).await?;
        }
        self.away(tx).await
    }

    /// That nobody is there now, to whoever may be told so.
    async fn away(&self, tx: &mut Tx) -> Result<Option<AutomaticAnswer>, StoreError> {
        let Some(hours) = self.web.console.dialogue.promise.closed_at(self.now) else {
            return Ok(None);
        };
        match tx.senders().is_stopped(self.number).await? {
            true => Ok(None),
            false => Ok(Some(AutomaticAnswer::away(hours.written()))),
        }
    }

    async fn unsubscribed(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let kind = EngagementKind::Unsubscribed;
        match self.told.message {
            Some(message) => self.note(tx, message, kind, None).await,
            None => Ok(()),
        }
    }

    async fn audit(&self, tx: &mut Tx, detail: &str) -> Result<(), StoreError> {
        let subject = format!("client:{}", self.told.client);
        let entry = AuditEntry::new("client", "preferences.changed", &subject).with(detail);
        self.web.audit(tx, &entry).await
    }

    /// The SMS that is answered was read.
    async fn read(&self, tx: &mut Tx) -> Result<(), StoreError> {
        match self.told.message {
            Some(message) => self.confirm(tx, message).await,
            None => Ok(()),
        }
    }

    /// Whoever answers has read it; once is enough.
    async fn confirm(&self, tx: &mut Tx, message: MessageId) -> Result<(), StoreError> {
        let confirmed = EngagementKind::Confirmed;
        if tx.engagement().count(message, confirmed).await? > 0 {
            return Ok(());
        }
        self.note(tx, message, confirmed, None).await
    }

    async fn note(
        &self,
        tx: &mut Tx,
        message: MessageId,
        kind: EngagementKind,
        detail: Option<String>,
    ) -> Result<(), StoreError> {
        let act = NewEngagement {
            message,
            kind,
            verdict: self.verdict(),
            grounds: self.grounds(),
            link: None,
            detail,
            at: self.now,
        };
        let ids = &*self.web.ids;
        tx.engagement().record(&[act], &[], ids).await?;
        if self.told.message.is_none() {
            return Ok(());
        }
        let mut receipts = tx.receipts(self.web.track.horizon);
        receipts.proven(&[message], self.now).await
    }

    /// A text that answers no SMS is no proof that the message it is kept with was read.
    const fn verdict(&self) -> Verdict {
        match self.told.message {
            Some(_) => Verdict::Human,
            None => Verdict::Undetermined,
        }
    }

    /// What people should know of how the text was joined to its message.
    fn grounds(&self) -> &'static str {
        let Some(told_at) = self.told.told_at else {
            return "wrote an SMS, though none that asks for an answer is known to this number; this is \
                    the client's last message";
        };
        let is_old = self.now - told_at > FRESH;
        match (self.told.sharing > 1, is_old) {
            (false, false) => "wrote an SMS",
            (true, false) => {
                "wrote an SMS; several clients have the number, and this one was told last"
            }
            (false, true) => "wrote an SMS more than three days after the last message",
            (true, true) => {
                "wrote an SMS more than three days after the last message; several clients have the \
                 number"
            }
        }
    }
}
