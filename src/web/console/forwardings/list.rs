//! `GET /console/forwardings`: what was passed on, to whom, and whether they have it; the newest first.

use askama::Template;
use axum::response::Response;

use crate::domain::case_kind::CaseKinds;
use crate::domain::role::Right;
use crate::store::people::forwardings::ForwardedProblem;
use crate::web::console::shell::list::{self, After};
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When, in_path};
use crate::web::console::state::Moment;
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// One problem as the page says it.
struct ProblemLine {
    body: String,
    problem: String,
    about: String,
    /// The page of what it is about, if it has one.
    about_page: String,
    conversation: Option<i64>,
    /// Nothing where the reader may not see it, or it was erased.
    words: String,
    marked_by: String,
    at: When,
    badge: Badge,
    /// In which list it went, when, when it was sent again, and when the body said that it has it.
    number: Option<i64>,
    sent: Option<When>,
    chased: Option<When>,
    acknowledged: Option<When>,
}

#[derive(Template)]
#[template(path = "console/forwardings.html")]
struct ForwardingsPage {
    frame: Frame,
    rows: Vec<ProblemLine>,
    next: Option<String>,
}

pub(super) async fn get(visit: Visit, Query(after): Query<After>) -> Result<Response, Problem> {
    let now = visit.moment();
    let mut tx = visit.web.store.read().await?;
    let rows = tx.forwardings().list(after.before(), list::PAGE).await?;
    drop(tx);
    let next = list::next(&rows, |row| row.id);
    let shows = visit.may(Right::AnswerReplies);
    let page = ForwardingsPage {
        frame: visit
            .frame(ConsolePart::Inbox, visit.words().say("inbox-forwardings"))
            .await?,
        rows: rows
            .into_iter()
            .map(|row| ProblemLine::new(row, visit.web.pages.case_kinds(), shows, now))
            .collect(),
        next: next.map(|last| format!("/console/forwardings?after={last}")),
    };
    Ok(shell::page(&page))
}

impl ProblemLine {
    fn new(row: ForwardedProblem, kinds: &CaseKinds, shows: bool, now: Moment) -> Self {
        let words = now.words;
        let (tone, word) = match (row.made_at, row.acknowledged_at) {
            (_, Some(_)) => ("delivered", "acknowledged"),
            (Some(_), None) if row.chased_at.is_some() => ("attention", "chased"),
            (Some(_), None) => ("going", "sent"),
            (None, None) => ("waiting", "waiting"),
        };
        let (about, about_page) = about(&row.subject, now);
        Self {
            problem: words.of("inbox-problem", row.problem.as_str()).into_owned(),
            body: kinds.body(&row.body).to_owned(),
            about,
            about_page,
            conversation: row.conversation,
            words: match (shows, row.words) {
                (false, _) => words.say("inbox-hidden").into_owned(),
                (true, Some(text)) => text,
                (true, None) => words.say("replies-erased").into_owned(),
            },
            marked_by: row.marked_by,
            at: When::new(row.marked_at, now),
            badge: Badge::new(tone, &words.of("inbox-forwarded", word)),
            number: row.number,
            sent: row.made_at.map(|at| When::new(at, now)),
            chased: row.chased_at.map(|at| When::new(at, now)),
            acknowledged: row.acknowledged_at.map(|at| When::new(at, now)),
        }
    }
}

fn about(subject: &str, now: Moment) -> (String, String) {
    let Some((kind, name)) = subject.split_once(':') else {
        let nothing = now.words.say("inbox-about-nothing").into_owned();
        return (nothing, String::new());
    };
    let part = match kind {
        "case" => "cases",
        _ => "incidents",
    };
    (
        name.to_owned(),
        format!("/console/{part}/{}", in_path(name)),
    )
}
