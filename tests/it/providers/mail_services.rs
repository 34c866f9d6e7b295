//! Amazon SES, Mailgun and Brevo are asked as their documentation says, with the mail that SMTP would carry
//! where they take one, and what they answer means what it should, on good days and bad ones.

use araldo::channel::{Accepted, SendError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;

use super::service::{Asked, PATIENT, Says, Service, say};
use super::{Running, build, context, mail, sms, try_build};

const TO: &str = "maria@posta.example";
const SES: &str = r#"{"MessageId":"0102018f-0000-4000-8000-0123456789ab-000000"}"#;
const MAILGUN: &str = r#"{"id":"<m-42@example.it>","message":"Queued. Thank you."}"#;
const BREVO: &str = r#"{"messageId":"<202611221000.1@smtp-relay.mailin.fr>"}"#;

fn settings(kind: &str, url: &str) -> String {
    let own = match kind {
        "ses" => "region = \"eu-south-1\"\nkey_id = \"AKIDEXAMPLE\"\nsecret = \"s3cret\"",
        "mailgun" => "domain = \"mg.example.it\"\nkey = \"s3cret\"",
        _ => "key = \"s3cret\"",
    };
    format!(
        "kind = \"{kind}\"\n{own}\nfrom = \"Araldo <avvisi@example.it>\"\nbase_url = \"{url}\"\n\
         timeout = \"{PATIENT}\"\n"
    )
}

async fn sent(kind: &str, says: Says) -> (Result<Accepted, SendError>, Asked) {
    let running = Running::new();
    let patience = says.patience();
    let service = Service::open(move |_| says.clone()).await;
    let context = context(&running, "https://araldo.example", None);
    let settings = settings(kind, &service.url).replace(PATIENT, patience);
    let verdict = build(&context, &settings).send(&mail(TO)).await;
    let mut asked = service.asked();
    assert_eq!(asked.len(), 1, "one attempt is one request");
    (verdict, asked.remove(0))
}

async fn refused(kind: &str, says: Says) -> SendError {
    let (verdict, _) = sent(kind, says).await;
    let error = verdict.unwrap_err();
    assert!(!error.to_string().contains(TO), "{error}");
    error
}

/// What SMTP would have carried, by a parser that is not ours.
fn is_our_mail(raw: &[u8]) {
    assert!(raw.is_ascii());
    let mail = MessageParser::default().parse(raw).unwrap();
    assert_eq!(mail.message_id(), Some("m-42@example.it"));
    assert_eq!(mail.subject(), Some("La sua pratica è andata avanti"));
    let header = |name: &'static str| mail.header_raw(name).unwrap_or_default().trim().to_owned();
    assert_eq!(header("List-Unsubscribe"), "<https://a.example/u/abc>");
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(mail.body_text(0).unwrap().contains("perché no € – così"));
}

#[tokio::test]
async fn ses_is_given_the_written_mail_in_a_signed_request() {
    let (accepted, asked) = sent("ses", say(200, SES)).await;
    let name = accepted.unwrap().provider_ref.unwrap();
    assert!(name.starts_with("0102018f"), "{name}");
    assert_eq!(asked.target, "/v2/email/outbound-emails");
    assert_eq!(asked.header("x-amz-date"), "20261122T100000Z");
    let signed = asked.header("authorization");
    let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-south-1/ses/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature=";
    let tag = signed.strip_prefix(scope).unwrap();
    assert_eq!(tag.len(), 64, "{tag}");
    let document = asked.json();
    assert_eq!(document["Destination"]["ToAddresses"][0], TO);
    let raw = document["Content"]["Raw"]["Data"].as_str().unwrap();
    is_our_mail(&STANDARD.decode(raw).unwrap());
}

#[tokio::test]
async fn mailgun_is_given_the_written_mail_in_a_form_and_told_to_measure_nothing() {
    let (accepted, asked) = sent("mailgun", say(200, MAILGUN)).await;
    let name = accepted.unwrap().provider_ref;
    assert_eq!(name.as_deref(), Some("m-42@example.it"));
    assert_eq!(asked.target, "/v3/mg.example.it/messages.mime");
    let basic = format!("Basic {}", STANDARD.encode("api:s3cret"));
    assert_eq!(asked.header("authorization"), basic);
    let kind = asked.header("content-type");
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let parts: Vec<&str> = asked.body.split(&format!("--{boundary}")).collect();
    let value = |name: &str| {
        let mark = format!("name=\"{name}\"");
        let part = parts.iter().find(|part| part.contains(&mark)).unwrap();
        let (_, value) = part.split_once("\r\n\r\n").unwrap();
        value.strip_suffix("\r\n").unwrap().to_owned()
    };
    assert_eq!(value("to"), TO);
    assert_eq!(value("o:tracking"), "no");
    assert_eq!(parts.last(), Some(&"--\r\n"));
    is_our_mail(value("message").as_bytes());
}

#[tokio::test]
async fn brevo_is_given_the_parts_and_the_headers() {
    let (accepted, asked) = sent("brevo", say(201, BREVO)).await;
    let name = accepted.unwrap().provider_ref;
    assert_eq!(name.as_deref(), Some("202611221000.1@smtp-relay.mailin.fr"));
    assert_eq!(asked.target, "/v3/smtp/email");
    assert_eq!(asked.header("api-key"), "s3cret");
    let document = asked.json();
    assert_eq!(document["sender"]["email"], "avvisi@example.it");
    assert_eq!(document["to"][0]["email"], TO);
    assert_eq!(document["to"][0]["name"], "Maria Rossi");
    let headers = &document["headers"];
    assert_eq!(headers["X-Mailin-custom"], "m-42");
    assert_eq!(headers["List-Unsubscribe"], "<https://a.example/u/abc>");
    assert_eq!(
        headers["List-Unsubscribe-Post"],
        "List-Unsubscribe=One-Click"
    );
    let text = document["textContent"].as_str().unwrap();
    assert!(text.contains("perché no € – così"), "{text}");
}

#[tokio::test]
async fn a_bad_day_costs_what_it_should() {
    let sandbox = r#"{"message":"Email address is not verified. The following identities failed the check in region EU-SOUTH-1: maria@posta.example"}"#;
    let ours = [
        (
            "ses",
            say(403, r#"{"message":"x","__type":"AccessDeniedException"}"#),
        ),
        ("ses", say(403, "<html>Forbidden</html>")),
        ("mailgun", say(401, "Forbidden")),
        (
            "mailgun",
            say(
                403,
                r#"{"message":"Sandbox subdomains are for test purposes only."}"#,
            ),
        ),
        (
            "brevo",
            say(401, r#"{"code":"unauthorized","message":"Key not found"}"#),
        ),
        (
            "brevo",
            say(402, r#"{"code":"not_enough_credits","message":"x"}"#),
        ),
    ];
    for (kind, says) in ours {
        let error = refused(kind, says).await;
        assert!(
            matches!(error, SendError::Misconfigured { .. }),
            "{kind}: {error:?}"
        );
    }
    // Without the header of its kind it is a refusal like any other; with the word in the body it is ours.
    let typed = sandbox.replace("{\"m", "{\"__type\":\"MessageRejected\",\"m");
    let error = refused("ses", say(400, &typed)).await;
    assert!(
        matches!(error, SendError::Misconfigured { .. }),
        "{error:?}"
    );
    for kind in ["ses", "mailgun", "brevo"] {
        let error = refused(kind, Says::Later(429, "7")).await;
        let waits = matches!(&error, SendError::NotSent { retry_after: Some(after), .. } if after.as_secs() == 7);
        assert!(waits, "{kind}: {error:?}");
        for says in [
            say(200, "<html>welcome</html>"),
            say(200, r#"{"error":"later"}"#),
            say(500, "{}"),
            say(502, "Bad Gateway"),
            Says::Nothing,
        ] {
            let error = refused(kind, says).await;
            assert!(
                matches!(error, SendError::Unknown { .. }),
                "{kind}: {error:?}"
            );
        }
    }
    let nobody =
        r#"{"message":"'to' parameter is not a valid address. please check documentation"}"#;
    let error = refused("mailgun", say(400, nobody)).await;
    assert!(matches!(error, SendError::Rejected { .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_certainly_not_sent_and_an_sms_is_refused() {
    let running = Running::new();
    let context = context(&running, "https://araldo.example", None);
    for kind in ["ses", "mailgun", "brevo"] {
        let provider = build(&context, &settings(kind, "http://127.0.0.1:9"));
        let away = provider.send(&mail(TO)).await.unwrap_err();
        assert!(
            matches!(away, SendError::NotSent { .. }),
            "{kind}: {away:?}"
        );
        assert!(provider.send(&sms("+393331234567", "ciao")).await.is_err());
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_key() {
    let running = Running::new();
    let context = context(&running, "https://araldo.example", None);
    let said = |toml: &str| try_build(&context, toml).err().unwrap().to_string();
    let right = |kind: &str| settings(kind, "https://api.example");
    for (toml, key) in [
        (right("ses").replace("eu-south-1", "eu south"), "`region`"),
        (
            right("ses").replace("secret = \"s3cret\"", ""),
            "`secret_file`",
        ),
        (right("mailgun").replace("mg.example.it", "mg"), "`domain`"),
        (
            right("mailgun").replace("https://", "http://"),
            "`base_url`",
        ),
        (right("brevo").replace("key = \"s3cret\"", ""), "`key_file`"),
        (
            right("brevo").replace("avvisi@example.it", "avvisi"),
            "`from`",
        ),
    ] {
        let said = said(&toml);
        assert!(said.contains(key) && !said.contains("s3cret"), "{said}");
    }
}
