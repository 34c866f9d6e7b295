//! The page of one template: left the text, right what the reader sees, below the versions with
//! their rates.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::domain::Channel;
use crate::domain::role::Right;
use crate::domain::template::{Part, Source, VersionState};
use crate::insight::Proportion;
use crate::store::StoreError;
use crate::store::reports::{StatsBy, StatsRow};
use crate::store::templates::StoredVersion;
use crate::template::{Difference, Fullness, difference};
use crate::web::Web;
use crate::web::console::insight::share;
use crate::web::console::shell::{self, Badge, ConsolePart, ConsoleWords, Frame, Visit, When};
use crate::web::problem::Problem;
use crate::web::request::extract::{Path, Query};

use super::chips::{self, PieceChip, VariableChip};
use super::faults;
use super::preview::{Preview, Shown};
use super::test_send::TestForm;
use super::typed::{self, MailTheme, MailView, MailWidth, Tab};
use super::variable::{FORGET, TypedVariable};

/// Which tab is asked for, and what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EditorQuery {
    locale: String,
    channel: String,
    sample: String,
    width: String,
    theme: String,
    done: String,
}

/// A field of the editor.
struct EditorField {
    name: &'static str,
    word: String,
    text: String,
    rows: usize,
}

/// A tab of the editor.
struct TabButton {
    locale: String,
    channel: Channel,
    /// The channel as the page says it.
    word: String,
    here: bool,
    /// It holds a text that is not saved.
    unsaved: bool,
}

struct Version {
    number: i64,
    state: VersionState,
    badge: Badge,
    author: String,
    written: When,
    delivered: String,
    read: String,
}

/// What happened to the form, said above it.
pub(super) enum Notice {
    None,
    Done(String),
    Fault(Vec<String>),
}

#[derive(Template)]
#[template(path = "console/template/editor.html")]
struct EditorPage {
    frame: Frame,
    name: String,
    description: String,
    tabs: Vec<TabButton>,
    tab: Tab,
    sample: &'static str,
    /// What the form was drawn from; a save finds out whether it still holds.
    base: String,
    /// What was typed in all tabs and is not saved.
    kept: String,
    /// Whether there is a draft that can be discarded.
    drafted: bool,
    /// Topic, state and number of what is edited.
    editing: String,
    may_edit: bool,
    fields: Vec<EditorField>,
    /// Whether the mail of this tab is MJML, and so can be written on as Markdown.
    is_mjml: bool,
    view: MailView,
    variables: Vec<VariableChip>,
    pieces: Vec<PieceChip>,
    /// A variable that was typed and is not declared yet.
    variable: TypedVariable,
    forget: &'static str,
    notice: Notice,
    /// How what somebody else saved differs from what was typed.
    theirs: Difference,
    preview: Preview,
    test: TestForm,
    versions: Vec<Version>,
}

/// What the editor works on: the draft if there is one, else the published version.
pub(super) async fn current(web: &Web, name: &str) -> Result<StoredVersion, Problem> {
    let versions = web.store.read().await?.templates().versions(name).await?;
    pick(&versions)
        .cloned()
        .ok_or_else(|| Problem::not_found("template", name))
}

/// The same out of a list, newest first.
pub(super) fn pick(versions: &[StoredVersion]) -> Option<&StoredVersion> {
    let in_state = |state| versions.iter().find(move |version| version.state == state);
    in_state(VersionState::Draft)
        .or_else(|| in_state(VersionState::Published))
        .or_else(|| versions.first())
}

/// A fingerprint of a version as it stands.
pub(super) fn fingerprint(version: &StoredVersion) -> String {
    let text = serde_json::to_string(&version.source).unwrap_or_default();
    let hash = Sha256::digest(format!("{} {text}", version.id));
    URL_SAFE_NO_PAD.encode(&hash[..12])
}

/// `GET /console/templates/{name}`.
pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(ask): Query<EditorQuery>,
) -> Result<Response, Problem> {
    let version = current(&visit.web, &name).await?;
    let tab = Tab::of(&version.source, &ask.locale, &ask.channel, &ask.sample);
    let drawing = Drawing {
        view: MailView::of(&ask.width, &ask.theme),
        ..Drawing::new(version.source, tab, done(visit.words(), &ask.done))
    };
    draw(&visit, &name, drawing).await
}

/// What was just done, by its word in the address.
fn done(words: ConsoleWords, word: &str) -> Notice {
    let key = match word {
        "created" => "templates-created",
        "discarded" => "templates-discarded",
        "same" => "templates-same",
        "saved" => "templates-saved",
        "published" => "templates-published",
        "rolled-back" => "templates-rolled-back",
        _ => return Notice::None,
    };
    Notice::Done(words.say(key).into_owned())
}

/// What to draw: the text may be one that was typed and not saved.
pub(super) struct Drawing {
    pub(super) source: Source,
    pub(super) tab: Tab,
    pub(super) notice: Notice,
    pub(super) status: StatusCode,
    pub(super) view: MailView,
    pub(super) variable: TypedVariable,
    /// What somebody else saved in the meantime.
    pub(super) theirs: Option<Source>,
    /// The number that was typed to send a test to.
    pub(super) number: String,
}

impl Drawing {
    pub(super) fn new(source: Source, tab: Tab, notice: Notice) -> Self {
        Self {
            source,
            tab,
            notice,
            status: StatusCode::OK,
            view: MailView::default(),
            variable: TypedVariable::default(),
            theirs: None,
            number: String::new(),
        }
    }
}

