//! What mail services call back: what became of the mails that went through them. Each call is proven
//! first, as its service proves it; of each event the message's names, its recipient and its fate are read.
//!
//! What their own tracking says of opens, clicks and unsubscribing means nothing here and is dropped: reading
//! is measured by this program alone, by consent. Which message an event is about, and what follows from it,
//! is `track::postbag`'s.
//! Next: `settings`, then `sns` and `ses`, `sendgrid`, `mailgun`, `postmark`, `brevo`.

mod basic;
mod brevo;
mod mailgun;
mod postmark;
mod sendgrid;
mod ses;
mod settings;
mod sns;

use futures_util::future::BoxFuture;
use serde_json::Value;

pub use settings::{MailService, MailWebhookSettings};

use self::basic::BasicProof;
use self::mailgun::MailgunKey;
use self::sendgrid::SendgridKey;
use self::sns::SnsTopic;
use crate::channel::callback::{CallRefused, MailCallbacks, MailEvent, ProviderCall};
use crate::channel::settings::SetupError;
use crate::domain::Timestamp;
use crate::domain::limits::{CALL_AGE, CALL_AHEAD, MAIL_EVENT_TEXT, MAIL_EVENTS};

/// The last part of the address that all of them call: `/hooks/NAME/events`.
const PLACE: &str = "events";

/// Reads the calls of one service.
pub struct MailWebhook(CallProof);

/// How a call is proven; with it, what its words mean.
enum CallProof {
    Ses(Box<SnsTopic>),
    Sendgrid(SendgridKey),
    Mailgun(MailgunKey),
    Postmark(BasicProof),
    Brevo(BasicProof),
}

impl MailWebhook {
    /// Reads the files that the settings name. `place`: what stands before their keys, for faults.
    pub fn new(
        provider: &str,
        settings: &MailWebhookSettings,
        place: &str,
    ) -> Result<Self, SetupError> {
        let keys = settings.checked(provider, place)?;
        Ok(Self(match keys.service {
            MailService::Ses => CallProof::Ses(Box::new(SnsTopic::new(&keys)?)),
            MailService::Sendgrid => CallProof::Sendgrid(SendgridKey::new(&keys)?),
            MailService::Mailgun => CallProof::Mailgun(MailgunKey::new(&keys)?),
            MailService::Postmark => CallProof::Postmark(BasicProof::new(&keys)?),
            MailService::Brevo => CallProof::Brevo(BasicProof::new(&keys)?),
        }))
    }

    async fn read(
        &self,
        call: &ProviderCall<'_>,
        now: Timestamp,
    ) -> Result<Vec<MailEvent>, CallRefused> {
        if call.key != PLACE {
            return Err(CallRefused::Unproven);
        }
        let events = match &self.0 {
            CallProof::Ses(topic) => topic.events(call.body, now).await?,
            CallProof::Sendgrid(key) => sendgrid::events(&key.proven(call, now)?),
            CallProof::Mailgun(key) => mailgun::events(&key.proven(call.body, now)?),
            CallProof::Postmark(proof) => postmark::events(&proof.proven(call)?),
            CallProof::Brevo(proof) => brevo::events(&proof.proven(call)?),
        };
        match events.len() > MAIL_EVENTS {
            true => Err(CallRefused::Unreadable(format!(
                "there are more than {MAIL_EVENTS} events in it"
            ))),
            false => Ok(events),
        }
    }
}

impl MailCallbacks for MailWebhook {
    fn events<'a>(
        &'a self,
        call: &'a ProviderCall<'a>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Vec<MailEvent>, CallRefused>> {
        Box::pin(self.read(call, now))
    }
}

/// A body that is proven, as JSON.
fn document(body: &[u8]) -> Result<Value, CallRefused> {
    serde_json::from_slice(body)
        .map_err(|_| CallRefused::Unreadable("the body is no JSON document".to_owned()))
}

/// The events of a document that is one, or a list of them.
fn each(document: &Value) -> &[Value] {
    match document {
        Value::Array(events) => events,
        one => std::slice::from_ref(one),
    }
}

/// Whether something that was signed then is still believed.
fn is_fresh(signed: Timestamp, now: Timestamp) -> bool {
    signed >= now - CALL_AGE && signed <= now + CALL_AHEAD
}

/// The text at a JSON pointer, cut where it is longer than any name; empty where there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let text = value.pointer(pointer).and_then(Value::as_str);
    let text = text.unwrap_or_default().trim();
    &text[..text.floor_char_boundary(MAIL_EVENT_TEXT)]
}

/// Names without the brackets of a Message-ID; those that are missing are left out.
fn names(texts: &[&str]) -> Vec<String> {
    let bare = texts.iter().map(|text| text.trim_matches(['<', '>', ' ']));
    let given = bare.filter(|text| !text.is_empty());
    given.map(str::to_owned).collect()
}

/// A status as RFC 3463 writes it, and nothing else.
fn status(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number =
        |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let fits = parts.len() == 3 && parts.iter().all(is_number);
    fits.then(|| text.to_owned())
}

/// A number of seconds since 1970, with or without its fraction, as a number or as a text.
fn seconds(value: &Value, pointer: &str) -> Option<Timestamp> {
    let written = match value.pointer(pointer)? {
        Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    let whole: i64 = written.split('.').next()?.parse().ok()?;
    whole.checked_mul(1_000_000).map(Timestamp::from_micros)
}

/// A time as RFC 3339 writes it, at a JSON pointer.
fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    Timestamp::parse(text(value, pointer)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_and_states_are_read_as_services_write_them() {
        let value = json!({ "a": 1_600_112_492, "b": 1_521_233_195.375, "c": "1534108637",
            "d": "x", "e": "2016-04-27T16:28:50.3963933-04:00", "f": null });
        let at = |pointer: &str| seconds(&value, pointer).map(Timestamp::as_micros);
        assert_eq!(at("/a"), Some(1_600_112_492_000_000));
        assert_eq!(at("/b"), Some(1_521_233_195_000_000));
        assert_eq!(at("/c"), Some(1_534_108_637_000_000));
        assert_eq!((at("/d"), at("/f"), at("/g")), (None, None, None));
        assert!(time(&value, "/e").is_some() && time(&value, "/d").is_none());
        assert_eq!(status("5.1.1").as_deref(), Some("5.1.1"));
        for wrong in ["", "550", "5.1", "5.1.1.1", "a.b.c", "5.1.1111"] {
            assert_eq!(status(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_was_signed_long_ago_is_not_believed() {
        let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
        assert!(is_fresh(now, now) && is_fresh(now - CALL_AGE, now));
        assert!(!is_fresh(
            now - CALL_AGE - chrono::TimeDelta::seconds(1),
            now
        ));
        assert!(!is_fresh(
            now + CALL_AHEAD + chrono::TimeDelta::seconds(1),
            now
        ));
    }
}
