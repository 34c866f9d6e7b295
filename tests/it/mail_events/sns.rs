//! Amazon SES tells through SNS: `openssl` is the certificate and signs. Nothing is believed that is of
//! another topic, and nothing fetched but from the address in the settings.

use std::fmt::Write as _;

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ANNA, BARRED, EVENTS, RECEIPTS, made_by, post, told};
use crate::providers::service::{Service, say};
use crate::support::TestStore;

on_both_databases!(
    a_subscription_is_confirmed_for_our_topic_alone,
    what_amazon_signed_for_our_topic_is_believed,
);

const TOPIC: &str = "arn:aws:sns:eu-south-1:123456789012:mails";
const NAME: &str = "0102018f-0000-4000-8000-0123456789ab-000000";
const CERTIFICATE: &str = "/SimpleNotificationService-0123456789abcdef.pem";

/// SES and SNS, and the key of the certificate that lies there.
struct Amazon {
    service: Service,
    key: String,
    _folder: TempDir,
}

impl Amazon {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.pem").to_str().unwrap().to_owned();
        let arguments = [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=sns.amazonaws.com",
            "-keyout",
            &key,
        ];
        let pem = String::from_utf8(made_by("openssl", &arguments, b"")).unwrap();
        let service = Service::open(move |asked| match asked.target.as_str() {
            CERTIFICATE => say(200, &pem),
            "/v2/email/outbound-emails" => say(200, &json!({ "MessageId": NAME }).to_string()),
            target if target.starts_with("/?Action=ConfirmSubscription") => say(200, "<x/>"),
            _ => say(404, ""),
        });
        Self {
            service: service.await,
            key,
            _folder: folder,
        }
    }

    fn provider(&self) -> String {
        format!(
            "[provider.carrier]\nkind = \"ses\"\nregion = \"eu-south-1\"\nkey_id = \"AKIDEXAMPLE\"\n\
             secret = \"s\"\nfrom = \"avvisi@example.it\"\ntopic = \"{TOPIC}\"\n\
             base_url = \"{url}\"\nsns_url = \"{url}\"\n",
            url = self.service.url
        )
    }

    /// A message as SNS posts it, signed over the fields in the order of the documentation.
    fn message(&self, mut message: Value, version: &str) -> Value {
        let names: &[&str] = match message["Type"].as_str().unwrap() {
            "Notification" => &[
                "Message",
                "MessageId",
                "Subject",
                "Timestamp",
                "TopicArn",
                "Type",
            ],
            _ => &[
                "Message",
                "MessageId",
                "SubscribeURL",
                "Timestamp",
                "Token",
                "TopicArn",
                "Type",
            ],
        };
        let mut text = String::new();
        for name in names {
            if let Some(value) = message[*name].as_str() {
                writeln!(text, "{name}\n{value}").unwrap();
            }
        }
        let hash = if version == "1" { "-sha1" } else { "-sha256" };
        let made = made_by(
            "openssl",
            &["dgst", hash, "-sign", &self.key],
            text.as_bytes(),
        );
        message["Signature"] = json!(STANDARD.encode(made));
        message["SignatureVersion"] = json!(version);
        message["SigningCertURL"] = json!(format!("{}{CERTIFICATE}", self.service.url));
        message
    }

    fn confirmations(&self) -> usize {
        let asked = self.service.asked();
        let is_one = |target: &str| target.starts_with("/?Action=ConfirmSubscription");
        asked.iter().filter(|asked| is_one(&asked.target)).count()
    }
}

fn now() -> String {
    SystemClock.now().to_string()
}

fn confirmation(url: &str, topic: &str) -> Value {
    json!({ "Type": "SubscriptionConfirmation", "MessageId": "m-0", "Token": "t0",
        "TopicArn": topic, "Timestamp": now(), "Message": "You have chosen to subscribe.",
        "SubscribeURL": format!("{url}/?Action=ConfirmSubscription&TopicArn={topic}&Token=t0") })
}

fn notification(id: &str, event: &Value) -> Value {
    json!({ "Type": "Notification", "MessageId": id, "TopicArn": TOPIC, "Timestamp": now(),
        "Subject": "Amazon SES Email Event Notification", "Message": event.to_string() })
}

