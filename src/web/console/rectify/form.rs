//! `GET` and `POST /console/rectify`: which messages were wrong, who got them by the real states of the
//! messages, and the text that tells them. The messages are those of a plan, of an event, or of a version of
//! a template between two days.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{ReachRow, rows};
use crate::domain::Timestamp;
use crate::domain::limits::RECTIFIED_TEXT;
use crate::domain::role::Right;
use crate::web::actions::rectifying::{self, RectifyingText, WrongMessages, WrongScope};
use crate::web::auth::csrf::{FormFields, Posted};
use crate::web::console::shell::{self, ConsolePart, Frame, Visit};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Rectifications that wait, shown at most.
const WAITING: i64 = 50;

/// Which messages, as an address or a form says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedRectify {
    plan: String,
    event: String,
    template: String,
    version: String,
    from: String,
    to: String,
}

impl AskedRectify {
    fn of_form(fields: &FormFields) -> Self {
        let get = |name: &str| fields.get(name).to_owned();
        Self {
            plan: get("plan"),
            event: get("event"),
            template: get("template"),
            version: get("version"),
            from: get("from"),
            to: get("to"),
        }
    }

    /// None: nothing is chosen, or not the whole of it.
    fn scope(&self, zone: Tz) -> Option<WrongScope> {
        if let Ok(plan) = self.plan.parse() {
            return Some(WrongScope::Plan(plan));
        }
        if !self.event.is_empty() {
            return Some(WrongScope::Event(self.event.clone()));
        }
        let last: NaiveDate = self.to.parse().ok()?;
        Some(WrongScope::Version {
            template: Some(self.template.trim().to_owned()).filter(|name| !name.is_empty())?,
            version: self.version.trim().parse().ok()?,
            from: midnight(self.from.parse().ok()?, zone)?,
            to: midnight(last.checked_add_days(Days::new(1))?, zone)?,
        })
    }

    fn is_empty(&self) -> bool {
        let all = [&self.plan, &self.event, &self.template, &self.version];
        all.iter().all(|text| text.is_empty())
    }
}

fn midnight(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let local = day.and_time(NaiveTime::MIN);
    let at = zone.from_local_datetime(&local).earliest()?;
    Some(Timestamp::from(at.with_timezone(&Utc)))
}

/// The messages that were chosen, said.
struct ChosenMessages {
    clients: i64,
    number: String,
    reach: Vec<ReachRow>,
    /// How many plans were put right before.
    taken: Option<String>,
}

#[derive(Template)]
#[template(path = "console/rectify.html")]
struct RectifyPage {
    frame: Frame,
    asked: AskedRectify,
    /// None: nothing is chosen yet.
    chosen: Option<ChosenMessages>,
    fault: Option<String>,
    /// Under which number it is written: a form that comes twice is one.
    id: String,
    wrong: String,
    holds: String,
    most: usize,
    needs_approval: bool,
    /// Those that wait for a second person: number and what was wrong.
    waiting: Vec<(i64, String)>,
}

pub(super) async fn get(
    visit: Visit,
    Query(asked): Query<AskedRectify>,
) -> Result<Response, Problem> {
    let scope = asked.scope(visit.moment().zone);
    let fault = (scope.is_none() && !asked.is_empty()).then_some("rectify-fault-choice");
    let found = found(&visit, scope.as_ref()).await?;
    draw(&visit, asked, found, fault, ("", "")).await
}

pub(super) async fn post(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::DeclareIncidents)?;
    let id = fields.get("id");
    let id: i64 = id.parse().map_err(|_| Problem::not_found("form", id))?;
    let known = visit
        .web
        .store
        .read()
        .await?
        .rectifications()
        .lookup(id)
        .await?;
    if known.is_some() {
        // Pressed twice.
        return Ok(to_one(id));
    }
    let asked = AskedRectify::of_form(&fields);
    let typed = (fields.get("wrong"), fields.get("holds"));
    let scope = asked.scope(visit.moment().zone);
    let Some(found) = found(&visit, scope.as_ref()).await? else {
        return draw(&visit, asked, None, Some("rectify-fault-choice"), typed).await;
    };
    let Ok(text) = RectifyingText::of(typed.0, typed.1) else {
        return draw(
            &visit,
            asked,
            Some(found),
            Some("rectify-fault-text"),
            typed,
        )
        .await;
    };
    rectifying::write(&visit.web, &person.email, id, &found, &text).await?;
    Ok(to_one(id))
}

fn to_one(id: i64) -> Response {
    shell::strictly(Redirect::to(&format!("/console/rectifications/{id}")))
}

async fn found(
    visit: &Visit,
    scope: Option<&WrongScope>,
) -> Result<Option<WrongMessages>, Problem> {
    let Some(scope) = scope else {
        return Ok(None);
    };
    let mut tx = visit.web.store.read().await?;
    Ok(Some(rectifying::look(&mut tx, scope).await?))
}

async fn draw(
    visit: &Visit,
    asked: AskedRectify,
    found: Option<WrongMessages>,
    fault: Option<&str>,
    (wrong, holds): (&str, &str),
) -> Result<Response, Problem> {
    let words = visit.words();
    let mut tx = visit.web.store.read().await?;
    let waiting = tx.rectifications().waiting(WAITING).await?;
    drop(tx);
    let needs_approval = found
        .as_ref()
        .is_some_and(|found| visit.web.console.declaring.needs_approval(found.clients));
    let status = match fault {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = RectifyPage {
        frame: visit
            .frame(ConsolePart::Messages, words.say("rectify-title"))
            .await?,
        asked,
        chosen: found.map(|found| ChosenMessages {
            clients: found.clients,
            number: words.number(found.clients),
            reach: rows(&found.reach, words),
            taken: (found.taken > 0).then(|| {
                let taken = i64::try_from(found.taken).unwrap_or(i64::MAX);
                words.count("rectify-taken", taken)
            }),
        }),
        fault: fault.map(|key| words.say(key).into_owned()),
        id: visit.web.ids.next().to_string(),
        wrong: wrong.to_owned(),
        holds: holds.to_owned(),
        most: RECTIFIED_TEXT,
        needs_approval,
        waiting: waiting.into_iter().map(|row| (row.id, row.wrong)).collect(),
    };
    Ok(shell::page_with(status, &page))
}
