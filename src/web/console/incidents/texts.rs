//! What clients would read of it: rendered from what the plan that was thrown away would have frozen,
//! by the function that renders what is sent. Links lead nowhere.
//!
//! `POST /console/declared/{id}/texts` shows those of three real clients. Whoever looks is written
//! down, once for each of them, as for every look at somebody's own data.

use std::sync::Arc;

use askama::Template;
use axum::response::{Redirect, Response};
use serde_json::Value;

use super::declared::{judged, row_of};
use super::{language, to_check};
use crate::domain::address::masked;
use crate::domain::links::{LinkContext, Links};
use crate::domain::role::Right;
use crate::domain::segments::measure;
use crate::domain::token::Signer;
use crate::domain::{Channel, Tracking};
use crate::plan::{Foretold, ForetoldText};
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::template::rendered::{PlannedText, RenderedMessage, write};
use crate::template::stored::{NotShown, Unusable};
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::auth::session::Person;
use crate::web::console::shell::{self, ConsolePart, ConsoleWords, Frame, Visit, in_path};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// Clients whose texts are shown.
const SHOWN: usize = 3;

/// What one client would get.
pub(in crate::web::console) struct ShownText {
    /// Reference and part of an address.
    pub(in crate::web::console) client: (String, String),
    pub(in crate::web::console) head: String,
    pub(in crate::web::console) address: String,
    pub(in crate::web::console) locale: String,
    pub(in crate::web::console) seen: Result<RenderedMessage, String>,
}

#[derive(Template)]
#[template(path = "console/incident/texts.html")]
struct TextsPage {
    frame: Frame,
    path: String,
    texts: Vec<ShownText>,
}

pub(super) async fn post(
    visit: Visit,
    Path(id): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::CheckIncidents)?;
    let row = row_of(&visit.web, &id).await?;
    if !row.state.is_open() {
        return Ok(to_check(row.id));
    }
    let judged = judged(&visit.web, &row).await?;
    let texts = of_some(&visit.web, &judged.foretold, visit.words()).await;
    let detail = row.id.to_string();
    note_looks(&visit.web, &person, &texts, &detail).await?;
    let title = visit.words().say("incidents-texts-title");
    Ok(shell::page(&TextsPage {
        frame: visit.frame(ConsolePart::Incidents, title).await?,
        path: detail,
        texts,
    }))
}

/// `GET` of the same address, as after a reload: the check page, which offers them again.
pub(super) async fn back(Path(id): Path<String>) -> Response {
    let path = format!("/console/declared/{}", in_path(&id));
    shell::strictly(Redirect::to(&path))
}

/// What up to three clients would read.
pub(in crate::web::console) async fn of_some(
    web: &Web,
    foretold: &Foretold,
    words: ConsoleWords,
) -> Vec<ShownText> {
    let mut texts = Vec::new();
    for text in chosen(foretold) {
        texts.push(shown(web, text, words).await);
    }
    texts
}

/// Notes for each of these clients that somebody looked at what they would read.
pub(in crate::web::console) async fn note_looks(
    web: &Web,
    person: &Person,
    texts: &[ShownText],
    detail: &str,
) -> Result<(), StoreError> {
    let mut tx = web.store.write().await?;
    for text in texts {
        let client = &text.client.0;
        let entry = AuditEntry::new(&person.email, "client.text_foretold", client).with(detail);
        web.audit(&mut tx, &entry).await?;
    }
    tx.commit().await
}

/// The first of different clients: one of each channel and language comes first.
fn chosen(foretold: &Foretold) -> Vec<&ForetoldText> {
    let mut chosen: Vec<&ForetoldText> = Vec::new();
    for text in &foretold.texts {
        let client = text.message.client;
        if chosen.len() < SHOWN && chosen.iter().all(|it| it.message.client != client) {
            chosen.push(text);
        }
    }
    chosen
}

