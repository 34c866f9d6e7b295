//! What a person answers in a conversation: checked, kept, and asked for as a message by the channel the
//! client wrote on. A STOP of the client holds, and is said here before anything is kept. Whoever nobody
//! knows becomes a client for it (`store::people::conversations`), so that all that holds for clients holds
//! for them.

use std::collections::BTreeMap;

use serde_json::json;

use crate::domain::client::{Client, ContactPoint, HOME_ZONE, TrackingConsent};
use crate::domain::event::{Arrival, CONVERSATIONS, MESSAGE_REQUESTED};
use crate::domain::language::Language;
use crate::domain::limits::LONGEST_ANSWER;
use crate::domain::{Address, Class, EventId, Ids, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::people::conversations::{Conversation, NewAnswer};
use crate::store::planning::events::Accept;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::text::tree::Tree;

/// The template that carries answers.
pub const ANSWER_TEMPLATE: &str = "reply-answer";
/// No template has this topic, so that no client is offered to refuse it: an answer to their own words is
/// no news.
const TOPIC: &str = "answers";
/// What stands before a conversation's number in the reference of whoever nobody knows.
const UNKNOWN: &str = "unknown-";

/// Why an answer was not taken; nothing was kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnswered {
    /// It is empty, or too long.
    Unfit,
    /// Another line came meanwhile: somebody else answered, or the client wrote more.
    Stale,
    /// The client was erased.
    NoClient,
    /// The client wants no more by this channel, or has no address there.
    Barred,
    /// The organisation's own texts lack the one that carries answers.
    NoTemplate,
}

/// What whoever answers knows of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenLines {
    /// So many lines: with another there is no answer.
    Count(i64),
    /// Those of this mail to the staff; what came later stays unanswered.
    OfMail(i64),
}

/// An answer as somebody wrote it.
#[derive(Debug, Clone, Copy)]
pub struct TypedAnswer<'a> {
    /// E-mail of the console's user, or the name of a key, as the audit has it.
    pub by: &'a str,
    pub seen: SeenLines,
    pub text: &'a str,
}

/// What answering needs besides the transaction.
#[derive(Clone, Copy)]
pub struct Answering<'a> {
    pub ids: &'a dyn Ids,
    pub now: Timestamp,
}

impl Answering<'_> {
    /// Keeps an answer in the caller's transaction. None: it is on its way. Nothing is kept of one that
    /// is not taken; where it was stale the caller must not commit.
    pub async fn answer(
        &self,
        tx: &mut Tx,
        talk: &Conversation,
        answer: &TypedAnswer<'_>,
    ) -> Result<Option<NotAnswered>, StoreError> {
        let text = sanitize::prose(answer.text);
        let text = text.trim();
        if text.is_empty() || text.chars().nth(LONGEST_ANSWER).is_some() {
            return Ok(Some(NotAnswered::Unfit));
        }
        if talk.client_ref.is_none() && talk.address.is_none() {
            return Ok(Some(NotAnswered::NoClient));
        }
        if !tx.conversations().may_be_told(talk.id).await? {
            return Ok(Some(NotAnswered::Barred));
        }
        if tx
            .templates()
            .lookup_published(ANSWER_TEMPLATE)
            .await?
            .is_none()
        {
            return Ok(Some(NotAnswered::NoTemplate));
        }
        let Some(client) = self.client(tx, talk).await? else {
            return Ok(Some(NotAnswered::NoClient));
        };
        let event = self.ask(tx, talk, &client, text).await?;
        let (seen, mail) = match answer.seen {
            SeenLines::Count(seen) => (seen, None),
            SeenLines::OfMail(mail) => (talk.lines, Some(mail)),
        };
        let line = NewAnswer {
            id: self.ids.next(),
            conversation: talk.id,
            seen,
            channel: talk.channel,
            text,
            by: answer.by,
            event,
            mail,
            at: self.now,
        };
        if !tx.conversations().answer(&line).await? {
            return Ok(Some(NotAnswered::Stale));
        }
        self.note(tx, answer, talk.id).await?;
        Ok(None)
    }

    /// The reference of whoever is answered; whoever nobody knows gets one. None: the client was erased.
    async fn client(&self, tx: &mut Tx, talk: &Conversation) -> Result<Option<String>, StoreError> {
        if let Some(client) = &talk.client_ref {
            return Ok(Some(client.clone()));
        }
        let Some(address) = talk.address.clone() else {
            return Ok(None);
        };
        let client = unknown(talk.id, Address::from_stored(talk.channel, address));
        let put = tx.clients().put(&client, self.now, self.ids).await?;
        let mut conversations = tx.conversations();
        conversations.begin_with(talk, put.id(), self.now).await?;
        Ok(Some(client.client))
    }

    /// The event that asks for the answer to be sent.
    async fn ask(
        &self,
        tx: &mut Tx,
        talk: &Conversation,
        client: &str,
        text: &str,
    ) -> Result<EventId, StoreError> {
        let event = json!({
            "specversion": "1.0",
            "id": self.ids.next().to_string(),
            "source": format!("{CONVERSATIONS}{}", talk.id),
            "type": MESSAGE_REQUESTED,
            "subject": client,
            "data": {
                "client": client,
                "template": ANSWER_TEMPLATE,
                "variables": { "answer": { "text": text } },
                "channels": [talk.channel],
                "class": Class::Service,
                "topic": TOPIC,
            },
        });
        let unfit = |fault: &dyn std::fmt::Display| {
            StoreError::Unfit(format!("cannot keep an answer to a client: {fault}"))
        };
        let event = Arrival::parse(Tree::from(&event), self.now).map_err(|fault| unfit(&fault))?;
        let taken = tx.events().accept([event], self.now, self.ids).await?;
        match taken.first() {
            Some(Accept::New(event)) => Ok(*event),
            _ => Err(unfit(&"its event is there already")),
        }
    }

    async fn note(
        &self,
        tx: &mut Tx,
        answer: &TypedAnswer<'_>,
        conversation: i64,
    ) -> Result<(), StoreError> {
        let subject = conversation.to_string();
        let entry = AuditEntry::new(answer.by, "conversation.answered", &subject);
        let entry = match answer.seen {
            SeenLines::Count(_) => entry,
            SeenLines::OfMail(_) => entry.with("by mail"),
        };
        tx.audit().append(self.ids.next(), self.now, &entry).await
    }
}

/// The client that stands for whoever wrote from an address of nobody.
fn unknown(conversation: i64, address: Address) -> Client {
    let language = Language::HOME;
    Client {
        client: format!("{UNKNOWN}{conversation}"),
        name: language.choose("cliente", "customer").to_owned(),
        locale: language.tag().to_owned(),
        time_zone: HOME_ZONE,
        preferred: None,
        contacts: vec![ContactPoint {
            address,
            verified: false,
        }],
        places: Vec::new(),
        partner: None,
        topics: BTreeMap::new(),
        quiet_hours: None,
        tracking_consent: TrackingConsent::Unknown,
    }
}
