//! `GET /console/partner/cases/{case}`: what happened, what the client was told and when it arrived,
//! whether it was read, and what the partner asked the staff.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::PartnerVisit;
use super::line::{PartnerCaseLine, reading};
use crate::domain::address::masked;
use crate::domain::case_kind::CaseKinds;
use crate::domain::limits::LONGEST_QUESTION;
use crate::store::people::questions::PartnerQuestion;
use crate::store::planning::cases::CaseChange;
use crate::store::reports::partner::PartnerMessage;
use crate::template::rendered::RenderedMessage;
use crate::web::console::cases::show::said_by_the_clock;
use crate::web::console::messages::show::seen;
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When, list};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Messages that are shown with their text; older ones without.
const WITH_TEXT: usize = 10;

#[derive(Template)]
#[template(path = "console/partner/case.html")]
struct PartnerCasePage {
    frame: Frame,
    line: PartnerCaseLine,
    opened: When,
    closed: Option<When>,
    steps: Vec<TimelineStep>,
    told: Vec<PartnerTold>,
    questions: Vec<AskedLine>,
    longest: usize,
    fault: Option<String>,
    /// A question that was typed and not taken.
    typed: String,
}

/// One message to the client.
struct PartnerTold {
    at: When,
    channel: String,
    /// Masked; nobody of a partner sees an address in clear.
    to: String,
    badge: Badge,
    reason: String,
    delivered: Option<When>,
    reading: Badge,
    read_at: Option<When>,
    text: Option<String>,
}

/// One question, and its answer if there is one.
struct AskedLine {
    question: PartnerQuestion,
    asked: When,
    answered: Option<When>,
}

pub(crate) async fn get(
    visitor: PartnerVisit,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    draw(&visitor, &case, StatusCode::OK, None, "").await
}

/// The page, with what is wrong with a question that was typed.
pub(super) async fn draw(
    visitor: &PartnerVisit,
    case: &str,
    status: StatusCode,
    fault: Option<String>,
    typed: &str,
) -> Result<Response, Problem> {
    let PartnerVisit { visit, sight } = visitor;
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let mut shown = tx.seen_by(sight);
    let Some(found) = shown.case(case).await? else {
        drop(tx);
        return Err(visitor.no_case(case).await);
    };
    let steps = shown.steps(case).await?;
    let messages = shown.messages(case, list::PAGE).await?;
    let questions = tx.questions().of_case(sight, case, list::PAGE).await?;
    drop(tx);
    let kinds = visit.web.pages.case_kinds();
    let kind = found.data.kind.clone();
    let title = now
        .words
        .with("partner-case-title", "case", &found.data.case);
    let page = PartnerCasePage {
        frame: visit.frame(ConsolePart::Partner, title).await?,
        opened: When::new(found.opened_at, now),
        closed: found.closed_at.map(|at| When::new(at, now)),
        line: PartnerCaseLine::new(found, kinds, now),
        steps: steps
            .into_iter()
            .map(|change| step(change, &kind, kinds, now))
            .collect(),
        told: told(messages, visit).await,
        questions: questions
            .into_iter()
            .map(|question| asked(question, now))
            .collect(),
        longest: LONGEST_QUESTION,
        fault,
        typed: typed.to_owned(),
    };
    Ok(shell::page_with(status, &page))
}

fn step(change: CaseChange, kind: &str, kinds: &CaseKinds, now: Moment) -> TimelineStep {
    let at = When::new(change.occurred_at, now);
    let state = || kinds.state_label(kind, &change.state, now.words.language().tag());
    let said = said_by_the_clock(change.step);
    let word = said.map_or_else(state, |key| now.words.say(key).into_owned());
    let owner = change.owner.map(|word| kinds.body(&word).to_owned());
    let more: Vec<String> = [owner, change.note].into_iter().flatten().collect();
    TimelineStep::new(at, "going", word, more.join(" · "))
}

async fn told(messages: Vec<PartnerMessage>, visit: &Visit) -> Vec<PartnerTold> {
    let mut lines = Vec::with_capacity(messages.len());
    for (number, message) in messages.into_iter().enumerate() {
        let left = message.accepted_at.is_some();
        let text = match left && number < WITH_TEXT {
            true => Some(text_of(&message, visit).await),
            false => None,
        };
        lines.push(one_told(&message, text, visit.moment()));
    }
    lines
}

fn one_told(message: &PartnerMessage, text: Option<String>, now: Moment) -> PartnerTold {
    let words = now.words;
    let reason = message
        .reason
        .map(|reason| words.of("reason", reason.as_str()));
    PartnerTold {
        at: When::new(message.created_at, now),
        channel: words.of("channel", message.channel.as_str()).into_owned(),
        to: masked(&message.address),
        badge: Badge::of_message(message.state, false, words),
        reason: reason.unwrap_or_default().into_owned(),
        delivered: message.delivered_at.map(|at| When::new(at, now)),
        reading: reading(message.read, message.readable, message.state, words),
        read_at: message.read_at.map(|at| When::new(at, now)),
        text,
    }
}

/// As its reader saw it, with links that lead nowhere.
async fn text_of(message: &PartnerMessage, visit: &Visit) -> String {
    match seen(&visit.web, message.id, visit.words()).await {
        Ok(RenderedMessage::Sms(text)) => text,
        Ok(RenderedMessage::Email(mail, _)) => format!("{}\n\n{}", mail.subject, mail.text),
        Err(why) => why,
    }
}

fn asked(question: PartnerQuestion, now: Moment) -> AskedLine {
    AskedLine {
        asked: When::new(question.asked_at, now),
        answered: question.answered_at.map(|at| When::new(at, now)),
        question,
    }
}
