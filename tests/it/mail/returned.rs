//! What came back, read by the program as an operator asks it: a folder of mails as real servers write
//! them, with domains of the documentation, and letters that only speak of such things.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use araldo::track::returned::{self, ReturnedClass};
use serde_json::Value;

use crate::support::program::araldo;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail/returned");

/// Each mail of the folder, its class, and whom it is about.
#[rustfmt::skip]
const MEANT: &[(&str, &str, &[&str])] = &[
    ("abwesenheit-no-fields.eml", "auto_reply", &["maria.rossi@example.net"]),
    ("auto-submitted.eml", "auto_reply", &["maria.rossi@example.net"]),
    ("barracuda-blocked.eml", "policy", &["maria.rossi@example.net"]),
    ("base64-windows-1252.eml", "hard", &["maria.rossi@example.net"]),
    ("broken.bin", "not_a_report", &[]),
    ("challenge.eml", "auto_reply", &["maria.rossi@example.net"]),
    ("complaint-arf.eml", "complaint", &["maria.rossi@example.net"]),
    ("complaint-without-a-part.eml", "complaint", &["maria.rossi@example.net"]),
    ("domino-not-listed.eml", "hard", &["maria.rossi@example.net"]),
    ("dutch-full.eml", "soft", &["maria.rossi@example.net"]),
    ("empty.eml", "not_a_report", &[]),
    ("exchange-old-german.eml", "hard", &["maria.rossi@example.net"]),
    ("exim-forwarded.eml", "soft", &["info@studio.example.com"]),
    ("exim-unrouteable.eml", "hard", &["maria.rossi@example.net"]),
    ("exim-warning.eml", "delayed", &["maria.rossi@example.net"]),
    ("forwarded-bounce.eml", "not_a_report", &[]),
    ("forwarded-to-another-mailbox.eml", "hard", &["maria@studio.example.com"]),
    ("gmail-dmarc.eml", "policy", &["maria.rossi@example.net"]),
    ("gmail-no-account.eml", "hard", &["maria.rossi@example.net"]),
    ("gmail-over-quota.eml", "soft", &["maria.rossi@example.net"]),
    ("gmx-policy.eml", "policy", &["maria.rossi@example.net"]),
    ("hosting-italian-full.eml", "soft", &["maria.rossi@example.net"]),
    ("imail-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("laposte-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("letter-about-bounces.eml", "not_a_report", &[]),
    ("mailenable-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("newsletter.eml", "not_a_report", &[]),
    ("no-structure-fields-in-text.eml", "hard", &["maria.rossi@example.net"]),
    ("office-party.eml", "not_a_report", &[]),
    ("office365-access-denied-5-4-1.eml", "hard", &["maria.rossi@example.net"]),
    ("office365-italian.eml", "hard", &["maria.rossi@example.net"]),
    ("office365-not-found.eml", "hard", &["maria.rossi@example.net"]),
    ("office365-not-permitted.eml", "policy", &["maria.rossi@example.net"]),
    ("orange-full.eml", "soft", &["maria.rossi@example.net"]),
    ("out-of-office-italian.eml", "auto_reply", &["maria.rossi@example.net"]),
    ("parcel-not-delivered.eml", "not_a_report", &[]),
    ("portuguese-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("postfix-delayed.eml", "delayed", &["maria.rossi@example.net"]),
    ("postfix-delivered.eml", "delivered", &["maria.rossi@example.net"]),
    ("postfix-no-such-domain.eml", "hard", &["maria.rossi@example.net"]),
    ("postfix-relayed-here-failed-there.eml", "hard", &["gone@example.org"]),
    ("postfix-unknown-user.eml", "hard", &["maria.rossi@example.net"]),
    ("qmail-no-mailbox.eml", "hard", &["maria.rossi@example.net"]),
    ("qmail-queue-too-long.eml", "soft", &["maria.rossi@example.net"]),
    ("receipt-deleted.eml", "not_a_report", &["maria.rossi@example.net"]),
    ("receipt-displayed.eml", "displayed", &["maria.rossi@example.net"]),
    ("reply-above-our-footer.eml", "reply", &["maria.rossi@example.net"]),
    ("reply-that-quotes-a-bounce.eml", "reply", &["maria.rossi@example.net"]),
    ("reply.eml", "reply", &["maria.rossi@example.net"]),
    ("sender-refused.eml", "policy", &["maria.rossi@example.net"]),
    ("sendmail-cut-off.eml", "soft", &["maria.rossi@example.net"]),
    ("spamhaus.eml", "policy", &["maria.rossi@example.net"]),
    ("spanish-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("status-page.eml", "not_a_report", &[]),
    ("status-says-policy-text-says-unknown.eml", "hard", &["maria.rossi@example.net"]),
    ("two-groups-without-an-empty-line.eml", "soft", &["uno@example.org", "due@example.org"]),
    ("vacation-precedence.eml", "auto_reply", &["maria.rossi@example.net"]),
    ("yahoo-no-account.eml", "hard", &["maria.rossi@example.net"]),
];

fn explained(arguments: &[&str]) -> Vec<Value> {
    let home = tempfile::tempdir().unwrap();
    let (fine, said) = araldo(home.path(), arguments);
    assert!(fine, "{said}");
    assert!(!home.path().join("araldo.db").exists(), "it made a store");
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_mail_is_understood_and_no_letter_is_taken_for_a_report() {
    let found = explained(&["receive", "--explain", FOLDER, "--json"]);
    let by_name: BTreeMap<&str, &Value> = found
        .iter()
        .map(|mail| (mail["file"].as_str().unwrap(), mail))
        .collect();
    assert_eq!(by_name.len(), MEANT.len());
    let mut wrong = Vec::new();
    for (file, class, recipients) in MEANT {
        let mail = by_name[file];
        let right = mail["class"] == *class && mail["recipients"] == serde_json::json!(recipients);
        if !right || mail["reason"].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{class} {recipients:?} expected: {mail}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: Vec<&str> = found
        .iter()
        .filter_map(|mail| mail["file"].as_str())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn one_mail_is_explained_with_all_that_is_asked_for() {
    let file = format!("{FOLDER}/postfix-unknown-user.eml");
    let found = explained(&["receive", "--explain", &file, "--json"]);
    let [mail] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(mail["file"], "postfix-unknown-user.eml");
    assert_eq!(mail["status"], "5.1.1");
    assert_eq!(mail["action"], "failed");
    assert_eq!(mail["message"], "m-1842@example.it");
    assert!(
        mail["reason"].as_str().unwrap().contains("User unknown"),
        "{mail}"
    );
}

#[test]
fn people_get_a_table() {
    let home = tempfile::tempdir().unwrap();
    let (fine, said) = araldo(home.path(), &["receive", "--explain", FOLDER]);
    assert!(fine, "{said}");
    assert!(
        said.contains("qmail-no-mailbox.eml: Sorry, no mailbox here"),
        "{said}"
    );
    let (fine, said) = araldo(home.path(), &["receive", "--explain", "nowhere"]);
    assert!(!fine && said.starts_with("araldo: "), "{said}");
    assert!(said.contains("cannot read `nowhere`"), "{said}");
}

/// Hands something over as a mail server's pipe does; the exit code, and what is said.
fn handed_over(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(arguments)
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[test]
fn what_is_wrong_with_what_is_handed_over_is_said_once_and_as_it_is() {
    let (code, said) = handed_over(&["receive"], b"");
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("there is no mail"), "{said}");
    for noise in [&[0_u8; 1_000][..], b"\xff\x00\x9d\n\x07:"] {
        let (code, said) = handed_over(&["receive"], noise);
        assert_eq!(code, Some(65), "{said}");
        assert!(said.contains("is no mail: it does not begin"), "{said}");
    }
    let arguments = ["--config", "nope.toml", "receive"];
    let (code, said) = handed_over(&arguments, b"From: a@b.it\n\nx");
    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains("nope.toml"), "{said}");
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
}

#[test]
fn a_report_bears_what_leads_to_our_message() {
    let raw = std::fs::read(Path::new(FOLDER).join("qmail-no-mailbox.eml")).unwrap();
    let mail = returned::read(&raw);
    assert_eq!(mail.class, ReturnedClass::Hard);
    assert_eq!(mail.message.as_deref(), Some("m-1842@example.it"));
    assert_eq!(
        mail.traces.tokens.first().map(String::as_str),
        Some("k7x2m")
    );
    assert!(mail.envelope.is_automatic);
    let raw = std::fs::read(Path::new(FOLDER).join("reply.eml")).unwrap();
    let mail = returned::read(&raw);
    assert_eq!(mail.text, "Grazie, ho capito.");
    assert!(!mail.envelope.is_automatic);
}
