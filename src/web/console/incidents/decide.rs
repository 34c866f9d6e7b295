//! What is done with what is declared: sent, put before a second person, approved or returned by that
//! person, given up. Each form carries the revision that was seen: a page that shows an older one
//! changes nothing. What a second person approved holds for exactly that text and that audience; once
//! either is another, the approval is void.

use axum::http::StatusCode;
use axum::response::Response;

use super::declared::{JudgedIncident, is_by, judged, row_of, send as send_it};
use super::{check, to_check};
use crate::domain::event::DeclaredState;
use crate::domain::limits::PROSE;
use crate::domain::role::Right;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::declared::{DeclaredIncident, DeclaredMove};
use crate::text::sanitize;
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::auth::session::Person;
use crate::web::console::shell::Visit;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

const STALE: &str = "incidents-fault-stale";
const VOID: &str = "incidents-fault-void";
const UNAPPROVED: &str = "incidents-fault-unapproved";
const NOBODY: &str = "incidents-fault-nobody";
const NO_REASON: &str = "incidents-fault-no-reason";

/// What somebody wants to do with a row, which is as they saw it.
struct Pressed {
    visit: Visit,
    person: Person,
    row: DeclaredIncident,
    fields: FormFields,
}

/// A row to be acted upon, or the answer that there is.
enum Pressing {
    On(Box<Pressed>),
    Answered(Response),
}

async fn pressed(
    visit: Visit,
    id: &str,
    Posted { person, fields }: Posted,
    right: Right,
) -> Result<Pressing, Problem> {
    person.require(right)?;
    if right == Right::ApproveIncidents && !visit.may_approve() {
        return Err(for_approvers());
    }
    let row = row_of(&visit.web, id).await?;
    if !row.state.is_open() {
        // Pressed twice, or by two people: the first one counts.
        return Ok(Pressing::Answered(to_check(row.id)));
    }
    if fields.get("revision") != row.revision.to_string() {
        let stale = check::draw(&visit, &row, StatusCode::CONFLICT, Some(STALE)).await?;
        return Ok(Pressing::Answered(stale));
    }
    Ok(Pressing::On(Box::new(Pressed {
        visit,
        person,
        row,
        fields,
    })))
}

fn for_approvers() -> Problem {
    let detail = "the settings leave this to approvers and admins ([console] approvers_only)";
    Problem::new(StatusCode::FORBIDDEN, "not_allowed", detail)
}

macro_rules! press {
    ($visit:expr, $id:expr, $posted:expr, $right:expr) => {
        match pressed($visit, &$id, $posted, $right).await? {
            Pressing::On(pressed) => *pressed,
            Pressing::Answered(answer) => return Ok(answer),
        }
    };
}

/// `POST /console/declared/{id}/send`.
pub(super) async fn send(
    visit: Visit,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let pressed = press!(visit, id, posted, Right::DeclareIncidents);
    let row = &pressed.row;
    let judged = judged(&pressed.visit.web, row).await?;
    let is_asked = matches!(row.state, DeclaredState::Waiting | DeclaredState::Approved);
    if let Some(outdated) = judged.outdated {
        return pressed.outdated(outdated).await;
    }
    if is_asked && !judged.is_as_asked(row) {
        return pressed.void(VOID).await;
    }
    if judged.is_in_vain() && pressed.fields.get("nobody") != "yes" {
        return pressed.refuse(StatusCode::CONFLICT, NOBODY).await;
    }
    if judged.needs_approval && row.state != DeclaredState::Approved {
        return pressed.refuse(StatusCode::CONFLICT, UNAPPROVED).await;
    }
    // Whoever was first has sent it, or changed it: the page says which.
    send_it(&pressed.visit.web, &pressed.person, row, &judged).await?;
    Ok(to_check(row.id))
}

/// `POST /console/declared/{id}/ask`: puts it before a second person.
pub(super) async fn ask(
    visit: Visit,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let pressed = press!(visit, id, posted, Right::DeclareIncidents);
    let judged = judged(&pressed.visit.web, &pressed.row).await?;
    if let Some(outdated) = judged.outdated {
        return pressed.outdated(outdated).await;
    }
    if !judged.needs_approval {
        return Ok(to_check(pressed.row.id));
    }
    let moved = asked(DeclaredState::Waiting, &judged, None);
    pressed.move_on(&moved, "incident.approval_asked").await
}

