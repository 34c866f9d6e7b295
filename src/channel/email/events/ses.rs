//! What Amazon SES publishes (SES guide, "Event data" and "Notification contents"), both as events and as
//! the older notifications. Our mails have one recipient each.

use serde_json::Value;

use super::{names, status, text, time};
use crate::channel::callback::{MailEvent, MailFate, Permanence};

/// Their own lists of addresses that are left alone.
const ON_A_LIST: [&str; 3] = [
    "Suppressed",
    "OnAccountSuppressionList",
    "OnTenantSuppressionList",
];

/// `id`: of the message that brought it.
pub(super) fn event(document: &Value, id: &str) -> Option<MailEvent> {
    let word = match text(document, "/eventType") {
        "" => text(document, "/notificationType"),
        word => word,
    };
    let part = match word {
        "Bounce" => "/bounce",
        "Complaint" => "/complaint",
        "Delivery" => "/delivery",
        "DeliveryDelay" => "/deliveryDelay",
        "Reject" => "/reject",
        _ => return None,
    };
    let part = document.pointer(part)?;
    let fate = fate(word, part)?;
    let (recipient, said) = whom(part);
    Some(MailEvent {
        id: id.to_owned(),
        names: names(&[
            text(document, "/mail/commonHeaders/messageId"),
            header(document, "Message-ID"),
            text(document, "/mail/source"),
            text(document, "/mail/messageId"),
        ]),
        recipient: bare(match recipient {
            "" => text(document, "/mail/destination/0"),
            some => some,
        }),
        fate,
        status: status(part_of_first(part, "status")),
        said: said.to_owned(),
        at: time(part, "/timestamp").or_else(|| time(document, "/mail/timestamp")),
    })
}

fn fate(word: &str, part: &Value) -> Option<MailFate> {
    let kind = text(part, "/bounceSubType");
    Some(match word {
        "Delivery" => MailFate::Delivered,
        "DeliveryDelay" => MailFate::Delayed,
        "Bounce" if ON_A_LIST.contains(&kind) => MailFate::Refused,
        "Bounce" => MailFate::Bounced(match text(part, "/bounceType") {
            "Permanent" => Permanence::Permanent,
            "Transient" => Permanence::Transient,
            _ => Permanence::Undetermined,
        }),
        "Complaint" if ON_A_LIST.contains(&text(part, "/complaintSubType")) => MailFate::Refused,
        // The reader took the mail out of the folder for junk.
        "Complaint" if text(part, "/complaintFeedbackType") == "not-spam" => return None,
        "Complaint" => MailFate::Complained,
        _ => MailFate::Refused,
    })
}

/// The one recipient, and what their server said.
fn whom(part: &Value) -> (&str, &str) {
    let named = part_of_first(part, "emailAddress");
    let recipient = match named {
        "" => text(part, "/recipients/0"),
        named => named,
    };
    let said = part_of_first(part, "diagnosticCode");
    match said {
        "" => (recipient, text(part, "/smtpResponse")),
        said => (recipient, said),
    }
}

fn part_of_first<'a>(part: &'a Value, field: &str) -> &'a str {
    let lists = [
        "bouncedRecipients",
        "complainedRecipients",
        "delayedRecipients",
    ];
    let mut found = lists
        .iter()
        .map(|list| text(part, &format!("/{list}/0/{field}")));
    found.find(|text| !text.is_empty()).unwrap_or_default()
}

/// The address of `Name <address>`.
fn bare(text: &str) -> String {
    let inside = text.rsplit_once('<').map_or(text, |(_, inside)| inside);
    inside.trim_end_matches('>').to_owned()
}

fn header<'a>(document: &'a Value, name: &str) -> &'a str {
    let headers = document.pointer("/mail/headers").and_then(Value::as_array);
    let mut headers = headers.into_iter().flatten();
    let found = headers.find(|header| text(header, "/name").eq_ignore_ascii_case(name));
    found.map_or("", |header| text(header, "/value"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_and_the_older_notifications_are_read() {
        let mail = json!({ "messageId": "0102-x", "source": "rimbalzi+t@example.it",
            "timestamp": "2026-11-22T09:59:00.000Z", "destination": ["maria@posta.example"],
            "headers": [{ "name": "Message-Id", "value": "<araldo-e7@example.it>" }] });
        let bounce = json!({ "eventType": "Bounce", "mail": mail, "bounce": {
            "bounceType": "Permanent", "bounceSubType": "General",
            "timestamp": "2026-11-22T10:00:00.000Z",
            "bouncedRecipients": [{ "emailAddress": "Maria <maria@posta.example>",
                "action": "failed", "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown" }] } });
        let read = event(&bounce, "sns-1").unwrap();
        assert_eq!(read.fate, MailFate::Bounced(Permanence::Permanent));
        assert_eq!(read.recipient, "maria@posta.example");
        assert_eq!(read.status.as_deref(), Some("5.1.1"));
        let names = ["araldo-e7@example.it", "rimbalzi+t@example.it", "0102-x"];
        assert_eq!(read.names, names);
        let delivery = json!({ "notificationType": "Delivery", "mail": mail,
            "delivery": { "recipients": ["maria@posta.example"], "smtpResponse": "250 ok",
                "timestamp": "2026-11-22T10:00:00.000Z" } });
        assert_eq!(event(&delivery, "sns-2").unwrap().fate, MailFate::Delivered);
        let fate = |word: &str, part: Value| fate(word, &part);
        let listed = json!({ "bounceType": "Permanent", "bounceSubType": "Suppressed" });
        assert_eq!(fate("Bounce", listed), Some(MailFate::Refused));
        let saved = json!({ "complaintFeedbackType": "not-spam" });
        assert_eq!(fate("Complaint", saved), None);
        for word in [
            "Open",
            "Click",
            "Send",
            "Subscription",
            "Rendering Failure",
            "",
        ] {
            assert_eq!(event(&json!({ "eventType": word }), "x"), None, "{word}");
        }
    }
}
