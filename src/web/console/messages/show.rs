//! `GET /console/messages/{id}`: what happened when, what the client saw, and why.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use super::timeline::{countable, steps};
use super::why::why;
use crate::domain::MessageId;
use crate::domain::address::masked;
use crate::domain::limits::OBJECTION_REASON;
use crate::domain::links::Links;
use crate::domain::role::Right;
use crate::insight::read_status;
use crate::store::people::replies::RepliesTo;
use crate::store::planning::rectifications::Rectification;
use crate::store::reports::MessageStory;
use crate::template::rendered::RenderedMessage;
use crate::template::stored::{NotShown, Unusable};
use crate::web::Web;
use crate::web::console::replies::{self, ReplyLine};
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{
    self, Badge, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

#[derive(Template)]
#[template(path = "console/message.html")]
struct MessagePage {
    frame: Frame,
    id: MessageId,
    badge: Badge,
    story: MessageStory,
    address: String,
    client_path: String,
    steps: Vec<TimelineStep>,
    /// Whether it was read, and why that is said.
    read: String,
    /// What counts of what was heard, for those who may say that it is wrong.
    countable: Vec<(i64, String)>,
    longest_reason: usize,
    /// The template's, as the page says it: `v3`.
    version: String,
    why: Vec<String>,
    seen: Result<RenderedMessage, String>,
    replies: Vec<ReplyLine>,
    may_answer: bool,
    /// The client reported something that can be passed on to a body.
    may_forward: bool,
    /// What was said of it since: it was wrong. With the number of that.
    rectified: Option<(i64, String)>,
    may_rectify: bool,
}

pub(crate) async fn get(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let missing = || Problem::not_found("message", &id);
    let key: MessageId = id.parse().map_err(|_| missing())?;
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let story = tx.reports().story(key).await?.ok_or_else(missing)?;
    let replies = replies::about(&mut tx, RepliesTo::Message(key), now).await?;
    let rectified = tx.rectifications().of_message(key).await?;
    let reported = tx.forwardings().reported_on(key).await?;
    drop(tx);
    let is_reported = reported.is_some_and(|it| it.words.is_some() || it.still_out);
    let words = now.words;
    let title = words.say_with("messages-message-title", &[("id", id.as_str().into())]);
    let version = story.plan.version.to_string();
    Ok(shell::page(&MessagePage {
        frame: visit.frame(ConsolePart::Messages, title).await?,
        id: key,
        badge: Badge::of_message(story.message.state, story.message.read, words),
        address: masked(&story.message.address),
        client_path: in_path(story.message.client_ref.as_deref().unwrap_or_default()),
        steps: steps(&story, now),
        read: read(&story, words),
        countable: match visit.may(Right::CorrectEvidence) {
            true => countable(&story, now),
            false => Vec::new(),
        },
        longest_reason: OBJECTION_REASON,
        replies,
        may_rectify: rectified.is_none() && visit.may(Right::DeclareIncidents),
        rectified: rectified.map(|said| (said.id, wrong(&said, words))),
        may_answer: visit.may(Right::AnswerReplies),
        may_forward: is_reported && visit.may(Right::AnswerReplies),
        version: words.say_with("messages-version", &[("version", version.into())]),
        why: why(&story, words),
        seen: seen(&visit.web, key, words).await,
        story,
    }))
}

/// `yes`, `no` or `unknown`, and why.
fn read(story: &MessageStory, words: ConsoleWords) -> String {
    let (status, why) = read_status(story);
    let values = [
        (
            "read",
            FluentValue::from(words.of("messages-read", status.as_str())),
        ),
        ("why", words.of("messages-read-why", why.as_str()).into()),
    ];
    words.say_with("messages-read-said", &values)
}

/// That a message was wrong, and what holds.
fn wrong(said: &Rectification, words: ConsoleWords) -> String {
    let values = [
        ("wrong", FluentValue::from(said.wrong.as_str())),
        ("holds", FluentValue::from(said.holds.as_str())),
    ];
    words.say_with("rectify-message", &values)
}

/// `GET /console/messages/{id}/mail`: the mail itself, for the frame on its page.
pub(crate) async fn mail(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let key = id.parse().map_err(|_| Problem::not_found("message", &id))?;
    match seen(&visit.web, key, visit.words()).await {
        Ok(RenderedMessage::Email(mail, _)) => Ok(shell::mail(&mail.html)),
        Ok(RenderedMessage::Sms(_)) | Err(_) => Err(Problem::not_found("mail of message", &id)),
    }
}

/// The message as its client saw it, or a sentence that says why it cannot be shown. Its links
/// lead nowhere: whoever follows a true one acts as the client.
pub(crate) async fn seen(
    web: &Web,
    id: MessageId,
    words: ConsoleWords,
) -> Result<RenderedMessage, String> {
    let links = Links::for_looking(Arc::clone(&web.public_url));
    match web.console.sent.rendered(&web.store, id, &links).await {
        Ok(letter) => Ok(letter),
        Err(NotShown::Unusable(Unusable::Store(error))) => {
            tracing::error!(message.id = %id, error = %error, "cannot read a message to show it");
            Err(words.say("messages-store-away").into_owned())
        }
        Err(NotShown::NotPublished(template)) => {
            let values = [("template", FluentValue::from(template))];
            Err(words.say_with("messages-not-published", &values))
        }
        Err(fault) => {
            let values = [("fault", FluentValue::from(fault.to_string()))];
            Err(words.say_with("messages-not-shown", &values))
        }
    }
}