pub(super) async fn draw(visit: &Visit, name: &str, drawing: Drawing) -> Result<Response, Problem> {
    let (web, words) = (&visit.web, visit.words());
    let Drawing {
        source,
        tab,
        notice,
        status,
        view,
        variable,
        theirs,
        number,
    } = drawing;
    let stored = web.store.read().await?.templates().versions(name).await?;
    let version = pick(&stored).ok_or_else(|| Problem::not_found("template", name))?;
    let page = EditorPage {
        frame: visit.frame(ConsolePart::Templates, name).await?,
        name: name.to_owned(),
        description: faults::purpose(words, &source.name, &source.description),
        tabs: tabs(words, &version.source, &source, &tab),
        sample: match tab.fullness {
            Fullness::Least => "least",
            Fullness::Everything => "everything",
        },
        base: fingerprint(version),
        kept: typed::kept(&version.source, &source),
        drafted: version.state == VersionState::Draft,
        editing: editing(words, version, &source.topic),
        may_edit: visit.may(Right::EditTemplates),
        fields: fields(words, &source, &tab),
        is_mjml: typed::is_mjml(&source, &tab.locale),
        view,
        variables: chips::variables(words, &source, &tab),
        pieces: chips::pieces(words, &source, &tab),
        variable,
        forget: FORGET,
        notice,
        theirs: beside(web, theirs, &source).await,
        preview: Preview::of(web, words, &source, &tab, view).await,
        test: TestForm::of(visit, name, number).await?,
        versions: versions(visit, name, &stored).await?,
        tab,
    };
    Ok(shell::page_with(status, &page))
}

/// Which version is looked at: its topic, state and number.
fn editing(words: ConsoleWords, version: &StoredVersion, topic: &str) -> String {
    let state = words.of("templates-state", version.state.as_str());
    words.say_with(
        "templates-editing",
        &[
            ("topic", topic.into()),
            ("state", state.into()),
            ("version", version.version.into()),
        ],
    )
}

/// What somebody else saved, against what was typed. A difference that cannot be made in time is
/// left out: both texts are there all the same.
async fn beside(web: &Web, theirs: Option<Source>, typed: &Source) -> Difference {
    let Some(theirs) = theirs else {
        return Difference::default();
    };
    let typed = typed.clone();
    let compare = move || difference(Some(&theirs), &typed);
    web.console.texts.work(compare).await.unwrap_or_default()
}

fn tabs(words: ConsoleWords, stored: &Source, source: &Source, tab: &Tab) -> Vec<TabButton> {
    let locales = source.parts.keys();
    let all = locales.flat_map(|locale| Channel::ALL.iter().map(move |channel| (locale, *channel)));
    all.map(|(locale, channel)| TabButton {
        here: *locale == tab.locale && channel == tab.channel,
        unsaved: typed::unsaved(stored, source, locale, channel),
        locale: locale.clone(),
        word: words.of("channel", channel.as_str()).into_owned(),
        channel,
    })
    .collect()
}

fn fields(words: ConsoleWords, source: &Source, tab: &Tab) -> Vec<EditorField> {
    let parts = source.parts.get(&tab.locale);
    let is_mjml = typed::is_mjml(source, &tab.locale);
    let text = |part| {
        let text = parts.and_then(|parts| parts.get(part));
        text.unwrap_or_default().to_owned()
    };
    let shown = tab.parts().iter().filter(|(part, _)| match part {
        Part::EmailMjml => is_mjml,
        // Both are there only when somebody pushed both: then both are shown.
        Part::EmailMarkdown => !is_mjml || !text(*part).is_empty(),
        _ => true,
    });
    shown
        .map(|(part, name)| {
            let (key, rows) = match *name {
                "sms" => ("templates-field-sms", 6),
                "subject" => ("templates-field-subject", 1),
                "markdown" => ("templates-field-markdown", 18),
                "mjml" => ("templates-field-mjml", 22),
                _ => ("templates-field-text", 10),
            };
            EditorField {
                name,
                word: words.say(key).into_owned(),
                text: text(*part),
                rows,
            }
        })
        .collect()
}

async fn versions(
    visit: &Visit,
    name: &str,
    stored: &[StoredVersion],
) -> Result<Vec<Version>, StoreError> {
    let by = StatsBy {
        template: true,
        version: true,
        ..StatsBy::default()
    };
    let mut tx = visit.web.store.read().await?;
    let rows = tx.reports().stats(0, i64::MAX, by).await?;
    let now = visit.moment();
    let version = |version: &StoredVersion| {
        let its = |row: &&StatsRow| row.template == name && row.version == version.version;
        let counts = rows.iter().find(its).map(|row| row.counts);
        let counts = counts.unwrap_or_default();
        let tone = match version.state {
            VersionState::Draft => "attention",
            VersionState::Published => "delivered",
            VersionState::Retired => "waiting",
        };
        Version {
            number: version.version,
            state: version.state,
            badge: Badge::new(
                tone,
                &visit.words().of("templates-state", version.state.as_str()),
            ),
            author: version.author.clone(),
            written: When::new(version.published_at.unwrap_or(version.created_at), now),
            delivered: share(
                Proportion::new(counts.delivered, counts.reporting),
                visit.words(),
            ),
            read: share(
                Proportion::new(counts.read, counts.read_measurable),
                visit.words(),
            ),
        }
    };
    Ok(stored.iter().map(version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn every_state_of_a_version_has_a_word() {
        let italian = ConsoleWords::new(Language::Italian);
        for state in VersionState::ALL {
            let word = ConsoleWords::ENGLISH.of("templates-state", state.as_str());
            assert_eq!(word, state.as_str());
            let word = italian.of("templates-state", state.as_str());
            assert_ne!(word, state.as_str());
        }
    }
}
