//! What a reader would see: a text as typed, rendered from the template's own samples.
//!
//! An unsaved mail is kept in memory for the frame that shows it, because a frame with a
//! policy of its own needs an address of its own.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use serde_json::{Value as Json, json};

use crate::domain::Channel;
use crate::domain::role::Right;
use crate::domain::segments::measure;
use crate::domain::template::Source;
use crate::template::{Compiled, Input, introduce};
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{self, Visit};
use crate::web::extract::Path;
use crate::web::problem::Problem;
use crate::web::public::ContactDetails;

use super::editor::current;
use super::typed::{Tab, typed};

/// What the preview shows.
#[derive(Template)]
#[template(path = "console/template/preview.html")]
pub(super) struct Preview {
    pub(super) shown: Shown,
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
        key: String,
        text: String,
        facts: String,
    },
    Fault(String),
}

impl Preview {
    /// Renders in the workshop: a text that was typed a moment ago holds up nobody else.
    pub(super) async fn of(web: &Web, source: &Source, tab: &Tab) -> Self {
        let (source, tab) = (source.clone(), tab.clone());
        let facts = facts(web.pages.contact());
        let work = move || render(&source, &tab, &facts);
        let rendered = web.console.texts.work(work).await;
        let shown = match rendered.unwrap_or_else(|unfinished| Err(unfinished.to_string())) {
            Ok(Rendered::Sms(text)) => sms(text),
            Ok(Rendered::Email(mail)) => {
                let key = random_key();
                let facts = format!("{} bytes of HTML", mail.html.len());
                web.console.keep_preview(key.clone(), mail.html).await;
                Shown::Email {
                    subject: mail.subject,
                    key,
                    text: mail.text,
                    facts,
                }
            }
            Err(fault) => Shown::Fault(fault),
        };
        Self { shown }
    }
}

enum Rendered {
    Sms(String),
    Email(crate::template::RenderedEmail),
}

fn render(source: &Source, tab: &Tab, facts: &Json) -> Result<Rendered, String> {
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
fn facts(contact: &ContactDetails) -> Json {
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

fn sms(text: String) -> Shown {
    let measured = measure(&text);
    let facts = format!(
        "{} characters · {} · {}, room for {} more in the last",
        text.chars().count(),
        measured.alphabet,
        if measured.count == 1 {
            "1 segment".to_owned()
        } else {
            format!("{} segments", measured.count)
        },
        measured.left_in_last
    );
    let warning = measured.first_foreign.map(|(letter, instead)| {
        let mut said = format!("`{letter}` makes the message longer and dearer");
        if let Some(instead) = instead {
            write!(said, "; write `{instead}` instead").ok();
        }
        said
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
    State(web): State<Web>,
    Path(name): Path<String>,
    Posted { person, fields }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::EditTemplates)?;
    let version = current(&web, &name).await?;
    let tab = Tab::of_form(&version.source, &fields);
    let source = typed(&version.source, &tab, &fields)?;
    let preview = Preview::of(&web, &source, &tab).await;
    Ok(shell::page(&preview))
}

/// `GET /console/previews/{key}`: an unsaved mail, in its frame.
pub(super) async fn mail(Visit { web, .. }: Visit, Path(key): Path<String>) -> Response {
    match web.console.preview(&key).await {
        Some(html) => shell::mail(&html),
        None => Problem::not_found("preview", &key).into_response(),
    }
}
