//! Each answer and each silence of an SMS gateway gets the verdict that is true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use araldo::channel::{Accepted, Concern, Provider, SendError};
use araldo::domain::token::Purpose;
use araldo_sandbox::gateway::{Answer, Gateway};

use super::relay::{Relay, SayAndHangUp, Wait};
use super::{Running, build, context, free_port, mail, signer, sms, try_build};

/// What a gateway was asked: the fields of each request.
type Asked = Arc<Mutex<Vec<HashMap<String, String>>>>;

/// A gateway that answers each request so; where it takes messages, and what it was asked.
fn gateway(running: &Running, answer: Answer) -> (String, Asked) {
    let asked = Asked::default();
    let hearing = Arc::clone(&asked);
    let gateway = Gateway::open(move |sms| {
        hearing.lock().unwrap().push(sms.fields().collect());
        answer
    });
    let gateway = gateway.unwrap();
    let url = gateway.url();
    running.0.spawn("gateway", gateway.serve());
    (url, asked)
}

fn provider(running: &Running, url: &str) -> Arc<dyn Provider> {
    let toml = format!(
        r#"
        kind = "kannel"
        url = "{url}"
        username = "tester"
        password = "foobar"
        from = "ARALDO"
        connect_timeout = "10s"
        timeout = "300ms"
        "#
    );
    build(&context(running, "http://araldo.example", None), &toml)
}

async fn send(answer: Answer) -> Result<Accepted, SendError> {
    let running = Running::new();
    let (url, asked) = gateway(&running, answer);
    let verdict = provider(&running, &url)
        .send(&sms("+393331234567", "ciao"))
        .await;
    assert_eq!(asked.lock().unwrap().len(), 1, "one attempt is one request");
    verdict
}

#[tokio::test]
async fn an_sms_is_asked_for_once_with_all_that_is_needed() {
    let running = Running::new();
    let (url, asked) = gateway(&running, Answer::Accepted);
    let provider = provider(&running, &url);
    let accepted = provider.send(&sms("+393331234567", "Perché no? 5€")).await;
    assert_eq!(accepted.unwrap().code, "202");
    let said = asked.lock().unwrap()[0].clone();
    for (key, value) in [
        ("username", "tester"),
        ("password", "foobar"),
        ("from", "ARALDO"),
        ("to", "+393331234567"),
        ("text", "Perché no? 5€"),
        ("charset", "UTF-8"),
        ("coding", "0"),
        ("validity", "150"),
        ("dlr-mask", "31"),
    ] {
        assert_eq!(said.get(key).map(String::as_str), Some(value), "{key}");
    }
    let report = said.get("dlr-url").unwrap();
    let rest = report
        .strip_prefix("http://araldo.example/hooks/kannel/relay/")
        .unwrap();
    let (token, filled_in) = rest.split_once('?').unwrap();
    assert_eq!(filled_in, "type=%d&answer=%A&fid=%F&at=%T");
    assert_eq!(
        signer().open_two_of("relay", Purpose::Receipt, token),
        Some((42, 3))
    );
}

#[tokio::test]
async fn what_the_gsm_alphabet_lacks_goes_as_ucs_2() {
    let running = Running::new();
    let (url, asked) = gateway(&running, Answer::Accepted);
    let provider = provider(&running, &url);
    let accepted = provider.send(&sms("+393331234567", "È già finita")).await;
    assert!(accepted.is_ok());
    assert_eq!(asked.lock().unwrap()[0]["coding"], "2");
}

#[tokio::test]
async fn each_answer_and_each_silence_has_its_verdict() {
    let verdict = send(Answer::NO_ROOM).await.unwrap_err();
    assert!(
        matches!(
            verdict,
            SendError::NotSent {
                stage: "request",
                ..
            }
        ),
        "{verdict:?}"
    );

    let verdict = send(Answer::WRONG_LOGIN).await.unwrap_err();
    assert!(
        matches!(verdict, SendError::Misconfigured { .. }),
        "{verdict:?}"
    );

    let verdict = send(Answer::NO_RECEIVER).await.unwrap_err();
    assert!(matches!(verdict, SendError::Rejected { .. }), "{verdict:?}");

    for lost in [
        Answer::Wait,
        Answer::HangUp,
        Answer::Cut("0: Acc"),
        Answer::Say(200, "<html>"),
        Answer::Say(500, "oops"),
        Answer::Elsewhere("/login"),
    ] {
        let verdict = send(lost).await.unwrap_err();
        assert!(matches!(verdict, SendError::Unknown { .. }), "{verdict:?}");
        let said = verdict.to_string();
        assert!(!said.contains("ciao") && !said.contains("333"), "{said}");
    }
}

/// A wrong port, say of a shell: it may be a gateway out of its mind, so the SMS may have left.
#[tokio::test]
async fn who_does_not_speak_http_may_have_taken_it() {
    let running = Running::new();
    let shell = Relay::start(&running, |step| match step {
        "220" => Some(Wait),
        _ => Some(SayAndHangUp("SSH-2.0-OpenSSH")),
    });
    let provider = provider(&running, &format!("http://127.0.0.1:{}/", shell.port));
    let verdict = provider.send(&sms("+393331234567", "ciao")).await;
    let verdict = verdict.unwrap_err();
    assert!(matches!(verdict, SendError::Unknown { .. }), "{verdict:?}");
}

#[tokio::test]
async fn nobody_listening_is_not_sent() {
    let running = Running::new();
    let provider = provider(
        &running,
        &format!("http://127.0.0.1:{}/", free_port().await),
    );
    let verdict = provider
        .send(&sms("+393331234567", "ciao"))
        .await
        .unwrap_err();
    assert!(
        matches!(
            verdict,
            SendError::NotSent {
                stage: "connect",
                concerns: Concern::Provider,
                ..
            }
        ),
        "{verdict:?}"
    );
    assert!(!verdict.to_string().contains("foobar"), "{verdict}");
    let verdict = provider.send(&mail("maria@example.it")).await.unwrap_err();
    assert!(matches!(
        verdict,
        SendError::Rejected {
            stage: "compose",
            ..
        }
    ));
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_at_the_start_by_name() {
    let running = Running::new();
    let context = context(&running, "http://araldo.example", None);
    let base = "kind = \"kannel\"\nusername = \"u\"\nfrom = \"A\"\n";
    for (toml, word) in [
        ("url = \"127.0.0.1:13013\"\npassword = \"p\"", "url"),
        (
            "url = \"ftp://a/b\"\npassword = \"p\"",
            "begins with ftp://",
        ),
        ("url = \"http://a/b\"", "password_file"),
        (
            "url = \"http://a/b\"\npassword = \"p\"\nconnections = 0",
            "connections",
        ),
    ] {
        let wrong = try_build(&context, &format!("{base}{toml}")).err().unwrap();
        assert!(wrong.to_string().contains(word), "{wrong}");
    }
}
