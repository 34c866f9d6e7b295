//! What gateways call back over HTTP reaches the message it is about, whoever repeats, reorders or forges
//! it; and what clients write to them is heard. A whole node, with services that behave as the gateways'.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::json;

use crate::providers::service::{Asked, Service, say};
use crate::providers::twilio::ACCOUNT;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    a_report_by_the_gateways_own_name_moves_its_message,
    a_report_by_our_name_moves_its_message,
    a_signed_report_moves_its_message_and_a_forged_one_nothing,
    a_stop_that_twilio_brings_is_obeyed,
    what_vonage_brings_is_taken_with_its_signature_only,
);

const ANNA: &str = "+390000000571";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const TOKEN: &str = "t0ken";

const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
const LATE_BOUNCES: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE late_bounce";
const STOPPED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";

/// A node that sends by one provider, a client, and a message that the provider took.
async fn told(store: TestStore, settings: &str, service: &Service) -> (Node, Asked) {
    let settings = format!("[channels]\nemail = []\nsms = [\"carrier\"]\n{settings}");
    let node = Node::start(store, &settings).await;
    node.client("A", &[ANNA], json!({})).await;
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node.until_states("A", &["accepted"]).await;
    let asked = service.asked();
    (node, asked.last().expect("an SMS").clone())
}

fn hook(node: &Node, rest: &str) -> String {
    format!("http://{}/hooks/{rest}", node.address())
}

