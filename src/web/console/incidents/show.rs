//! `GET /console/incidents/{incident}`: its area, its steps and how far its messages got.

use askama::Template;
use axum::response::Response;

use super::line::IncidentLine;
use crate::domain::area::Area;
use crate::insight::Proportion;
use crate::store::reports::{DeliveryFunnel, IncidentNews, IncidentRow};
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
}

pub(crate) async fn get(visit: Visit, Path(incident): Path<String>) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let found = tx.reports().incident(&incident).await?;
    let found = found.ok_or_else(|| Problem::not_found("incident", &incident))?;
    let steps = tx.reports().incident_steps(found.id).await?;
    let dots = tx.reports().places_told(found.id, DOTS).await?;
    drop(tx);
    let delivery = visit.web.console.funnel(&visit.web, found.id).await?;
    let area = area(&found);
    let now = visit.web.moment();
    let title = format!("Incident {incident}");
    Ok(shell::page(&IncidentPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        area: facts(area.as_ref()),
        map: draw(area.as_ref(), &dots),
        steps: steps.iter().map(|found| step(found, now)).collect(),
        planned: grouped(delivery.planned),
        unreachable: unreachable(&delivery),
        delivery: funnel(&delivery),
        row: IncidentLine::new(found, now),
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
        None => "nobody was told: no rule matches".to_owned(),
    };
    let word = found.kind.trim_start_matches("incident.");
    let tone = match word {
        "opened" => "attention",
        "resolved" => "delivered",
        _ => "going",
    };
    let at = When::new(found.occurred_at, now);
    TimelineStep {
        messages: found.template.is_some().then(|| in_path(&found.event_id)),
        ..TimelineStep::new(at, tone, plain(word), detail)
    }
}
