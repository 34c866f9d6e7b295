//! `araldo doctor` signs a mail and verifies it against the key that stands in DNS, and says what
//! is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use araldo::runtime::Lifecycle;
use tokio::net::UdpSocket;
use tokio::process::Command;

use super::{ED25519, Key, RSA};
use crate::support::servers::smtp_sink::SmtpSink;

const KEY: &str = "araldo._domainkey.example.it";

/// Answers for TXT records (RFC 1035), and that every other name does not exist.
struct NameServer {
    address: String,
    lifecycle: Lifecycle,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

impl NameServer {
    async fn start(records: &[(&str, &str)]) -> Self {
        let mut zone = BTreeMap::<String, Vec<String>>::new();
        for (name, text) in records {
            let texts = zone.entry((*name).to_owned()).or_default();
            texts.push((*text).to_owned());
        }
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let lifecycle = Lifecycle::new();
        let zone = Arc::new(zone);
        lifecycle.spawn("name server", async move {
            let mut question = [0; 512];
            loop {
                let (length, asker) = socket.recv_from(&mut question).await.unwrap();
                let answer = answer(&question[..length], &zone);
                socket.send_to(&answer, asker).await.unwrap();
            }
        });
        Self { address, lifecycle }
    }
}

fn answer(question: &[u8], zone: &BTreeMap<String, Vec<String>>) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).into_owned());
        at = end;
    }
    let texts = zone.get(&labels.join(".")).map_or(&[][..], Vec::as_slice);
    let mut bytes = question.to_vec();
    bytes[2] = 0x81;
    bytes[3] = if texts.is_empty() { 0x83 } else { 0x80 };
    bytes[7] = u8::try_from(texts.len()).unwrap();
    for text in texts {
        let pieces: Vec<u8> = text
            .as_bytes()
            .chunks(255)
            .flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()], piece].concat())
            .collect();
        bytes.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        bytes.extend_from_slice(&u16::try_from(pieces.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&pieces);
    }
    bytes
}

/// What the doctor prints about DKIM when these records stand in DNS.
async fn asked(key: Key, texts: &[&str]) -> String {
    let sink = SmtpSink::start(&[]);
    let mut records: Vec<_> = texts.iter().map(|text| (KEY, text.trim())).collect();
    records.push(("example.it", "v=spf1 ip4:192.0.2.1 -all"));
    records.push(("_dmarc.example.it", "v=DMARC1; p=reject"));
    let names = NameServer::start(&records).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    let settings = format!(
        "[store]\nurl = \"sqlite:{}/araldo.db\"\n[channels]\nemail = [\"relay\"]\n\
         [provider.relay]\nkind = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\n\
         from = \"avvisi@example.it\"\n{}",
        folder.path().display(),
        sink.port,
        key.dkim()
    );
    std::fs::write(&file, settings).unwrap();
    let said = Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(["doctor", "--name-server", &names.address, "--config"])
        .arg(&file)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("ok      SPF of example.it"), "{said}");
    let dkim = said.lines().filter(|line| line.contains("DKIM"));
    dkim.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_key_that_verifies_what_we_sign_is_in_order() {
    for key in [RSA, ED25519] {
        let said = asked(key, &[key.record]).await;
        assert!(said.starts_with("ok      DKIM of example.it"), "{said}");
        assert!(said.contains("verifies"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn each_fault_of_the_record_is_said_with_what_to_do() {
    let key = RSA.record.trim().rsplit_once("p=").unwrap().1;
    let [short, tiny] = [
        include_str!("keys/short.txt"),
        include_str!("keys/tiny.txt"),
    ];
    let publish = format!("publish `v=DKIM1; k=rsa; p={key}`");
    for (texts, wanted) in [
        (&[][..], &["no TXT record", KEY, &publish][..]),
        (&["v=DKIM1; p="], &["revoked", &publish]),
        (&[ED25519.record], &["k=ed25519", "rsa", &publish]),
        (&[short], &["another key", "1024", &publish]),
        (&[tiny], &["512", "at least 2048", &publish]),
        (&[RSA.record, short], &["2 records", "keep one"]),
        (&["v=DKIM1; k=rsa; p=&&&"], &["cannot be read", &publish]),
        (
            &[&format!("v=DKIM1; h=sha1; p={key}")],
            &["h=sha1", "sha256"],
        ),
        (&[&format!("v=DKIM1; s=other; p={key}")], &["s=other"]),
        (&[&format!("v=DKIM2; p={key}")], &["v=DKIM2"]),
    ] {
        let said = asked(RSA, texts).await;
        assert!(said.starts_with("FAULT   DKIM of example.it"), "{said}");
        for part in wanted {
            assert!(said.contains(part), "`{part}` is missing: {said}");
        }
    }
}

#[tokio::test]
async fn a_record_for_trials_is_in_order_and_warned_about() {
    let testing = RSA.record.replace("k=rsa;", "k=rsa; t=y:s;");
    let said = asked(RSA, &[&testing]).await;
    assert!(said.contains("ok      DKIM of example.it"), "{said}");
    assert!(said.contains("warning DKIM of example.it"), "{said}");
    assert!(said.contains("t=y"), "{said}");
}