async fn shown(web: &Web, text: &ForetoldText, words: ConsoleWords) -> ShownText {
    let message = &text.message;
    let own: Value = serde_json::from_str(&message.variables).unwrap_or_default();
    let reference = own["client"]["ref"].as_str().unwrap_or_default().to_owned();
    let (channel, spoken) = (
        words.of("channel", message.channel.as_str()),
        language(&message.locale, words),
    );
    ShownText {
        client: (reference.clone(), in_path(&reference)),
        head: format!("{channel} · {spoken}"),
        address: masked(&message.address),
        locale: message.locale.clone(),
        seen: rendered(web, text, &Links::for_looking(Arc::clone(&web.public_url))).await,
    }
}

async fn rendered(
    web: &Web,
    text: &ForetoldText,
    links: &Links,
) -> Result<RenderedMessage, String> {
    match try_to_render(web, text, links).await {
        Ok(message) => Ok(message),
        Err(NotShown::Unusable(Unusable::Store(error))) => {
            tracing::error!(error = %error, "cannot read a template to show what it would say");
            Err("the store cannot be read now".to_owned())
        }
        Err(reason) => Err(reason.to_string()),
    }
}

async fn try_to_render(
    web: &Web,
    text: &ForetoldText,
    links: &Links,
) -> Result<RenderedMessage, NotShown> {
    let (plan, message) = (&text.plan, &text.message);
    let version = plan.template_version;
    let version = version.ok_or_else(|| NotShown::NotPublished(plan.template.clone()))?;
    let sent = &web.console.sent;
    let template = sent.version(&web.store, version, plan.created_at).await?;
    let plan_variables: Value = serde_json::from_str(&plan.variables).unwrap_or_default();
    let planned = PlannedText {
        reading: LinkContext {
            message: message.id,
            plan: plan.id,
            tracking: Tracking::None,
        },
        channel: message.channel,
        locale: &message.locale,
        plan_variables: &plan_variables,
        own_variables: &message.variables,
        template: &template,
    };
    Ok(write(&planned, links)?)
}

/// Addresses as long as those that are sent, and in their alphabet. They are measured and shown to
/// nobody, and signed with a key that opens nothing.
fn links_to_measure(public_url: &Arc<str>) -> Links {
    Links::new(Arc::clone(public_url), Signer::new(&[0; 32]), false)
}

/// About how many segments all SMS take together: one text of each language is measured, and stands
/// for the others. None without any SMS.
pub(super) async fn segments(web: &Web, foretold: &Foretold) -> Option<i64> {
    let links = links_to_measure(&web.public_url);
    let mut sum = None;
    for ((channel, locale), count) in &foretold.goes {
        if *channel != Channel::Sms {
            continue;
        }
        let is_like = |text: &&ForetoldText| {
            text.message.channel == Channel::Sms && text.message.locale == *locale
        };
        let text = foretold.texts.iter().find(is_like)?;
        let Ok(RenderedMessage::Sms(said)) = rendered(web, text, &links).await else {
            return None;
        };
        let each = i64::try_from(measure(&said).count).unwrap_or(1);
        *sum.get_or_insert(0) += each * count;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MessageId;
    use crate::domain::segments::Alphabet;

    #[test]
    fn a_link_is_measured_as_long_as_it_is_sent() {
        let url: Arc<str> = "https://a.example".into();
        let sent = Links::new(Arc::clone(&url), Signer::new(&[7; 32]), true);
        let message = MessageId::new(1 << 60);
        let measured = links_to_measure(&url).status_url(message);
        assert_eq!(measured.len(), sent.status_url(message).len());
        assert_ne!(measured, sent.status_url(message), "it opens nothing");
        let text = format!("{} {measured}", "a".repeat(160 - 1 - measured.len()));
        assert_eq!(Alphabet::of(&text), Alphabet::Gsm7);
        assert_eq!(measure(&text).count, 1);
    }
}
