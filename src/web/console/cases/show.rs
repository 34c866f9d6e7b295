//! `GET /console/cases/{case}`: one case with its steps, replies and messages.

use askama::Template;
use axum::response::Response;

use super::line::owner;
use super::survey;
use crate::domain::event::{CaseStep, EventState};
use crate::domain::role::Right;
use crate::store::people::replies::RepliesTo;
use crate::store::planning::cases::{CaseChange, CaseRecord};
use crate::store::planning::events::StoredEvent;
use crate::store::reports::MessageFilter;
use crate::web::console::messages::{MessageLine, silence};
use crate::web::console::replies::{self, ReplyLine};
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, When, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

#[derive(Template)]
#[template(path = "console/case.html")]
struct CasePage {
    frame: Frame,
    case: CaseRecord,
    client_path: String,
    kind: String,
    state: String,
    with: Option<String>,
    opened: When,
    closed: Option<When>,
    steps: Vec<TimelineStep>,
    lines: Vec<MessageLine>,
    /// Why there are no messages, if there are none.
    untold: String,
    replies: Vec<ReplyLine>,
    may_answer: bool,
}

pub(crate) async fn get(visit: Visit, Path(case): Path<String>) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let found = tx.cases().get(&case).await?;
    let steps = tx.cases().history(&case).await?;
    let filter = MessageFilter {
        case: Some(case.clone()),
        ..MessageFilter::default()
    };
    let lines = MessageLine::newest(&mut tx, &filter, now).await?;
    let words = now.words;
    let untold = match steps.iter().rfind(|step| !step.step.is_reminder()) {
        Some(newest) => untold(&tx.events().get(newest.event).await?, words),
        None => String::new(),
    };
    let replies = replies::about(&mut tx, RepliesTo::Case(&case), now).await?;
    let said = survey::steps(&mut tx, found.id, now).await?;
    drop(tx);
    let kinds = visit.web.pages.case_kinds();
    let language = words.language().tag();
    let step = |step: CaseChange| {
        let occurred_at = step.occurred_at;
        let at = When::new(occurred_at, now);
        let state = || kinds.state_label(&found.data.kind, &step.state, language);
        let word =
            said_by_the_clock(step.step).map_or_else(state, |key| words.say(key).into_owned());
        let owner = step.owner.map(|word| kinds.body(&word).to_owned());
        let said: Vec<String> = [owner, step.note].into_iter().flatten().collect();
        (
            occurred_at,
            TimelineStep::new(at, "going", word, said.join(" · ")),
        )
    };
    let mut steps: Vec<_> = steps.into_iter().map(step).chain(said).collect();
    steps.sort_by_key(|(at, _)| *at);
    let title = words.say_with("cases-case-title", &[("case", case.as_str().into())]);
    Ok(shell::page(&CasePage {
        frame: visit.frame(ConsolePart::Cases, title).await?,
        client_path: in_path(&found.data.client),
        kind: kinds.kind_label(&found.data.kind, language),
        state: kinds.state_label(&found.data.kind, &found.data.state, language),
        with: owner(&found, kinds).map(str::to_owned),
        opened: When::new(found.opened_at, now),
        closed: found.closed_at.map(|at| When::new(at, now)),
        steps: steps.into_iter().map(|(_, step)| step).collect(),
        case: found,
        untold,
        lines,
        replies,
        may_answer: visit.may(Right::AnswerReplies),
    }))
}

/// The key of what stands in the place of a state that is no news.
pub(crate) const fn said_by_the_clock(step: CaseStep) -> Option<&'static str> {
    match step {
        CaseStep::Stalled => Some("cases-step-stalled"),
        CaseStep::DueSoon => Some("cases-step-due-soon"),
        CaseStep::Silent => Some("cases-step-silent"),
        CaseStep::SurveyDue => Some("cases-step-survey-due"),
        CaseStep::SurveyReminder => Some("cases-step-survey-reminder"),
        CaseStep::Opened | CaseStep::StateChanged | CaseStep::Closed => None,
    }
}

/// Why an event told nobody, in a sentence.
fn untold(newest: &StoredEvent, words: ConsoleWords) -> String {
    match (newest.state, &newest.detail) {
        (EventState::Received, _) => words.say("cases-untold-planning").into_owned(),
        (_, Some(detail)) => {
            let values = [("detail", FluentValue::from(silence(detail, words)))];
            words.say_with("cases-untold-because", &values)
        }
        (_, None) => words.say("cases-untold-rule").into_owned(),
    }
}
