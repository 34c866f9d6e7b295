//! `GET /console/inbox`: whose conversations wait, the longest first, then the others.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::line::TalkLine;
use crate::domain::limits::INBOX_WAITING;
use crate::store::people::conversations::AssignedTo;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, list};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Whose, and where the list of the answered ones goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InboxQuery {
    whose: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/inbox.html")]
struct ConversationsPage {
    frame: Frame,
    /// `mine`, `nobody` or empty.
    whose: &'static str,
    waiting: Vec<TalkLine>,
    answered: Vec<TalkLine>,
    /// Only the first page has those that wait.
    is_first: bool,
    next: Option<String>,
}

pub(super) async fn get(
    visit: Visit,
    Query(asked): Query<InboxQuery>,
) -> Result<Response, Problem> {
    let (whose, assigned) = match asked.whose.as_str() {
        "mine" => ("mine", AssignedTo::Person(&visit.person.email)),
        "nobody" => ("nobody", AssignedTo::Nobody),
        _ => ("", AssignedTo::Anybody),
    };
    let (now, promise) = (visit.moment(), &visit.web.console.dialogue.promise);
    let is_first = asked.after.is_empty();
    let mut tx = visit.web.store.read().await?;
    let waiting = match is_first {
        true => tx.conversations().waiting(assigned, INBOX_WAITING).await?,
        false => Vec::new(),
    };
    let before = list::before(&asked.after);
    let answered = tx
        .conversations()
        .answered(assigned, before, list::PAGE)
        .await?;
    drop(tx);
    let next = list::next(&answered, |talk| talk.id);
    let line = |talk| TalkLine::new(talk, promise, now);
    let page = ConversationsPage {
        frame: visit
            .frame(ConsolePart::Inbox, visit.words().say("inbox-title"))
            .await?,
        whose,
        waiting: waiting.iter().map(line).collect(),
        answered: answered.iter().map(line).collect(),
        is_first,
        next: next.map(|last| format!("/console/inbox?whose={whose}&after={last}")),
    };
    Ok(shell::page(&page))
}
