//! What clients wrote back: on the pages of its message, case and client, and all that nobody has
//! answered on a page of their own. Answering happens by telephone or mail; the button only says
//! that it was done, and by whom.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::domain::MessageId;
use crate::domain::role::Right;
use crate::store::access::audit::Deed;
use crate::store::people::replies::{MOST_COUNTED, RepliesTo, Reply};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::format::{Moment, When, grouped};
use super::frame::{self, Frame, Part, strictly};
use super::messages::in_path;

/// Replies of one page, and those shown on the page of a message, case or client.
const PAGE: i64 = 50;

/// One reply, as a page shows it.
pub(super) struct ReplyLine {
    pub(super) id: i64,
    pub(super) message: MessageId,
    pub(super) client: Option<String>,
    /// The client's reference as part of an address.
    pub(super) client_path: String,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) text: String,
    pub(super) at: When,
    pub(super) answered: Option<When>,
    pub(super) by: String,
}

impl ReplyLine {
    fn new(reply: Reply, now: Moment) -> Self {
        Self {
            id: reply.id,
            message: reply.message,
            at: When::new(reply.at, now),
            answered: reply.answered_at.map(|at| When::new(at, now)),
            client_path: in_path(reply.client_ref.as_deref().unwrap_or_default()),
            client: reply.client_ref,
            name: reply.client_name.unwrap_or_default(),
            // `case:PR-1` as people say it.
            about: reply.about.replacen(':', " ", 1),
            text: reply.text.unwrap_or_else(|| "(erased)".to_owned()),
            by: reply.answered_by.unwrap_or_default(),
        }
    }
}

/// Replies for a page that shows something else as well.
pub(super) async fn about(
    tx: &mut Tx,
    about: RepliesTo<'_>,
    now: Moment,
) -> Result<Vec<ReplyLine>, StoreError> {
    let replies = tx.replies().list(about, i64::MAX, PAGE).await?;
    let line = |reply| ReplyLine::new(reply, now);
    Ok(replies.into_iter().map(line).collect())
}

/// A count that stops at [`MOST_COUNTED`].
pub(super) fn counted(count: i64) -> String {
    match count {
        ..=MOST_COUNTED => grouped(count),
        _ => format!("> {}", grouped(MOST_COUNTED)),
    }
}

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    after: String,
}

#[derive(Template)]
#[template(path = "console/replies.html")]
struct ListPage {
    frame: Frame,
    replies: Vec<ReplyLine>,
    may_answer: bool,
    next: Option<String>,
}

/// `GET /console/replies`: those that nobody has answered.
pub(super) async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(Ask { after }): Query<Ask>,
) -> Result<Response, Problem> {
    let before = after.parse().unwrap_or(i64::MAX);
    let mut tx = web.store.read().await?;
    let found = tx
        .replies()
        .list(RepliesTo::Unanswered, before, PAGE)
        .await?;
    drop(tx);
    let full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let last = found.last().map(|reply| reply.id).filter(|_| full);
    let now = web.moment();
    let title = "Replies to answer";
    Ok(frame::page(&ListPage {
        frame: Frame::new(&web, &person, &headers, Part::Messages, title).await?,
        may_answer: person.role.may(Right::AnswerReplies),
        next: last.map(|last| format!("/console/replies?after={last}")),
        replies: found
            .into_iter()
            .map(|reply| ReplyLine::new(reply, now))
            .collect(),
    }))
}

/// `POST /console/replies/{id}/answered`: a person has answered it; who, is written down.
pub(super) async fn answered(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let person = posted.person;
    person.require(Right::AnswerReplies)?;
    let reply = id.parse().map_err(|_| Problem::not_found("reply", &id))?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    // Whoever comes second changes nothing: the first answer stands.
    if tx.replies().answered(reply, &person.email, now).await? {
        let deed = Deed {
            actor: &person.email,
            action: "reply.answered",
            subject: &id,
            detail: None,
        };
        tx.audit().append(web.ids.next(), now, &deed).await?;
        tx.commit().await?;
    }
    let back = match posted.fields.get("message").parse::<MessageId>() {
        Ok(message) => format!("/console/messages/{message}#replies"),
        Err(_) => "/console/replies".to_owned(),
    };
    Ok(strictly(
        (StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response(),
    ))
}
