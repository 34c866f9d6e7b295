//! `GET /console/declared/{id}`: before anything is sent, what would come of it: whom it reaches by
//! which channel and in which language, who is not told and why, how long it takes, and what a second
//! person has to say of it. All numbers are the planner's own. Once it is sent, this leads to the
//! incident.

use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use chrono::TimeDelta;

use super::declared::{JudgedIncident, data_of, is_by, judged, row_of};
use super::facts::{self, KnownTowns, SaidMap};
use super::points::ListNotes;
use super::{badge_of, language, step_word, texts};
use crate::domain::area::Area;
use crate::domain::event::{DeclaredState, IncidentData, IncidentKind, IncidentStep};
use crate::domain::limits::LEFT_OUT_SHOWN;
use crate::domain::role::Right;
use crate::domain::{Channel, Reason};
use crate::plan::Foretold;
use crate::store::planning::declared::DeclaredIncident;
use crate::web::Web;
use crate::web::console::messages::silence;
use crate::web::console::shell::{
    self, Badge, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// What would come of it, said.
struct SaidAudience {
    /// Whom it would reach, in sentences.
    sentences: Vec<String>,
    /// Why nobody is told, if so.
    nobody: Option<String>,
    /// Messages by channel and language.
    goes: Vec<(String, String, String)>,
    /// Who is not told, and what waits, by the reason.
    untold: Vec<(String, String)>,
    put_off: Vec<(String, String)>,
}

/// What may be done now.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a button of its own")]
struct Offered {
    send: bool,
    /// Nobody would be told: whoever sends it says that they know.
    in_vain: bool,
    ask: bool,
    approve: bool,
    edit: bool,
    withdraw: bool,
    texts: bool,
}

#[derive(Template)]
#[template(path = "console/incident/check.html")]
struct CheckPage {
    frame: Frame,
    id: String,
    revision: i64,
    badge: Badge,
    /// What is wrong with what was just tried.
    fault: Option<String>,
    notes: Vec<String>,
    step: String,
    incident: String,
    facts: Vec<(String, String)>,
    times: Vec<(String, When)>,
    map: Option<SaidMap>,
    audience: Option<SaidAudience>,
    offered: Offered,
}

/// What stands for an incident that the planner has not seen yet.
#[derive(Template)]
#[template(path = "console/incident/planning.html")]
struct PlanningPage {
    frame: Frame,
    id: String,
}

pub(super) async fn get(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let row = row_of(&visit.web, &id).await?;
    if row.state == DeclaredState::Sent {
        return follow(&visit, &row).await;
    }
    draw(&visit, &row, StatusCode::OK, None).await
}

/// To the page of the incident, as soon as there is one.
async fn follow(visit: &Visit, row: &DeclaredIncident) -> Result<Response, Problem> {
    let mut tx = visit.web.store.read().await?;
    let known = tx.incidents().outlined(&row.incident).await?;
    drop(tx);
    if known.is_some() {
        let path = format!("/console/incidents/{}?done=sent", in_path(&row.incident));
        return Ok(shell::strictly(Redirect::to(&path)));
    }
    let title = visit.words().say("incidents-planning-title");
    Ok(shell::page(&PlanningPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        id: row.id.to_string(),
    }))
}

/// The page. `fault`: the key of what is wrong with what was just tried.
pub(super) async fn draw(
    visit: &Visit,
    row: &DeclaredIncident,
    status: StatusCode,
    fault: Option<&str>,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let judged = match row.state.is_open() {
        true => Some(judged(&visit.web, row).await?),
        false => None,
    };
    let data = data_of(row, now.at)?;
    let mut tx = visit.web.store.read().await?;
    let towns = KnownTowns::of(&mut tx, data.area.as_ref()).await?;
    drop(tx);
    let mut notes = notes(row, now.words);
    notes.extend(unknown_places(&visit.web, data.area.as_ref(), now.words).await?);
    if let Some(judged) = &judged {
        notes.extend(of_approval(row, judged, visit, now.words));
    }
    let audience = match &judged {
        Some(judged) => Some(said(&visit.web, judged, now.words).await),
        None => None,
    };
    let outdated = judged.as_ref().and_then(|judged| judged.outdated);
    let fault = fault.or(outdated);
    let is_mine = is_by(&visit.web, row, &visit.person.email).await?;
    let title = now.words.say("incidents-check-title");
    Ok(shell::page_with(
        status,
        &CheckPage {
            frame: visit.frame(ConsolePart::Incidents, title).await?,
            id: row.id.to_string(),
            revision: row.revision,
            badge: badge_of(row.state, now.words),
            fault: fault.map(|key| now.words.say(key).into_owned()),
            notes,
            step: step_word(row.step, now.words),
            incident: row.incident.clone(),
            facts: facts_of(row, &data, &towns, now.words),
            times: times(&data, now),
            map: data
                .area
                .as_ref()
                .and_then(|area| facts::map(area, &towns, &[], now.words)),
            audience,
            offered: offered((row, is_mine), judged.as_ref(), visit),
        },
    ))
}

