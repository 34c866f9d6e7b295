//! Conversations with clients as the inbox and programs move them: each move checked, written, and noted in
//! the audit, which never holds the words.
//!
//! An answer is a message like any other: an event asks for it, by the channel the client wrote on, with
//! the words as a variable. A STOP of the client holds, and is said here before anything is kept.

use serde_json::json;

use crate::domain::conversation::ConversationState;
use crate::domain::event::{Arrival, CONVERSATIONS, MESSAGE_REQUESTED};
use crate::domain::limits::{CLOSING_REASON, LONGEST_ANSWER};
use crate::domain::{Class, EventId};
use crate::store::access::audit::AuditEntry;
use crate::store::people::conversations::{Conversation, NewAnswer};
use crate::store::planning::events::Accept;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::problem::Problem;

/// The template that carries answers.
const TEMPLATE: &str = "reply-answer";
/// No template has this topic, so that no client is offered to refuse it: an answer to their own words is
/// no news.
const TOPIC: &str = "answers";

/// Why an answer was not taken; nothing was kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum NotAnswered {
    /// It is empty, or too long.
    Unfit,
    /// Another line came meanwhile: somebody else answered, or the client wrote more.
    Stale,
    /// Nobody is known with this number, or the client was erased.
    NoClient,
    /// The client wants no more by this channel, or has no address there.
    Barred,
    /// The organisation's own texts lack the one that carries answers.
    NoTemplate,
}

impl NotAnswered {
    /// As programs hear it.
    pub(in crate::web) fn problem(self) -> Problem {
        let (code, detail) = match self {
            Self::Unfit => (
                "invalid_field",
                format!("write a text of at most {LONGEST_ANSWER} characters"),
            ),
            Self::Stale => {
                return Problem::conflict(
                    "the conversation has another line since; read it again, then answer",
                );
            }
            Self::NoClient => (
                "no_client",
                "no client is known with this number; call it, or write a client down with it"
                    .to_owned(),
            ),
            Self::Barred => (
                "barred",
                "the client wants nothing more by this channel, or has no address there".to_owned(),
            ),
            Self::NoTemplate => (
                "unknown_template",
                format!("there is no published template `{TEMPLATE}`"),
            ),
        };
        Problem::unprocessable(code, "/text", detail)
    }
}

/// Answers. `seen`: how many lines whoever answers saw. None: it is on its way.
pub(in crate::web) async fn answer(
    web: &Web,
    by: &str,
    id: i64,
    seen: i64,
    typed: &str,
) -> Result<Option<NotAnswered>, Problem> {
    let text = sanitize::prose(typed);
    let text = text.trim();
    if text.is_empty() || text.chars().nth(LONGEST_ANSWER).is_some() {
        return Ok(Some(NotAnswered::Unfit));
    }
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    let found = found(&mut tx, id).await?;
    let Some(client) = found.client_ref.as_deref() else {
        return Ok(Some(NotAnswered::NoClient));
    };
    if !tx.conversations().may_be_told(id).await? {
        return Ok(Some(NotAnswered::Barred));
    }
    if tx.templates().lookup_published(TEMPLATE).await?.is_none() {
        return Ok(Some(NotAnswered::NoTemplate));
    }
    let event = ask(web, &mut tx, &found, client, text).await?;
    let line = NewAnswer {
        id: web.ids.next(),
        conversation: id,
        seen,
        channel: found.channel,
        text,
        by,
        event,
        at: now,
    };
    if !tx.conversations().answer(&line).await? {
        return Ok(Some(NotAnswered::Stale));
    }
    note(web, &mut tx, by, "conversation.answered", id).await?;
    tx.commit().await?;
    web.wake.events_stored();
    Ok(None)
}

/// The event that asks for the answer to be sent.
async fn ask(
    web: &Web,
    tx: &mut Tx,
    found: &Conversation,
    client: &str,
    text: &str,
) -> Result<EventId, StoreError> {
    let (id, now) = (web.ids.next(), web.clock.now());
    let event = json!({
        "specversion": "1.0",
        "id": id.to_string(),
        "source": format!("{CONVERSATIONS}{}", found.id),
        "type": MESSAGE_REQUESTED,
        "subject": client,
        "data": {
            "client": client,
            "template": TEMPLATE,
            "variables": { "answer": { "text": text } },
            "channels": [found.channel],
            "class": Class::Service,
            "topic": TOPIC,
        },
    });
    let unfit = |fault: &dyn std::fmt::Display| {
        StoreError::Unfit(format!("cannot keep an answer to a client: {fault}"))
    };
    let event = Arrival::parse(Tree::from(&event), now).map_err(|fault| unfit(&fault))?;
    let taken = tx.events().accept([event], now, &*web.ids).await?;
    match taken.first() {
        Some(Accept::New(event)) => Ok(*event),
        _ => Err(unfit(&"its event is there already")),
    }
}

/// Gives it to one of those who may answer, or to nobody. False: there is no such person.
pub(in crate::web) async fn assign(
    web: &Web,
    by: &str,
    id: i64,
    to: Option<&str>,
) -> Result<bool, Problem> {
    let mut tx = web.store.write().await?;
    found(&mut tx, id).await?;
    if !tx.conversations().assign(id, to).await? {
        return Ok(false);
    }
    note(web, &mut tx, by, "conversation.assigned", id).await?;
    tx.commit().await?;
    Ok(true)
}

/// Closes it. False: there is no reason, or it is too long.
pub(in crate::web) async fn close(
    web: &Web,
    by: &str,
    id: i64,
    reason: &str,
) -> Result<bool, Problem> {
    let reason = sanitize::line(reason);
    if reason.is_empty() || reason.chars().nth(CLOSING_REASON).is_some() {
        return Ok(false);
    }
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    found(&mut tx, id).await?;
    // Whoever comes second changes nothing.
    if tx.conversations().close(id, &reason, by, now).await? {
        note(web, &mut tx, by, "conversation.closed", id).await?;
        tx.commit().await?;
    }
    Ok(true)
}

pub(in crate::web) async fn reopen(web: &Web, by: &str, id: i64) -> Result<(), Problem> {
    let mut tx = web.store.write().await?;
    let found = found(&mut tx, id).await?;
    if found.state == ConversationState::Closed && tx.conversations().reopen(id).await? {
        note(web, &mut tx, by, "conversation.reopened", id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The conversation of this number.
pub(in crate::web) async fn found(tx: &mut Tx, id: i64) -> Result<Conversation, Problem> {
    let found = tx.conversations().lookup(id).await?;
    found.ok_or_else(|| Problem::not_found("conversation", &id.to_string()))
}

async fn note(
    web: &Web,
    tx: &mut Tx,
    by: &str,
    action: &'static str,
    id: i64,
) -> Result<(), StoreError> {
    let subject = id.to_string();
    web.audit(tx, &AuditEntry::new(by, action, &subject)).await
}
