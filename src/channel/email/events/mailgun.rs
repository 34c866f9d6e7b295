//! Mailgun's web hooks ("Securing Webhooks"): one event with a signature over a time and a token. It does
//! not cover the event: whoever saw one could write another beside it. So a token counts once, for ever.

use ring::hmac;
use serde_json::Value;

use super::settings::WebhookKeys;
use super::{document, is_fresh, names, seconds, status, text};
use crate::channel::callback::{CallRefused, MailEvent, MailFate, Permanence};
use crate::channel::settings::SetupError;
use crate::channel::sms::from_hex;
use crate::domain::Timestamp;

/// Letters of a token; Mailgun's have 50.
const TOKEN: std::ops::RangeInclusive<usize> = 16..=100;

/// The HTTP webhook signing key of an account.
pub(super) struct MailgunKey(hmac::Key);

impl MailgunKey {
    pub(super) fn new(keys: &WebhookKeys<'_>) -> Result<Self, SetupError> {
        let secret = keys.signing_key()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        Ok(Self(key))
    }

    /// What a call says that bears a signature of late. The signature stands in the document: it has
    /// to be read to be proven, within the limit of a call.
    pub(super) fn proven(&self, body: &[u8], now: Timestamp) -> Result<Value, CallRefused> {
        let document = document(body).map_err(|_| CallRefused::Unproven)?;
        let field = |name: &str| text(&document, &format!("/signature/{name}"));
        let (time, token) = (field("timestamp"), field("token"));
        let given = from_hex(field("signature").as_bytes());
        let signed = format!("{time}{token}");
        let is_right =
            given.is_some_and(|given| hmac::verify(&self.0, signed.as_bytes(), &given).is_ok());
        let at = seconds(&document, "/signature/timestamp");
        let is_fresh = at.is_some_and(|at| is_fresh(at, now));
        match is_right && is_fresh && TOKEN.contains(&token.len()) {
            true => Ok(document),
            false => Err(CallRefused::Unproven),
        }
    }
}

pub(super) fn events(document: &Value) -> Vec<MailEvent> {
    event(document).into_iter().collect()
}

fn event(document: &Value) -> Option<MailEvent> {
    let event = document.get("event-data")?;
    let fate = fate(
        text(event, "/event"),
        text(event, "/severity"),
        text(event, "/reason"),
    )?;
    let code = event.pointer("/delivery-status/code");
    let code = code.and_then(Value::as_u64).unwrap_or_default();
    let message = text(event, "/delivery-status/message");
    let said = match message.is_empty() {
        true => text(event, "/delivery-status/description"),
        false => message,
    };
    Some(MailEvent {
        id: text(document, "/signature/token").to_owned(),
        names: names(&[text(event, "/message/headers/message-id")]),
        recipient: text(event, "/recipient").to_owned(),
        fate,
        status: status(text(event, "/delivery-status/enhanced-code")),
        said: format!("{code} {said}"),
        at: seconds(event, "/timestamp"),
    })
}

fn fate(word: &str, severity: &str, reason: &str) -> Option<MailFate> {
    Some(match (word, severity) {
        ("delivered", _) => MailFate::Delivered,
        ("failed", "temporary") => MailFate::Delayed,
        // Its own list of addresses that are left alone.
        ("failed", _) if reason.starts_with("suppress-") => MailFate::Refused,
        // It gave up after a day of trying.
        ("failed", _) if reason == "old" => MailFate::Bounced(Permanence::Transient),
        ("failed", _) => MailFate::Bounced(Permanence::Permanent),
        ("rejected", _) => MailFate::Refused,
        ("complained", _) => MailFate::Complained,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::channel::email::events::{MailService, MailWebhookSettings};
    use crate::channel::settings::Secret;

    /// By Python's `hmac`, over `1534108637` and the token.
    const GIVEN: &str = "2a75affe24846ead9e37e614a5e7643a04abf4d5b49b34d224ede9af23a00ccc";
    const TOKEN: &str = "651869375b9df3c98fc15c4889b102119add1235c38fc92824";

    fn told(time: &str, token: &str, given: &str, now: &str) -> Result<Value, CallRefused> {
        let settings = MailWebhookSettings {
            kind: Some(MailService::Mailgun),
            signing_key: Some(Secret::new("TEST_WEBHOOK_SIGNING_KEY".to_owned())),
            ..MailWebhookSettings::default()
        };
        let keys = settings.checked("relay", "").unwrap();
        let body = json!({
            "signature": { "timestamp": time, "token": token, "signature": given },
            "event-data": { "event": "failed", "severity": "permanent", "reason": "bounce",
                "recipient": "invalid@example.com", "timestamp": 1_534_110_422.389_832,
                "message": { "headers": { "message-id": "20180812.1@example.org" } },
                "delivery-status": { "code": 550, "message": "5.1.1 does not exist" } },
        });
        let key = MailgunKey::new(&keys).unwrap();
        key.proven(body.to_string().as_bytes(), Timestamp::parse(now).unwrap())
    }

    #[test]
    fn only_what_was_signed_of_late_is_read() {
        let now = "2018-08-12T21:20:00Z";
        let document = told("1534108637", TOKEN, GIVEN, now).unwrap();
        let event = events(&document).remove(0);
        assert_eq!(event.fate, MailFate::Bounced(Permanence::Permanent));
        assert_eq!(
            (event.id.as_str(), event.said.as_str()),
            (TOKEN, "550 5.1.1 does not exist")
        );
        assert_eq!(event.names, ["20180812.1@example.org"]);
        let (altered, other) = (GIVEN.replace('a', "b"), TOKEN.replace('6', "7"));
        for (time, token, given, now) in [
            ("1534108637", TOKEN, altered.as_str(), now),
            ("1534108638", TOKEN, GIVEN, now),
            ("1534108637", other.as_str(), GIVEN, now),
            ("1534108637", TOKEN, "", now),
            ("1534108637", TOKEN, GIVEN, "2018-08-20T21:20:00Z"),
            ("1534108637", TOKEN, GIVEN, "2018-08-12T20:00:00Z"),
        ] {
            let refused = told(time, token, given, now);
            assert_eq!(refused, Err(CallRefused::Unproven), "{time} {token} {now}");
        }
    }

    #[test]
    fn a_failure_is_what_its_severity_and_reason_say() {
        let failed = |severity, reason| fate("failed", severity, reason);
        assert_eq!(failed("temporary", "generic"), Some(MailFate::Delayed));
        assert_eq!(
            failed("permanent", "suppress-bounce"),
            Some(MailFate::Refused)
        );
        let gave_up = Some(MailFate::Bounced(Permanence::Transient));
        assert_eq!(failed("permanent", "old"), gave_up);
        for word in ["opened", "clicked", "unsubscribed", "accepted", ""] {
            assert_eq!(fate(word, "", ""), None, "{word}");
        }
    }
}
