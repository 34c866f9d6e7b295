//! SendGrid's event web hook (twilio.com/docs/sendgrid, "Event Webhook Security Features"): a list of
//! events, signed with ECDSA over the time and the bytes of the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

use super::settings::WebhookKeys;
use super::{document, each, is_fresh, names, seconds, status, text};
use crate::channel::callback::{CallRefused, MailEvent, MailFate, Permanence, ProviderCall};
use crate::channel::email::marks::MARK;
use crate::channel::settings::SetupError;
use crate::domain::Timestamp;

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIME: &str = "x-twilio-email-event-webhook-timestamp";
/// What stands before the point of a P-256 key in DER (RFC 5480 §2).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Bytes of a point that is written whole.
const POINT: usize = 65;

/// The verification key of one web hook.
pub(super) struct SendgridKey(UnparsedPublicKey<Vec<u8>>);

impl SendgridKey {
    pub(super) fn new(keys: &WebhookKeys<'_>) -> Result<Self, SetupError> {
        let decoded = STANDARD.decode(keys.key().trim()).unwrap_or_default();
        let point = decoded.strip_prefix(&P256);
        let point = point.filter(|point| point.len() == POINT);
        let point = point.ok_or_else(|| {
            let wanted = "is the verification key of the event web hook, as SendGrid shows it: it \
                          begins with MFkwEwYHKoZIzj0";
            keys.fault("key", wanted)
        })?;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.to_vec());
        Ok(Self(key))
    }

    /// What a call says that SendGrid signed of late.
    pub(super) fn proven(
        &self,
        call: &ProviderCall<'_>,
        now: Timestamp,
    ) -> Result<Value, CallRefused> {
        let header =
            |name: &'static str| call.headers.get(name).and_then(|value| value.to_str().ok());
        let (given, time) = (header(SIGNATURE), header(TIME));
        let (given, time) = given.zip(time).ok_or(CallRefused::Unproven)?;
        let given = STANDARD.decode(given.trim());
        let given = given.map_err(|_| CallRefused::Unproven)?;
        let signed = [time.as_bytes(), call.body].concat();
        let is_right = self.0.verify(&signed, &given).is_ok();
        let at: Option<i64> = time.parse().ok();
        let at = at.and_then(|seconds| seconds.checked_mul(1_000_000));
        let is_fresh = at.is_some_and(|micros| is_fresh(Timestamp::from_micros(micros), now));
        match is_right && is_fresh {
            true => document(call.body),
            false => Err(CallRefused::Unproven),
        }
    }
}

pub(super) fn events(document: &Value) -> Vec<MailEvent> {
    each(document).iter().filter_map(event).collect()
}

fn event(event: &Value) -> Option<MailEvent> {
    let word = text(event, "/event");
    let fate = fate(word, text(event, "/type"))?;
    let (said, at) = (text(event, "/reason"), seconds(event, "/timestamp"));
    Some(MailEvent {
        id: match text(event, "/sg_event_id") {
            "" => {
                let micros = at.map(Timestamp::as_micros).unwrap_or_default();
                format!("{}-{word}-{micros}", text(event, "/sg_message_id"))
            }
            id => id.to_owned(),
        },
        names: names(&[
            text(event, &format!("/{MARK}")),
            text(event, "/smtp-id"),
            text(event, "/sg_message_id"),
        ]),
        recipient: text(event, "/email").to_owned(),
        fate,
        status: status(text(event, "/status")),
        said: match said.is_empty() {
            true => text(event, "/response").to_owned(),
            false => said.to_owned(),
        },
        at,
    })
}

fn fate(word: &str, kind: &str) -> Option<MailFate> {
    Some(match (word, kind) {
        ("delivered", _) => MailFate::Delivered,
        ("deferred", _) => MailFate::Delayed,
        // Refused for now, or for what it is: the words of the server say which.
        ("bounce", "blocked") | ("blocked", _) => MailFate::Bounced(Permanence::Transient),
        ("bounce", _) => MailFate::Bounced(Permanence::Permanent),
        ("dropped", _) => MailFate::Refused,
        ("spamreport", _) => MailFate::Complained,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::channel::email::events::{MailService, MailWebhookSettings};

    const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1\
                       flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    const GIVEN: &str = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAb\
                         PIqHh89M15TluLtEZtM=";
    const SIGNED_AT: &str = "1600112502";
    const BODY: &str = concat!(
        r#"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#,
        r#""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#,
        r#""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#,
        r#""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","#,
        r#""timestamp":1600112492}]"#,
        "\r\n"
    );

    fn key(text: &str) -> Result<SendgridKey, SetupError> {
        let settings = MailWebhookSettings {
            kind: Some(MailService::Sendgrid),
            key: Some(text.to_owned()),
            ..MailWebhookSettings::default()
        };
        SendgridKey::new(&settings.checked("relay", "webhook.")?)
    }

    fn told(given: &str, time: &str, body: &str, now: &str) -> Result<Value, CallRefused> {
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, given.parse().unwrap());
        headers.insert(TIME, time.parse().unwrap());
        let call = ProviderCall {
            target: "",
            query: "",
            key: "events",
            headers: &headers,
            body: body.as_bytes(),
        };
        key(KEY)
            .unwrap()
            .proven(&call, Timestamp::parse(now).unwrap())
    }

    #[test]
    fn the_published_vector_is_right_and_nothing_else() {
        let now = "2020-09-14T20:00:00Z";
        let document = told(GIVEN, SIGNED_AT, BODY, now).unwrap();
        let event = events(&document).remove(0);
        assert_eq!(
            (event.fate, event.recipient.as_str()),
            (MailFate::Refused, "hello@world.com")
        );
        assert_eq!(
            event.names[0],
            "LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net"
        );
        let other = BODY.replace("hello@world.com", "other@world.com");
        for (given, time, body, now) in [
            (GIVEN, SIGNED_AT, other.as_str(), now),
            (GIVEN, SIGNED_AT, BODY.trim_end(), now),
            (GIVEN, "1600112503", BODY, now),
            ("AAAA", SIGNED_AT, BODY, now),
            ("", SIGNED_AT, BODY, now),
            (GIVEN, SIGNED_AT, BODY, "2020-09-17T20:00:00Z"),
        ] {
            let refused = told(given, time, body, now);
            assert_eq!(refused, Err(CallRefused::Unproven), "{time} {now}");
        }
    }

    #[test]
    fn a_key_of_another_form_is_refused() {
        for wrong in [
            "",
            "MFkw",
            "not base64",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            let said = key(wrong).err().unwrap().to_string();
            assert!(said.contains("`webhook.key`"), "{said}");
        }
    }

    #[test]
    fn what_their_own_tracking_says_means_nothing() {
        for word in [
            "open",
            "click",
            "unsubscribe",
            "group_unsubscribe",
            "processed",
            "news",
            "",
        ] {
            assert_eq!(fate(word, ""), None, "{word}");
        }
        let bounced = |kind| fate("bounce", kind);
        assert_eq!(
            bounced("bounce"),
            Some(MailFate::Bounced(Permanence::Permanent))
        );
        assert_eq!(
            bounced("blocked"),
            Some(MailFate::Bounced(Permanence::Transient))
        );
    }
}
