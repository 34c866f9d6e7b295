//! Each answer and each silence of an SMS gateway gets the verdict that is true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use araldo::channel::{Accepted, Concern, Provider, SendError};
use araldo::domain::token::Purpose;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Running, build, context, free_port, mail, signer, sms, try_build};

/// What the gateway does with each request.
#[derive(Clone, Copy)]
enum Act {
    Answer(&'static str),
    Wait,
    HangUp,
}

/// A gateway that answers each request with these bytes, and what it was asked.
async fn gateway(running: &Running, act: Act) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let (hearing, lifecycle) = (Arc::clone(&asked), running.0.clone());
    running.0.spawn("gateway", async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let hearing = Arc::clone(&hearing);
            lifecycle.spawn("gateway connection", async move {
                let mut request = [0; 16_384];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..length]);
                let line = request.lines().next().unwrap_or_default();
                hearing.lock().unwrap().push(line.to_owned());
                match act {
                    Act::Answer(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                    Act::Wait => std::future::pending().await,
                    Act::HangUp => {}
                }
            });
        }
    });
    (port, asked)
}

fn provider(running: &Running, port: u16) -> Arc<dyn Provider> {
    let toml = format!(
        r#"
        kind = "kannel"
        url = "http://127.0.0.1:{port}/cgi-bin/sendsms"
        username = "tester"
        password = "foobar"
        from = "ARALDO"
        connect_timeout = "10s"
        timeout = "300ms"
        "#
    );
    build(&context(running, "http://araldo.example", None), &toml)
}

async fn send(act: Act) -> Result<Accepted, SendError> {
    let running = Running::new();
    let (port, asked) = gateway(&running, act).await;
    let verdict = provider(&running, port)
        .send(&sms("+393331234567", "ciao"))
        .await;
    assert_eq!(asked.lock().unwrap().len(), 1, "one attempt is one request");
    verdict
}

/// The query of the one request, decoded.
fn query(asked: &Mutex<Vec<String>>) -> HashMap<String, String> {
    let asked = asked.lock().unwrap();
    let target = asked.last().unwrap().split(' ').nth(1).unwrap();
    let url = url::Url::parse(&format!("http://gateway{target}")).unwrap();
    url.query_pairs().into_owned().collect()
}

const ACCEPTED: &str =
    "HTTP/1.1 202 Accepted\r\nContent-Length: 25\r\n\r\n0: Accepted for delivery\n";

#[tokio::test]
async fn an_sms_is_asked_for_once_with_all_that_is_needed() {
    let running = Running::new();
    let (port, asked) = gateway(&running, Act::Answer(ACCEPTED)).await;
    let provider = provider(&running, port);
    let accepted = provider.send(&sms("+393331234567", "Perché no? 5€")).await;
    assert_eq!(accepted.unwrap().code, "202");
    let said = query(&asked);
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
    let (port, asked) = gateway(&running, Act::Answer(ACCEPTED)).await;
    let provider = provider(&running, port);
    let accepted = provider.send(&sms("+393331234567", "È già finita")).await;
    assert!(accepted.is_ok());
    assert_eq!(query(&asked)["coding"], "2");
}

#[tokio::test]
async fn each_answer_and_each_silence_has_its_verdict() {
    let busy = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nlater";
    let verdict = send(Act::Answer(busy)).await.unwrap_err();
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

    let denied = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let verdict = send(Act::Answer(denied)).await.unwrap_err();
    assert!(
        matches!(verdict, SendError::Misconfigured { .. }),
        "{verdict:?}"
    );

    let wrong = "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno";
    let verdict = send(Act::Answer(wrong)).await.unwrap_err();
    assert!(matches!(verdict, SendError::Rejected { .. }), "{verdict:?}");

    for lost in [
        Act::Wait,
        Act::HangUp,
        Act::Answer("HTTP/1.1 202 Accepted\r\nContent-Length: 25\r\n\r\n0: Acc"),
        Act::Answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
        Act::Answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
        Act::Answer("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"),
        Act::Answer("SSH-2.0-OpenSSH\r\n"),
    ] {
        let verdict = send(lost).await.unwrap_err();
        assert!(matches!(verdict, SendError::Unknown { .. }), "{verdict:?}");
        let said = verdict.to_string();
        assert!(!said.contains("ciao") && !said.contains("333"), "{said}");
    }
}

#[tokio::test]
async fn nobody_listening_is_not_sent() {
    let running = Running::new();
    let provider = provider(&running, free_port().await);
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
