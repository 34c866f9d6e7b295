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
use crate::domain::template::{Source, VersionState};
use crate::insight::Proportion;
use crate::store::StoreError;
use crate::store::reports::{StatsBy, StatsRow};
use crate::store::templates::StoredVersion;
use crate::template::Fullness;
use crate::web::Web;
use crate::web::console::shell::{self, Badge, ConsolePart, Frame, Visit, When};
use crate::web::extract::{Path, Query};
use crate::web::problem::Problem;

use super::preview::{Preview, Shown};
use super::typed::{self, Tab};

/// Which tab is asked for, and what was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EditorQuery {
    locale: String,
    channel: String,
    sample: String,
    done: String,
}

/// A field of the editor.
struct EditorField {
    name: &'static str,
    word: &'static str,
    text: String,
    rows: usize,
}

/// A tab of the editor.
struct TabButton {
    locale: String,
    channel: Channel,
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
    Done(&'static str),
    Fault(Vec<String>),
}

#[derive(Template)]
#[template(path = "console/template/editor.html")]
struct EditorPage {
    frame: Frame,
    name: String,
    description: String,
    topic: String,
    tabs: Vec<TabButton>,
    tab: Tab,
    sample: &'static str,
    /// What the form was drawn from; a save finds out whether it still holds.
    base: String,
    /// What was typed in all tabs and is not saved.
    kept: String,
    /// Whether there is a draft that can be discarded.
    drafted: bool,
    /// State and number of what is edited.
    editing: String,
    may_edit: bool,
    fields: Vec<EditorField>,
    variables: Vec<(String, String, bool)>,
    notice: Notice,
    preview: Preview,
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
    let notice = match ask.done.as_str() {
        "discarded" => Notice::Done("The draft is discarded."),
        "same" => Notice::Done("This text is the published one already."),
        "saved" => Notice::Done("The draft is saved. Nothing is sent from it yet."),
        "published" => Notice::Done("Published: new messages use this version."),
        "rolled-back" => Notice::Done("Rolled back: a copy is published as a new version."),
        _ => Notice::None,
    };
    draw(&visit, &name, Drawing::new(version.source, tab, notice)).await
}

/// What to draw: the text may be one that was typed and not saved.
pub(super) struct Drawing {
    pub(super) source: Source,
    pub(super) tab: Tab,
    pub(super) notice: Notice,
    pub(super) status: StatusCode,
}

impl Drawing {
    pub(super) const fn new(source: Source, tab: Tab, notice: Notice) -> Self {
        Self {
            source,
            tab,
            notice,
            status: StatusCode::OK,
        }
    }
}

pub(super) async fn draw(visit: &Visit, name: &str, drawing: Drawing) -> Result<Response, Problem> {
    let (web, status) = (&visit.web, drawing.status);
    let (source, tab) = (drawing.source, drawing.tab);
    let stored = web.store.read().await?.templates().versions(name).await?;
    let version = pick(&stored).ok_or_else(|| Problem::not_found("template", name))?;
    let page = EditorPage {
        frame: visit.frame(ConsolePart::Templates, name).await?,
        name: name.to_owned(),
        description: source.description.clone(),
        topic: source.topic.clone(),
        tabs: tabs(&version.source, &source, &tab),
        sample: if tab.fullness == Fullness::Least {
            "least"
        } else {
            "everything"
        },
        base: fingerprint(version),
        kept: typed::kept(&version.source, &source),
        drafted: version.state == VersionState::Draft,
        editing: format!("{} v{}", version.state, version.version),
        may_edit: visit.may(Right::EditTemplates),
        fields: fields(&source, &tab),
        variables: variables(&source),
        notice: drawing.notice,
        preview: Preview::of(web, &source, &tab).await,
        versions: versions(web, name, &stored).await?,
        tab,
    };
    Ok(shell::page_with(status, &page))
}

fn tabs(stored: &Source, source: &Source, tab: &Tab) -> Vec<TabButton> {
    let locales = source.parts.keys();
    let all = locales.flat_map(|locale| Channel::ALL.iter().map(move |channel| (locale, *channel)));
    all.map(|(locale, channel)| TabButton {
        here: *locale == tab.locale && channel == tab.channel,
        unsaved: typed::unsaved(stored, source, locale, channel),
        locale: locale.clone(),
        channel,
    })
    .collect()
}

fn fields(source: &Source, tab: &Tab) -> Vec<EditorField> {
    let parts = source.parts.get(&tab.locale);
    tab.parts()
        .iter()
        .map(|(part, name)| {
            let text = parts
                .and_then(|parts| parts.get(*part))
                .unwrap_or_default()
                .to_owned();
            let (word, rows) = match *name {
                "sms" => ("Text message", 6),
                "subject" => ("Subject", 1),
                "mjml" => ("Mail (MJML)", 22),
                _ => ("Plain text (made from the mail when empty)", 10),
            };
            EditorField {
                name,
                word,
                text,
                rows,
            }
        })
        .collect()
}

fn variables(source: &Source) -> Vec<(String, String, bool)> {
    let declared = source.variables.iter();
    declared
        .map(|it| (it.name.clone(), it.description.clone(), it.required))
        .collect()
}

async fn versions(
    web: &Web,
    name: &str,
    stored: &[StoredVersion],
) -> Result<Vec<Version>, StoreError> {
    let by = StatsBy {
        template: true,
        version: true,
        ..StatsBy::default()
    };
    let mut tx = web.store.read().await?;
    let rows = tx.reports().stats(0, i64::MAX, by).await?;
    let now = web.moment();
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
            badge: Badge::new(tone, version.state.as_str()),
            author: version.author.clone(),
            written: When::new(version.published_at.unwrap_or(version.created_at), now),
            delivered: Proportion::new(counts.delivered, counts.reporting).to_string(),
            read: Proportion::new(counts.read, counts.read_measurable).to_string(),
        }
    };
    Ok(stored.iter().map(version).collect())
}
