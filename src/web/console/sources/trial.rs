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
use crate::source::{Mapping, RecordNote, RegisteredSource, SourceRecord, try_record};
use crate::template::Unfinished;
use crate::text::sanitize;
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::messages::silence;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

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
    let source = source(&visit.web, &name)?;
    let typed = fields.get("record").to_owned();
    let verdict = judged(&visit, source.mapping(), typed.clone()).await?;
    draw(&visit, &name, typed, Some(verdict)).await
}

fn source(web: &Web, name: &str) -> Result<Arc<RegisteredSource>, Problem> {
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
    let title = visit.words().with("sources-try-title", "name", name);
    let page = TryPage {
        frame: visit.frame(ConsolePart::Sources, title).await?,
        name: name.to_owned(),
        path: in_path(name),
        is_posted_to: source.is_posted_to(),
        typed,
        most: visit
            .words()
            .number(i64::try_from(SOURCE_ROW).unwrap_or(i64::MAX)),
        verdict,
    };
    Ok(shell::page_with(status, &page))
}

async fn judged(
    visit: &Visit,
    mapping: &Arc<Mapping>,
    typed: String,
) -> Result<TryVerdict, Problem> {
    let (web, words) = (&visit.web, visit.words());
    let workshop = &web.console.texts;
    let record = match workshop.work(move || pasted(&typed, words)).await {
        Ok(Ok(record)) => record,
        Ok(Err(fault)) => return Ok(TryVerdict::NoRecord(fault)),
        Err(unfinished) => return Ok(TryVerdict::NoRecord(not_ready(&unfinished, words))),
    };
    let now = web.clock.now();
    let tried = try_record(&web.store, mapping, record, workshop, now).await?;
    let notes = tried.notes.iter().map(|note| noted(note, words)).collect();
    Ok(match tried.event {
        Err(fault) => {
            let fault = words.with("sources-try-cannot", "fault", &fault.to_string());
            TryVerdict::Fault(fault, notes)
        }
        Ok(event) => TryVerdict::Event(Box::new(told(web, &event, visit.moment()).await?), notes),
    })
}

fn noted(note: &RecordNote, words: ConsoleWords) -> String {
    match note {
        RecordNote::Unlisted(word) => words.with("sources-try-unlisted", "word", word),
        RecordNote::Undescribed => words.say("sources-try-undescribed").into_owned(),
    }
}

fn not_ready(unfinished: &Unfinished, words: ConsoleWords) -> String {
    match unfinished {
        Unfinished::Late(time) => {
            words.with("sources-try-late", "seconds", &time.as_secs().to_string())
        }
        Unfinished::Failed => words.say("sources-try-failed").into_owned(),
    }
}

/// A text as one record of a source, or a sentence that says why it is none.
fn pasted(text: &str, words: ConsoleWords) -> Result<SourceRecord, String> {
    let refused = |key| Err(words.say(key).into_owned());
    if text.trim().is_empty() {
        return refused("sources-try-empty");
    }
    if text.len() > SOURCE_ROW {
        let values = [
            ("length", FluentValue::from(text.len().to_string())),
            ("most", SOURCE_ROW.to_string().into()),
        ];
        return Err(words.say_with("sources-try-too-long", &values));
    }
    let unreadable =
        |fault: FieldError| words.with("sources-try-unreadable", "fault", &fault.to_string());
    let read = json::read::<Tree<'_>>(text.as_bytes()).map_err(unreadable)?;
    match read.to_value() {
        Value::Object(fields) => Ok(SourceRecord {
            place: "pasted at the console".to_owned(),
            fields,
        }),
        Value::Array(_) => refused("sources-try-list"),
        _ => refused("sources-try-no-object"),
    }
}

/// Plans the event, and throws the plan away.
async fn told(web: &Web, event: &Arrival, now: Moment) -> Result<TriedEvent, Problem> {
    let rehearsal = Box::pin(web.rehearsal.rehearse(event));
    let Ok(rehearsed) = tokio::time::timeout(PATIENCE, rehearsal).await else {
        return Ok(tried_event(
            now,
            event,
            Vec::new(),
            Some(too_long(now.words)),
        ));
    };
    let rehearsed = rehearsed?;
    let rules = rehearsed.rules().iter();
    let rules = rules.map(|(rule, clients)| (rule.clone(), counted(*clients, now.words)));
    let nobody = rehearsed.nobody();
    let nobody = nobody.map(|why| {
        now.words
            .with("sources-try-nobody", "why", &silence(why, now.words))
    });
    Ok(tried_event(now, event, rules.collect(), nobody))
}

fn too_long(words: ConsoleWords) -> String {
    let seconds = PATIENCE.as_secs().to_string();
    words.with("sources-try-too-slow", "seconds", &seconds)
}

fn counted(clients: usize, words: ConsoleWords) -> String {
    words.number(i64::try_from(clients).unwrap_or(i64::MAX))
}

fn tried_event(
    now: Moment,
    event: &Arrival,
    rules: Vec<(String, String)>,
    note: Option<String>,
) -> TriedEvent {
    TriedEvent {
        kind: (*event.kind).to_owned(),
        id: (*event.id).to_owned(),
        subject: event.subject.as_deref().unwrap_or_default().to_owned(),
        at: When::new(event.occurred_at, now),
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

    const ENGLISH: ConsoleWords = ConsoleWords::ENGLISH;

    #[test]
    fn one_object_is_a_record_and_nothing_else_is() {
        let record = pasted(" {\"a\": {\"b\": 1}} ", ENGLISH).unwrap();
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
            let fault = pasted(text, ENGLISH).unwrap_err();
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
