//! Whole mails, where the parts play together; the mails of many servers are in `tests/it/mail/returned`.

use super::{ReturnedClass, read};

#[test]
fn nothing_and_noise_are_no_report() {
    for raw in [
        &b""[..],
        b"\n\n",
        b"\xff\xfe\0",
        b"--\n--\n--",
        b"Content-Type: multipart/mixed\n\n--",
    ] {
        let mail = read(raw);
        assert_eq!(mail.class, ReturnedClass::NotAReport, "{raw:?}");
        assert!(!mail.reason.is_empty() && mail.recipients.is_empty());
    }
}

#[test]
fn mails_within_mails_end_somewhere() {
    let raw = "Content-Type: message/rfc822\n\n".repeat(50_000);
    assert_eq!(read(raw.as_bytes()).class, ReturnedClass::NotAReport);
    let parts = (0..10_000)
        .map(|depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"));
    let raw = parts.collect::<Vec<_>>().concat();
    assert_eq!(read(raw.as_bytes()).class, ReturnedClass::NotAReport);
}

/// Two megabytes of what took time with the square of its length; with each line looked at once it is
/// read in a moment.
#[test]
fn a_mail_takes_no_more_time_than_its_length() {
    let numbered = |line: &str, of: usize| -> String {
        let lines = (0..of).map(|number| line.replace('#', &number.to_string()));
        lines.collect::<Vec<_>>().concat()
    };
    let heads = [
        format!("Subject: {}\n", "=?utf-8?B?".repeat(200_000)),
        format!("Subject: x\n{}", " =?utf-8?B?\n".repeat(170_000)),
        format!("From: {}\n", "(".repeat(2_000_000)),
        numbered("References: <#@b.it>\n", 80_000),
        numbered("To: a+#@b.it\n", 120_000),
    ];
    for head in heads {
        let mail = read(format!("{head}\nCiao").as_bytes());
        assert_eq!(mail.recipients, Vec::<String>::new(), "{}", mail.reason);
    }
    let part = |line: &str| format!("--b\n\n{}\n", numbered(line, 4_000));
    for line in ["a#@b.it: x\n", "From a\nA: #\n"] {
        let raw = format!(
            "From: MAILER-DAEMON@a.it\nSubject: failure notice\nContent-Type: multipart/mixed; \
             boundary=b\n\n{}--b--\n",
            part(line).repeat(10)
        );
        assert!(read(raw.as_bytes()).recipients.len() <= 50);
    }
}

#[test]
fn the_worst_is_told_and_each_is_kept() {
    let raw = "From: MAILER-DAEMON@example.net\nContent-Type: multipart/report; boundary=b\n\n--b\n\
               Content-Type: message/delivery-status\n\nReporting-MTA: dns; example.net\n\
               Original-Envelope-Id: env-1\n\nFinal-Recipient: rfc822; a@example.net\nAction: delayed\n\
               Status: 4.4.1\n\nFinal-Recipient: rfc822; b@example.net\nAction: failed\nStatus: 5.1.1\n\n--b--\n";
    let mail = read(raw.as_bytes());
    assert_eq!(mail.class, ReturnedClass::Hard);
    assert_eq!(mail.recipients, ["b@example.net"]);
    assert_eq!(mail.each.len(), 2);
    assert_eq!(mail.traces.envelope_id.as_deref(), Some("env-1"));
    assert!(mail.envelope.is_automatic);
}

#[test]
fn a_report_inside_a_mail_of_a_program_is_read() {
    let report = "From: MAILER-DAEMON@example.net\nSubject: failure notice\n\n<a@example.net>:\n550 no such user\n";
    let raw = format!(
        "Return-Path: <>\nDelivered-To: rimbalzi+k7@example.it\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: message/rfc822\n\n{report}\n--b--\n"
    );
    let mail = read(raw.as_bytes());
    assert_eq!(
        (mail.class, mail.recipients),
        (ReturnedClass::Hard, vec!["a@example.net".to_owned()])
    );
    assert_eq!(mail.traces.tokens, ["k7"]);
    let by_person = raw.replace("Return-Path: <>", "From: Anna <anna@example.org>");
    let by_person = by_person.replace("\n\n--b\n", "\n\n--b\n\nEcco che cosa mi torna.\n--b\n");
    assert_eq!(read(by_person.as_bytes()).class, ReturnedClass::NotAReport);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let mail = read(&raw);
        proptest::prop_assert_eq!(read(&raw), mail);
    }

    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec(
        proptest::sample::select(vec![
            "From: MAILER-DAEMON@a.it", "Subject: failure notice", "", "Content-Type: multipart/report; boundary=b",
            "--b", "--b--", "Content-Type: message/delivery-status", "Final-Recipient: rfc822; a@b.it", "Status: 5.1.1",
            "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "=?utf-8?B?", "@", "<è@é>: 550", " x",
        ]),
        0..30,
    )) {
        let mail = read(lines.join("\n").as_bytes());
        proptest::prop_assert!(!mail.reason.is_empty());
    }
}
