//! What a reader would see: a text as typed, rendered from the template's own samples.
//!
//! An unsaved mail is kept in memory for the frame that shows it, because a frame with a
//! policy of its own needs an address of its own.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use serde_json::Value as Json;

use crate::domain::Channel;
use crate::domain::segments::measure;
use crate::domain::template::{Part, Source};
use crate::template::{Compiled, Fullness, Input};
use crate::web::Web;
use crate::web::auth::csrf::{Fields, Posted};
use crate::web::auth::session::Person;
use crate::web::problem::Problem;
use crate::web::public::Contact;

use super::super::frame;
use super::editor::current;

/// Which text of a template is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    pub(super) locale: String,
    pub(super) channel: Channel,
    /// With every variable, or only those that must be there.
    pub(super) fullness: Fullness,
}

impl Tab {
    /// The tab of a form or an address; the first language and SMS when nothing is said.
    pub(super) fn of(source: &Source, locale: &str, channel: &str, sample: &str) -> Self {
        let known = source.parts.contains_key(locale);
        let first = source.parts.keys().next();
        Self {
            locale: match first {
                Some(first) if !known => {
                    if source.parts.contains_key("it") {
                        "it".to_owned()
                    } else {
                        first.clone()
                    }
                }
                _ => locale.to_owned(),
            },
            channel: channel.parse().unwrap_or(Channel::Sms),
            fullness: if sample == "least" {
                Fullness::Least
            } else {
                Fullness::Everything
            },
        }
    }

    /// The parts it edits, with the names of their fields.
    pub(super) const fn parts(&self) -> &'static [(Part, &'static str)] {
        match self.channel {
            Channel::Sms => &[(Part::Sms, "sms")],
            Channel::Email => &[
                (Part::EmailSubject, "subject"),
                (Part::EmailMjml, "mjml"),
                (Part::EmailText, "text"),
            ],
        }
    }
}

/// The template with what was typed in place of the tab's parts. Browsers send CR LF.
pub(super) fn typed(source: &Source, tab: &Tab, fields: &Fields) -> Source {
    let mut source = source.clone();
    let parts = source.parts.entry(tab.locale.clone()).or_default();
    for (part, name) in tab.parts() {
        let text = fields.get(name).replace("\r\n", "\n");
        parts.set(*part, (!text.trim().is_empty()).then_some(text));
    }
    source
}

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
    pub(super) async fn of(web: &Web, source: &Source, tab: &Tab) -> Self {
        let shown = match render(source, tab, web.pages.contact()) {
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

fn render(source: &Source, tab: &Tab, contact: &Contact) -> Result<Rendered, String> {
    let compiled = Compiled::compile(source).map_err(|fault| fault.to_string())?;
    let mut variables = source.sample(&tab.locale, tab.fullness);
    introduce(&mut variables, contact);
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

/// Puts the configured organisation and contact in place of the sample's. What the sample leaves
/// out stays out.
fn introduce(variables: &mut Json, contact: &Contact) {
    let facts = [
        ("/organisation/name", Some(&contact.organisation)),
        ("/contact/phone", contact.phone.as_ref()),
        ("/contact/phone_free", contact.phone_free.as_ref()),
        ("/contact/email", contact.email.as_ref()),
        ("/contact/hours", contact.hours.as_ref()),
    ];
    for (path, fact) in facts {
        if let (Some(place), Some(fact)) = (variables.pointer_mut(path), fact)
            && !fact.is_empty()
        {
            *place = fact.as_str().into();
        }
    }
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

/// `POST /console/templates/{name}/preview`: the preview alone, for the script.
pub(super) async fn preview(
    State(web): State<Web>,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let fields = &posted.fields;
    let version = current(&web, &name).await?;
    let tab = Tab::of(
        &version.source,
        fields.get("locale"),
        fields.get("channel"),
        fields.get("sample"),
    );
    let source = typed(&version.source, &tab, fields);
    let preview = Preview::of(&web, &source, &tab).await;
    Ok(frame::page(&preview))
}

/// `GET /console/previews/{key}`: an unsaved mail, in its frame.
pub(super) async fn mail(
    State(web): State<Web>,
    _person: Person,
    Path(key): Path<String>,
) -> Response {
    match web.console.preview(&key).await {
        Some(html) => frame::mail(&html),
        None => Problem::not_found("preview", &key).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_contact_takes_the_place_of_the_samples() {
        let contact = Contact {
            organisation: "Comune di Prova".to_owned(),
            phone: Some("+39 051 123456".to_owned()),
            ..Contact::default()
        };
        let sample = || {
            serde_json::json!({
                "organisation": {"name": "Energia Comune"},
                "contact": {"phone": "051 000 0000", "hours": "lun-ven 8-20"}
            })
        };
        let mut variables = sample();
        introduce(&mut variables, &contact);
        assert_eq!(variables["organisation"]["name"], "Comune di Prova");
        assert_eq!(variables["contact"]["phone"], "+39 051 123456");
        assert_eq!(variables["contact"]["hours"], "lun-ven 8-20");

        let mut untouched = sample();
        introduce(&mut untouched, &Contact::default());
        assert_eq!(untouched, sample());

        let mut least = serde_json::json!({"organisation": {"name": "Energia Comune"}});
        introduce(&mut least, &contact);
        assert!(least.get("contact").is_none());
    }
}
