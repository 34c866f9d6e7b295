//! `/console/rules/try`: an event, chosen or pasted; the page says what each rule makes of it, whom
//! it would tell, and, where it is asked for, the texts of up to three clients. It is planned by the
//! planner and thrown away, as if it came now; nothing is sent and nothing is kept, but that somebody
//! looked at an event's data, or at clients' texts.

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::domain::event::Arrival;
use crate::domain::limits::PASTED_BYTES;
use crate::domain::role::Right;
use crate::domain::{EventId, FieldError, Reason};
use crate::intake::json;
use crate::plan::{Foretold, JudgedRule, RuleVerdict, TriedRules};
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::store::planning::events::StoredEvent;
use crate::template::rendered::RenderedMessage;
use crate::text::tree::Tree;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::incidents;
use crate::web::console::incidents::texts::{self, ShownText};
use crate::web::console::messages::silence;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When,
};
use crate::web::problem::Problem;

/// How long it may take to find out whom an event would tell: others who write wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);
/// Events that are offered: the newest.
const OFFERED: i64 = 12;

/// An event that can be chosen.
struct OfferedEvent {
    id: String,
    kind: String,
    subject: String,
    at: When,
}

/// What would come of an event, said.
struct SaidTrial {
    /// Rules that listen to its type, each with its verdict and the reason.
    listen: Vec<(String, String, String)>,
    /// How many listen to other types alone.
    others: String,
    /// Rules that tell: template with its version, and how many clients.
    tells: Vec<(String, String, String)>,
    sentences: Vec<String>,
    /// Why nobody would be told, if so.
    nobody: Option<String>,
    /// Messages by channel and language.
    goes: Vec<(String, String, String)>,
    untold: Vec<(String, String)>,
    put_off: Vec<(String, String)>,
    texts: Vec<ShownText>,
}

#[derive(Template)]
#[template(path = "console/rules/try.html")]
struct RuleTryPage {
    frame: Frame,
    typed: String,
    most: String,
    offered: Vec<OfferedEvent>,
    fault: Option<String>,
    trial: Option<SaidTrial>,
}

pub(super) async fn form(visit: Visit) -> Result<Response, Problem> {
    draw(&visit, String::new(), Ok(None)).await
}

pub(super) async fn post(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::TryRules)?;
    if let Ok(id) = fields.get("chosen").parse::<EventId>() {
        let typed = chosen(&visit, id).await?;
        return draw(&visit, typed, Ok(None)).await;
    }
    let typed = fields.get("event").to_owned();
    let event = match pasted(&visit, &typed) {
        Ok(event) => event,
        Err(fault) => return draw(&visit, typed, Err(fault)).await,
    };
    let trying = Box::pin(visit.web.rehearsal.try_rules(event));
    let Ok(tried) = tokio::time::timeout(PATIENCE, trying).await else {
        let seconds = PATIENCE.as_secs().to_string();
        let fault = visit.words().with("rules-too-slow", "seconds", &seconds);
        return draw(&visit, typed, Err(fault)).await;
    };
    let tried = tried?;
    let mut shown = Vec::new();
    if fields.get("show") == "texts" {
        shown = texts::of_some(&visit.web, &tried.foretold, visit.words()).await;
        texts::note_looks(&visit.web, &person, &shown, "rules").await?;
    }
    let said = said(&tried, shown, visit.words());
    draw(&visit, typed, Ok(Some(said))).await
}

async fn draw(
    visit: &Visit,
    typed: String,
    trial: Result<Option<SaidTrial>, String>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let offered = offered(visit).await?;
    let (status, fault, trial) = match trial {
        Ok(trial) => (StatusCode::OK, None, trial),
        Err(fault) => (StatusCode::UNPROCESSABLE_ENTITY, Some(fault), None),
    };
    let page = RuleTryPage {
        typed,
        most: words.number(i64::try_from(PASTED_BYTES).unwrap_or(i64::MAX)),
        offered,
        fault,
        trial,
        frame: visit
            .frame(ConsolePart::Templates, words.say("rules-try-title"))
            .await?,
    };
    Ok(shell::page_with(status, &page))
}

/// An event that was stored, to be tried again. Its data are its source's own words, with whatever
/// stands in them: that somebody saw them is written down.
async fn chosen(visit: &Visit, id: EventId) -> Result<String, Problem> {
    let mut tx = visit.web.store.write().await?;
    let found = tx.events().lookup_id(id).await?;
    let stored = found.ok_or_else(|| Problem::not_found("event", &id.to_string()))?;
    let subject = stored.id.to_string();
    let entry = AuditEntry::new(&visit.person.email, "event.revealed", &subject);
    visit.web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(written(&stored))
}

/// The newest events, to choose from.
async fn offered(visit: &Visit) -> Result<Vec<OfferedEvent>, StoreError> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let newest = tx.events().list(None, OFFERED).await?.into_iter();
    let offered = newest.map(|stored| OfferedEvent {
        id: stored.id.to_string(),
        at: When::new(stored.received_at, now),
        subject: stored.event.subject.unwrap_or_default(),
        kind: stored.event.kind,
    });
    Ok(offered.collect())
}

