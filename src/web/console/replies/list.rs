//! `GET /console/replies`: those that nobody has answered.

use askama::Template;
use axum::response::Response;

use super::ReplyLine;
use crate::domain::role::Right;
use crate::store::people::replies::RepliesTo;
use crate::web::console::shell::list::{self, After};
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::extract::Query;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "console/replies.html")]
struct RepliesPage {
    frame: Frame,
    replies: Vec<ReplyLine>,
    may_answer: bool,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(after): Query<After>) -> Result<Response, Problem> {
    let (which, before) = (RepliesTo::Unanswered, after.before());
    let mut tx = visit.web.store.read().await?;
    let found = tx.replies().list(which, before, list::PAGE).await?;
    drop(tx);
    let next = list::next(&found, |reply| reply.id);
    Ok(shell::page(&RepliesPage {
        frame: visit
            .frame(ConsolePart::Messages, visit.words().say("replies-title"))
            .await?,
        may_answer: visit.may(Right::AnswerReplies),
        next: next.map(|last| format!("/console/replies?after={last}")),
        replies: ReplyLine::all(found, visit.moment()),
    }))
}
