//! What changes for readers, or is lost, is asked about first: publishing a draft, rolling back,
//! discarding a draft. The page shows the difference to what is live; its button does it.
//!
//! The form names what the page was drawn from. When somebody published or saved in the
//! meantime, the question is asked again instead of answered for another text.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use crate::domain::limits::PUBLISH_COMMENT;
use crate::domain::role::Right;
use crate::domain::template::{Source, VersionState};
use crate::store::templates::StoredVersion;
use crate::template::{Difference, difference, untouched};
use crate::text::sanitize::excerpt;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, in_path, strictly,
};
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

use super::editor::fingerprint;
use super::rules::{self, RuleUse};
use super::typed::Tab;
use super::write::{context, errors, fit_to_publish, note, to_editor};

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum VersionChange {
    Publish,
    RollBack,
    Discard,
}

impl VersionChange {
    /// The last word of its address.
    const fn path(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::RollBack => "roll-back",
            Self::Discard => "discard",
        }
    }
}

/// Which version is rolled back to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    version: i64,
}

#[derive(Template)]
#[template(path = "console/template/change.html")]
struct QuestionPage {
    frame: Frame,
    editor: String,
    path: &'static str,
    question: String,
    /// What follows from a yes.
    follows: String,
    /// The word on the button; none when the answer cannot be yes.
    button: String,
    version: i64,
    base: String,
    /// Why the answer cannot be yes.
    faults: Vec<String>,
    /// What does not hinder a yes, and should be looked at.
    notes: Vec<String>,
    difference: Difference,
    /// Which rules would use it; nothing where nothing goes live.
    rules: Option<Vec<RuleUse>>,
    comment: String,
}

/// What a question is about, as it stands now.
struct Matter {
    live: Option<StoredVersion>,
    /// What would go live, or what would be lost.
    version: StoredVersion,
}

impl Matter {
    async fn read(web: &Web, name: &str, asked: VersionChange, to: i64) -> Result<Self, Problem> {
        let versions = web.store.read().await?.templates().versions(name).await?;
        Self::of(versions, asked, to).ok_or_else(|| match asked {
            VersionChange::RollBack => {
                Problem::not_found("earlier version", &format!("{name} v{to}"))
            }
            VersionChange::Publish | VersionChange::Discard => {
                Problem::not_found("draft of template", name)
            }
        })
    }

    fn of(versions: Vec<StoredVersion>, asked: VersionChange, to: i64) -> Option<Self> {
        let live = versions
            .iter()
            .find(|it| it.state == VersionState::Published);
        let live = live.cloned();
        let version = versions.into_iter().find(|it| match asked {
            VersionChange::RollBack => it.version == to && it.state == VersionState::Retired,
            VersionChange::Publish | VersionChange::Discard => it.state == VersionState::Draft,
        })?;
        Some(Self { live, version })
    }

    /// A fingerprint of both sides of the difference.
    fn base(&self) -> String {
        let live = self.live.as_ref().map(fingerprint).unwrap_or_default();
        format!("{live}.{}", fingerprint(&self.version))
    }

    /// What readers have before and after, or the writer with a draft.
    fn sides(&self, asked: VersionChange) -> (Option<Source>, Source) {
        let live = self.live.as_ref().map(|live| live.source.clone());
        let version = self.version.source.clone();
        match (asked, live) {
            (VersionChange::Discard, Some(live)) => (Some(version), live),
            (_, live) => (live, version),
        }
    }
}

/// `GET /console/templates/{name}/{publish,roll-back,discard}`.
pub(super) async fn ask(
    visit: Visit,
    Path((name, asked)): Path<(String, VersionChange)>,
    Query(to): Query<To>,
) -> Result<Response, Problem> {
    visit.person.require(Right::EditTemplates)?;
    let matter = Matter::read(&visit.web, &name, asked, to.version).await?;
    draw(&visit, asked, matter, Drawn::New, String::new()).await
}

/// `POST` to the same: yes.
pub(super) async fn answer(
    visit: Visit,
    Path((name, asked)): Path<(String, VersionChange)>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let web = &visit.web;
    let to = fields.get("version").parse().unwrap_or_default();
    let matter = Matter::read(web, &name, asked, to).await?;
    let base = matter.base();
    let comment = excerpt(fields.get("comment"), PUBLISH_COMMENT);
    if fields.get("base") != base {
        return draw(&visit, asked, matter, Drawn::Again, comment).await;
    }
    // Before the store's writer is taken: a check takes its time.
    if !refusals(&visit, asked, &matter).await.is_empty() {
        return draw(&visit, asked, matter, Drawn::New, comment).await;
    }
    let mut tx = web.store.write().await?;
    let versions = tx.templates().versions(&name).await?;
    match Matter::of(versions, asked, to) {
        Some(now) if now.base() == base => {}
        _ => {
            drop(tx);
            return Err(Problem::conflict(
                "somebody else was faster: open the template again and see what is live now",
            ));
        }
    }
    let by = context(web, &person);
    let number = matter.version.version;
    let (action, done, versions) = match asked {
        VersionChange::Publish => {
            tx.templates().publish(matter.version.id, by.now).await?;
            ("template.published", "published", said(number, &comment))
        }
        VersionChange::RollBack => {
            let copy = tx.templates().roll_back(&name, to, by).await?;
            let copy = tx.templates().get_version(copy).await?.version;
            let versions = format!("v{copy}, a copy of v{number}");
            ("template.rolled_back", "rolled-back", versions)
        }
        VersionChange::Discard => {
            tx.templates().discard_draft(matter.version.id).await?;
            let versions = format!("v{number}");
            ("template.draft_discarded", "discarded", versions)
        }
    };
    note(web, &mut tx, &person, action, (&name, &versions)).await?;
    tx.commit().await?;
    if asked == VersionChange::Discard && matter.live.is_none() {
        return Ok(strictly(Redirect::to("/console/templates")));
    }
    let tab = Tab::of(&matter.version.source, "", "", "");
    Ok(to_editor(&name, &tab, done))
}

