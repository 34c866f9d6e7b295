//! What a reader would see: a text as typed, rendered from the template's own samples, and what a
//! careful colleague would say of it.
//!
//! An unsaved mail is kept in memory for the frame that shows it, because a frame with a
//! policy of its own needs an address of its own.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::domain::Channel;
use crate::domain::role::Right;
use crate::domain::segments::measure;
use crate::domain::template::Source;
use crate::template::{Compiled, Input, Lint, introduce, lint};
use crate::text::sanitize::excerpt;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{self, ConsoleWords, FluentValue, Visit};
use crate::web::extract::{Path, Query};
use crate::web::problem::Problem;
use crate::web::public::ContactDetails;

use super::editor::current;
use super::remarks;
use super::typed::{MailTheme, MailView, Tab, typed};

/// Characters of a mail that a list of mails shows beside its subject.
const EXCERPT: usize = 90;

/// What the preview shows.
#[derive(Template)]
#[template(path = "console/template/preview.html")]
pub(super) struct Preview {
    pub(super) words: ConsoleWords,
    pub(super) shown: Shown,
    /// What a reader may stumble over.
    pub(super) remarks: Vec<String>,
    /// How easily it reads, and the sentence that reads worst.
    pub(super) ease: Vec<String>,
}

/// A rendered text, or why there is none.
pub(super) enum Shown {
    Sms {
        text: String,
        facts: String,
        warning: Option<String>,
    },
    Email {
        subject: String,
        /// What a list of mails shows of it.
        begins: String,
        /// Where the frame finds it.
        frame: String,
        /// How wide it is shown, as a class of the page.
        width: &'static str,
        text: String,
        facts: String,
    },
    Fault(String),
}

impl Preview {
    /// Renders in the workshop: a text that was typed a moment ago holds up nobody else.
    pub(super) async fn of(
        web: &Web,
        words: ConsoleWords,
        source: &Source,
        tab: &Tab,
        view: MailView,
    ) -> Self {
        let (source, tab) = (source.clone(), tab.clone());
        let facts = facts(web.pages.contact());
        let work = move || looked_at(&source, &tab, &facts);
        let (rendered, found) = web
            .console
            .texts
            .work(work)
            .await
            .unwrap_or_else(|unfinished| (Err(unfinished.to_string()), Lint::default()));
        let shown = match rendered {
            Ok(Rendered::Sms(text)) => sms(words, text),
            Ok(Rendered::Email(mail)) => {
                let key = random_key();
                let bytes = mail.html.len().to_string();
                let facts = words.with("templates-mail-facts", "bytes", &bytes);
                let frame = format!("/console/previews/{key}?theme={}", view.theme.as_str());
                web.console.keep_preview(key, mail.html).await;
                Shown::Email {
                    begins: excerpt(&mail.text, EXCERPT),
                    subject: mail.subject,
                    frame,
                    width: view.width.as_str(),
                    text: mail.text,
                    facts,
                }
            }
            Err(fault) => Shown::Fault(fault),
        };
        Self {
            words,
            shown,
            remarks: remarks::of(words, &found),
            ease: remarks::ease(words, &found),
        }
    }
}

/// A text as its reader gets it.
pub(super) enum Rendered {
    Sms(String),
    Email(crate::template::RenderedEmail),
}

impl Rendered {
    /// What is read, without how it is laid out.
    fn text(&self) -> &str {
        match self {
            Self::Sms(text) => text,
            Self::Email(mail) => &mail.text,
        }
    }
}

fn looked_at(source: &Source, tab: &Tab, facts: &Json) -> (Result<Rendered, String>, Lint) {
    let rendered = render(source, tab, facts);
    let written = rendered.as_ref().ok().map(Rendered::text);
    let found = lint(source, &tab.locale, tab.channel, written);
    (rendered, found)
}

