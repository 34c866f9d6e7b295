//! TLS towards a relay: protected when it should be, refused when the certificate is not right.
//!
//! The certificates beside this file are made for these tests and good for nothing else.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use araldo::channel::{Provider, SendError};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::relay::{Relay, Say, converse};
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
                for answer in [
                    "220 relay\r\n",
                    "250-relay\r\n250 STARTTLS\r\n",
                    "220 go\r\n",
                ] {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    if answer != "220 go\r\n" {
                        assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
                    }
                }
            }
            if let Ok(stream) = acceptor.accept(stream).await {
                let greets = move |step: &str| match step {
                    // After STARTTLS there is no second greeting: the client speaks first.
                    "220" if starts_late => Some(super::relay::Wait),
                    _ => None,
                };
                converse(stream, &greets, &Mutex::default()).await;
            }
        }
    });
    port
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
    let relay = Relay::start(&running, |_| None).await;
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
    })
    .await;
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