/// The version that went live, and what was said about it.
fn said(number: i64, comment: &str) -> String {
    match comment {
        "" => format!("v{number}"),
        comment => format!("v{number}: {comment}"),
    }
}

/// Why the answer cannot be yes. What was live once may be live again, whatever it says.
async fn refusals(visit: &Visit, asked: VersionChange, matter: &Matter) -> Vec<String> {
    let source = &matter.version.source;
    match asked {
        VersionChange::Discard => Vec::new(),
        VersionChange::RollBack => errors(&visit.web, visit.words(), source).await,
        VersionChange::Publish => fit_to_publish(&visit.web, visit.words(), source).await,
    }
}

/// Whether the question is asked for the first time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    New,
    /// Something changed since: the answer was to another question.
    Again,
}

async fn draw(
    visit: &Visit,
    asked: VersionChange,
    matter: Matter,
    drawn: Drawn,
    comment: String,
) -> Result<Response, Problem> {
    let (web, name) = (&visit.web, matter.version.template.clone());
    let words = visit.words();
    let mut faults = Vec::new();
    if drawn == Drawn::Again {
        faults.push(words.say("templates-question-again").into_owned());
    }
    let may = refusals(visit, asked, &matter).await;
    let allowed = may.is_empty();
    faults.extend(may);
    let (before, after) = matter.sides(asked);
    let compare = move || difference(before.as_ref(), &after);
    let compared = web.console.texts.work(compare).await;
    let difference = compared.unwrap_or_else(|unfinished| {
        faults.push(super::faults::of_wait(words, unfinished));
        Difference::default()
    });
    let status = match drawn {
        Drawn::Again => StatusCode::CONFLICT,
        Drawn::New if allowed => StatusCode::OK,
        Drawn::New => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let [question, follows, button] = question(words, asked, &matter);
    let rules =
        (asked != VersionChange::Discard).then(|| rules::of(web, words, &matter.version.source));
    let page = QuestionPage {
        frame: visit.frame(ConsolePart::Templates, name.as_str()).await?,
        path: asked.path(),
        notes: notes(words, asked, &matter),
        question,
        follows,
        button: if allowed { button } else { String::new() },
        rules,
        comment,
        version: matter.version.version,
        base: matter.base(),
        faults,
        difference,
        editor: format!("/console/templates/{}", in_path(&name)),
    };
    Ok(shell::page_with(status, &page))
}

/// Which texts would go out as they began.
fn notes(words: ConsoleWords, asked: VersionChange, matter: &Matter) -> Vec<String> {
    if asked != VersionChange::Publish {
        return Vec::new();
    }
    let stubs = untouched(&matter.version.source).into_iter();
    let said = stubs.map(|(locale, channel)| {
        let channel = words.of("channel", channel.as_str());
        words.say_with(
            "templates-untouched",
            &[("locale", locale.into()), ("channel", channel.into())],
        )
    });
    said.collect()
}

/// The question, what follows from a yes, and the word on its button.
fn question(words: ConsoleWords, asked: VersionChange, matter: &Matter) -> [String; 3] {
    let number = FluentValue::from(matter.version.version);
    let live = match &matter.live {
        Some(live) => words.say_with("templates-live", &[("version", live.version.into())]),
        None => words.say("templates-nothing-live").into_owned(),
    };
    let (question, follows, button) = match asked {
        VersionChange::Publish => (
            "templates-publish-question",
            "templates-publish-follows",
            "templates-publish-do",
        ),
        VersionChange::RollBack => (
            "templates-roll-back-question",
            "templates-roll-back-follows",
            "templates-roll-back-do",
        ),
        VersionChange::Discard => (
            "templates-discard-question",
            "templates-discard-follows",
            "templates-discard-do",
        ),
    };
    let values = [("version", number), ("live", live.into())];
    [
        words.say_with(question, &values),
        words.say_with(follows, &values),
        words.say(button).into_owned(),
    ]
}
