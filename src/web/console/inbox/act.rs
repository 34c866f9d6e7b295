//! What is done in a conversation. What was typed and cannot be taken stays in its form, beside the lines
//! that came meanwhile.

use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::show::{NotTaken, draw};
use crate::domain::limits::{CLOSING_REASON, LONGEST_ANSWER};
use crate::domain::role::Right;
use crate::track::dialogue::NotAnswered;
use crate::web::actions::conversations::{self, NotIdentified};
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// `POST /console/inbox/{id}/answer`: what was typed, else the ready answer that was chosen.
pub(super) async fn answer(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let text = chosen(&visit, &fields);
    let seen = fields.get("seen").parse().unwrap_or_default();
    let fault = conversations::answer(&visit.web, &person.email, id, seen, &text).await?;
    let Some(fault) = fault else {
        return Ok(back(id));
    };
    let status = match fault {
        NotAnswered::Stale => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let most = LONGEST_ANSWER.to_string();
    let not_taken = NotTaken {
        fault: visit.words().with(key(fault), "most", &most),
        answer: text,
        ..NotTaken::default()
    };
    draw(&visit, id, status, not_taken).await
}

/// The key of the words that say why.
const fn key(fault: NotAnswered) -> &'static str {
    match fault {
        NotAnswered::Unfit => "inbox-fault-unfit",
        NotAnswered::Stale => "inbox-fault-stale",
        NotAnswered::NoClient => "inbox-fault-no-client",
        NotAnswered::Barred => "inbox-fault-barred",
        NotAnswered::NoTemplate => "inbox-fault-no-template",
    }
}

/// The ready answers are numbered from 1.
fn chosen(visit: &Visit, fields: &FormFields) -> String {
    let typed = fields.get("text");
    if !typed.trim().is_empty() {
        return typed.to_owned();
    }
    let number: Option<usize> = fields.get("ready").parse().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    let ready = place.and_then(|place| visit.web.console.dialogue.ready.get(place));
    ready.cloned().unwrap_or_default()
}

/// `POST /console/inbox/{id}/assign`: to one of those who may answer, or to nobody.
pub(super) async fn assign(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let to = Some(fields.get("to").trim()).filter(|to| !to.is_empty());
    if conversations::assign(&visit.web, &person.email, id, to).await? {
        return Ok(back(id));
    }
    let not_taken = NotTaken {
        fault: visit.words().say("inbox-fault-person").into_owned(),
        ..NotTaken::default()
    };
    draw(&visit, id, StatusCode::UNPROCESSABLE_ENTITY, not_taken).await
}

/// `POST /console/inbox/{id}/close`: with a reason.
pub(super) async fn close(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let reason = fields.get("reason");
    if conversations::close(&visit.web, &person.email, id, reason).await? {
        return Ok(back(id));
    }
    let most = CLOSING_REASON.to_string();
    let not_taken = NotTaken {
        fault: visit.words().with("inbox-fault-reason", "most", &most),
        reason: reason.to_owned(),
        ..NotTaken::default()
    };
    draw(&visit, id, StatusCode::UNPROCESSABLE_ENTITY, not_taken).await
}

/// `POST /console/inbox/{id}/reopen`
pub(super) async fn reopen(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    conversations::reopen(&visit.web, &person.email, id).await?;
    Ok(back(id))
}

/// `POST /console/inbox/{id}/identify`: which client the unknown writer is.
pub(super) async fn identify(
    visit: Visit,
    Path(id): Path<i64>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let client = fields.get("client").trim();
    let fault = conversations::identify(&visit.web, &person.email, id, client).await?;
    let key = match fault {
        None => return Ok(back(id)),
        Some(NotIdentified::NoSuchClient) => "inbox-fault-client",
        Some(NotIdentified::Known) => "inbox-fault-known",
    };
    let not_taken = NotTaken {
        fault: visit.words().say(key).into_owned(),
        ..NotTaken::default()
    };
    draw(&visit, id, StatusCode::UNPROCESSABLE_ENTITY, not_taken).await
}

fn back(id: i64) -> Response {
    strictly(Redirect::to(&format!("/console/inbox/{id}")))
}
