//! `GET /console/replies`: those that nobody has answered, and what partners ask.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::ReplyLine;
use super::question::{AnswerFault, QuestionLine};
use crate::domain::limits::LONGEST_QUESTION;
use crate::domain::role::Right;
use crate::store::people::replies::RepliesTo;
use crate::web::console::shell::list::{self, After};
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

#[derive(Template)]
#[template(path = "console/replies.html")]
struct RepliesPage {
    frame: Frame,
    /// Of partners, those that wait longest first.
    questions: Vec<QuestionLine>,
    longest: usize,
    fault: Option<String>,
    /// What was typed for a question that waits no longer.
    unsent: Option<String>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(after): Query<After>) -> Result<Response, Problem> {
    draw(&visit, after.before(), StatusCode::OK, None).await
}

/// The page, with what is wrong with an answer that was typed.
pub(super) async fn draw(
    visit: &Visit,
    before: i64,
    status: StatusCode,
    wrong: Option<AnswerFault>,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let found = tx
        .replies()
        .list(RepliesTo::Unanswered, before, list::PAGE)
        .await?;
    let asked = tx.questions().open(list::PAGE).await?;
    drop(tx);
    let next = list::next(&found, |reply| reply.id);
    let still_asked = |id: i64| asked.iter().any(|question| question.id == id);
    let late = wrong.as_ref().filter(|wrong| !still_asked(wrong.question));
    let unsent = late.map(|wrong| wrong.typed.clone());
    let page = RepliesPage {
        frame: visit
            .frame(ConsolePart::Messages, visit.words().say("replies-title"))
            .await?,
        questions: asked
            .into_iter()
            .map(|question| QuestionLine::new(question, wrong.as_ref(), now))
            .collect(),
        longest: LONGEST_QUESTION,
        fault: wrong.map(|wrong| wrong.fault),
        unsent,
        may_answer: visit.may(Right::AnswerReplies),
        next: next.map(|last| format!("/console/replies?after={last}")),
        replies: ReplyLine::all(found, now),
    };
    Ok(shell::page_with(status, &page))
}
