//! Twilio is asked as its documentation says, and its codes get the verdicts that they mean.

use araldo::channel::{Accepted, SendError};
use araldo::domain::token::Purpose;

use super::service::{PATIENT, Says, Service, say};
use super::{Running, build, context, mail, signer, sms, try_build};

pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TAKEN: &str = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued"}"#;

fn toml(url: &str, more: &str) -> String {
    format!(
        r#"
        kind = "twilio"
        account = "{ACCOUNT}"
        token = "t0ken"
        base_url = "{url}"
        timeout = "{PATIENT}"
        {more}
        "#
    )
}

async fn send(says: Says) -> Result<Accepted, SendError> {
    let running = Running::new();
    let patience = says.patience();
    let service = Service::open(move |_| says.clone()).await;
    let context = context(&running, "https://araldo.example", None);
    let settings = toml(&service.url, "from = \"ARALDO\"").replace(PATIENT, patience);
    let provider = build(&context, &settings);
    let verdict = provider.send(&sms("+393331234567", "ciao")).await;
    assert_eq!(service.asked().len(), 1, "one attempt is one request");
    verdict
}

#[tokio::test]
async fn an_sms_is_posted_once_as_a_form() {
    let running = Running::new();
    let service = Service::open(|_| say(201, TAKEN)).await;
    let context = context(&running, "https://araldo.example/", None);
    let provider = build(&context, &toml(&service.url, "from = \"ARALDO\""));
    let accepted = provider
        .send(&sms("+393331234567", "Perché no? 5€ & più"))
        .await;
    let name = accepted.unwrap().provider_ref.unwrap();
    assert_eq!(name, "SM0123456789abcdef0123456789abcdef");
    let asked = service.asked().remove(0);
    assert_eq!(asked.method.as_str(), "POST");
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    assert_eq!(asked.target, path);
    // AC0123456789abcdef0123456789abcdef:t0ken
    let basic = "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjp0MGtlbg==";
    assert_eq!(asked.header("authorization"), basic);
    for (name, value) in [
        ("To", "+393331234567"),
        ("From", "ARALDO"),
        ("Body", "Perché no? 5€ & più"),
        ("ValidityPeriod", "9000"),
        ("MessagingServiceSid", ""),
    ] {
        assert_eq!(asked.field(name), value, "{name}");
    }
    let report = asked.field("StatusCallback");
    let token = report
        .strip_prefix("https://araldo.example/hooks/relay/")
        .unwrap();
    let attempt = signer().open_two_of("relay", Purpose::Receipt, token);
    assert_eq!(attempt, Some((42, 3)));
}

#[tokio::test]
async fn its_codes_say_whom_they_are_about() {
    let coded = |status, code: u32| {
        let text = format!(r#"{{"code":{code},"message":"+393331234567 ciao"}}"#);
        send(say(status, &text))
    };
    let stopped = coded(400, 21610).await.unwrap_err();
    assert!(
        matches!(
            stopped,
            SendError::Rejected {
                bad_address: false,
                ..
            }
        ),
        "{stopped:?}"
    );
    let nobody = coded(400, 21614).await.unwrap_err();
    assert!(
        matches!(
            nobody,
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ),
        "{nobody:?}"
    );
    let wrong = coded(401, 20003).await.unwrap_err();
    assert!(
        matches!(wrong, SendError::Misconfigured { .. }),
        "{wrong:?}"
    );
    let full = coded(429, 20429).await.unwrap_err();
    assert!(matches!(full, SendError::NotSent { .. }), "{full:?}");
    for says in [say(200, "<html>"), say(500, ""), Says::Nothing] {
        let lost = send(says).await.unwrap_err();
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
    }
}

#[tokio::test]
async fn a_service_stands_in_the_place_of_a_sender_and_mails_are_refused() {
    let running = Running::new();
    let service = Service::open(|_| say(201, TAKEN)).await;
    let context = context(&running, "https://araldo.example", None);
    let sid = "service = \"MG0123456789abcdef0123456789abcdef\"\nreceipts = false";
    let provider = build(&context, &toml(&service.url, sid));
    assert!(provider.send(&sms("+393331234567", "ciao")).await.is_ok());
    let asked = service.asked().remove(0);
    assert_eq!(asked.field("From"), "");
    assert_eq!(asked.field("StatusCallback"), "");
    assert!(asked.field("MessagingServiceSid").starts_with("MG"));
    assert!(provider.send(&mail("maria@example.it")).await.is_err());
    let neither = try_build(&context, &toml(&service.url, "")).err().unwrap();
    assert!(neither.to_string().contains("either `from` or `service`"));
}