async fn a_subscription_is_confirmed_for_our_topic_alone(store: TestStore) {
    let amazon = Amazon::open().await;
    let (node, _) = told(store, &amazon.provider()).await;
    let url = &amazon.service.url;
    let other = "arn:aws:sns:eu-south-1:999999999999:theirs";
    let of_other = amazon.message(confirmation(url, other), "1");
    assert_eq!(post(&node, &[], of_other.to_string()).await, 404);
    let right = amazon.message(confirmation(url, TOPIC), "1");
    let mut altered = right.clone();
    altered["SubscribeURL"] = json!(format!(
        "{url}/?Action=ConfirmSubscription&TopicArn={other}"
    ));
    assert_eq!(post(&node, &[], altered.to_string()).await, 404);
    let elsewhere = amazon.message(confirmation("http://127.0.0.1:9", TOPIC), "1");
    assert_eq!(post(&node, &[], elsewhere.to_string()).await, 400);
    assert_eq!(amazon.confirmations(), 0);
    assert_eq!(post(&node, &[], right.to_string()).await, 200);
    assert_eq!(amazon.confirmations(), 1);
    node.sums_close().await;
}

async fn what_amazon_signed_for_our_topic_is_believed(store: TestStore) {
    let amazon = Amazon::open().await;
    let (node, reference) = told(store, &amazon.provider()).await;
    let mail = json!({ "messageId": NAME, "source": "avvisi@example.it", "destination": [ANNA],
        "timestamp": now(), "commonHeaders": { "messageId": format!("<{reference}@example.it>") } });
    let delivery = json!({ "eventType": "Delivery", "mail": mail,
        "delivery": { "timestamp": now(), "recipients": [ANNA], "smtpResponse": "250 ok" } });
    let right = amazon.message(notification("m-1", &delivery), "2");
    let forged = |field: &str, value: Value| {
        let mut forged = right.clone();
        forged[field] = value;
        forged.to_string()
    };
    let strange = format!("{}/evil.pem", amazon.service.url);
    for call in [
        forged(
            "Message",
            json!(delivery.to_string().replace("Delivery", "Bounce")),
        ),
        forged(
            "TopicArn",
            json!("arn:aws:sns:eu-south-1:999999999999:theirs"),
        ),
        forged("SignatureVersion", json!("1")),
        forged(
            "SigningCertURL",
            json!("https://bucket.s3.amazonaws.com/SimpleNotificationService-1.pem"),
        ),
        forged("SigningCertURL", json!(strange)),
        forged("Timestamp", json!("2020-01-01T00:00:00.000Z")),
    ] {
        assert_eq!(post(&node, &[], call).await, 404);
    }
    assert_eq!(node.eye.number(EVENTS).await, 0);
    for _ in 0..2 {
        assert_eq!(post(&node, &[], right.to_string()).await, 200);
    }
    node.until_states("A", &["delivered"]).await;
    assert_eq!(node.eye.number(RECEIPTS).await, 1);
    let fetched = amazon.service.asked();
    let fetched = fetched
        .iter()
        .filter(|asked| asked.target == CERTIFICATE)
        .count();
    assert_eq!(fetched, 1, "the certificate is kept");
    // The older notifications, without headers: by SES's own name. And what its topic says of itself.
    let bare = json!({ "messageId": NAME, "source": "avvisi@example.it", "timestamp": now() });
    let complaint = json!({ "notificationType": "Complaint", "mail": bare, "complaint": {
        "timestamp": now(), "complainedRecipients": [{ "emailAddress": ANNA }] } });
    let told = amazon.message(notification("m-2", &complaint), "1");
    assert_eq!(post(&node, &[], told.to_string()).await, 200);
    node.eye.until(BARRED, 1).await;
    let mut sentence = notification("m-3", &json!({}));
    sentence["Message"] =
        json!("Successfully validated SNS topic for Amazon SES event publishing.");
    let sentence = amazon.message(sentence, "2");
    assert_eq!(post(&node, &[], sentence.to_string()).await, 200);
    assert_eq!(node.eye.number(EVENTS).await, 2);
    node.sums_close().await;
}
