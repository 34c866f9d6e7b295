//! `GET /console/incidents/{incident}`: its area, its steps, how far its messages got, and what
//! clients answered when they were asked whether it is over; for those who may, how it goes on.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::change::IncidentChangeForm;
use super::facts::{self, KnownTowns, SaidMap};
use super::line::IncidentLine;
use super::live::ReachView;
use crate::domain::event::{Incident, IncidentState, incident_subject};
use crate::domain::role::Right;
use crate::store::planning::declared::MessagesBefore;
use crate::store::planning::incidents::BackCount;
use crate::store::reports::IncidentNews;
use crate::store::{StoreError, Tx};
use crate::web::console::messages::silence;
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// Dots on the map: enough to see the shape.
const DOTS: i64 = 400;

/// What was just done, as the address says it after a form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DoneToIncident {
    /// `sent` or `corrected`.
    done: String,
    /// Messages that were taken back, and those that could not be.
    stopped: Option<i64>,
    left: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/incident.html")]
struct IncidentPage {
    frame: Frame,
    row: IncidentLine,
    area: Vec<(String, String)>,
    map: Option<SaidMap>,
    steps: Vec<TimelineStep>,
    reach: ReachView,
    /// The next word, where one is promised.
    next_update: Option<When>,
    /// What it is a part of, as its name and part of an address.
    parent: Option<(String, String)>,
    /// What clients answered, if any did.
    answers: Option<String>,
    /// Its parts, likewise, each with where it stands.
    parts: Vec<(String, String, String)>,
    /// What was just done.
    done: Option<String>,
    /// What had left before it was cancelled.
    remainder: Option<String>,
    /// The forms by which it goes on, each with its word, the most wanted first.
    changes: Vec<(&'static str, String)>,
    may_stop: bool,
    /// Steps that told somebody, in words, with the part of an address by which they are put right.
    wrong: Vec<(String, String)>,
}

pub(crate) async fn get(
    visit: Visit,
    Path(incident): Path<String>,
    Query(done): Query<DoneToIncident>,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let words = now.words;
    let mut tx = visit.web.store.read().await?;
    let found = tx.incidents().outlined(&incident).await?;
    let found = found.ok_or_else(|| StoreError::missing("incident", &incident))?;
    let id = found.id.get();
    let area = tx.incidents().area(found.id).await?;
    let towns = KnownTowns::of(&mut tx, area.as_ref()).await?;
    let steps = tx.reports().incident_steps(id).await?;
    let dots = tx.reports().places_told(id, DOTS).await?;
    let answers = tx.incidents().back_count(found.id).await?;
    let parts = tx.incidents().children(&incident).await?;
    let remainder = remainder(&mut tx, &found.incident, words).await?;
    drop(tx);
    let delivery = visit.web.console.funnel(&visit.web, id).await?;
    let title = words.with("incidents-one-title", "incident", &incident);
    let may_declare = visit.may(Right::DeclareIncidents);
    Ok(shell::page(&IncidentPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        area: facts::area(area.as_ref(), &towns, words),
        map: area
            .as_ref()
            .and_then(|area| facts::map(area, &towns, &dots, words)),
        wrong: match may_declare {
            true => rectifiable(&steps, words),
            false => Vec::new(),
        },
        steps: steps.iter().map(|found| step(found, now)).collect(),
        reach: ReachView::new(&delivery, &incident, words),
        next_update: found.incident.next_update.map(|at| When::new(at, now)),
        parent: found.incident.parent.clone().map(linked),
        answers: answered(answers, words),
        parts: parts.into_iter().map(|one| part(one, words)).collect(),
        done: done.said(words),
        remainder,
        changes: match may_declare {
            true => changes(found.incident.state, words),
            false => Vec::new(),
        },
        may_stop: may_declare,
        row: IncidentLine::new(found.incident, now),
    }))
}

