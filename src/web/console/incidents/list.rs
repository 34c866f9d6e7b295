//! `GET /console/incidents`: what is going on, and what went on; before it what is declared and not
//! sent yet, for those who may look at it.

use askama::Template;
use axum::response::Response;

use super::line::IncidentLine;
use super::{badge_of, step_word};
use crate::domain::IncidentId;
use crate::domain::limits::DECLARED_SHOWN;
use crate::domain::role::Right;
use crate::store::planning::declared::DeclaredIncident;
use crate::store::planning::incidents::IncidentRecord;
use crate::web::console::shell::list::{self, After};
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// What is declared and still open.
struct DeclaredLine {
    id: String,
    incident: String,
    step: String,
    badge: Badge,
    author: String,
    changed: When,
}

impl DeclaredLine {
    fn new(row: DeclaredIncident, now: Moment) -> Self {
        Self {
            id: row.id.to_string(),
            step: step_word(row.step, now.words),
            badge: badge_of(row.state, now.words),
            changed: When::new(row.changed_at, now),
            incident: row.incident,
            author: row.author,
        }
    }
}

#[derive(Template)]
#[template(path = "console/incidents.html")]
struct IncidentsPage {
    frame: Frame,
    may_declare: bool,
    /// How many wait for a second person, in a sentence.
    waiting: Option<String>,
    declared: Vec<DeclaredLine>,
    /// What is to be put right and waits for a second person: its number, and what was wrong.
    rectifications: Vec<(i64, String)>,
    rows: Vec<IncidentLine>,
    next: Option<String>,
}

pub(crate) async fn get(visit: Visit, Query(after): Query<After>) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let before = Some(IncidentId::new(after.before()));
    let rows = tx.incidents().outlines(false, before, list::PAGE).await?;
    let (mut waiting, mut open, mut wrong) = (0, Vec::new(), Vec::new());
    if visit.may(Right::CheckIncidents) {
        waiting = tx.declared().waiting().await?;
        open = tx.declared().open(DECLARED_SHOWN).await?;
        wrong = tx.rectifications().waiting(DECLARED_SHOWN).await?;
    }
    drop(tx);
    let next = list::next(&rows, |row| row.id.get());
    let now = visit.moment();
    let line = |row: IncidentRecord| IncidentLine::new(row.incident, now);
    let declared = open.into_iter().map(|row| DeclaredLine::new(row, now));
    let title = now.words.say("incidents-title");
    Ok(shell::page(&IncidentsPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        may_declare: visit.may(Right::DeclareIncidents),
        waiting: (waiting > 0).then(|| now.words.count("incidents-waiting", waiting)),
        declared: declared.collect(),
        rectifications: wrong.into_iter().map(|row| (row.id, row.wrong)).collect(),
        next: next.map(|last| format!("/console/incidents?after={last}")),
        rows: rows.into_iter().map(line).collect(),
    }))
}
