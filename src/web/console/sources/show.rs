//! `GET /console/sources/{name}`: one source, how it is read, and what could not be taken. What such
//! records say is shown by a POST of its own, and that is written down.

use std::borrow::Cow;

use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::line::{DeadLine, SourceLine};
use super::reconciled::ReconciledView;
use crate::domain::limits::SOURCE_DEAD_SHOWN;
use crate::domain::role::Right;
use crate::source::RegisteredSource;
use crate::store::access::audit::AuditEntry;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, in_path,
};
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

/// What a button did, as the page that comes after it says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SourceQuery {
    taken: Option<usize>,
    left: Option<usize>,
    forgotten: Option<usize>,
    /// The last that was tried, if there are more behind it.
    after: Option<i64>,
}

impl SourceQuery {
    fn said(&self, words: ConsoleWords) -> Option<String> {
        let number = |count: usize| FluentValue::from(count.to_string());
        match (self.taken, self.left, self.forgotten) {
            (Some(taken), Some(0), _) => {
                Some(words.say_with("sources-taken", &[("taken", number(taken))]))
            }
            (Some(taken), Some(left), _) => {
                let values = [("taken", number(taken)), ("left", number(left))];
                Some(words.say_with("sources-taken-left", &values))
            }
            (_, _, Some(forgotten)) => {
                let values = [("forgotten", number(forgotten))];
                Some(words.say_with("sources-forgotten", &values))
            }
            _ => None,
        }
    }
}

/// How a source is read. Where it is and how one logs in there is not shown.
struct SourceReading {
    /// When somebody looks, or that their system posts.
    every: Cow<'static, str>,
    time_zone: String,
    alarm_after: String,
    baseline: Cow<'static, str>,
    /// What its records are about.
    about: Cow<'static, str>,
    /// Our field, and where it comes from.
    fields: Vec<(String, String)>,
    /// Their word for a state, and ours.
    states: Vec<(String, String)>,
    /// Nobody looks: their system posts.
    is_posted_to: bool,
    may_try: bool,
}

impl SourceReading {
    fn new(source: &RegisteredSource, may_try: bool, words: ConsoleWords) -> Self {
        let (watch, mapping) = (source.watch(), source.mapping());
        let alarm_after = watch.alarm_after.to_std().unwrap_or_default();
        let owned = |(one, other): (&str, &str)| (one.to_owned(), other.to_owned());
        let written = mapping.written().into_iter();
        Self {
            every: match source.is_posted_to() {
                true => words.say("sources-when-posted"),
                false => Cow::Owned(words.with("sources-every", "every", &watch.every.to_string())),
            },
            time_zone: watch.time_zone.to_string(),
            alarm_after: humantime::format_duration(alarm_after).to_string(),
            baseline: words.of("sources-baseline", watch.baseline.as_str()),
            about: match (mapping.is_whole(), mapping.is_of_cases()) {
                (true, _) => words.say("sources-about-whatever"),
                (false, true) => words.say("sources-about-cases"),
                (false, false) => words.say("sources-about-incidents"),
            },
            fields: written
                .map(|(ours, theirs)| (ours, theirs.to_owned()))
                .collect(),
            states: mapping.states().map(owned).collect(),
            is_posted_to: source.is_posted_to(),
            may_try,
        }
    }
}

#[derive(Template)]
#[template(path = "console/source.html")]
struct SourcePage {
    frame: Frame,
    line: SourceLine,
    /// None: the settings of this node have no such source.
    reading: Option<SourceReading>,
    compared: Option<ReconciledView>,
    dead: Vec<DeadLine>,
    may_look: bool,
    may_mend: bool,
    /// What the records say is shown.
    is_shown: bool,
    said: Option<String>,
    after: Option<i64>,
}

pub(super) async fn get(
    visit: Visit,
    Path(name): Path<String>,
    Query(asked): Query<SourceQuery>,
) -> Result<Response, Problem> {
    draw(&visit, &name, &asked, false).await
}

/// `POST /console/sources/{name}/records`: shows what the records say, once, and writes it down.
pub(super) async fn records(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::Reveal)?;
    let mut tx = visit.web.store.write().await?;
    let found = tx.sources().newest_dead(&name, SOURCE_DEAD_SHOWN).await?;
    let count = format!("{} records", found.len());
    let entry = AuditEntry::new(&person.email, "source.revealed", &name).with(&count);
    // What is not shown is not written down.
    if found.is_empty() {
        drop(tx);
    } else {
        visit.web.audit(&mut tx, &entry).await?;
        tx.commit().await?;
    }
    draw(&visit, &name, &SourceQuery::default(), true).await
}

/// `GET /console/sources/{name}/records`: where the page stands that showed them. Loaded again, it
/// shows the source.
pub(super) async fn back(Path(name): Path<String>) -> Response {
    to_page(&name, "")
}

/// To the page of a source. `said`: the query that says what was done.
pub(super) fn to_page(name: &str, said: &str) -> Response {
    let mark = if said.is_empty() { "" } else { "?" };
    shell::strictly(Redirect::to(&format!(
        "/console/sources/{}{mark}{said}#dead",
        in_path(name)
    )))
}

async fn draw(
    visit: &Visit,
    name: &str,
    asked: &SourceQuery,
    is_shown: bool,
) -> Result<Response, Problem> {
    let now = visit.moment();
    let source = visit.web.sources.get(name);
    let source = source.as_deref();
    let (may_look, may_try) = (visit.may(Right::Reveal), visit.may(Right::TrySources));
    let mut tx = visit.web.store.read().await?;
    let row = tx.sources().list().await?;
    let row = row.into_iter().find(|row| row.name == name);
    if source.is_none() && row.is_none() {
        return Err(Problem::not_found("source", name));
    }
    let dead = match may_look {
        true => DeadLine::newest(&mut tx, name, is_shown, now).await?,
        false => Vec::new(),
    };
    let compared = ReconciledView::of(&mut tx, name, source, now).await?;
    drop(tx);
    Ok(shell::page(&SourcePage {
        frame: visit.frame(ConsolePart::Sources, name).await?,
        line: SourceLine::new(name, row.as_ref(), source, now),
        reading: source.map(|source| SourceReading::new(source, may_try, now.words)),
        compared,
        dead,
        may_look,
        may_mend: visit.may(Right::MendSources),
        is_shown,
        said: asked.said(now.words),
        after: asked.after,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::source::Baseline;

    #[test]
    fn what_stands_there_at_first_has_its_words() {
        let italian = ConsoleWords::new(Language::Italian);
        for baseline in Baseline::ALL {
            let word = baseline.as_str();
            assert_eq!(ConsoleWords::ENGLISH.of("sources-baseline", word), word);
            assert_ne!(italian.of("sources-baseline", word), word);
        }
    }

    #[test]
    fn what_a_button_did_is_said() {
        let said = |taken, left, forgotten| {
            let asked = SourceQuery {
                taken,
                left,
                forgotten,
                after: None,
            };
            asked.said(ConsoleWords::ENGLISH)
        };
        assert_eq!(said(Some(1), Some(0), None).unwrap(), "Taken: 1.");
        assert_eq!(
            said(Some(5), Some(2), None).unwrap(),
            "Taken: 5. Still not to be taken, with the reason of now: 2."
        );
        assert_eq!(
            said(None, None, Some(1)).unwrap(),
            "Forgotten: 1; nobody is told."
        );
        assert_eq!(said(None, None, None), None);
    }
}