fn offered(
    (row, is_mine): (&DeclaredIncident, bool),
    judged: Option<&JudgedIncident>,
    visit: &Visit,
) -> Offered {
    let Some(judged) = judged else {
        return Offered::default();
    };
    let may_declare = visit.may(Right::DeclareIncidents);
    let fits = judged.outdated.is_none();
    let is_approved = row.state == DeclaredState::Approved && judged.is_as_asked(row);
    let is_asked = matches!(row.state, DeclaredState::Waiting | DeclaredState::Approved);
    Offered {
        send: may_declare && fits && (!judged.needs_approval || is_approved),
        in_vain: judged.is_in_vain(),
        ask: may_declare && fits && judged.needs_approval && !(is_asked && judged.is_as_asked(row)),
        approve: visit.may_approve() && !is_mine && fits && row.state == DeclaredState::Waiting,
        edit: may_declare && row.step == IncidentStep::Opened,
        withdraw: may_declare,
        texts: !judged.foretold.texts.is_empty(),
    }
}

/// How it stands with the second person.
fn of_approval(
    row: &DeclaredIncident,
    judged: &JudgedIncident,
    visit: &Visit,
    words: ConsoleWords,
) -> Option<String> {
    let by = row.decided_by.as_deref().unwrap_or_default();
    let values = [("by", FluentValue::from(by))];
    let is_mine = row.author == visit.person.email;
    match row.state {
        DeclaredState::Waiting | DeclaredState::Approved if !judged.is_as_asked(row) => {
            Some(words.say("incidents-approval-changed").into_owned())
        }
        DeclaredState::Waiting if is_mine => {
            Some(words.say("incidents-approval-waits").into_owned())
        }
        DeclaredState::Waiting => {
            let by = [("by", FluentValue::from(row.author.as_str()))];
            Some(words.say_with("incidents-approval-asked", &by))
        }
        DeclaredState::Approved => Some(words.say_with("incidents-approval-given", &values)),
        DeclaredState::Returned => {
            let reason = FluentValue::from(row.reason.as_deref().unwrap_or_default());
            let values = [("by", FluentValue::from(by)), ("reason", reason)];
            Some(words.say_with("incidents-approval-returned", &values))
        }
        _ if judged.needs_approval => {
            let above = visit
                .web
                .console
                .declaring
                .approval_above
                .unwrap_or_default();
            Some(words.count("incidents-approval-needed", i64::from(above)))
        }
        _ => None,
    }
}

/// What of a pasted list was left out.
fn notes(row: &DeclaredIncident, words: ConsoleWords) -> Vec<String> {
    let notes: ListNotes = serde_json::from_str(&row.notes).unwrap_or_default();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut said = Vec::new();
    if notes.doubles > 0 {
        said.push(words.count("incidents-list-doubles", number(notes.doubles)));
    }
    if notes.left_out > 0 {
        said.push(named(
            "incidents-list-left-out",
            number(notes.left_out),
            &notes.shown,
            words,
        ));
    }
    said
}

/// Supply points that nobody here has: mistyped, perhaps.
async fn unknown_places(
    web: &Web,
    area: Option<&Area>,
    words: ConsoleWords,
) -> Result<Option<String>, Problem> {
    let Some(area) = area.filter(|area| !area.places.is_empty()) else {
        return Ok(None);
    };
    let mut tx = web.store.read().await?;
    let known = tx.declared().known_places(&area.places).await?;
    let unknown = area.places.iter().filter(|code| !known.contains(*code));
    let unknown: Vec<String> = unknown.cloned().collect();
    let count = i64::try_from(unknown.len()).unwrap_or(i64::MAX);
    let first = &unknown[..unknown.len().min(LEFT_OUT_SHOWN)];
    Ok((count > 0).then(|| named("incidents-list-unknown", count, first, words)))
}

fn named(key: &str, count: i64, first: &[String], words: ConsoleWords) -> String {
    let more = if i64::try_from(first.len()).is_ok_and(|shown| shown < count) {
        ", …"
    } else {
        ""
    };
    let values = [
        ("count", FluentValue::from(count)),
        ("number", words.number(count).into()),
        ("list", format!("{}{more}", first.join(", ")).into()),
    ];
    words.say_with(key, &values)
}

