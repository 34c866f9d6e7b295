//! Conversations with clients, for programs: whose wait, what was written, and an answer.

use serde::Serialize;

use crate::domain::conversation::{ConversationState, LineWay};
use crate::domain::promise::AnswerPromise;
use crate::domain::{Channel, EventId, MessageId, Timestamp};
use crate::store::people::conversations::{Conversation, ConversationLine};
use crate::web::Web;
use crate::web::problem::Problem;

pub(super) mod get;
pub(super) mod list;
pub(super) mod post;

/// A conversation as it goes out.
#[derive(Debug, Serialize)]
pub(crate) struct ToldConversation {
    id: String,
    /// The client's reference; null for a number that no client has.
    client: Option<String>,
    /// That client was made only to answer a number or an address of nobody.
    unknown: bool,
    /// Of whoever is no client: to call back.
    address: Option<String>,
    channel: Channel,
    /// `case:PR-1`, `incident:G-1`, or null.
    about: Option<String>,
    state: ConversationState,
    reason: Option<String>,
    assigned: Option<String>,
    began_at: Timestamp,
    last_at: Timestamp,
    waiting_since: Option<Timestamp>,
    /// Until when an answer was promised.
    due_at: Option<Timestamp>,
    /// How many lines there are: an answer may say how many were `seen`.
    count: i64,
}

impl ToldConversation {
    fn new(talk: Conversation, promise: &AnswerPromise) -> Self {
        Self {
            id: talk.id.to_string(),
            client: talk.client_ref,
            unknown: talk.is_unknown,
            address: talk.address,
            channel: talk.channel,
            about: Some(talk.subject).filter(|subject| !subject.is_empty()),
            state: talk.state,
            reason: talk.reason,
            assigned: talk.assigned,
            began_at: talk.began_at,
            last_at: talk.last_at,
            waiting_since: talk.waiting_since,
            due_at: talk.waiting_since.and_then(|since| promise.due(since)),
            count: talk.lines,
        }
    }
}

#[derive(Debug, Serialize)]
struct ToldLine {
    way: LineWay,
    channel: Channel,
    /// Null once it was erased.
    text: Option<String>,
    /// Why it is not proven that the client wrote it; null where it is.
    doubt: Option<String>,
    author: Option<String>,
    /// It was answered by mail.
    by_mail: bool,
    at: Timestamp,
    answered_at: Option<Timestamp>,
    /// The message that it answers.
    message: Option<MessageId>,
    /// The event of an answer, and the message that carries it.
    event: Option<EventId>,
    sent: Option<MessageId>,
}

impl From<ConversationLine> for ToldLine {
    fn from(line: ConversationLine) -> Self {
        Self {
            way: line.way,
            channel: line.channel,
            text: line.text,
            doubt: line.doubt,
            author: line.author,
            by_mail: line.by_mail,
            at: line.at,
            answered_at: line.answered_at,
            message: line.message,
            event: line.event,
            sent: line.sent,
        }
    }
}

/// A conversation with its newest lines.
#[derive(Debug, Serialize)]
pub(crate) struct ConversationWithLines {
    #[serde(flatten)]
    conversation: ToldConversation,
    lines: Vec<ToldLine>,
}

impl ConversationWithLines {
    async fn read(web: &Web, id: i64) -> Result<Self, Problem> {
        let mut tx = web.store.read().await?;
        let found = crate::web::actions::conversations::found(&mut tx, id).await?;
        let lines = tx.conversations().lines(id).await?;
        Ok(Self {
            conversation: ToldConversation::new(found, &web.console.dialogue.promise),
            lines: lines.into_iter().map(ToldLine::from).collect(),
        })
    }
}

/// The number of the path.
fn number(id: &str) -> Result<i64, Problem> {
    id.parse()
        .map_err(|_| Problem::not_found("conversation", id))
}
