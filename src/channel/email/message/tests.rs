use mail_parser::{MessageParser, MimeHeaders as _};

use super::body::MAX_LINE;
use super::*;
use crate::domain::{EmailAddress, Timestamp};

fn email() -> Email {
    Email {
        to: EmailAddress::parse("maria@example.it").unwrap(),
        to_name: "Maria Rossi".to_owned(),
        subject: "La sua pratica è andata avanti".to_owned(),
        html: "<p>Perché no € – così</p>".to_owned(),
        text: "Perché no € – così\nA presto".to_owned(),
        unsubscribe_url: Some("https://araldo.example.it/u/AbCdEfGhIjKlMnOpQrStUvWx".to_owned()),
        one_click: true,
        kind: "case-progress".to_owned(),
        date: Timestamp::parse("2026-11-22T10:00:00+01:00").unwrap(),
    }
}

fn written(email: &Email, eight_bit: bool) -> String {
    let from = "Araldo <avvisi@example.it>";
    let composer = MailComposer::new("relay", from, None).unwrap();
    let reference = Reference("m-42".to_owned());
    String::from_utf8(
        composer
            .compose(&reference, email, eight_bit, None)
            .unwrap(),
    )
    .unwrap()
}

#[test]
fn a_mail_has_all_a_careful_receiver_looks_for() {
    let raw = written(&email(), true);
    for header in [
        "From: Araldo <avvisi@example.it>\r\n",
        "To: \"Maria Rossi\" <maria@example.it>\r\n",
        "Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n",
        "Message-ID: <m-42@example.it>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Feedback-ID: case-progress:relay:araldo\r\n",
        "List-Unsubscribe: <https://araldo.example.it/u/AbCdEfGhIjKlMnOpQrStUvWx>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert!(raw.contains(header), "{header}{raw}");
    }
    let mail = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(mail.subject(), Some("La sua pratica è andata avanti"));
    assert_eq!(
        mail.body_text(0).unwrap().trim_end(),
        "Perché no € – così\r\nA presto"
    );
    assert!(mail.body_html(0).unwrap().contains("Perché no € – così"));
    assert_eq!(raw, written(&email(), true), "a repeat is the same mail");
}

#[test]
fn answers_go_to_the_mailbox_that_is_named() {
    let from = "Araldo <avvisi@example.it>";
    let composer = MailComposer::new("relay", from, None).unwrap();
    let reference = Reference("m-42".to_owned());
    let to = Some("risposte+abc@avvisi.example.it");
    let raw = composer.compose(&reference, &email(), true, to).unwrap();
    let raw = String::from_utf8(raw).unwrap();
    assert!(
        raw.contains("\r\nReply-To: risposte+abc@avvisi.example.it\r\n"),
        "{raw}"
    );
    assert!(!written(&email(), true).contains("Reply-To"));
}

#[test]
fn a_server_without_8bitmime_gets_seven_bits() {
    let raw = written(&email(), false);
    assert!(raw.is_ascii());
    let mail = MessageParser::default().parse(&raw).unwrap();
    assert!(mail.body_html(0).unwrap().contains("Perché no € – così"));
    assert!(written(&email(), true).contains("Content-Transfer-Encoding: 8bit"));
}

#[test]
fn no_value_can_add_a_header_or_a_part() {
    let mut hostile = email();
    hostile.subject = "Ciao\r\nBcc: tutti@example.it\r\n\r\n<script>".to_owned();
    hostile.to_name = "Maria\"\r\nBcc: altri@example.it\u{202e}".to_owned();
    hostile.kind = "x\r\nX-Evil: 1".to_owned();
    hostile.unsubscribe_url = Some("https://a.it/u\r\nX-Evil: 2".to_owned());
    let raw = written(&hostile, true);
    let mail = MessageParser::default().parse(&raw).unwrap();
    let names: Vec<_> = mail.headers_raw().map(|(name, _)| name).collect();
    assert!(
        !names.iter().any(|name| matches!(*name, "Bcc" | "X-Evil")),
        "{raw}"
    );
    assert_eq!(mail.parts.len(), 3);
    assert_eq!(
        mail.subject(),
        Some("Ciao  Bcc: tutti@example.it    <script>")
    );
}

#[test]
fn lines_stay_below_the_limit_and_read_the_same() {
    let mut long = email();
    long.html = format!("<p>{}</p>", "parola è ".repeat(500));
    long.text = "senza-spazi-è".repeat(200);
    let raw = written(&long, true);
    assert!(raw.split("\r\n").all(|line| line.len() <= MAX_LINE));
    let mail = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(mail.body_text(0).unwrap().trim_end(), long.text);
    let html = mail.body_html(0).unwrap().replace("\r\n", " ");
    assert_eq!(html.trim_end(), long.html);
    let part = mail.html_part(0).unwrap();
    assert_eq!(part.content_transfer_encoding(), Some("8bit"));
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("dkim");
    let dkim = |domain: &str| Dkim {
        domain: domain.to_owned(),
        selector: "araldo".to_owned(),
        key_file: key_file.clone(),
    };
    let refusal = |domain: &str, key: &str| {
        std::fs::write(&key_file, key).unwrap();
        let composer = MailComposer::new("relay", "avvisi@example.it", Some(&dkim(domain)));
        composer.err().unwrap().to_string()
    };
    for no_key in ["-----BEGIN PRIVATE KEY-----\n", "c2hvcnQ=", "&&&", ""] {
        let said = refusal("example.it", no_key);
        assert!(said.contains("openssl genrsa"), "{said}");
    }
    let short = include_str!("../../../../tests/it/mail/keys/short.pem");
    assert!(refusal("example.it", short).contains("too short"));
    assert!(refusal("perché.it", short).contains("xn--"));
}

#[test]
fn a_sender_with_accents_is_written_in_ascii_or_refused() {
    let address = |from: &str| {
        let composer = MailComposer::new("relay", from, None);
        composer.map(|composer| composer.address().to_owned())
    };
    assert_eq!(
        address("Araldo <a@perché.it>").unwrap(),
        "a@xn--perch-fsa.it"
    );
    assert!(address("perché@example.it").is_err());
    let quoted = MailComposer::new("relay", "\"Gas, luce\" <a@b.it>", None).unwrap();
    assert_eq!(quoted.name, "Gas, luce");
}