/// From the template's sample: its links lead where the sample's do, and nothing is measured.
pub(super) fn render(source: &Source, tab: &Tab, facts: &Json) -> Result<Rendered, String> {
    let compiled = Compiled::compile(source).map_err(|fault| fault.to_string())?;
    let mut variables = source.sample(&tab.locale, tab.fullness);
    introduce(&mut variables, facts);
    let links = compiled.links();
    let link = |at: usize| links.get(at).cloned().unwrap_or_default();
    let input = Input {
        variables: &variables,
        link: &link,
        pixel: None,
    };
    match tab.channel {
        Channel::Sms => compiled.sms(&tab.locale, &input).map(Rendered::Sms),
        Channel::Email => compiled.email(&tab.locale, &input).map(Rendered::Email),
    }
    .map_err(|fault| fault.to_string())
}

/// The organisation and whom to turn to, as texts call them.
pub(super) fn facts(contact: &ContactDetails) -> Json {
    json!({
        "organisation": { "name": contact.organisation },
        "contact": {
            "phone": contact.phone,
            "phone_free": contact.phone_free,
            "email": contact.email,
            "hours": contact.hours,
        },
    })
}

fn sms(words: ConsoleWords, text: String) -> Shown {
    let measured = measure(&text);
    let segments = i64::try_from(measured.count).unwrap_or(i64::MAX);
    let facts = words.say_with(
        "templates-sms-facts",
        &[
            ("characters", text.chars().count().to_string().into()),
            ("alphabet", measured.alphabet.as_str().into()),
            (
                "segments",
                words.count("templates-segments", segments).into(),
            ),
            ("left", measured.left_in_last.to_string().into()),
        ],
    );
    let warning = measured.first_foreign.map(|(letter, instead)| {
        let letter = FluentValue::from(letter.to_string());
        match instead {
            None => words.say_with("templates-dear", &[("letter", letter)]),
            Some(instead) => words.say_with(
                "templates-dear-instead",
                &[("letter", letter), ("instead", instead.into())],
            ),
        }
    });
    Shown::Sms {
        text,
        facts,
        warning,
    }
}

fn random_key() -> String {
    let bytes: [u8; 16] = rand::rng().random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `POST /console/templates/{name}/preview`: the preview alone, for the script. The right comes
/// before any work: what is rendered is what somebody typed.
pub(super) async fn preview(
    visit: Visit,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let web = &visit.web;
    let version = current(web, &name).await?;
    let tab = Tab::of_form(&version.source, &fields);
    let source = typed(&version.source, &tab, &fields)?;
    let view = MailView::of_form(&fields);
    let preview = Preview::of(web, visit.words(), &source, &tab, view).await;
    Ok(shell::page(&preview))
}

/// In which light a mail is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FrameQuery {
    theme: String,
}

/// `GET /console/previews/{key}`: an unsaved mail, in its frame.
pub(super) async fn mail(
    Visit { web, .. }: Visit,
    Path(key): Path<String>,
    Query(asked): Query<FrameQuery>,
) -> Response {
    match web.console.preview(&key).await {
        Some(html) => shell::mail(&in_light(&html, MailTheme::named(&asked.theme))),
        None => Problem::not_found("preview", &key).into_response(),
    }
}

/// How a mail asks whether its reader's screen is dark.
const ASKS_FOR_DARK: &str = "(prefers-color-scheme: dark)";

/// The mail with that question answered, so that both can be seen on any screen.
fn in_light(html: &str, theme: Option<MailTheme>) -> String {
    let answer = match theme {
        Some(MailTheme::Dark) => "all",
        Some(MailTheme::Light) => "not all",
        None => return html.to_owned(),
    };
    html.replace(ASKS_FOR_DARK, answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_shown_in_the_light_that_is_asked_for() {
        let html = "<style>@media (prefers-color-scheme: dark) { a {} }</style>";
        let dark = in_light(html, Some(MailTheme::Dark));
        assert_eq!(dark, "<style>@media all { a {} }</style>");
        let light = in_light(html, Some(MailTheme::Light));
        assert_eq!(light, "<style>@media not all { a {} }</style>");
        assert_eq!(in_light(html, None), html);
    }
}
