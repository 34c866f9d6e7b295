//! `GET /console/incidents/{incident}`: its area, its steps, how far its messages got, and what
//! clients answered when they were asked whether it is over.

use askama::Template;
use axum::response::Response;

use super::line::IncidentLine;
use crate::domain::area::Area;
use crate::domain::event::IncidentState;
use crate::insight::Proportion;
use crate::store::StoreError;
use crate::store::planning::incidents::BackCount;
use crate::store::reports::{DeliveryFunnel, IncidentNews};
use crate::web::console::shell::format::{grouped, plain};
use crate::web::console::shell::funnel::{FunnelStep, funnel};
use crate::web::console::shell::map::{Map, draw};
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, When, in_path};
use crate::web::console::state::Moment;
use crate::web::extract::Path;
use crate::web::problem::Problem;

/// Dots on the map: enough to see the shape.
const DOTS: i64 = 400;
/// Stands where the area would, so that nobody takes the incident for one that covers nothing.
const UNREADABLE: &str = "not readable: written by another version, or damaged";

#[derive(Template)]
#[template(path = "console/incident.html")]
struct IncidentPage {
    frame: Frame,
    row: IncidentLine,
    area: Vec<(&'static str, String)>,
    map: Option<Map>,
    steps: Vec<TimelineStep>,
    delivery: Vec<FunnelStep>,
    planned: String,
    unreachable: String,
    /// The next word, where one is promised.
    next_update: Option<When>,
    /// What it is a part of, as its name and part of an address.
    parent: Option<(String, String)>,
    /// What clients answered, if any did.
    answers: Option<String>,
    /// Its parts, likewise, each with where it stands.
    parts: Vec<(String, String, String)>,
}

pub(crate) async fn get(visit: Visit, Path(incident): Path<String>) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let found = tx.incidents().outlined(&incident).await?;
    let found = found.ok_or_else(|| StoreError::missing("incident", &incident))?;
    let id = found.id.get();
    let area = tx.incidents().area(found.id).await?;
    let steps = tx.reports().incident_steps(id).await?;
    let dots = tx.reports().places_told(id, DOTS).await?;
    let answers = tx.incidents().back_count(found.id).await?;
    let parts = tx.incidents().children(&incident).await?;
    drop(tx);
    let delivery = visit.web.console.funnel(&visit.web, id).await?;
    let now = visit.web.moment();
    let title = format!("Incident {incident}");
    Ok(shell::page(&IncidentPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        area: facts(area.as_ref()),
        map: area.as_ref().and_then(|area| draw(area, &dots)),
        steps: steps.iter().map(|found| step(found, now)).collect(),
        planned: grouped(delivery.planned),
        unreachable: unreachable(&delivery),
        delivery: funnel(&delivery),
        next_update: found.incident.next_update.map(|at| When::new(at, now)),
        parent: found.incident.parent.clone().map(linked),
        answers: answered(answers),
        parts: parts.into_iter().map(part).collect(),
        row: IncidentLine::new(found.incident, now),
    }))
}

/// A reference with its part of an address.
fn linked(reference: String) -> (String, String) {
    let path = in_path(&reference);
    (reference, path)
}

fn part((reference, state): (String, IncidentState)) -> (String, String, String) {
    let (reference, path) = linked(reference);
    (reference, path, plain(state.as_str()))
}

fn answered(count: BackCount) -> Option<String> {
    let BackCount { back, still_out } = count;
    (back + still_out > 0).then(|| {
        format!(
            "back for {}, still out for {}",
            grouped(back),
            grouped(still_out)
        )
    })
}

fn facts(area: Option<&Area>) -> Vec<(&'static str, String)> {
    let Some(area) = area else {
        return vec![("Area", UNREADABLE.to_owned())];
    };
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
fn unreachable(delivery: &DeliveryFunnel) -> String {
    let (without, all) = (grouped(delivery.unreachable), grouped(delivery.planned));
    match Proportion::new(delivery.unreachable, delivery.planned) {
        rate if rate.is_small() => format!("{without} of {all}"),
        rate => format!("{without} of {all} ({} %)", rate.percent()),
    }
}

fn step(found: &IncidentNews, now: Moment) -> TimelineStep {
    let not_told = match found.suppressed {
        0 => String::new(),
        some => format!(
            "; {} clients are not told (each has its reason)",
            grouped(some)
        ),
    };
    let detail = match &found.template {
        Some(template) => {
            let messages = grouped(found.planned - found.suppressed);
            format!("{messages} messages with the text {template}{not_told}")
        }
        None => found
            .silence
            .clone()
            .unwrap_or_else(|| "nobody was told: no rule matches".to_owned()),
    };
    let word = found.kind.trim_start_matches("incident.");
    let tone = match word {
        "opened" | "reopened" | "overdue" => "attention",
        "resolved" => "delivered",
        _ => "going",
    };
    let at = When::new(found.occurred_at, now);
    TimelineStep {
        messages: found.template.is_some().then(|| in_path(&found.event_id)),
        ..TimelineStep::new(at, tone, plain(word), detail)
    }
}