/// An event as its sender would send it now: without its time, and under another id.
fn written(stored: &StoredEvent) -> String {
    let event = &stored.event;
    let mut written = json!({
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.kind,
        "data": event.raw,
    });
    if let Some(subject) = &event.subject {
        written["subject"] = subject.as_str().into();
    }
    serde_json::to_string_pretty(&written).unwrap_or_default()
}

/// What was pasted as an event that nobody has seen yet, or a sentence that says why it is none.
fn pasted(visit: &Visit, text: &str) -> Result<Arrival, String> {
    let words = visit.words();
    if text.trim().is_empty() {
        return Err(words.say("rules-try-empty").into_owned());
    }
    if text.len() > PASTED_BYTES {
        let values = [
            ("length", FluentValue::from(text.len().to_string())),
            ("most", PASTED_BYTES.to_string().into()),
        ];
        return Err(words.say_with("rules-too-long", &values));
    }
    let fault = |fault: FieldError| words.with("rules-try-unreadable", "fault", &fault.to_string());
    arrival(&visit.web, text).map_err(fault)
}

fn arrival(web: &Web, text: &str) -> Result<Arrival, FieldError> {
    let tree = json::read::<Tree<'_>>(text.as_bytes())?;
    Arrival::parse(tree, web.clock.now())
}

fn said(tried: &TriedRules, texts: Vec<ShownText>, words: ConsoleWords) -> SaidTrial {
    let foretold = &tried.foretold;
    let listen = tried.judged.iter();
    let listen = listen.filter(|judged| judged.verdict != RuleVerdict::OtherType);
    let listen: Vec<_> = listen.map(|judged| verdict(judged, words)).collect();
    let others = tried.judged.len() - listen.len();
    let reasons = |counts: &BTreeMap<Reason, i64>| {
        let each = counts.iter();
        each.map(|(reason, count)| {
            let word = words.of("reason", reason.as_str()).into_owned();
            (word, words.number(*count))
        })
        .collect::<Vec<(String, String)>>()
    };
    SaidTrial {
        listen,
        others: words.count("rules-others", i64::try_from(others).unwrap_or(i64::MAX)),
        tells: tells(foretold, words),
        sentences: sentences(foretold, words),
        nobody: foretold.nobody.as_deref().map(|why| {
            let why = silence(why, words);
            words.with("rules-nobody", "why", &why)
        }),
        goes: goes(foretold, words),
        untold: reasons(&foretold.untold),
        put_off: reasons(&foretold.put_off),
        texts,
    }
}

fn tells(foretold: &Foretold, words: ConsoleWords) -> Vec<(String, String, String)> {
    let rules = foretold.rules.iter().map(|rule| {
        let template = match rule.version {
            Some(_) => words.say_with(
                "rules-template-version",
                &[
                    ("template", FluentValue::from(rule.template.as_str())),
                    ("version", rule.number.to_string().into()),
                ],
            ),
            None => words.with("rules-template-unpublished", "template", &rule.template),
        };
        (rule.rule.clone(), template, words.number(rule.clients))
    });
    rules.collect()
}

fn sentences(foretold: &Foretold, words: ConsoleWords) -> Vec<String> {
    let told = foretold.looked_at - foretold.untold.values().sum::<i64>();
    let mut sentences = vec![
        words.count("rules-clients", foretold.clients),
        words.count("rules-would-tell", told),
    ];
    if foretold.looked_at < foretold.clients {
        sentences.push(words.count("rules-looked-at", foretold.looked_at));
    }
    sentences
}

fn goes(foretold: &Foretold, words: ConsoleWords) -> Vec<(String, String, String)> {
    let goes = foretold.goes.iter().map(|((channel, locale), count)| {
        let channel = words.of("channel", channel.as_str()).into_owned();
        (
            channel,
            incidents::language(locale, words),
            words.number(*count),
        )
    });
    goes.collect()
}

/// What a rule makes of the event, and why.
fn verdict(judged: &JudgedRule, words: ConsoleWords) -> (String, String, String) {
    let (key, why) = match &judged.verdict {
        RuleVerdict::Tells => ("rules-verdict-tells", String::new()),
        RuleVerdict::OtherType => ("rules-verdict-other", String::new()),
        RuleVerdict::NotLate => ("rules-verdict-late", String::new()),
        RuleVerdict::Unclear(fault) => ("rules-verdict-unclear", fault.clone()),
        RuleVerdict::Fails(fields) => {
            let fields = fields.iter().map(|(field, value)| match value {
                Some(value) => format!("{field} = {value}"),
                None => words.with("rules-field-missing", "field", field),
            });
            let fields = fields.collect::<Vec<_>>().join("; ");
            ("rules-verdict-fails", fields)
        }
    };
    (judged.rule.name.clone(), words.say(key).into_owned(), why)
}
