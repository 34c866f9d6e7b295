//! Problems of clients that are passed on to bodies, for programs: which there are, and one more.

use serde::Serialize;

use crate::domain::forwarding::ProblemKind;
use crate::domain::{MessageId, Timestamp};
use crate::store::people::forwardings::ForwardedProblem;

pub(super) mod list;
pub(super) mod post;

/// A problem as it goes out.
#[derive(Debug, Serialize)]
pub(crate) struct ToldProblem {
    id: String,
    body: String,
    problem: ProblemKind,
    /// The client's reference; null for a number of no client, and once the client was erased.
    client: Option<String>,
    conversation: Option<String>,
    message: Option<MessageId>,
    /// `case:PR-1`, `incident:G-1`, or null.
    about: Option<String>,
    /// Null once it was erased.
    text: Option<String>,
    marked_by: String,
    marked_at: Timestamp,
    /// In which of the body's lists it went; null: it waits. So the next two.
    number: Option<i64>,
    sent_at: Option<Timestamp>,
    chased_at: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
}

impl From<ForwardedProblem> for ToldProblem {
    fn from(row: ForwardedProblem) -> Self {
        Self {
            id: row.id.to_string(),
            body: row.body,
            problem: row.problem,
            client: row.client_ref,
            conversation: row.conversation.map(|id| id.to_string()),
            message: row.message,
            about: Some(row.subject).filter(|subject| !subject.is_empty()),
            text: row.words,
            marked_by: row.marked_by,
            marked_at: row.marked_at,
            number: row.number,
            sent_at: row.made_at,
            chased_at: row.chased_at,
            acknowledged_at: row.acknowledged_at,
        }
    }
}
