//! What is put into a mail comes out of it: judged by Python's `email`, on the bytes that an SMTP
//! server got.

use araldo::channel::{Email, SendError};
use araldo::domain::EmailAddress;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{Carrier, FROM, Post, email, lines, of};
use crate::support::servers::postfix::Postfix;
use crate::support::servers::smtp_sink::SmtpSink;

/// Longest line of a mail (RFC 5322 §2.1.1).
const MAX_LINE: u64 = 998;
/// What a header's line should not pass.
const FOLD: usize = 78;

#[tokio::test]
async fn long_subjects_with_accents_dashes_and_emoji_come_back_whole() {
    let post = Post::new(&[], "");
    let subjects = [
        "Interruzione programmata dell'energia elettrica in via Giuseppe Garibaldi – perché più lunga del previsto 👨‍👩‍👧 ⚡",
        "⚡ Interruzione – città di Forlì: perché così a lungo, più di quanto è stato detto a tutti 😀😀😀😀😀😀😀😀😀😀",
        "è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è è",
        "Tutto in una sola lingua, senza alcun accento, e però con una sola lettera in fondo che non lo è: è",
        "=?utf-8?b?YQ==?= non è una parola codificata, e =?utf-8?q?a?= nemmeno",
        "Una parola lunga: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft, e altro",
        "停電のお知らせ：工事のため、本日午後二時から四時まで電気が止まります。ご迷惑をおかけいたします。",
        "due  spazi   tre e poi un accento  è  ancora  due",
        "",
    ];
    for (number, subject) in subjects.iter().enumerate() {
        let mail = Email {
            subject: (*subject).to_owned(),
            ..email()
        };
        post.send(&format!("m-{number}"), &mail).await;
    }
    let judged = post.judged(None, subjects.len());
    for (number, subject) in subjects.iter().enumerate() {
        let seen = of(&judged, &format!("m-{number}"));
        assert_eq!(seen["headers"]["Subject"], *subject, "{:#?}", seen["head"]);
        is_well_formed(seen);
    }
}

#[tokio::test]
async fn every_header_and_both_texts_come_back_whole() {
    let post = Post::new(&[], "");
    let mut runner = TestRunner::deterministic();
    let made = || odd_mail().new_tree(&mut runner).unwrap().current();
    let mails: Vec<Email> = std::iter::repeat_with(made).take(80).collect();
    for (number, mail) in mails.iter().enumerate() {
        post.send(&format!("m-{number}"), mail).await;
    }
    let judged = post.judged(None, mails.len());
    for (number, mail) in mails.iter().enumerate() {
        let seen = of(&judged, &format!("m-{number}"));
        comes_back_whole(seen, mail);
        is_well_formed(seen);
    }
}

/// As it is said on one line: no ends of lines, no blanks around it, and no joiner that joins
/// nothing.
fn said(text: &str) -> String {
    araldo::text::sanitize::unbroken(text)
}

fn odd_mail() -> impl Strategy<Value = Email> {
    let words = "([a-zA-Z0-9àèéìòù€–😀👨‍👩‍👧?=_\"\\\\(),;:<>@'.-]{1,20} ){0,12}[a-z]{0,100}";
    let line = prop_oneof!["[ -~]{0,80}", "[a-zàè€😀 .-]{0,60}", Just("-- ".to_owned())];
    let text = prop::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"));
    (
        words,
        "[a-zA-Zàèü 😀,.()\"'@<>\\\\-]{0,90}",
        text,
        0..120_usize,
    )
        .prop_map(|(subject, to_name, text, token)| Email {
            subject,
            to_name,
            html: format!("<p>{text}</p>"),
            text,
            unsubscribe_url: Some(format!("https://a.example.it/u/{}", "x".repeat(token))),
            ..email()
        })
}

fn comes_back_whole(seen: &Value, mail: &Email) {
    let headers = &seen["headers"];
    assert_eq!(headers["Subject"], said(&mail.subject), "{seen:#}");
    let to = json!([said(&mail.to_name), mail.to.as_str()]);
    assert_eq!(seen["to"], to, "{seen:#}");
    let from = json!([FROM, "avvisi@example.it"]);
    assert_eq!(seen["from"], from, "{seen:#}");
    let url = mail.unsubscribe_url.as_ref().unwrap();
    assert_eq!(headers["List-Unsubscribe"], format!("<{url}>"));
    assert_eq!(
        headers["List-Unsubscribe-Post"],
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(headers["Date"], "Sun, 22 Nov 2026 09:00:00 +0000");
    assert_eq!(seen["text"], lines(&mail.text), "{seen:#}");
    assert_eq!(seen["html"], lines(&mail.html), "{seen:#}");
}

fn is_well_formed(seen: &Value) {
    assert_eq!(seen["defects"], json!([]), "{seen:#}");
    assert_eq!(seen["parts"], 3, "{seen:#}");
    assert!(seen["longest"].as_u64().unwrap() <= MAX_LINE, "{seen:#}");
    for line in seen["head"].as_array().unwrap() {
        let line = line.as_str().unwrap();
        let value = line.split_once(": ").map_or(line, |(_, value)| value);
        let one_word = !value.trim_start().contains(' ');
        assert!(line.len() <= FOLD || one_word, "{line}");
        assert!(!line.trim().is_empty(), "a line of blanks: {seen:#}");
    }
}

#[tokio::test]
async fn the_plain_text_keeps_the_delimiter_before_the_signature() {
    for options in [&["-8"][..], &[]] {
        let post = Post::new(options, "");
        post.send("m-1", &email()).await;
        let judged = post.judged(None, 1);
        let text = judged[0]["text"].as_str().unwrap();
        assert!(text.contains("\n-- \nAraldo"), "{text:?}");
    }
}

#[tokio::test]
async fn a_text_that_contains_the_boundary_stays_in_its_part() {
    let post = Post::new(&[], "");
    let hidden = "--=_m-1\nContent-Type: text/html\n\n<b>Vinci!</b>\n--=_m-1--\ne altro";
    let mail = Email {
        text: hidden.to_owned(),
        ..email()
    };
    post.send("m-1", &mail).await;
    let judged = post.judged(None, 1);
    is_well_formed(&judged[0]);
    assert_eq!(judged[0]["text"], hidden);
    assert_eq!(judged[0]["html"], mail.html.as_str());
}

#[tokio::test]
async fn an_address_with_letters_beyond_ascii_goes_where_a_relay_takes_it() {
    let postfix = Postfix::start();
    let to = EmailAddress::parse("perché@inbox.example").unwrap();
    let mail = Email { to, ..email() };
    let sent = Carrier::to(postfix.port, "").send("m-1", &mail).await;
    assert!(sent.unwrap().code.starts_with("250"));
    let mailbox = postfix.wait_for("inbox.example", "m-1@example.it");
    assert!(
        mailbox.contains("Delivered-To: perché@inbox.example"),
        "{mailbox}"
    );
    assert!(mailbox.contains("<perché@inbox.example>\n"), "{mailbox}");

    let sink = SmtpSink::start(&[]);
    let refused = Carrier::to(sink.port, "").send("m-1", &mail).await;
    let refused = refused.unwrap_err();
    let SendError::Rejected { detail, .. } = &refused else {
        panic!("{refused:?}")
    };
    assert!(detail.contains("beyond ASCII"), "{detail}");
}
