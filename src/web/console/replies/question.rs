//! What people of partners ask, beside what clients wrote: `POST /console/questions/{id}/answer`. Unlike
//! a reply, a question is answered here: whoever asked reads it on the case's page.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::list;
use crate::domain::limits::LONGEST_QUESTION;
use crate::domain::role::Right;
use crate::store::access::audit::AuditEntry;
use crate::store::people::questions::PartnerQuestion;
use crate::text::sanitize;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{Visit, When, in_path, strictly};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// One question that waits.
pub(super) struct QuestionLine {
    pub(super) question: PartnerQuestion,
    /// The case's reference as part of an address.
    pub(super) case_path: String,
    pub(super) asked: When,
    /// An answer that was typed and not taken.
    pub(super) typed: String,
}

/// An answer that was typed and not taken, and why.
pub(super) struct AnswerFault {
    pub(super) question: i64,
    pub(super) typed: String,
    pub(super) fault: String,
}

impl QuestionLine {
    pub(super) fn new(question: PartnerQuestion, wrong: Option<&AnswerFault>, now: Moment) -> Self {
        let typed = wrong.filter(|wrong| wrong.question == question.id);
        Self {
            case_path: in_path(&question.case),
            asked: When::new(question.asked_at, now),
            typed: typed.map_or_else(String::new, |wrong| wrong.typed.clone()),
            question,
        }
    }
}

pub(crate) async fn answer(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let typed = fields.get("text");
    let text = sanitize::prose(typed);
    let wrong = |fault| AnswerFault {
        question: id,
        typed: typed.to_owned(),
        fault,
    };
    if text.is_empty() || text.chars().nth(LONGEST_QUESTION).is_some() {
        let most = LONGEST_QUESTION.to_string();
        let fault = visit.words().with("replies-partner-fault", "most", &most);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return list::draw(&visit, i64::MAX, status, Some(wrong(fault))).await;
    }
    let (web, now) = (&visit.web, visit.web.clock.now());
    let mut tx = web.store.write().await?;
    let answered = tx.questions().answer(id, &text, &person.email, now).await?;
    let Some(case) = answered else {
        drop(tx);
        // The first answer stands, and whoever wrote another one hears of it.
        let fault = visit.words().say("replies-partner-late").into_owned();
        return list::draw(&visit, i64::MAX, StatusCode::CONFLICT, Some(wrong(fault))).await;
    };
    let entry = AuditEntry::new(&person.email, "question.answered", &case);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(strictly(Redirect::to("/console/replies")))
}
