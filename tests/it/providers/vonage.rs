//! Vonage is asked as its documentation says, and each state of each part gets the verdict that it means.

use araldo::channel::{Accepted, SendError};
use araldo::domain::token::Purpose;

use super::service::{PATIENT, Says, Service, say};
use super::{Running, build, context, signer, sms};

const TAKEN: &str =
    r#"{"message-count":"1","messages":[{"status":"0","message-id":"0A00000001"}]}"#;

fn toml(url: &str, patience: &str) -> String {
    format!(
        "kind = \"vonage\"\nkey = \"k3y\"\nsecret = \"s3cret\"\nfrom = \"ARALDO\"\n\
         base_url = \"{url}\"\ntimeout = \"{patience}\"\n"
    )
}

async fn send(says: Says) -> Result<Accepted, SendError> {
    let running = Running::new();
    let patience = says.patience();
    let service = Service::open(move |_| says.clone()).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url, patience));
    let verdict = provider.send(&sms("+393331234567", "ciao")).await;
    assert_eq!(service.asked().len(), 1, "one attempt is one request");
    verdict
}

#[tokio::test]
async fn an_sms_is_posted_once_in_the_alphabet_that_it_needs() {
    let running = Running::new();
    let service = Service::open(|_| say(200, TAKEN)).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url, PATIENT));
    for text in ["Perché no?", "È già finita"] {
        let accepted = provider.send(&sms("+393331234567", text)).await.unwrap();
        assert_eq!(accepted.provider_ref.as_deref(), Some("0A00000001"));
    }
    let asked = service.asked();
    assert_eq!(asked[0].target, "/sms/json");
    for (name, value) in [
        ("api_key", "k3y"),
        ("api_secret", "s3cret"),
        ("from", "ARALDO"),
        ("to", "393331234567"),
        ("text", "Perché no?"),
        ("type", "text"),
        ("ttl", "9000000"),
        ("client-ref", "m-42"),
        ("status-report-req", "1"),
    ] {
        assert_eq!(asked[0].field(name), value, "{name}");
    }
    assert_eq!(asked[1].field("type"), "unicode");
    let report = asked[0].field("callback");
    let token = report
        .strip_prefix("https://araldo.example/hooks/relay/")
        .unwrap();
    let attempt = signer().open_two_of("relay", Purpose::Receipt, token);
    assert_eq!(attempt, Some((42, 3)));
}

#[tokio::test]
async fn a_refusal_inside_of_a_200_is_a_refusal() {
    let state = |status: &str| {
        let text =
            format!(r#"{{"messages":[{{"status":"{status}","error-text":"+393331234567"}}]}}"#);
        send(Says::Text(200, text))
    };
    let full = state("1").await.unwrap_err();
    assert!(matches!(full, SendError::NotSent { .. }), "{full:?}");
    let poor = state("9").await.unwrap_err();
    assert!(matches!(poor, SendError::Misconfigured { .. }), "{poor:?}");
    let barred = state("7").await.unwrap_err();
    assert!(matches!(barred, SendError::Rejected { .. }), "{barred:?}");
    for says in [say(200, "<html>"), say(500, ""), Says::Nothing] {
        let lost = send(says).await.unwrap_err();
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        assert!(!lost.to_string().contains("333"), "{lost}");
    }
}
