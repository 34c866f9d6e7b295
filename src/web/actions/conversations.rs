//! Conversations with clients as the inbox and programs move them: each move checked, written, and noted in
//! the audit, which never holds the words.
//!
//! An answer is a message like any other; what may be answered, and how it is kept, is `track::dialogue`'s,
//! because the staff answer by mail as well.

use crate::domain::conversation::ConversationState;
use crate::domain::limits::{CLOSING_REASON, LONGEST_ANSWER};
use crate::store::access::audit::AuditEntry;
use crate::store::people::conversations::Conversation;
use crate::store::{StoreError, Tx};
use crate::text::sanitize;
use crate::track::dialogue::{ANSWER_TEMPLATE, Answering, NotAnswered, SeenLines, TypedAnswer};
use crate::web::Web;
use crate::web::problem::Problem;

/// Why an answer was not taken, as programs hear it.
pub(in crate::web) fn problem(fault: NotAnswered) -> Problem {
    let (code, detail) = match fault {
        NotAnswered::Unfit => (
            "invalid_field",
            format!("write a text of at most {LONGEST_ANSWER} characters"),
        ),
        NotAnswered::Stale => {
            return Problem::conflict(
                "the conversation has another line since; read it again, then answer",
            );
        }
        NotAnswered::NoClient => (
            "no_client",
            "the client was erased: there is nobody to answer".to_owned(),
        ),
        NotAnswered::Barred => (
            "barred",
            "the client wants nothing more by this channel, or has no address there".to_owned(),
        ),
        NotAnswered::NoTemplate => (
            "unknown_template",
            format!("there is no published template `{ANSWER_TEMPLATE}`"),
        ),
    };
    Problem::unprocessable(code, "/text", detail)
}

/// Answers. `seen`: how many lines whoever answers saw. None: it is on its way.
pub(in crate::web) async fn answer(
    web: &Web,
    by: &str,
    id: i64,
    seen: i64,
    typed: &str,
) -> Result<Option<NotAnswered>, Problem> {
    let mut tx = web.store.write().await?;
    let found = found(&mut tx, id).await?;
    let answering = Answering {
        ids: &*web.ids,
        now: web.clock.now(),
    };
    let answer = TypedAnswer {
        by,
        seen: SeenLines::Count(seen),
        text: typed,
    };
    let fault = answering.answer(&mut tx, &found, &answer).await?;
    if fault.is_none() {
        tx.commit().await?;
        web.wake.events_stored();
    }
    Ok(fault)
}

/// Why nobody was named as the one who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum NotIdentified {
    /// There is no client of this reference.
    NoSuchClient,
    /// The conversation is with a client already, or was erased.
    Known,
}

impl NotIdentified {
    /// As programs hear it.
    pub(in crate::web) fn problem(self) -> Problem {
        let (code, detail) = match self {
            Self::NoSuchClient => ("unknown_client", "there is no client of this reference"),
            Self::Known => ("known", "it is known who wrote this, or they were erased"),
        };
        Problem::unprocessable(code, "/client", detail)
    }
}

/// Says which client an unknown number or address is: what was written and sent is that client's then.
/// None: it is so.
pub(in crate::web) async fn identify(
    web: &Web,
    by: &str,
    id: i64,
    client: &str,
) -> Result<Option<NotIdentified>, Problem> {
    let mut tx = web.store.write().await?;
    let found = found(&mut tx, id).await?;
    let is_unknown = found.is_unknown || found.client.is_none() && found.address.is_some();
    if !is_unknown {
        return Ok(Some(NotIdentified::Known));
    }
    let Some(known) = tx.clients().lookup_id(client).await? else {
        return Ok(Some(NotIdentified::NoSuchClient));
    };
    if tx.conversations().is_unknown_writer(known).await? {
        return Ok(Some(NotIdentified::NoSuchClient));
    }
    let from = found.client_ref.clone().unwrap_or_default();
    tx.conversations()
        .identify(&found, known, (from.as_str(), client))
        .await?;
    note(web, &mut tx, by, "conversation.identified", id).await?;
    tx.commit().await?;
    Ok(None)
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
