//! One message as its reader gets it, rendered from the inputs that its plan froze. `dispatch` sends
//! it, the console shows it; both get the same to the byte. A deputy's text begins with for whom it is,
//! whatever its template says.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::RenderedEmail;
use super::catalog::Versioned;
use super::compiled::Input;
use super::fault::RenderFault;
use super::names;
use crate::domain::Channel;
use crate::domain::language::{Language, primary};
use crate::domain::links::{LinkContext, Links};

/// The key under which a plan keeps what differs by language.
const BY_LOCALE: &str = "by_locale";

/// What a message was planned with. Nothing of it changes afterwards.
#[derive(Debug, Clone)]
pub struct PlannedText<'a> {
    /// Which message, of which plan, and how its reading may be measured.
    pub reading: LinkContext,
    pub channel: Channel,
    pub locale: &'a str,
    /// What all messages of the plan share.
    pub plan_variables: &'a Value,
    /// What only this client's text needs.
    pub own_variables: &'a str,
    pub template: &'a Arc<Versioned>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderedMessage {
    /// The text of an SMS.
    Sms(String),
    /// The parts of an e-mail, and where the client chooses what to receive.
    Email(RenderedEmail, String),
}

pub fn write(frozen: &PlannedText<'_>, links: &Links) -> Result<RenderedMessage, RenderFault> {
    let variables = variables(frozen, links);
    let template = frozen.template;
    let link = |index: usize| {
        let target = template
            .compiled
            .links()
            .get(index)
            .map_or("", String::as_str);
        match template.link_ids.get(index) {
            Some(id) => links.click_url(frozen.reading, *id, target),
            None => target.to_owned(),
        }
    };
    let pixel = links.pixel_url(frozen.reading);
    let input = Input {
        variables: &variables,
        link: &link,
        pixel: pixel.as_deref(),
    };
    let for_client = for_client(frozen.own_variables);
    let for_client = for_client.as_deref();
    match frozen.channel {
        Channel::Sms => {
            let text = template.compiled.sms(frozen.locale, &input)?;
            Ok(RenderedMessage::Sms(match for_client {
                Some(name) => begun(frozen, &names::short_name(name), &text),
                None => text,
            }))
        }
        Channel::Email => {
            let mut email = template.compiled.email(frozen.locale, &input)?;
            if let Some(name) = for_client {
                say_for_whom(&mut email, frozen, &names::name(name));
            }
            let unsubscribe = links.unsubscribe_url(frozen.reading.message);
            Ok(RenderedMessage::Email(email, unsubscribe))
        }
    }
}

/// For whom a deputy's text is. Nearly no message is a deputy's, so it is read only where it stands.
fn for_client(own_variables: &str) -> Option<String> {
    if !own_variables.contains("\"for_client\"") {
        return None;
    }
    let own: Value = serde_json::from_str(own_variables).ok()?;
    own["for_client"].as_str().map(str::to_owned)
}

/// A text with for whom it is before it.
fn begun(frozen: &PlannedText<'_>, name: &str, text: &str) -> String {
    let language = Language::for_reader(frozen.locale);
    let begin = language.choose("Per", "For");
    format!("{begin} {name}: {text}")
}

fn say_for_whom(email: &mut RenderedEmail, frozen: &PlannedText<'_>, name: &str) {
    email.subject = begun(frozen, name, &email.subject);
    email.text = begun(frozen, name, &format!("\n\n{}", email.text));
    let said = begun(frozen, name, "");
    let said = said.trim_end().replace('&', "&amp;").replace('<', "&lt;");
    // Behind the beginning of the body, or of the whole where there is none.
    let body = email.html.find("<body").unwrap_or(email.html.len());
    let at = email.html[body..].find('>').map_or(0, |end| body + end + 1);
    email.html.insert_str(at, &format!("<p>{said}</p>"));
}

/// The plan's variables, those of the client's language, the client's own, and the links.
fn variables(frozen: &PlannedText<'_>, links: &Links) -> Value {
    let mut all = frozen
        .plan_variables
        .as_object()
        .cloned()
        .unwrap_or_default();
    if let Some(Value::Object(mut by_locale)) = all.remove(BY_LOCALE) {
        let spoken = frozen
            .template
            .compiled
            .language_for(frozen.locale, frozen.channel)
            .map_or(Language::HOME.tag(), primary);
        let chosen = by_locale
            .remove(spoken)
            .or_else(|| by_locale.remove(Language::HOME.tag()));
        merge(&mut all, chosen.unwrap_or_default());
    }
    merge(
        &mut all,
        serde_json::from_str(frozen.own_variables).unwrap_or_default(),
    );
    let message = frozen.reading.message;
    merge(
        &mut all,
        json!({ "links": {
            "status": links.status_url(message),
            "unsubscribe": links.unsubscribe_url(message),
        }}),
    );
    Value::Object(all)
}

/// Puts `from` over `into`; a null takes away what stood there (RFC 7396 §2).
fn merge(into: &mut Map<String, Value>, from: Value) {
    let Value::Object(from) = from else { return };
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(there)), Value::Object(new)) => merge(there, Value::Object(new)),
            (_, Value::Null) => {
                into.remove(&name);
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}
