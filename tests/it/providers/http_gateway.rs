//! A gateway that the settings describe is asked as they say, and each of its answers and silences gets
//! the verdict that is true.

use std::time::Duration;

use araldo::channel::{Accepted, Concern, SendError};
use araldo::domain::token::Purpose;

use super::service::{PATIENT, Says, Service, say};
use super::{Running, build, context, free_port, signer, sms, try_build};

const TAKEN: &str = r#"{"messages":[{"id":"g-1","status":"queued"}]}"#;

fn toml(url: &str, more: &str) -> String {
    format!(
        r#"
        kind = "http"
        url = "{url}/v1/sms"
        headers = {{ X-Key = "k3y" }}
        body = '{{"to":{{{{ to | tojson }}}},"text":{{{{ text | tojson }}}},"ref":{{{{ reference | tojson }}}},"from":{{{{ from | tojson }}}},"report":{{{{ callback | tojson }}}},"ttl":{{{{ valid_for }}}}}}'
        from = "ARALDO"
        reference = "/messages/0/id"
        rejected = "json.error == 'barred'"
        bad_number = "json.error == 'bad_number'"
        misconfigured = "status == 401 or json.error == 'no_credit'"
        timeout = "{PATIENT}"
        {more}
        "#
    )
}

const REPORTS: &str =
    "receipts = { state = \"/status\", map = { delivered = [\"OK\"], undelivered = [\"KO\"] } }";

async fn send(says: Says) -> Result<Accepted, SendError> {
    let running = Running::new();
    let patience = says.patience();
    let service = Service::open(move |_| says.clone()).await;
    let context = context(&running, "http://araldo.example", None);
    let settings = toml(&service.url, REPORTS).replace(PATIENT, patience);
    let provider = build(&context, &settings);
    let verdict = provider.send(&sms("+393331234567", "ciao")).await;
    assert_eq!(service.asked().len(), 1, "one attempt is one request");
    verdict
}

#[tokio::test]
async fn an_sms_is_asked_for_once_with_all_that_is_needed() {
    let running = Running::new();
    let service = Service::open(|_| say(201, TAKEN)).await;
    let context = context(&running, "http://araldo.example", None);
    let provider = build(&context, &toml(&service.url, REPORTS));
    assert!(provider.capabilities().gives_receipts);
    let text = "Perché \"no\"? 5€\n{{ from }} \\";
    let accepted = provider.send(&sms("+393331234567", text)).await.unwrap();
    assert_eq!(accepted.provider_ref.as_deref(), Some("g-1"));
    assert_eq!(accepted.code, "201");
    let asked = service.asked().remove(0);
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("POST", "/v1/sms")
    );
    assert_eq!(asked.header("x-key"), "k3y");
    assert_eq!(asked.header("content-type"), "application/json");
    let body = asked.json();
    assert_eq!(body["to"], "+393331234567");
    assert_eq!(body["text"], text);
    assert_eq!(body["ref"], "m-42");
    assert_eq!(body["from"], "ARALDO");
    assert_eq!(body["ttl"], 9_000);
    let report = body["report"].as_str().unwrap();
    let token = report
        .strip_prefix("http://araldo.example/hooks/relay/")
        .unwrap();
    let attempt = signer().open_two_of("relay", Purpose::Receipt, token);
    assert_eq!(attempt, Some((42, 3)));
}

#[tokio::test]
async fn a_refusal_inside_of_a_200_is_a_refusal() {
    let barred = send(say(200, r#"{"error":"barred"}"#)).await.unwrap_err();
    assert!(
        matches!(
            barred,
            SendError::Rejected {
                bad_address: false,
                ..
            }
        ),
        "{barred:?}"
    );
    let nobody = send(say(200, r#"{"error":"bad_number"}"#))
        .await
        .unwrap_err();
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
    let poor = send(say(200, r#"{"error":"no_credit"}"#))
        .await
        .unwrap_err();
    assert!(matches!(poor, SendError::Misconfigured { .. }), "{poor:?}");
}

#[tokio::test]
async fn who_asks_to_wait_is_waited_for() {
    for status in [429, 503] {
        let full = send(Says::Later(status, "7")).await.unwrap_err();
        let seven = Some(Duration::from_secs(7));
        assert!(
            matches!(
                full,
                SendError::NotSent { retry_after, concerns: Concern::Provider, .. }
                if retry_after == seven
            ),
            "{full:?}"
        );
    }
}

#[tokio::test]
async fn nonsense_silence_and_floods_leave_it_unknown() {
    let flood = format!(
        "{{\"pad\":\"{}\",\"messages\":[{{\"id\":\"g-1\"}}]}}",
        "x".repeat(200_000)
    );
    for says in [
        say(200, "<html>Welcome</html>"),
        say(200, "{}"),
        say(202, ""),
        say(200, &flood),
        say(302, ""),
        say(500, TAKEN),
        say(502, "Bad Gateway"),
        say(503, ""),
        Says::Nothing,
    ] {
        let verdict = send(says.clone()).await.unwrap_err();
        assert!(
            matches!(verdict, SendError::Unknown { .. }),
            "{says:?} {verdict:?}"
        );
        let said = verdict.to_string();
        assert!(
            !said.contains("ciao") && !said.contains("333") && !said.contains("k3y"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn nobody_listening_is_not_sent() {
    let running = Running::new();
    let url = format!("http://127.0.0.1:{}", free_port().await);
    let context = context(&running, "http://araldo.example", None);
    let provider = build(&context, &toml(&url, ""));
    assert!(!provider.capabilities().gives_receipts);
    let verdict = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            verdict,
            SendError::NotSent {
                stage: "connect",
                ..
            }
        ),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn everything_that_cannot_be_right_is_said_at_once() {
    let running = Running::new();
    let context = context(&running, "http://araldo.example", None);
    let wrong = try_build(
        &context,
        r#"
        kind = "http"
        url = "https://sms.example.it/"
        body = "{{ nobody }}"
        from = "Servizio Clienti"
        accepted = "status in ["
        receipts = { id = "/id", state = "/s", map = { delivered = ["OK"] } }
        connections = 0
        "#,
    );
    let said = wrong.err().unwrap().to_string();
    for word in [
        "`body`",
        "`from`",
        "`accepted`",
        "`receipts`",
        "`connections`",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
}
