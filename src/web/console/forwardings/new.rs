//! `GET /console/forwardings/new` and `POST /console/forwardings`: what a client reported, in a conversation
//! or to a message, is passed on to a body. The words may be changed first: name and number of a client
//! have no place in them.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use crate::domain::forwarding::ProblemKind;
use crate::domain::limits::FORWARDED_WORDS;
use crate::domain::role::Right;
use crate::web::actions::forwarding::{
    ChosenForwarding, NotForwarded, ReportedAt, forward, reported,
};
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{self, ConsolePart, Frame, Visit, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// Where it was reported, as an address or the form says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedForwarding {
    conversation: String,
    message: String,
}

impl AskedForwarding {
    fn at(&self) -> Result<ReportedAt, Problem> {
        if let Ok(id) = self.conversation.parse() {
            return Ok(ReportedAt::Conversation(id));
        }
        let message = self.message.parse();
        message
            .map(ReportedAt::Message)
            .map_err(|_| Problem::not_found("message", &self.message))
    }
}

#[derive(Default)]
struct TypedForwarding {
    body: String,
    problem: String,
    words: Option<String>,
}

#[derive(Template)]
#[template(path = "console/forwarding.html")]
struct ForwardingPage {
    frame: Frame,
    asked: AskedForwarding,
    fault: String,
    subject: String,
    /// The word for each body, and what people call it.
    bodies: Vec<(String, String)>,
    /// Each kind of problem, and what it is called.
    problems: Vec<(&'static str, String)>,
    typed: TypedForwarding,
    words: String,
    most: usize,
    /// Name and address of the client go along.
    names: bool,
}

pub(super) async fn get(
    visit: Visit,
    Query(asked): Query<AskedForwarding>,
) -> Result<Response, Problem> {
    draw(&visit, asked, TypedForwarding::default(), None).await
}

pub(super) async fn post(
    visit: Visit,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::AnswerReplies)?;
    let get = |name: &str| fields.get(name).to_owned();
    let asked = AskedForwarding {
        conversation: get("conversation"),
        message: get("message"),
    };
    let (body, words) = (get("body"), get("words"));
    let problem: ProblemKind = get("problem").parse().unwrap_or(ProblemKind::Other);
    let chosen = ChosenForwarding {
        by: &person.email,
        body: &body,
        problem,
        words: Some(&words),
    };
    let fault = forward(&visit.web, asked.at()?, &chosen).await?;
    if fault.is_none() {
        return Ok(strictly(Redirect::to("/console/forwardings")));
    }
    let typed = TypedForwarding {
        body,
        problem: problem.as_str().to_owned(),
        words: Some(words),
    };
    draw(&visit, asked, typed, fault).await
}

async fn draw(
    visit: &Visit,
    asked: AskedForwarding,
    typed: TypedForwarding,
    fault: Option<NotForwarded>,
) -> Result<Response, Problem> {
    let (words, dialogue) = (visit.words(), &visit.web.console.dialogue);
    let mut tx = visit.web.store.read().await?;
    let found = reported(&mut tx, asked.at()?).await?;
    drop(tx);
    let status = match fault {
        None => StatusCode::OK,
        Some(NotForwarded::Waits) => StatusCode::CONFLICT,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let kinds = visit.web.pages.case_kinds();
    let called = |body: &String| (body.clone(), kinds.body(body).to_owned());
    let said = |kind: &ProblemKind| {
        let word = kind.as_str();
        (word, words.of("inbox-problem", word).into_owned())
    };
    let most = FORWARDED_WORDS.to_string();
    let page = ForwardingPage {
        frame: visit
            .frame(ConsolePart::Inbox, words.say("inbox-forward"))
            .await?,
        fault: fault.map_or_else(String::new, |fault| words.with(key(fault), "most", &most)),
        subject: found.subject,
        bodies: dialogue.bodies.iter().map(called).collect(),
        problems: ProblemKind::ALL.iter().map(said).collect(),
        words: typed.words.clone().unwrap_or(found.words),
        typed,
        most: FORWARDED_WORDS,
        names: dialogue.forward_names,
        asked,
    };
    Ok(shell::page_with(status, &page))
}

/// The key of the words that say why.
const fn key(fault: NotForwarded) -> &'static str {
    match fault {
        NotForwarded::UnknownBody => "inbox-fault-body",
        NotForwarded::Unfit => "inbox-fault-words",
        NotForwarded::Waits => "inbox-fault-waits",
    }
}
