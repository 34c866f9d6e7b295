//! Brevo's web hooks for transactional mails: one event, or a list of them, proven by the name and the
//! password in the address (Brevo, "Secure webhook calls").

use serde_json::Value;

use super::{each, names, text};
use crate::channel::callback::{MailEvent, MailFate, Permanence};
use crate::domain::Timestamp;

/// Larger than any number of seconds: it counts thousandths.
const MILLIS: i64 = 100_000_000_000;

pub(super) fn events(document: &Value) -> Vec<MailEvent> {
    each(document).iter().filter_map(event).collect()
}

fn event(event: &Value) -> Option<MailEvent> {
    let word = text(event, "/event");
    let fate = fate(word)?;
    let own = text(event, "/message-id");
    let at = at(event);
    let micros = at.map(Timestamp::as_micros).unwrap_or_default();
    Some(MailEvent {
        // It has none of its own.
        id: format!("{own}-{word}-{micros}"),
        names: names(&[text(event, "/X-Mailin-custom"), own]),
        recipient: text(event, "/email").to_owned(),
        fate,
        status: None,
        said: text(event, "/reason").to_owned(),
        at,
    })
}

/// `ts_epoch` alone is of no time zone.
fn at(event: &Value) -> Option<Timestamp> {
    let number = event.pointer("/ts_epoch").and_then(Value::as_i64)?;
    let unit = if number > MILLIS { 1_000 } else { 1_000_000 };
    number.checked_mul(unit).map(Timestamp::from_micros)
}

fn fate(word: &str) -> Option<MailFate> {
    Some(match word {
        "delivered" => MailFate::Delivered,
        "deferred" => MailFate::Delayed,
        "hard_bounce" | "invalid_email" => MailFate::Bounced(Permanence::Permanent),
        "soft_bounce" => MailFate::Bounced(Permanence::Transient),
        "error" => MailFate::Bounced(Permanence::Undetermined),
        "blocked" => MailFate::Refused,
        "spam" | "complaint" => MailFate::Complained,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_event_or_a_list_is_read() {
        let bounce = json!({ "event": "hard_bounce", "email": "nobody@example.com",
            "ts_epoch": 1_520_363_423_000_i64, "ts": 1_520_331_023,
            "message-id": "<201803011158.9876543210@smtp-relay.mailin.fr>",
            "reason": " RecipientError: 550 5.5.0 Requested action not taken: mailbox unavailable.",
            "X-Mailin-custom": "araldo-e7" });
        let read = events(&bounce).remove(0);
        assert_eq!(read.fate, MailFate::Bounced(Permanence::Permanent));
        assert_eq!(
            read.names,
            ["araldo-e7", "201803011158.9876543210@smtp-relay.mailin.fr"]
        );
        let at = Timestamp::parse("2018-03-06T19:10:23Z").unwrap();
        assert_eq!(read.at, Some(at));
        let list = json!([bounce, { "event": "unique_opened" }, { "event": "click" }, 7]);
        assert_eq!(events(&list).len(), 1);
    }
}
