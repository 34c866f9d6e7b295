//! Mails as others read them: sent to a real SMTP server, then judged by dkimpy and by Python's
//! `email`, so that our own reading of the standards is not what they are measured by.

mod doctor;
mod headers;
mod returned;
mod signatures;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use araldo::channel::{
    Accepted, BuildContext, Content, Email, Outgoing, Provider, ProviderSettings, Reference,
    SendError,
};
use araldo::domain::clock::FixedClock;
use araldo::domain::mail_return::MailReturns;
use araldo::domain::token::Signer;
use araldo::domain::{EmailAddress, MessageId, Timestamp};
use araldo::runtime::Lifecycle;
use serde_json::{Value, json};

use crate::support::servers::smtp_sink::SmtpSink;

/// Who the mails are from: a name that must be encoded.
const FROM: &str = "Città di Esempio – Énergie";

/// A kind of key: the file that signs, and what stands in DNS for it.
#[derive(Clone, Copy)]
struct Key {
    file: &'static str,
    record: &'static str,
}

const RSA: Key = Key {
    file: "rsa.pem",
    record: include_str!("keys/rsa.txt"),
};
const RSA_PKCS8: Key = Key {
    file: "rsa-pkcs8.pem",
    ..RSA
};
const ED25519: Key = Key {
    file: "ed25519.seed",
    record: include_str!("keys/ed25519.txt"),
};
const ED25519_PKCS8: Key = Key {
    file: "ed25519.pem",
    ..ED25519
};

impl Key {
    fn path(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/it/mail/keys")
            .join(self.file)
    }

    /// The settings of a provider that signs with it.
    fn dkim(self) -> String {
        format!(
            "dkim = {{ domain = \"example.it\", selector = \"araldo\", key_file = \"{}\" }}\n",
            self.path().display()
        )
    }
}

/// A provider of a server on this machine.
struct Carrier {
    provider: Arc<dyn Provider>,
    lifecycle: Lifecycle,
}

impl Carrier {
    /// `settings` are further keys of the provider.
    fn to(port: u16, settings: &str) -> Self {
        let lifecycle = Lifecycle::new();
        let toml = format!(
            "kind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\n\
             from = \"{FROM} <avvisi@example.it>\"\n{settings}"
        );
        let context = BuildContext {
            public_url: "https://avvisi.example.it".to_owned(),
            signer: Signer::new(&[7; 32]),
            returns: MailReturns::default(),
            clock: Arc::new(FixedClock::at("2026-11-22T10:00:00Z")),
            lifecycle: lifecycle.clone(),
            sandbox: None,
            desk: None,
        };
        let settings: ProviderSettings = toml::from_str(&toml).unwrap();
        let provider = araldo::channel::build("relay", &settings, &context).unwrap();
        Self {
            provider,
            lifecycle,
        }
    }

    async fn send(&self, reference: &str, email: &Email) -> Result<Accepted, SendError> {
        self.provider.send(&outgoing(reference, email)).await
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

/// A sink, and a provider that leads to it.
struct Post {
    sink: SmtpSink,
    carrier: Carrier,
}

impl Post {
    /// `options` are the sink's, `settings` further keys of the provider.
    fn new(options: &[&str], settings: &str) -> Self {
        let sink = SmtpSink::start(options);
        let carrier = Carrier::to(sink.port, settings);
        Self { sink, carrier }
    }

    async fn send(&self, reference: &str, email: &Email) {
        self.carrier.send(reference, email).await.unwrap();
    }

    /// What the judge says of all that arrived, in no order.
    fn judged(&self, key: Option<Key>, count: usize) -> Vec<Value> {
        self.sink.wait_for(count);
        let records = self.sink.folder().join("records.json");
        let record = key.map_or("", |key| key.record.trim());
        let zone = json!({"araldo._domainkey.example.it": record});
        std::fs::write(&records, zone.to_string()).unwrap();
        // Debian's own: only it has python3-dkim.
        let said = Command::new("/usr/bin/python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/mail/judge.py"))
            .arg(&records)
            .arg(self.sink.folder().join("mails"))
            .output()
            .expect("python3 is needed: apt-get install python3-dkim python3-nacl");
        let faults = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{faults}");
        let judged: Vec<Value> = String::from_utf8(said.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(judged.len(), count, "{faults}");
        judged
    }
}

/// Of all judged mails the one with a reference.
fn of<'a>(judged: &'a [Value], reference: &str) -> &'a Value {
    let id = format!("<{reference}@example.it>");
    let found = judged.iter().find(|mail| mail["id"] == id.as_str());
    found.unwrap_or_else(|| panic!("{id} is not among {judged:#?}"))
}

fn outgoing(reference: &str, email: &Email) -> Outgoing {
    Outgoing {
        message: MessageId::new(42),
        lease_no: 3,
        reference: Reference(reference.to_owned()),
        expires_at: Timestamp::parse("2026-11-22T12:30:00Z").unwrap(),
        reported: true,
        content: Content::Email(Box::new(email.clone())),
    }
}

fn email() -> Email {
    Email {
        to: EmailAddress::parse("maria+luce@example.it").unwrap(),
        to_name: "Maria D'Angelò".to_owned(),
        subject: "La sua pratica è andata avanti".to_owned(),
        html: "<p>Perché no € – <a href=\"https://a.example/c/1\">così</a></p>".to_owned(),
        text: "Gentile Maria, perché no € – così.\n.\nA presto\n-- \nAraldo\n".to_owned(),
        unsubscribe_url: Some(format!("https://avvisi.example.it/u/{}", "x".repeat(43))),
        one_click: true,
        kind: "case-progress".to_owned(),
        date: Timestamp::parse("2026-11-22T10:00:00+01:00").unwrap(),
    }
}

/// As a receiver sees the lines of a text.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
