//! `GET /console/rectifications/{id}`: what was wrong and what holds, whom it reached or would reach, and,
//! while it waits, the buttons of the second person. Whoever wrote it cannot approve it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::{ReachRow, rows};
use crate::domain::limits::PROSE;
use crate::domain::rectification::RectificationState;
use crate::domain::role::Right;
use crate::store::planning::rectifications::Rectification;
use crate::text::sanitize;
use crate::web::Web;
use crate::web::actions::rectifying;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

#[derive(Template)]
#[template(path = "console/rectification.html")]
struct RectificationPage {
    frame: Frame,
    row: Rectification,
    badge: Badge,
    changed: When,
    number: String,
    reach: Vec<ReachRow>,
    may_approve: bool,
    may_withdraw: bool,
}

pub(super) async fn get(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let row = row_of(&visit.web, &id).await?;
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let plans = tx.rectifications().plans(row.id).await?;
    let reach = tx.rectifications().reach(&plans).await?;
    drop(tx);
    let is_open = row.state == RectificationState::Waiting;
    let tone = match row.state {
        RectificationState::Waiting => "attention",
        RectificationState::Sent => "going",
        RectificationState::Withdrawn => "waiting",
    };
    let title = now.words.say("rectify-one-title");
    Ok(shell::page(&RectificationPage {
        frame: visit.frame(ConsolePart::Messages, title).await?,
        badge: Badge::new(tone, &now.words.of("rectify-state", row.state.as_str())),
        changed: When::new(row.changed_at, now),
        number: now.words.number(row.clients),
        reach: rows(&reach, now.words),
        may_approve: is_open && visit.may_approve() && row.author != visit.person.email,
        may_withdraw: is_open && visit.may(Right::DeclareIncidents),
        row,
    }))
}

/// `POST /console/rectifications/{id}/approve`: the second person has it sent.
pub(super) async fn approve(
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::ApproveIncidents)?;
    let row = as_seen(&visit.web, &id, &fields).await?;
    is_second(&visit, &row)?;
    rectifying::send(&visit.web, &person.email, &row).await?;
    Ok(back(&row))
}

/// `POST /console/rectifications/{id}/refuse`: the second person says why not.
pub(super) async fn refuse(
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::ApproveIncidents)?;
    let row = as_seen(&visit.web, &id, &fields).await?;
    is_second(&visit, &row)?;
    let reason = sanitize::prose(fields.get("reason"));
    if reason.is_empty() || reason.chars().nth(PROSE).is_some() {
        let detail = format!("say why, in at most {PROSE} characters");
        return Err(Problem::field("/reason", detail));
    }
    rectifying::withdraw(&visit.web, &person.email, &row, Some(&reason)).await?;
    Ok(back(&row))
}

/// `POST /console/rectifications/{id}/withdraw`.
pub(super) async fn withdraw(
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::DeclareIncidents)?;
    let row = as_seen(&visit.web, &id, &fields).await?;
    rectifying::withdraw(&visit.web, &person.email, &row, None).await?;
    Ok(back(&row))
}

/// Whoever wrote it cannot be the second person.
fn is_second(visit: &Visit, row: &Rectification) -> Result<(), Problem> {
    if visit.may_approve() && row.author != visit.person.email {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "own_rectification",
        "whoever wrote it cannot approve it; ask another person who may",
    ))
}

fn back(row: &Rectification) -> Response {
    let path = format!("/console/rectifications/{}", row.id);
    shell::strictly(Redirect::to(&path))
}

/// The row at the revision that was seen: what is newer is not touched, and the page says what it is.
async fn as_seen(web: &Web, id: &str, fields: &FormFields) -> Result<Rectification, Problem> {
    let row = row_of(web, id).await?;
    let revision = fields.get("revision").parse().unwrap_or_default();
    Ok(Rectification { revision, ..row })
}

async fn row_of(web: &Web, id: &str) -> Result<Rectification, Problem> {
    let missing = || Problem::not_found("rectification", id);
    let key: i64 = id.parse().map_err(|_| missing())?;
    let found = web.store.read().await?.rectifications().lookup(key).await?;
    found.ok_or_else(missing)
}