impl DoneToIncident {
    fn said(&self, words: ConsoleWords) -> Option<String> {
        if let (Some(stopped), Some(left)) = (self.stopped, self.left) {
            let values = [
                ("count", FluentValue::from(stopped)),
                ("stopped", FluentValue::from(words.number(stopped))),
                ("left", FluentValue::from(words.number(left))),
            ];
            return Some(words.say_with("incidents-done-stopped", &values));
        }
        match self.done.as_str() {
            "sent" => Some(words.say("incidents-done-sent").into_owned()),
            "corrected" => Some(words.say("incidents-done-corrected").into_owned()),
            _ => None,
        }
    }
}

/// Of one that was cancelled: how many messages about it had left, and how many had not.
async fn remainder(
    tx: &mut Tx,
    incident: &Incident,
    words: ConsoleWords,
) -> Result<Option<String>, StoreError> {
    let (IncidentState::Cancelled, Some(closed)) = (incident.state, incident.closed_at) else {
        return Ok(None);
    };
    let subject = incident_subject(&incident.incident);
    let MessagesBefore {
        gone, withdrawn, ..
    } = tx.declared().messages_before(&subject, closed).await?;
    let values: [(&str, FluentValue<'_>); 4] = [
        ("gone", gone.into()),
        ("goneNumber", words.number(gone).into()),
        ("withdrawn", withdrawn.into()),
        ("withdrawnNumber", words.number(withdrawn).into()),
    ];
    Ok(Some(words.say_with("incidents-remainder-then", &values)))
}

fn changes(state: IncidentState, words: ConsoleWords) -> Vec<(&'static str, String)> {
    let fitting = IncidentChangeForm::ALL.into_iter();
    fitting
        .filter(|change| change.fits(state))
        .map(|change| {
            let word = words.of("incidents-change", change.as_str());
            (change.as_str(), word.into_owned())
        })
        .collect()
}

/// A reference with its part of an address.
fn linked(reference: String) -> (String, String) {
    let path = in_path(&reference);
    (reference, path)
}

fn part(
    (reference, state): (String, IncidentState),
    words: ConsoleWords,
) -> (String, String, String) {
    let (reference, path) = linked(reference);
    let state = words.of("incident-state", state.as_str()).into_owned();
    (reference, path, state)
}

fn answered(count: BackCount, words: ConsoleWords) -> Option<String> {
    let BackCount { back, still_out } = count;
    (back + still_out > 0).then(|| {
        let values = [
            ("back", FluentValue::from(words.number(back))),
            ("out", FluentValue::from(words.number(still_out))),
        ];
        words.say_with("incidents-answers", &values)
    })
}

fn step(found: &IncidentNews, now: Moment) -> TimelineStep {
    let words = now.words;
    let detail = match &found.template {
        Some(template) => messages_of(found, template, words),
        None => match &found.silence {
            Some(kept) => silence(kept, words).into_owned(),
            None => words.say("incidents-step-no-rule").into_owned(),
        },
    };
    let word = found.kind.trim_start_matches("incident.");
    let tone = match word {
        "opened" | "reopened" | "overdue" => "attention",
        "resolved" => "delivered",
        _ => "going",
    };
    let at = When::new(found.occurred_at, now);
    let word = words.of("incidents-step", word).into_owned();
    TimelineStep {
        messages: found.template.is_some().then(|| in_path(&found.event_id)),
        ..TimelineStep::new(at, tone, word, detail)
    }
}

fn rectifiable(steps: &[IncidentNews], words: ConsoleWords) -> Vec<(String, String)> {
    let told = steps.iter().filter_map(|found| {
        let template = found.template.as_ref()?;
        let word = found.kind.trim_start_matches("incident.");
        let said = format!("{} · {template}", words.of("incidents-step", word));
        Some((said, in_path(&found.event_id)))
    });
    told.collect()
}

fn messages_of(found: &IncidentNews, template: &str, words: ConsoleWords) -> String {
    let told = found.planned - found.suppressed;
    let mut values: Vec<(&str, FluentValue<'_>)> = vec![
        ("count", told.into()),
        ("number", words.number(told).into()),
        ("template", template.into()),
    ];
    if found.suppressed == 0 {
        return words.say_with("incidents-step-messages", &values);
    }
    values.push(("suppressed", words.number(found.suppressed).into()));
    words.say_with("incidents-step-messages-but", &values)
}