/// `POST /console/declared/{id}/approve`.
pub(super) async fn approve(
    visit: Visit,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let pressed = press!(visit, id, posted, Right::ApproveIncidents);
    pressed.is_somebody_elses().await?;
    if pressed.row.state != DeclaredState::Waiting {
        return Ok(to_check(pressed.row.id));
    }
    let judged = judged(&pressed.visit.web, &pressed.row).await?;
    if let Some(outdated) = judged.outdated {
        return pressed.outdated(outdated).await;
    }
    if !judged.is_as_asked(&pressed.row) {
        return pressed.void(VOID).await;
    }
    let moved = asked(
        DeclaredState::Approved,
        &judged,
        Some(&pressed.person.email),
    );
    pressed.move_on(&moved, "incident.approved").await
}

/// `POST /console/declared/{id}/return`: the second person wants it otherwise, and says why.
pub(super) async fn give_back(
    visit: Visit,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let pressed = press!(visit, id, posted, Right::ApproveIncidents);
    pressed.is_somebody_elses().await?;
    if pressed.row.state != DeclaredState::Waiting {
        return Ok(to_check(pressed.row.id));
    }
    let reason = sanitize::prose(pressed.fields.get("reason"));
    if reason.is_empty() || reason.chars().nth(PROSE).is_some() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return pressed.refuse(status, NO_REASON).await;
    }
    let moved = DeclaredMove {
        to: DeclaredState::Returned,
        fingerprint: None,
        clients: None,
        by: Some(&pressed.person.email),
        reason: Some(&reason),
    };
    pressed.move_on(&moved, "incident.returned").await
}

/// `POST /console/declared/{id}/withdraw`.
pub(super) async fn withdraw(
    visit: Visit,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let pressed = press!(visit, id, posted, Right::DeclareIncidents);
    let moved = DeclaredMove {
        by: Some(&pressed.person.email),
        ..back_to(DeclaredState::Withdrawn)
    };
    pressed.move_on(&moved, "incident.given_up").await
}

fn asked<'a>(
    to: DeclaredState,
    judged: &'a JudgedIncident,
    by: Option<&'a str>,
) -> DeclaredMove<'a> {
    DeclaredMove {
        to,
        fingerprint: Some(&judged.fingerprint),
        clients: Some(judged.clients),
        by,
        reason: None,
    }
}

const fn back_to(state: DeclaredState) -> DeclaredMove<'static> {
    DeclaredMove {
        to: state,
        fingerprint: None,
        clients: None,
        by: None,
        reason: None,
    }
}

impl Pressed {
    /// Whoever wrote any of it cannot be the second person.
    async fn is_somebody_elses(&self) -> Result<(), Problem> {
        if !is_by(&self.visit.web, &self.row, &self.person.email).await? {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "own_incident",
            "whoever declared it cannot approve it; ask another person who may",
        ))
    }

    async fn refuse(&self, status: StatusCode, fault: &str) -> Result<Response, Problem> {
        check::draw(&self.visit, &self.row, status, Some(fault)).await
    }

    /// What was asked or approved is another by now: a draft again, and the page says so.
    async fn void(&self, fault: &str) -> Result<Response, Problem> {
        let moved = back_to(DeclaredState::Draft);
        if !self.write(&moved, "incident.approval_void").await? {
            return Ok(to_check(self.row.id));
        }
        let row = row_of(&self.visit.web, &self.row.id.to_string()).await?;
        check::draw(&self.visit, &row, StatusCode::CONFLICT, Some(fault)).await
    }

    /// It does not fit the incident any more; neither does what was approved of it.
    async fn outdated(&self, fault: &str) -> Result<Response, Problem> {
        match self.row.state {
            DeclaredState::Waiting | DeclaredState::Approved => self.void(fault).await,
            _ => self.refuse(StatusCode::CONFLICT, fault).await,
        }
    }

    async fn move_on(&self, moved: &DeclaredMove<'_>, action: &str) -> Result<Response, Problem> {
        self.write(moved, action).await?;
        Ok(to_check(self.row.id))
    }

    /// False: somebody was first.
    async fn write(&self, moved: &DeclaredMove<'_>, action: &str) -> Result<bool, Problem> {
        let web = &self.visit.web;
        let key = (self.row.id, self.row.revision);
        let mut tx = web.store.write().await?;
        if !tx.declared().move_on(key, moved, web.clock.now()).await? {
            return Ok(false);
        }
        let detail = self.row.id.to_string();
        let entry = AuditEntry::new(&self.person.email, action, &self.row.incident).with(&detail);
        web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}
