//! Messages: the list with its filters in the address, and the page of one message: what
//! happened when, what the client saw, and why.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::domain::address::masked;
use crate::domain::role::Right;
use crate::domain::{Channel, MessageId, MessageState, Timestamp};
use crate::insight::explain;
use crate::insight::explain::{duration, reason};
use crate::store::people::replies::RepliesTo;
use crate::store::reports::{MessageFilter, MessageRow, Story};
use crate::web::Web;
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

use super::desk::Seen;
use super::format::{Badge, Moment, When};
use super::frame::{self, Frame, Part};
use super::replies::{self, ReplyLine};

/// Lines of a page.
const PAGE: i64 = 50;

/// One line of a list of messages.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: MessageId,
    pub(super) client: Option<String>,
    /// The reference as part of an address.
    pub(super) client_path: String,
    pub(super) name: String,
    pub(super) template: String,
    pub(super) version: i64,
    pub(super) locale: String,
    pub(super) channel: &'static str,
    pub(super) badge: Badge,
    pub(super) reason: String,
    pub(super) created: When,
}

impl Line {
    pub(super) fn new(row: MessageRow, now: Moment) -> Self {
        let known = row.reason.as_deref().and_then(|word| word.parse().ok());
        Self {
            id: row.id,
            client_path: in_path(row.client_ref.as_deref().unwrap_or_default()),
            client: row.client_ref,
            name: row.client_name.unwrap_or_default(),
            template: row.template,
            version: row.version,
            locale: row.locale,
            channel: row.channel.as_str(),
            badge: Badge::of_message(row.state, row.read),
            reason: known.map_or("", reason).to_owned(),
            created: When::new(row.created_at, now),
        }
    }
}

/// A text as one segment of an address.
pub(super) fn in_path(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The filters as they stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    state: String,
    channel: String,
    template: String,
    client: String,
    event: String,
    incident: String,
    case: String,
    after: String,
}

impl Ask {
    /// An empty field of the form means no filter; an unknown word is named.
    fn filter(&self) -> Result<MessageFilter, Problem> {
        let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Ok(MessageFilter {
            client: some(&self.client),
            event: some(&self.event),
            incident: some(&self.incident),
            case: some(&self.case),
            state: some(&self.state)
                .map(|word| known("state", &word))
                .transpose()?,
            channel: some(&self.channel)
                .map(|word| known("channel", &word))
                .transpose()?,
            template: some(&self.template),
        })
    }

    /// The address of the page after this one.
    fn next(&self, after: MessageId) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("after", &after.to_string());
        format!("/console/messages?{}", query.finish())
    }

    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("state", &self.state),
            ("channel", &self.channel),
            ("template", &self.template),
            ("client", &self.client),
            ("event", &self.event),
            ("incident", &self.incident),
            ("case", &self.case),
        ]
    }
}

fn known<T: std::str::FromStr<Err = crate::domain::UnknownWord>>(
    field: &str,
    word: &str,
) -> Result<T, Problem> {
    word.parse()
        .map_err(|error: T::Err| Problem::field(format!("/{field}"), error.to_string()))
}

#[derive(Template)]
#[template(path = "console/messages.html")]
struct ListPage {
    frame: Frame,
    ask: Ask,
    states: &'static [MessageState],
    channels: &'static [Channel],
    lines: Vec<Line>,
    next: Option<String>,
}

/// `GET /console/messages`.
pub(super) async fn list(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    let after = ask.after.parse().ok();
    let page = web
        .store
        .read()
        .await?
        .reports()
        .messages(&ask.filter()?, after, PAGE)
        .await?;
    let now = web.moment();
    let frame = Frame::new(&web, &person, &headers, Part::Messages, "Messages").await?;
    Ok(frame::page(&ListPage {
        frame,
        next: page.next.map(|after| ask.next(after)),
        ask,
        states: MessageState::ALL,
        channels: Channel::ALL,
        lines: page
            .items
            .into_iter()
            .map(|row| Line::new(row, now))
            .collect(),
    }))
}

/// One step of the timeline.
struct Step {
    at: When,
    /// Time since the step before.
    later: String,
    tone: &'static str,
    word: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "console/message.html")]
struct MessagePage {
    frame: Frame,
    id: MessageId,
    badge: Badge,
    story: Story,
    address: String,
    client_path: String,
    steps: Vec<Step>,
    why: Vec<String>,
    seen: Result<Seen, String>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
}