async fn a_report_by_the_gateways_own_name_moves_its_message(store: TestStore) {
    let service = Service::open(|_| say(201, r#"{"messageId":"g-77"}"#)).await;
    let settings = format!(
        r#"
        [provider.carrier]
        kind = "http"
        url = "{}/send"
        body = '{{"to":"{{{{ to }}}}","text":{{{{ text | tojson }}}},"ref":"{{{{ reference }}}}"}}'
        reference = "/messageId"
        receipts = {{ id = "/id", state = "/status", secret = "{SECRET}", map = {{ delivered = ["OK"], undelivered = ["KO"] }} }}
        "#,
        service.url
    );
    let (node, asked) = told(store, &settings, &service).await;
    assert_eq!(asked.json()["to"], ANNA);
    let right = hook(&node, &format!("carrier/{SECRET}"));
    let report = |id, status| [("id", id), ("status", status)];
    let elsewhere = SECRET.replace('0', "1");
    for forged in [
        hook(&node, &format!("carrier/{elsewhere}")),
        hook(&node, &format!("nobody/{SECRET}")),
        hook(&node, &format!("sandbox-sms/{SECRET}")),
    ] {
        let refused = node.submit(&forged, &report("g-77", "OK")).await;
        assert_eq!(
            (refused.status, refused.text.as_str()),
            (404, ""),
            "{forged}"
        );
    }
    let unknown = node.submit(&right, &report("g-78", "OK")).await;
    assert_eq!(
        unknown.status, 404,
        "it may be about an answer that is on its way"
    );
    let step = node.submit(&right, &report("g-77", "SENT")).await;
    assert_eq!(step.status, 200);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    for status in ["OK", "KO", "OK", "KO"] {
        let taken = node.submit(&right, &report("g-77", status)).await;
        assert_eq!(taken.status, 200, "{taken:?}");
    }
    node.until_states("A", &["delivered"]).await;
    assert_eq!(
        node.eye.number(RECEIPTS).await,
        2,
        "a repeat is no other report"
    );
    assert_eq!(node.eye.number(LATE_BOUNCES).await, 1);
    node.sums_close().await;
}

async fn a_report_by_our_name_moves_its_message(store: TestStore) {
    let service = Service::open(|asked| match asked.target.as_str() {
        "/API/v1.0/REST/token" => say(200, "KEY1;TOKEN1"),
        _ => say(
            201,
            r#"{"result":"OK","internal_order_id":7,"total_sent":1}"#,
        ),
    })
    .await;
    let settings = format!(
        "[provider.carrier]\nkind = \"commify\"\nbase_url = \"{}\"\nusername = \"u\"\n\
         password = \"p\"\nmessage_type = \"GP\"\nreceipt_secret = \"{SECRET}\"\n",
        service.url
    );
    let (node, asked) = told(store, &settings, &service).await;
    let order = asked.json()["order_id"].as_str().unwrap().to_owned();
    let report = async |order: &str, status: &str| {
        let rest = format!("carrier/{SECRET}?order_id={order}&status={status}&recipient=x");
        node.visit(&hook(&node, &rest)).await.status
    };
    for unknown in ["araldo-s1", "araldo-s", "other-order"] {
        assert_eq!(report(unknown, "DLVRD").await, 404, "{unknown}");
    }
    assert_eq!(report(&order, "DLVRD").await, 200);
    assert_eq!(
        report(&order, "WAIT4DLVR").await,
        200,
        "the first comes last"
    );
    assert_eq!(report(&order, "DLVRD").await, 200);
    node.until_states("A", &["delivered"]).await;
    assert_eq!(node.eye.number(RECEIPTS).await, 2);
    node.sums_close().await;
}

fn twilio(service: &Service) -> String {
    format!(
        "[provider.carrier]\nkind = \"twilio\"\naccount = \"{ACCOUNT}\"\ntoken = \"{TOKEN}\"\n\
         from = \"+390000000001\"\nbase_url = \"{}\"\n",
        service.url
    )
}

async fn twilio_desk() -> Service {
    Service::open(|_| say(201, r#"{"sid":"SM0123456789abcdef0123456789abcdef"}"#)).await
}

/// As Twilio signs: the address, then each field's name and value, in order.
fn signature(token: &str, url: &str, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    let mut signed = url.to_owned();
    for (name, value) in fields {
        signed.push_str(name);
        signed.push_str(value);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
}

async fn call(url: &str, signature: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(url).header("X-Twilio-Signature", signature);
    let answer = request.form(fields).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn a_signed_report_moves_its_message_and_a_forged_one_nothing(store: TestStore) {
    let service = twilio_desk().await;
    let (node, asked) = told(store, &twilio(&service), &service).await;
    let url = asked.field("StatusCallback");
    assert!(url.starts_with(&hook(&node, "carrier/")), "{url}");
    let fields = |status| {
        [
            ("AccountSid", ACCOUNT),
            ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
            ("MessageStatus", status),
            ("To", ANNA),
        ]
    };
    let delivered = fields("delivered");
    let right = signature(TOKEN, &url, &delivered);
    let nothing = (404, String::new());
    for (forged, fields) in [
        ("", &delivered),
        (signature("other", &url, &delivered).as_str(), &delivered),
        (right.as_str(), &fields("failed")),
    ] {
        assert_eq!(call(&url, forged, fields).await, nothing);
    }
    let moved = format!("{url}A");
    let signed = signature(TOKEN, &moved, &delivered);
    assert_eq!(
        call(&moved, &signed, &delivered).await,
        nothing,
        "no token of ours"
    );
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    for status in ["delivered", "sent", "delivered"] {
        let fields = fields(status);
        let signed = signature(TOKEN, &url, &fields);
        assert_eq!(call(&url, &signed, &fields).await.0, 200);
    }
    node.until_states("A", &["delivered"]).await;
    assert_eq!(node.eye.number(RECEIPTS).await, 2);
    node.sums_close().await;
}

async fn a_stop_that_twilio_brings_is_obeyed(store: TestStore) {
    let service = twilio_desk().await;
    let (node, _) = told(store, &twilio(&service), &service).await;
    let url = hook(&node, "carrier/reply");
    let stop = [
        ("AccountSid", ACCOUNT),
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("From", ANNA),
        ("Body", "STOP"),
    ];
    let forged = call(&url, &signature("other", &url, &stop), &stop).await;
    assert_eq!(forged.0, 404);
    assert_eq!(node.eye.number(STOPPED).await, 0);
    let signed = signature(TOKEN, &url, &stop);
    for _ in 0..2 {
        // Twilio would send the client what is said here.
        assert_eq!(call(&url, &signed, &stop).await, (200, String::new()));
    }
    assert_eq!(node.eye.number(STOPPED).await, 1);
    let said = until(async || {
        let asked = service.asked();
        let found = asked
            .iter()
            .filter(|asked| !asked.field("Body").is_empty())
            .count();
        (found >= 2).then_some(found).ok_or(format!("{found} SMS"))
    })
    .await;
    assert_eq!(said, 2, "the notice, and one confirmation of the STOP");
    node.sums_close().await;
}

/// As Vonage signs: the fields in order, each with what parts it, in capital digits.
fn vonage_signed<'a>(secret: &str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let mut signed = String::new();
    for (name, value) in sorted {
        for part in ["&", name, "=", &value.replace(['&', '='], "_")] {
            signed.push_str(part);
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, signed.as_bytes());
    let digits = tag.as_ref().iter().map(|byte| format!("{byte:02X}"));
    let own = fields
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    own.chain([("sig", digits.collect())]).collect()
}

async fn what_vonage_brings_is_taken_with_its_signature_only(store: TestStore) {
    let service =
        Service::open(|_| say(200, r#"{"messages":[{"status":"0","message-id":"0A1"}]}"#));
    let service = service.await;
    let settings = format!(
        "[provider.carrier]\nkind = \"vonage\"\nkey = \"k\"\nsecret = \"x\"\n\
         signature_secret = \"s1gn\"\nfrom = \"+390000000001\"\nbase_url = \"{}\"\n",
        service.url
    );
    let (node, asked) = told(store, &settings, &service).await;
    let post = async |url: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        node.submit(url, &fields).await.status
    };
    let report = asked.field("callback");
    let delivered = [
        ("messageId", "0A1"),
        ("status", "delivered"),
        ("err-code", "0"),
    ];
    assert_eq!(post(&report, vonage_signed("other", &delivered)).await, 404);
    assert_eq!(node.eye.number(RECEIPTS).await, 0);
    assert_eq!(post(&report, vonage_signed("s1gn", &delivered)).await, 200);
    node.until_states("A", &["delivered"]).await;
    let stop = [
        ("messageId", "0B1"),
        ("msisdn", &ANNA[1..]),
        ("text", "Stop!"),
    ];
    let replies = hook(&node, "carrier/reply");
    assert_eq!(post(&replies, vonage_signed("other", &stop)).await, 404);
    assert_eq!(node.eye.number(STOPPED).await, 0);
    for _ in 0..2 {
        assert_eq!(post(&replies, vonage_signed("s1gn", &stop)).await, 200);
    }
    assert_eq!(node.eye.number(STOPPED).await, 1);
    node.sums_close().await;
}
