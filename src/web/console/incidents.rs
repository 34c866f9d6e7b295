//! Incidents: what is going on, and one incident with its area, its steps and how far its
//! messages got.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::area::Area;
use crate::insight::Rate;
use crate::store::reports::{IncidentRow, IncidentStep, Ladder};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::format::{Badge, Moment, When, grouped, plain};
use super::frame::{self, Frame, Part};
use super::map::{Map, draw};
use super::messages::in_path;
use super::now::{LadderStep, ladder_steps};

const PAGE: i64 = 50;
/// Dots on the map: enough to see the shape.
const DOTS: i64 = 400;

/// What the list is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    after: String,
}

struct Row {
    path: String,
    incident: IncidentRow,
    what: String,
    badge: Badge,
    began: When,
    ends: Option<When>,
}

impl Row {
    fn new(incident: IncidentRow, now: Moment) -> Self {
        let words = [
            Some(incident.kind.as_str()),
            incident.service.as_deref(),
            incident.severity.as_deref(),
        ];
        let words: Vec<String> = words.into_iter().flatten().map(plain).collect();
        Self {
            path: in_path(&incident.incident),
            what: words.join(" · "),
            badge: Badge::of_incident(&incident.state),
            began: When::new(incident.began_at, now),
            ends: incident
                .closed_at
                .or(incident.expected_end)
                .map(|at| When::new(at, now)),
            incident,
        }
    }
}

#[derive(Template)]
#[template(path = "console/incidents.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

/// `GET /console/incidents`.
pub(super) async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(Ask { after }): Query<Ask>,
) -> Result<Response, Problem> {
    let before = after.parse().unwrap_or(i64::MAX);
    let rows = web
        .store
        .read()
        .await?
        .reports()
        .incidents(false, before, PAGE)
        .await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let last = rows.last().map(|row| row.id).filter(|_| full);
    let now = web.moment();
    let frame = Frame::new(&web, &person, &headers, Part::Incidents, "Incidents").await?;
    Ok(frame::page(&ListPage {
        frame,
        next: last.map(|last| format!("/console/incidents?after={last}")),
        rows: rows
            .into_iter()
            .map(|incident| Row::new(incident, now))
            .collect(),
    }))
}

struct Step {
    at: When,
    later: String,
    tone: &'static str,
    word: String,
    detail: String,
    /// The event whose messages it made, as part of an address.
    messages: Option<String>,
}

#[derive(Template)]
#[template(path = "console/incident.html")]
struct IncidentPage {
    frame: Frame,
    row: Row,
    area: Vec<(&'static str, String)>,
    map: Option<Map>,
    steps: Vec<Step>,
    ladder: Vec<LadderStep>,
    planned: String,
    unreachable: String,
}

/// `GET /console/incidents/{incident}`.
pub(super) async fn show(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Path(incident): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = web.store.read().await?;
    let found = tx.reports().incident(&incident).await?;
    let found = found.ok_or_else(|| Problem::not_found("incident", &incident))?;
    let steps = tx.reports().incident_steps(found.id).await?;
    let dots = tx.reports().places_told(found.id, DOTS).await?;
    drop(tx);
    let ladder = web.console.ladder(&web, found.id).await?;
    let area = area(&found);
    let now = web.moment();
    let title = format!("Incident {incident}");
    Ok(frame::page(&IncidentPage {
        frame: Frame::new(&web, &person, &headers, Part::Incidents, title).await?,
        area: facts(area.as_ref()),
        map: draw(area.as_ref(), &dots),
        steps: steps.iter().map(|found| step(found, now)).collect(),
        planned: grouped(ladder.planned),
        unreachable: unreachable(&ladder),
        ladder: ladder_steps(&ladder),
        row: Row::new(found, now),
    }))
}

/// The area as stored; one that no longer reads is left out of the page, not the page with it.
fn area(incident: &IncidentRow) -> Option<Area> {
    let value = serde_json::from_str(&incident.area).ok()?;
    match Area::parse(&value) {
        Ok(area) => Some(area),
        Err(error) => {
            tracing::warn!(incident = %incident.incident, error = %error, "a stored area does not read");
            None
        }
    }
}

fn facts(area: Option<&Area>) -> Vec<(&'static str, String)> {
    let Some(area) = area else { return Vec::new() };
    let lists = [
        ("Municipalities", &area.municipalities),
        ("Postal codes", &area.postal_codes),
        ("Tags", &area.tags),
        ("Places", &area.places),
    ];
    let said = |list: &Vec<String>| match list.len() {
        ..=12 => list.join(", "),
        many => format!("{} and {} more", list[..10].join(", "), many - 10),
    };
    lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| (word, said(list)))
        .collect()
}

/// All of them were counted, so there is no interval to give.
fn unreachable(ladder: &Ladder) -> String {
    let (without, all) = (grouped(ladder.unreachable), grouped(ladder.planned));
    match Rate::new(ladder.unreachable, ladder.planned) {
        rate if rate.is_small() => format!("{without} of {all}"),
        rate => format!("{without} of {all} ({} %)", rate.percent()),
    }
}

fn step(found: &IncidentStep, now: Moment) -> Step {
    let detail = match &found.template {
        Some(template) => format!(
            "{} messages with the text {template}{}",
            grouped(found.planned - found.suppressed),
            match found.suppressed {
                0 => String::new(),
                some => format!(
                    "; {} clients are not told (each has its reason)",
                    grouped(some)
                ),
            }
        ),
        None => "nobody was told: no rule matches".to_owned(),
    };
    let word = found.kind.trim_start_matches("incident.");
    Step {
        at: When::new(found.occurred_at, now),
        later: String::new(),
        tone: match word {
            "opened" => "attention",
            "resolved" => "delivered",
            _ => "going",
        },
        word: plain(word),
        detail,
        messages: found.template.is_some().then(|| in_path(&found.event_id)),
    }
}