fn facts_of(
    row: &DeclaredIncident,
    data: &IncidentData,
    towns: &KnownTowns,
    words: ConsoleWords,
) -> Vec<(String, String)> {
    let kind = data.kind.map(IncidentKind::as_str);
    let what = facts::what(
        kind,
        data.service.as_deref(),
        data.severity.as_deref(),
        words,
    );
    let mut all = vec![(words.say("incidents-what").into_owned(), what)];
    all.retain(|(_, said)| !said.is_empty());
    if let Some(area) = &data.area {
        all.extend(facts::area(Some(area), towns, words));
    }
    let mut add = |word: Cow<'static, str>, said: Option<&str>| {
        all.extend(said.map(|said| (word.into_owned(), said.to_owned())));
    };
    add(words.say("incidents-cause"), data.cause.as_deref());
    add(words.say("incidents-field-note"), data.note.as_deref());
    add(words.say("incidents-author"), Some(&row.author));
    if data.quiet {
        add(words.say("incidents-field-quiet"), Some(&words.say("yes")));
    }
    all
}

fn times(data: &IncidentData, now: Moment) -> Vec<(String, When)> {
    let words = now.words;
    let all = [
        (words.say("incidents-field-began-at"), data.began_at),
        (words.say("incidents-field-expected-end"), data.expected_end),
        (words.say("incidents-field-next-update"), data.next_update),
    ];
    all.into_iter()
        .filter_map(|(word, at)| Some((word.into_owned(), When::new(at?, now))))
        .collect()
}

async fn said(web: &Web, judged: &JudgedIncident, words: ConsoleWords) -> SaidAudience {
    let foretold = &judged.foretold;
    let messages: i64 = foretold.goes.values().sum();
    let told = foretold.looked_at - foretold.untold.values().sum::<i64>();
    let mut sentences = vec![
        words.count("incidents-check-clients", foretold.clients),
        words.count("incidents-check-told", told),
        words.count("incidents-check-messages", messages),
    ];
    if judged.is_quiet {
        sentences.push(words.count("incidents-check-later", judged.clients));
    }
    if foretold.looked_at < foretold.clients {
        sentences.push(words.count("incidents-check-sampled", foretold.looked_at));
    }
    let segments = texts::segments(web, foretold).await;
    if let Some(segments) = segments {
        sentences.push(words.count("incidents-check-segments", segments));
    }
    sentences.extend(costs(web, foretold, segments, words));
    sentences.extend(duration(web, foretold, words));
    let reasons = |counts: &BTreeMap<Reason, i64>| {
        let each = counts.iter();
        each.map(|(reason, count)| {
            let word = words.of("reason", reason.as_str()).into_owned();
            (word, words.number(*count))
        })
        .collect::<Vec<(String, String)>>()
    };
    let goes = foretold.goes.iter().map(|((channel, locale), count)| {
        let channel = words.of("channel", channel.as_str()).into_owned();
        (channel, language(locale, words), words.number(*count))
    });
    SaidAudience {
        sentences,
        nobody: foretold
            .nobody
            .as_deref()
            .map(|kept| silence(kept, words).into_owned()),
        goes: goes.collect(),
        untold: reasons(&foretold.untold),
        put_off: reasons(&foretold.put_off),
    }
}

/// About what it costs, a sentence for each channel that is used. `segments`: of those that were looked at.
fn costs(
    web: &Web,
    foretold: &Foretold,
    segments: Option<i64>,
    words: ConsoleWords,
) -> Vec<String> {
    let prices = web.console.prices();
    if prices.segment.is_none() && prices.email.is_none() {
        return Vec::new();
    }
    let used = |channel| foretold.goes.keys().any(|(it, _)| *it == channel);
    let sentence = |channel: Channel| {
        let name = words.of("channel", channel.as_str());
        let cost = match channel {
            Channel::Sms => prices.segment.zip(segments),
            Channel::Email => prices.email.zip(Some(messages(foretold, channel))),
        };
        let Some((each, count)) = cost else {
            return words.with("incidents-check-cost-unknown", "channel", &name);
        };
        let amount = words.amount(each.times(of_all(foretold, count)), &prices.currency);
        let values = [
            ("channel", FluentValue::from(name)),
            ("amount", amount.into()),
        ];
        words.say_with("incidents-check-cost", &values)
    };
    let channels = Channel::ALL.iter().copied();
    channels.filter(|it| used(*it)).map(sentence).collect()
}

/// Messages of a channel among those that were looked at.
fn messages(foretold: &Foretold, channel: Channel) -> i64 {
    let of_channel = foretold.goes.iter().filter(|((it, _), _)| *it == channel);
    of_channel.map(|(_, count)| count).sum()
}

/// Of a part that was looked at to all of them.
fn of_all(foretold: &Foretold, counted: i64) -> i64 {
    counted.saturating_mul(foretold.clients) / foretold.looked_at.max(1)
}

/// How long it takes at the rates of the contracts, where they are bounded. Channels go side by side.
fn duration(web: &Web, foretold: &Foretold, words: ConsoleWords) -> Option<String> {
    let mut longest: Option<TimeDelta> = None;
    for (channel, _) in foretold.goes.keys() {
        let all = of_all(foretold, messages(foretold, *channel));
        longest = longest.max(web.console.declaring.takes(*channel, all));
    }
    let span = words.span(longest?);
    Some(words.say_with("incidents-check-takes", &[("span", span.into())]))
}
