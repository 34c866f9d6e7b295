//! `/console/sources/{name}/try`: a record as their system says it, pasted into a form; the page says
//! what it would become and whom it would tell. Nothing is taken, nothing is looked at over there.
//!
//! The same as `araldo source try`: `source::try_record` makes the event, `Planner::rehearse` plans it
//! and throws the plan away. A plan holds the store's writer, so it is given little time here.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use crate::domain::FieldError;
use crate::domain::event::Arrival;
use crate::domain::limits::SOURCE_ROW;
use crate::domain::role::Right;
use crate::intake::json;
use crate::source::{Mapping, RegisteredSource, SourceRecord, try_record};
use crate::text::sanitize;
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::format::grouped;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, When, in_path};
use crate::web::extract::Path;
use crate::web::problem::Problem;

/// How long it may take to find out whom an event would tell: others who write wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an event's data up to which they are set out line by line.
const SET_OUT: usize = 8 * 1024;
/// Characters of it that are shown.
const SHOWN: usize = 20_000;

/// What a pasted text would come to.
enum TryVerdict {
    /// It is no record at all.
    NoRecord(String),
    /// No event can be made of it, and why: our field, and where it comes from.
    Fault(String, Vec<String>),
    Event(Box<TriedEvent>, Vec<String>),
}

/// The event that a record would become, and whom it would tell.
struct TriedEvent {
    kind: String,
    id: String,
    subject: String,
    at: When,
    data: String,
    /// Rules, each with how many clients its audience has.
    rules: Vec<(String, String)>,
    /// Why nobody would be told, or why that is not known.
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "console/source/try.html")]
struct TryPage {
    frame: Frame,
    name: String,
    path: String,
    is_posted_to: bool,
    typed: String,
    most: String,
    verdict: Option<TryVerdict>,
}

pub(super) async fn form(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    draw(&visit, &name, String::new(), None).await
}

pub(super) async fn post(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::TrySources)?;
    let mapping = source(&visit.web, &name)?.mapping();
    let typed = fields.get("record").to_owned();
    let verdict = judged(&visit.web, mapping, typed.clone()).await?;
    draw(&visit, &name, typed, Some(verdict)).await
}

fn source<'a>(web: &'a Web, name: &str) -> Result<&'a RegisteredSource, Problem> {
    let found = web.sources.get(name);
    found.ok_or_else(|| Problem::not_found("source in the settings of this node", name))
}

