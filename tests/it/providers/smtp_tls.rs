//! TLS towards a relay: protected when it should be, refused when the certificate is not right.
//!
//! The certificates beside this file are made for these tests and good for nothing else.

use std::path::PathBuf;
use std::sync::Arc;

use araldo::channel::{Provider, SendError};
use araldo_sandbox::smtp::{At, Step, converse};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::relay::{Act, Relay, Say, SayAndHangUp, Wait};
use super::{Running, build, context, mail};

fn file(name: &str) -> PathBuf {
    let folder = "tests/it/providers/certificates";
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(name)
}

fn acceptor(certificate: &str) -> TlsAcceptor {
    araldo::channel::install_tls();
    let certificate = CertificateDer::from_pem_file(file(certificate)).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A server that speaks TLS from the first byte, or after STARTTLS.
async fn tls_relay(running: &Running, certificate: &str, starts_late: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = acceptor(certificate);
    running.0.spawn("tls relay", async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            if starts_late {
                stream = converse(stream, offers_tls).await.unwrap();
            }
            if let Ok(stream) = acceptor.accept(stream).await {
                let greets = move |step: Step<'_>| match step.at {
                    // After STARTTLS there is no second greeting: the client speaks first.
                    At::Greeting if starts_late => Wait,
                    _ => Act::Usual,
                };
                // Whatever broke it, the connection is over.
                drop(converse(stream, greets).await);
            }
        }
    });
    port
}

fn offers_tls(step: Step<'_>) -> Act {
    match step.line {
        "STARTTLS" => SayAndHangUp("220 go"),
        _ if step.at == At::Hello => Say("250-relay\r\n250 STARTTLS"),
        _ => Act::Usual,
    }
}

fn provider(running: &Running, port: u16, security: &str) -> Arc<dyn Provider> {
    let toml = format!(
        "kind = \"smtp\"\nhost = \"localhost\"\nport = {port}\nsecurity = {security:?}\n\
         ca_file = \"{}\"\nfrom = \"avvisi@example.it\"\ncommand_timeout = \"2s\"\n",
        file("authority.pem").display()
    );
    build(&context(running, "http://127.0.0.1:1", None), &toml)
}

#[tokio::test]
async fn a_mail_goes_over_tls_from_the_first_byte_and_after_starttls() {
    let running = Running::new();
    for (security, starts_late) in [("tls", false), ("starttls", true)] {
        let port = tls_relay(&running, "localhost.pem", starts_late).await;
        let provider = provider(&running, port, security);
        let accepted = provider.send(&mail("maria@example.it")).await.unwrap();
        assert_eq!(accepted.code, "250 2.0.0");
        assert!(provider.send(&mail("maria@example.it")).await.is_ok());
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_ours_to_mend() {
    let running = Running::new();
    for (security, starts_late) in [("tls", false), ("starttls", true)] {
        let port = tls_relay(&running, "elsewhere.pem", starts_late).await;
        let provider = provider(&running, port, security);
        let refused = provider.send(&mail("maria@example.it")).await.unwrap_err();
        assert!(
            matches!(refused, SendError::Misconfigured { .. }),
            "{refused:?}"
        );
        assert!(refused.to_string().contains("certificate"), "{refused}");
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_the_clear() {
    let running = Running::new();
    let relay = Relay::start(&running, |_| None);
    let provider = provider(&running, relay.port, "starttls");
    let refused = provider.send(&mail("maria@example.it")).await.unwrap_err();
    assert!(
        matches!(refused, SendError::Misconfigured { .. }),
        "{refused:?}"
    );
    assert!(!relay.heard().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn words_put_into_the_servers_mouth_before_tls_are_not_believed() {
    let running = Running::new();
    let relay = Relay::start(&running, |step| match step {
        step if step.starts_with("EHLO") => Some(Say("250-relay\r\n250 STARTTLS")),
        "STARTTLS" => Some(Say("220 go\r\n250 injected")),
        _ => None,
    });
    let provider = provider(&running, relay.port, "starttls");
    let refused = provider.send(&mail("maria@example.it")).await.unwrap_err();
    assert!(
        matches!(
            refused,
            SendError::NotSent {
                stage: "starttls",
                ..
            }
        ),
        "{refused:?}"
    );
}
