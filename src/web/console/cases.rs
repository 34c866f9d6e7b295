//! Cases: where each stands and with whom, and one case with its steps and messages.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::role::Right;
use crate::store::people::replies::RepliesTo;
use crate::store::reports::{CaseRow, MessageFilter};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::clients::{CaseLine, owner};
use super::format::{LANGUAGE, When};
use super::frame::{self, Frame, Part};
use super::messages::{Line, in_path};
use super::replies::{self, ReplyLine};

const PAGE: i64 = 50;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// `all` for the closed ones too.
    show: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/cases.html")]
struct ListPage {
    frame: Frame,
    all: bool,
    rows: Vec<CaseLine>,
    next: Option<String>,
}

/// `GET /console/cases`.
pub(super) async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(Ask { show, after }): Query<Ask>,
) -> Result<Response, Problem> {
    let all = show == "all";
    let before = after.parse().unwrap_or(i64::MAX);
    let rows = web
        .store
        .read()
        .await?
        .reports()
        .cases(!all, before, PAGE)
        .await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let last = rows.last().map(|row| row.id).filter(|_| full);
    let now = web.moment();
    let frame = Frame::new(&web, &person, &headers, Part::Cases, "Cases").await?;
    Ok(frame::page(&ListPage {
        frame,
        next: last.map(|last| format!("/console/cases?show={show}&after={last}")),
        all,
        rows: rows
            .into_iter()
            .map(|case| CaseLine::new(case, web.pages.case_kinds(), now))
            .collect(),
    }))
}

struct Step {
    at: When,
    later: String,
    tone: &'static str,
    word: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "console/case.html")]
struct CasePage {
    frame: Frame,
    case: CaseRow,
    client_path: String,
    kind: String,
    state: String,
    with: Option<String>,
    opened: When,
    closed: Option<When>,
    steps: Vec<Step>,
    lines: Vec<Line>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
}

/// `GET /console/cases/{case}`.
pub(super) async fn show(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.reports().case(&case).await?;
    let found = found.ok_or_else(|| Problem::not_found("case", &case))?;
    let steps = tx.cases().history(&case).await?;
    let filter = MessageFilter {
        case: Some(case.clone()),
        ..MessageFilter::default()
    };
    let page = tx.reports().messages(&filter, None, PAGE).await?;
    let now = web.moment();
    let replies = replies::about(&mut tx, RepliesTo::Case(&case), now).await?;
    drop(tx);
    let kinds = web.pages.case_kinds();
    let frame = Frame::new(&web, &person, &headers, Part::Cases, format!("Case {case}")).await?;
    let step = |step: crate::store::planning::cases::CaseChange| Step {
        at: When::new(step.occurred_at, now),
        later: String::new(),
        tone: "going",
        word: kinds.state_label(&found.kind, &step.state, LANGUAGE),
        detail: [step.owner, step.note]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    };
    Ok(frame::page(&CasePage {
        frame,
        client_path: in_path(&found.client_ref),
        kind: kinds.kind_label(&found.kind, LANGUAGE),
        state: kinds.state_label(&found.kind, &found.state, LANGUAGE),
        with: owner(&found, kinds).map(str::to_owned),
        opened: When::new(found.opened_at, now),
        closed: found.closed_at.map(|at| When::new(at, now)),
        steps: steps.into_iter().map(step).collect(),
        case: found,
        replies,
        may_answer: person.role.may(Right::AnswerReplies),
        lines: page
            .items
            .into_iter()
            .map(|row| Line::new(row, now))
            .collect(),
    }))
}
