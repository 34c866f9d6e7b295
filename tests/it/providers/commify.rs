//! The platform of Trendoo and its sisters: one log-in for many SMS, a new one when it is refused, and
//! a question by our own name when an answer was lost.

use std::sync::atomic::{AtomicUsize, Ordering};

use araldo::channel::{Accepted, Found, Reference, SendError};

use super::service::{Asked, PATIENT, Says, Service, say};
use super::{Running, build, context, sms};

const TAKEN: &str = r#"{"result":"OK","order_id":"m-42","internal_order_id":77,"total_sent":1}"#;

fn toml(url: &str) -> String {
    format!(
        r#"
        kind = "commify"
        base_url = "{url}"
        username = "u"
        password = "p"
        message_type = "GP"
        from = "ARALDO"
        timeout = "{PATIENT}"
        "#
    )
}

/// As the platform does it: a token for the right name, then what `sms` says.
fn platform(sms: impl Fn(&Asked) -> Says + Send + Sync) -> impl Fn(&Asked) -> Says + Send + Sync {
    move |asked| match asked.target.as_str() {
        // u:p
        "/API/v1.0/REST/token" if asked.header("authorization") == "Basic dTpw" => {
            say(200, "KEY1;TOKEN1")
        }
        "/API/v1.0/REST/token" => say(404, ""),
        _ if asked.header("user_key") != "KEY1" => say(401, ""),
        _ => sms(asked),
    }
}

async fn send(says: Says) -> Result<Accepted, SendError> {
    let running = Running::new();
    let patience = says.patience();
    let service = Service::open(platform(move |_| says.clone())).await;
    let context = context(&running, "https://araldo.example", None);
    let settings = toml(&service.url).replace(PATIENT, patience);
    let provider = build(&context, &settings);
    provider.send(&sms("+393331234567", "ciao")).await
}

#[tokio::test]
async fn one_login_serves_many_sms() {
    let running = Running::new();
    let service = Service::open(platform(|_| say(201, TAKEN))).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url));
    provider.warm().await.unwrap();
    for text in ["Perché no?", "È già finita"] {
        let accepted = provider.send(&sms("+393331234567", text)).await.unwrap();
        assert_eq!(accepted.provider_ref.as_deref(), Some("77"));
    }
    let asked = service.asked();
    let targets: Vec<_> = asked.iter().map(|asked| asked.target.as_str()).collect();
    let (token, sms) = ("/API/v1.0/REST/token", "/API/v1.0/REST/sms");
    assert_eq!(targets, [token, sms, sms]);
    assert_eq!(asked[1].header("access_token"), "TOKEN1");
    let body = asked[1].json();
    assert_eq!(body["message_type"], "GP");
    assert_eq!(body["recipient"], serde_json::json!(["+393331234567"]));
    assert_eq!(body["sender"], "ARALDO");
    assert_eq!(body["order_id"], "m-42");
    assert_eq!(body["encoding"], "gsm");
    assert_eq!(body["validity_period_min"], 150);
    assert_eq!(asked[2].json()["encoding"], "ucs2");
}

#[tokio::test]
async fn a_token_that_is_refused_is_asked_for_once_more() {
    let running = Running::new();
    let refused = AtomicUsize::new(0);
    let sms_desk = move |_: &Asked| match refused.fetch_add(1, Ordering::SeqCst) {
        0 => say(401, ""),
        _ => say(201, TAKEN),
    };
    let service = Service::open(platform(sms_desk)).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url));
    assert!(provider.send(&sms("+393331234567", "ciao")).await.is_ok());
    assert_eq!(service.asked().len(), 4, "log-in, refused, log-in, taken");
    let always = send(say(401, "")).await.unwrap_err();
    assert!(
        matches!(always, SendError::Misconfigured { .. }),
        "{always:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_found_before_an_attempt_begins() {
    let running = Running::new();
    let service = Service::open(|_| say(404, "")).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url));
    let wrong = provider.warm().await.unwrap_err();
    assert!(
        matches!(wrong, SendError::Misconfigured { .. }),
        "{wrong:?}"
    );
    let silent = Service::open(|_| Says::Nothing).await;
    let settings = toml(&silent.url).replace(PATIENT, Says::Nothing.patience());
    let provider = build(&context, &settings);
    let away = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(
        matches!(away, SendError::NotSent { stage: "login", .. }),
        "no SMS leaves by a log-in: {away:?}"
    );
}

#[tokio::test]
async fn each_answer_and_each_silence_has_its_verdict() {
    let bad = send(say(400, r#"{"result":"UNKNRCPT"}"#))
        .await
        .unwrap_err();
    assert!(
        matches!(
            bad,
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ),
        "{bad:?}"
    );
    let nobody = send(say(201, r#"{"result":"OK","total_sent":0}"#)).await;
    assert!(
        matches!(nobody, Err(SendError::Rejected { .. })),
        "{nobody:?}"
    );
    let full = send(Says::Later(429, "7")).await.unwrap_err();
    assert!(matches!(full, SendError::NotSent { .. }), "{full:?}");
    for says in [say(201, "<html>"), say(500, ""), Says::Nothing] {
        let lost = send(says).await.unwrap_err();
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
        assert!(!lost.to_string().contains("333"), "{lost}");
    }
}

#[tokio::test]
async fn a_lost_sms_is_asked_about_by_our_own_name() {
    let running = Running::new();
    let desk = |asked: &Asked| match asked.target.as_str() {
        "/API/v1.0/REST/sms/araldo-s1" => {
            say(200, r#"{"result":"OK","recipients":[{"status":"DLVRD"}]}"#)
        }
        "/API/v1.0/REST/sms/araldo-s2" => say(404, r#"{"result":"not found"}"#),
        _ => say(404, "<html>"),
    };
    let service = Service::open(platform(desk)).await;
    let context = context(&running, "https://araldo.example", None);
    let provider = build(&context, &toml(&service.url));
    assert!(provider.capabilities().can_be_asked);
    let ask = async |name: &str| {
        let reference = Reference(name.to_owned());
        provider.query(&reference).await
    };
    assert!(matches!(ask("araldo-s1").await, Ok(Found::Present(_))));
    assert_eq!(ask("araldo-s2").await, Ok(Found::Absent));
    assert!(
        ask("araldo-s3").await.is_err(),
        "another's 404 proves nothing"
    );
}
