//! A signature holds at a verifier that is not ours (dkimpy), on the bytes an SMTP server got, and
//! breaks as soon as anything a reader acts on is changed, taken away or said twice.

use araldo::channel::Email;
use araldo::template::{Compiled, Fullness, Input, Source};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::{ED25519, ED25519_PKCS8, Key, Post, RSA, RSA_PKCS8, email, of};

/// Mails with odd texts in each batch.
const ODD: usize = 60;

fn shipped() -> Vec<(String, Email)> {
    let mut mails = Vec::new();
    for source in Source::shipped().unwrap() {
        let compiled = Compiled::compile(&source).unwrap();
        for locale in ["it", "en"] {
            let variables = source.sample(locale, Fullness::Everything);
            let input = Input {
                variables: &variables,
                link: &|index| compiled.links()[index].clone(),
                pixel: Some("https://avvisi.example.it/o/AZqTb3Jx0kLmN4pQr7sTuVw.gif"),
            };
            let rendered = compiled.email(locale, &input).unwrap();
            let mail = Email {
                subject: rendered.subject,
                html: rendered.html,
                text: rendered.text,
                kind: source.name.clone(),
                ..email()
            };
            mails.push((format!("{}-{locale}", source.name), mail));
        }
    }
    mails
}

async fn every_shipped_mail_is_signed_so_that_others_verify_it(key: Key) {
    let post = Post::new(&[], &key.dkim());
    let mails = shipped();
    for (reference, mail) in &mails {
        post.send(reference, mail).await;
    }
    let judged = post.judged(Some(key), mails.len());
    for (reference, mail) in &mails {
        let seen = of(&judged, reference);
        assert_eq!(seen["verifies"], true, "{reference}: {seen:#}");
        assert_eq!(seen["forged"], serde_json::json!([]), "{reference}");
        // A relay that must turn eight bits into seven would break the signature (RFC 6376 §5.3).
        assert_eq!(seen["ascii"], true, "{reference}");
        assert_eq!(seen["headers"]["Subject"], mail.subject.as_str());
        assert_eq!(seen["text"], mail.text.as_str(), "{reference}");
        assert!(mail.text.contains("\n-- \n"), "{reference}: {}", mail.text);
    }
}

#[tokio::test]
async fn every_shipped_mail_is_signed_with_rsa_so_that_others_verify_it() {
    every_shipped_mail_is_signed_so_that_others_verify_it(RSA).await;
}

#[tokio::test]
async fn every_shipped_mail_is_signed_with_ed25519_so_that_others_verify_it() {
    every_shipped_mail_is_signed_so_that_others_verify_it(ED25519).await;
}

#[tokio::test]
async fn keys_as_openssl_writes_them_today_sign_as_well() {
    for key in [RSA_PKCS8, ED25519_PKCS8] {
        let post = Post::new(&[], &key.dkim());
        post.send("m-1", &email()).await;
        let judged = post.judged(Some(key), 1);
        assert_eq!(judged[0]["verifies"], true, "{judged:#?}");
    }
}

#[tokio::test]
async fn a_mail_that_is_rendered_and_sent_again_is_the_same_to_the_byte() {
    for key in [RSA, ED25519] {
        let post = Post::new(&[], &key.dkim());
        // Templates are compiled and rendered again, as by another node.
        for mails in [shipped(), shipped()] {
            post.send("m-1", &mails[0].1).await;
        }
        let mails = post.sink.wait_for(2);
        let sent = |dump: &str| dump[dump.find("DKIM-Signature:").unwrap()..].to_owned();
        assert_eq!(sent(&mails[0]), sent(&mails[1]));
    }
}

/// Lines that mail servers and canonical forms trip over.
fn odd_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        Just(".".to_owned()),
        Just("..".to_owned()),
        Just("-- ".to_owned()),
        Just(" \t ".to_owned()),
        Just("From here on".to_owned()),
        Just("--=_m-1--".to_owned()),
        Just("=_ =3D =".to_owned()),
        "[ \ta-z.=]{0,30}",
        "[a-zàèéìòù€–😀 ]{0,40}",
        "[a-zè]{1200}",
        "[a-z ]{1200}",
    ];
    (prop::collection::vec(line, 0..8), 0..4_usize)
        .prop_map(|(lines, blank)| lines.join("\r\n") + &"\n".repeat(blank))
}

fn odd_mail() -> impl Strategy<Value = Email> {
    let header = "[a-zA-Zàèù€–😀\t,;:\"'()<>@=?_\\\\. -]{0,120}";
    (
        odd_text(),
        odd_text(),
        header,
        "[a-zA-Zàè \",.😀-]{0,60}",
        any::<bool>(),
    )
        .prop_map(|(text, html, subject, to_name, may_refuse)| Email {
            text,
            html,
            subject,
            to_name,
            unsubscribe_url: email().unsubscribe_url.filter(|_| may_refuse),
            ..email()
        })
}

async fn whatever_is_written_the_signature_holds(key: Key, options: &[&str]) {
    let post = Post::new(options, &key.dkim());
    let mut runner = TestRunner::deterministic();
    let mails: Vec<Email> = (0..ODD)
        .map(|_| odd_mail().new_tree(&mut runner).unwrap().current())
        .collect();
    for (number, mail) in mails.iter().enumerate() {
        post.send(&format!("m-{number}"), mail).await;
    }
    let judged = post.judged(Some(key), mails.len());
    for (number, mail) in mails.iter().enumerate() {
        let seen = of(&judged, &format!("m-{number}"));
        assert_eq!(seen["verifies"], true, "{mail:#?}\n{seen:#}");
        assert_eq!(seen["forged"], serde_json::json!([]), "{mail:#?}\n{seen:#}");
    }
}

#[tokio::test]
async fn whatever_is_written_an_rsa_signature_holds() {
    whatever_is_written_the_signature_holds(RSA, &[]).await;
}

#[tokio::test]
async fn whatever_is_written_an_ed25519_signature_holds_at_an_old_relay() {
    // `-8`: does not take eight bits. `-p`: no pipelining.
    whatever_is_written_the_signature_holds(ED25519, &["-8", "-p"]).await;
}
