//! `GET /console/inbox/{id}`: one conversation, its lines in the order in which they were written, and what
//! can be done.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::line::TalkLine;
use crate::domain::conversation::{ConversationState, LineWay};
use crate::domain::limits::{CLOSING_REASON, LONGEST_ANSWER};
use crate::domain::role::Right;
use crate::domain::segments;
use crate::domain::{Channel, MessageId};
use crate::store::people::conversations::ConversationLine;
use crate::web::actions::conversations;
use crate::web::console::messages::grounds;
use crate::web::console::shell::{self, ConsolePart, FluentValue, Frame, Visit, When};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// What was typed and not taken, and why.
#[derive(Default)]
pub(super) struct NotTaken {
    pub(super) fault: String,
    pub(super) answer: String,
    pub(super) reason: String,
}

/// One line, as the page says it.
struct SaidLine {
    is_theirs: bool,
    text: String,
    channel: String,
    /// E-mail of whoever answered.
    author: String,
    by_mail: bool,
    at: When,
    /// The message that it answers.
    message: Option<MessageId>,
    /// The message that carries it.
    sent: Option<MessageId>,
    /// How it was joined to the message, where that leaves no doubt who wrote it.
    grounds: String,
    /// Why it is not proven that the client wrote it.
    doubt: Option<String>,
    /// How many SMS an answer alone takes.
    segments: Option<String>,
}

#[derive(Template)]
#[template(path = "console/conversation.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each shows or hides a part of the page"
)]
struct ConversationPage {
    frame: Frame,
    talk: TalkLine,
    lines: Vec<SaidLine>,
    /// How many lines whoever answers saw.
    seen: i64,
    is_closed: bool,
    reason: String,
    /// There is a client to send an answer to, and nothing bars the way.
    may_send: bool,
    /// A client is there, or was; not so for an address that is answered for the first time.
    is_client: bool,
    /// Nobody knows yet who wrote.
    is_unknown: bool,
    may_answer: bool,
    /// Who may answer, for the form that gives it to somebody.
    people: Vec<String>,
    ready: Vec<String>,
    longest: usize,
    longest_reason: usize,
    not_taken: NotTaken,
}

pub(super) async fn get(visit: Visit, Path(id): Path<i64>) -> Result<Response, Problem> {
    draw(&visit, id, StatusCode::OK, NotTaken::default()).await
}

/// The page, with what is wrong with what was typed.
pub(super) async fn draw(
    visit: &Visit,
    id: i64,
    status: StatusCode,
    not_taken: NotTaken,
) -> Result<Response, Problem> {
    let (now, dialogue) = (visit.moment(), &visit.web.console.dialogue);
    let mut tx = visit.web.store.read().await?;
    let talk = conversations::found(&mut tx, id).await?;
    let lines = tx.conversations().lines(id).await?;
    let may_send = tx.conversations().may_be_told(id).await?;
    let people = tx.conversations().answerers().await?;
    drop(tx);
    let may_answer = visit.may(Right::AnswerReplies);
    let said = |line| SaidLine::new(line, may_answer, now);
    let page = ConversationPage {
        lines: lines.into_iter().map(said).collect(),
        seen: talk.lines,
        is_closed: talk.state == ConversationState::Closed,
        reason: talk
            .reason
            .clone()
            .filter(|_| may_answer)
            .unwrap_or_default(),
        may_send,
        is_client: talk.client_ref.is_some(),
        is_unknown: talk.is_unknown || talk.client.is_none() && talk.address.is_some(),
        may_answer,
        people,
        ready: dialogue.ready.clone(),
        longest: LONGEST_ANSWER,
        longest_reason: CLOSING_REASON,
        not_taken,
        talk: TalkLine::new(&talk, &dialogue.promise, now),
        frame: visit
            .frame(ConsolePart::Inbox, visit.words().say("inbox-one"))
            .await?,
    };
    Ok(shell::page_with(status, &page))
}

impl SaidLine {
    /// `shows`: whether whoever looks may read the words.
    fn new(line: ConversationLine, shows: bool, now: Moment) -> Self {
        let words = now.words;
        let is_theirs = line.way == LineWay::In;
        let text = match line.text {
            _ if !shows => words.say("inbox-hidden").into_owned(),
            Some(text) => text,
            None => words.say("replies-erased").into_owned(),
        };
        let joined = line.grounds.map(|kept| grounds(&kept, words).into_owned());
        let is_sms = !is_theirs && line.channel == Channel::Sms;
        let count = segments::measure(&text).count;
        let segments = (is_sms && shows).then(|| {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            words.say_with("inbox-segments", &[("count", FluentValue::from(count))])
        });
        Self {
            is_theirs,
            text,
            channel: words.of("channel", line.channel.as_str()).into_owned(),
            author: line.author.unwrap_or_default(),
            by_mail: line.by_mail,
            at: When::new(line.at, now),
            message: line.message,
            sent: line.sent,
            grounds: match line.doubt {
                None => joined.unwrap_or_default(),
                Some(_) => String::new(),
            },
            doubt: line.doubt.map(|kept| grounds(&kept, words).into_owned()),
            segments,
        }
    }
}