/// `GET /console/messages/{id}`.
pub(super) async fn show(
    State(web): State<Web>,
    person: Person,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing = || Problem::not_found("message", &id);
    let key: MessageId = id.parse().map_err(|_| missing())?;
    let now = web.moment();
    let mut tx = web.store.read().await?;
    let story = tx.reports().story(key).await?.ok_or_else(missing)?;
    let replies = replies::about(&mut tx, RepliesTo::Message(key), now).await?;
    drop(tx);
    let frame = Frame::new(
        &web,
        &person,
        &headers,
        Part::Messages,
        format!("Message {id}"),
    )
    .await?;
    Ok(frame::page(&MessagePage {
        frame,
        id: key,
        badge: Badge::of_message(story.message.state, story.message.read),
        address: masked(&story.message.address),
        client_path: in_path(story.message.client_ref.as_deref().unwrap_or_default()),
        steps: steps(&story, now),
        replies,
        may_answer: person.role.may(Right::AnswerReplies),
        why: explain(&story),
        seen: seen(&web, key).await,
        story,
    }))
}

/// `GET /console/messages/{id}/mail`: the mail itself, for the frame on its page.
pub(super) async fn mail(
    State(web): State<Web>,
    _person: Person,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let key = id.parse().map_err(|_| Problem::not_found("message", &id))?;
    match seen(&web, key).await {
        Ok(Seen::Email { html, .. }) => Ok(frame::mail(&html)),
        Ok(Seen::Sms { .. }) | Err(_) => Err(Problem::not_found("mail of message", &id)),
    }
}

async fn seen(web: &Web, id: MessageId) -> Result<Seen, String> {
    match &web.console.renderer {
        Some(renderer) => renderer.render(id).await,
        None => Err("This node cannot render messages.".to_owned()),
    }
}

/// What happened, in the order of time.
fn steps(story: &Story, now: Moment) -> Vec<Step> {
    let mut steps = path(story);
    steps.extend(attempts(story));
    steps.extend(story.receipts.iter().map(|receipt| {
        let tone = match receipt.kind.as_str() {
            "delivered" => "delivered",
            "undelivered" | "rejected" | "expired" => "failed",
            _ => "going",
        };
        let code = receipt.code.as_deref().unwrap_or_default();
        let detail = format!("receipt from {} {code}", receipt.provider);
        (receipt.received_at, tone, receipt.kind.clone(), detail)
    }));
    steps.extend(story.engagement.iter().map(|hit| {
        let tone = if hit.verdict == "human" {
            "read"
        } else {
            "waiting"
        };
        let target = hit
            .url
            .as_ref()
            .map_or_else(String::new, |url| format!(" · {url}"));
        let words = hit
            .detail
            .as_ref()
            .map_or_else(String::new, |words| format!(" · “{words}”"));
        (
            hit.at,
            tone,
            hit.kind.clone(),
            format!("{}: {}{target}{words}", hit.verdict, hit.grounds),
        )
    }));
    steps.sort_by_key(|(at, ..)| *at);
    let mut before = steps.first().map_or(now.at, |(at, ..)| *at);
    steps
        .into_iter()
        .map(|(at, tone, word, detail)| {
            let gap = at - before;
            before = at;
            let later = if gap.num_milliseconds() > 0 {
                format!("+{}", duration(gap))
            } else {
                String::new()
            };
            Step {
                at: When::new(at, now),
                later,
                tone,
                word,
                detail,
            }
        })
        .collect()
}

type Found = (Timestamp, &'static str, String, String);

fn path(story: &Story) -> Vec<Found> {
    let (event, plan, message) = (&story.event, &story.plan, &story.message);
    let mut found = vec![
        (
            event.occurred_at,
            "waiting",
            "event".to_owned(),
            format!("{} {}", event.kind, event.event_id),
        ),
        (
            event.received_at,
            "waiting",
            "received".to_owned(),
            format!("from {}", event.source),
        ),
        (
            plan.created_at,
            "waiting",
            "rule".to_owned(),
            format!("{} applied", plan.rule),
        ),
        (
            message.created_at,
            "waiting",
            "planned".to_owned(),
            format!(
                "{} v{} by {}, {} lane",
                plan.template, plan.version, message.channel, message.lane
            ),
        ),
    ];
    let ends_by_us = !matches!(
        message.state,
        MessageState::Delivered | MessageState::Undelivered
    );
    if let Some(at) = message.final_at.filter(|_| ends_by_us) {
        let tone = Badge::of_message(message.state, false).tone;
        let why = message.reason.map_or("", reason).to_owned();
        found.push((at, tone, message.state.to_string(), why));
    }
    found
}

fn attempts(story: &Story) -> Vec<Found> {
    let mut found = Vec::new();
    for (place, attempt) in story.attempts.iter().enumerate() {
        let opened = format!("attempt {} through {}", place + 1, attempt.provider);
        found.push((attempt.opened_at, "going", "handed over".to_owned(), opened));
        if let Some(at) = attempt.closed_at {
            let outcome = attempt
                .outcome
                .clone()
                .unwrap_or_else(|| "unknown".to_owned());
            let tone = match outcome.as_str() {
                "accepted" => "going",
                "not_sent" | "unknown" => "attention",
                _ => "failed",
            };
            let said = [&attempt.stage, &attempt.code, &attempt.detail];
            let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
            found.push((at, tone, super::format::plain(&outcome), said.join(" · ")));
        }
    }
    found
}