async fn draw(
    visit: &Visit,
    name: &str,
    typed: String,
    verdict: Option<TryVerdict>,
) -> Result<Response, Problem> {
    let source = source(&visit.web, name)?;
    let status = match &verdict {
        Some(TryVerdict::NoRecord(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let title = format!("Try a record of {name}");
    let page = TryPage {
        frame: visit.frame(ConsolePart::Sources, title).await?,
        name: name.to_owned(),
        path: in_path(name),
        is_posted_to: source.is_posted_to(),
        typed,
        most: grouped(i64::try_from(SOURCE_ROW).unwrap_or(i64::MAX)),
        verdict,
    };
    Ok(shell::page_with(status, &page))
}

async fn judged(web: &Web, mapping: &Arc<Mapping>, typed: String) -> Result<TryVerdict, Problem> {
    let workshop = &web.console.texts;
    let record = match workshop.work(move || pasted(&typed)).await {
        Ok(Ok(record)) => record,
        Ok(Err(fault)) => return Ok(TryVerdict::NoRecord(fault.to_string())),
        Err(unfinished) => return Ok(TryVerdict::NoRecord(unfinished.to_string())),
    };
    let now = web.clock.now();
    let tried = try_record(&web.store, mapping, record, workshop, now).await?;
    Ok(match tried.event {
        Err(fault) => TryVerdict::Fault(fault.to_string(), tried.notes),
        Ok(event) => TryVerdict::Event(Box::new(told(web, &event).await?), tried.notes),
    })
}

/// A text as one record of a source.
fn pasted(text: &str) -> Result<SourceRecord, FieldError> {
    let refused = |why: String| Err(FieldError::new("", why));
    if text.trim().is_empty() {
        return refused("paste a record: a JSON object, as their system says it".to_owned());
    }
    if text.len() > SOURCE_ROW {
        let length = text.len();
        return refused(format!(
            "the record has {length} bytes; at most {SOURCE_ROW} are taken"
        ));
    }
    match json::read::<Tree<'_>>(text.as_bytes())?.to_value() {
        Value::Object(fields) => Ok(SourceRecord {
            place: "pasted at the console".to_owned(),
            fields,
        }),
        Value::Array(_) => refused("this is a list: paste one record of it, in { }".to_owned()),
        _ => refused("a record is an object in { }".to_owned()),
    }
}

/// Plans the event, and throws the plan away.
async fn told(web: &Web, event: &Arrival) -> Result<TriedEvent, Problem> {
    let rehearsal = Box::pin(web.rehearsal.rehearse(event));
    let Ok(rehearsed) = tokio::time::timeout(PATIENCE, rehearsal).await else {
        return Ok(tried_event(web, event, Vec::new(), Some(too_long())));
    };
    let rehearsed = rehearsed?;
    let rules = rehearsed.rules().iter();
    let rules = rules.map(|(rule, clients)| (rule.clone(), counted(*clients)));
    let nobody = rehearsed.nobody();
    let nobody = nobody.map(|why| format!("Nobody would be told: {why}."));
    Ok(tried_event(web, event, rules.collect(), nobody))
}

fn too_long() -> String {
    format!(
        "Whom it would tell takes longer to find out than {} s, in which others wait; the command \
         araldo source try takes its time.",
        PATIENCE.as_secs()
    )
}

fn counted(clients: usize) -> String {
    grouped(i64::try_from(clients).unwrap_or(i64::MAX))
}

fn tried_event(
    web: &Web,
    event: &Arrival,
    rules: Vec<(String, String)>,
    note: Option<String>,
) -> TriedEvent {
    TriedEvent {
        kind: (*event.kind).to_owned(),
        id: (*event.id).to_owned(),
        subject: event.subject.as_deref().unwrap_or_default().to_owned(),
        at: When::new(event.occurred_at, web.moment()),
        data: set_out(&event.data),
        rules,
        note,
    }
}

/// JSON as a person reads it; a long one as it is, and no more of it than is read.
fn set_out(data: &str) -> String {
    let read = || serde_json::from_str::<Value>(data).ok();
    let pretty = (data.len() <= SET_OUT).then(read).flatten();
    let pretty = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let text = sanitize::lines(pretty.as_deref().unwrap_or(data));
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_is_a_record_and_nothing_else_is() {
        let record = pasted(" {\"a\": {\"b\": 1}} ").unwrap();
        assert_eq!(record.fields["a"]["b"], 1);
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(SOURCE_ROW));
        for (text, said) in [
            (" ", "paste a record"),
            ("{\"a\":", "breaks off"),
            ("[{\"a\":1}]", "this is a list"),
            ("7", "an object"),
            (deep.as_str(), "recursion limit"),
            (long.as_str(), "at most 262144"),
        ] {
            let fault = pasted(text).unwrap_err().to_string();
            assert!(fault.contains(said), "{fault}");
        }
    }

    #[test]
    fn data_is_set_out_unless_it_is_long() {
        assert_eq!(set_out("{\"a\":1}"), "{\n  \"a\": 1\n}");
        let long = format!("[{}1]", "1,".repeat(SET_OUT));
        assert_eq!(set_out(&long), long);
        let longer = format!("[{}1]", "1,".repeat(SHOWN));
        assert!(set_out(&longer).ends_with(" …"));
        assert!(set_out(&longer).len() < SHOWN + 10);
    }
}
