//! Postmark's web hooks: one event, proven by the name and the password in the address (Postmark,
//! "Protecting your webhook").

use serde_json::Value;

use super::{names, text, time};
use crate::channel::callback::{MailEvent, MailFate, Permanence};
use crate::channel::email::marks::MARK;

pub(super) fn events(document: &Value) -> Vec<MailEvent> {
    event(document).into_iter().collect()
}

fn event(event: &Value) -> Option<MailEvent> {
    let kind = text(event, "/RecordType");
    let fate = fate(kind, text(event, "/Type"))?;
    let (recipient, at) = match kind {
        "Delivery" => ("/Recipient", "/DeliveredAt"),
        _ => ("/Email", "/BouncedAt"),
    };
    let own = text(event, "/MessageID");
    let number = event.pointer("/ID").and_then(Value::as_i64);
    Some(MailEvent {
        id: match number {
            Some(number) => number.to_string(),
            None => format!("{own}-{kind}-{}", text(event, at)),
        },
        names: names(&[text(event, &format!("/Metadata/{MARK}")), own]),
        recipient: text(event, recipient).to_owned(),
        fate,
        status: None,
        said: text(event, "/Details").to_owned(),
        at: time(event, at),
    })
}

fn fate(kind: &str, word: &str) -> Option<MailFate> {
    match kind {
        "Delivery" => Some(MailFate::Delivered),
        "SpamComplaint" => Some(MailFate::Complained),
        "Bounce" => bounce(word),
        _ => None,
    }
}

/// By Postmark's "Bounce types".
fn bounce(word: &str) -> Option<MailFate> {
    Some(match word {
        "HardBounce" | "BadEmailAddress" => MailFate::Bounced(Permanence::Permanent),
        "Transient" => MailFate::Delayed,
        "SoftBounce" | "DnsError" => MailFate::Bounced(Permanence::Transient),
        "Blocked"
        | "SpamNotification"
        | "VirusNotification"
        | "DMARCPolicy"
        | "SMTPApiError"
        | "ManuallyDeactivated" => MailFate::Refused,
        "SpamComplaint" => MailFate::Complained,
        // Programs that answer, and readers who take themselves off its list.
        "AutoResponder"
        | "AddressChange"
        | "ChallengeVerification"
        | "OpenRelayTest"
        | "Subscribe"
        | "Unsubscribe" => return None,
        _ => MailFate::Bounced(Permanence::Undetermined),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bounce_and_a_delivery_are_read() {
        let bounce = json!({ "RecordType": "Bounce", "ID": 901_542_550, "Type": "HardBounce",
            "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed", "Email": "bounce@example.com",
            "Details": "smtp;550 5.1.1 The email account does not exist.",
            "BouncedAt": "2016-04-27T16:28:50.3963933-04:00",
            "Metadata": { "araldo": "araldo-e7" } });
        let read = events(&bounce).remove(0);
        assert_eq!(read.id, "901542550");
        assert_eq!(
            read.names,
            ["araldo-e7", "2706ee8a-737c-4285-b032-ccd317af53ed"]
        );
        assert_eq!(read.fate, MailFate::Bounced(Permanence::Permanent));
        assert!(read.at.is_some());
        let delivery = json!({ "RecordType": "Delivery", "MessageID": "m-1",
            "Recipient": "a@b.it", "DeliveredAt": "2014-08-01T13:28:10.2735393-04:00" });
        let read = events(&delivery).remove(0);
        assert_eq!(
            (read.recipient.as_str(), read.fate),
            ("a@b.it", MailFate::Delivered)
        );
        assert!(read.id.starts_with("m-1-Delivery-2014"));
        for kind in ["Open", "Click", "SubscriptionChange", "Inbound", ""] {
            assert!(events(&json!({ "RecordType": kind })).is_empty(), "{kind}");
        }
        assert_eq!(super::bounce("AutoResponder"), None);
    }
}
