//! The real parts start by themselves, do what the other tests rely on, and leave nothing behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use araldo::store::Store;

use crate::support::servers::kannel::Kannel;
use crate::support::servers::postfix::Postfix;
use crate::support::servers::smtp_sink::SmtpSink;
use crate::support::servers::{self, chromium};

on_both_databases!(a_store_tells_the_time);

async fn a_store_tells_the_time(store: &Store) {
    let mut tx = store.read().await.unwrap();
    assert!(tx.database_time().await.unwrap().as_micros() > 0);
}

/// Says one line after the other to an SMTP server, until it refuses one; gives its answers.
fn smtp(port: u16, lines: &[&str]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut answers = answer(&mut stream);
    for line in lines {
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let said = answer(&mut stream);
        answers += &said;
        if said.starts_with(['4', '5']) {
            break;
        }
    }
    answers
}

/// One answer: its last line has a space after the code (RFC 5321 §4.2.1).
fn answer(stream: &mut TcpStream) -> String {
    let mut said = String::new();
    let is_whole = |said: &str| {
        let last = said.lines().last().unwrap_or_default();
        said.ends_with('\n') && last.as_bytes().get(3) == Some(&b' ')
    };
    while !is_whole(&said) {
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0, "the server hung up after `{said}`");
        said += &String::from_utf8_lossy(&buffer[..length]);
    }
    said
}

#[test]
fn smtp_sink_keeps_what_it_gets() {
    let sink = SmtpSink::start(&[]);
    let mail = "Subject: prova\r\n\r\nciao\r\n.";
    smtp(
        sink.port,
        &[
            "HELO x",
            "MAIL FROM:<a@b.example>",
            "RCPT TO:<c@d.example>",
            "DATA",
            mail,
            "QUIT",
        ],
    );
    let mails = sink.wait_for(1);
    assert!(mails[0].contains("Subject: prova") && mails[0].contains("c@d.example"));
}

#[test]
fn postfix_delivers_refuses_and_bounces() {
    let postfix = Postfix::start();
    let mail = "Subject: prova\r\n\r\nciao\r\n.";
    let send = |to: &str| {
        let to = format!("RCPT TO:<{to}>");
        let from = "MAIL FROM:<bounces@araldo.example>";
        smtp(postfix.port, &["EHLO x", from, &to, "DATA", mail, "QUIT"])
    };
    assert!(send("maria@inbox.example").contains("250 2.0.0 Ok: queued"));
    assert!(
        postfix
            .wait_for("inbox.example", "ciao")
            .contains("Subject: prova")
    );
    assert!(send("unknown.person@inbox.example").contains("550 5.1.1"));
    assert!(send("maria@bounce.example").contains("250 2.0.0 Ok: queued"));
    let dsn = postfix.wait_for("araldo.example", "Status: 5.1.1");
    assert!(
        dsn.contains("Final-Recipient: rfc822; maria@bounce.example"),
        "{dsn}"
    );
}

#[test]
fn kannel_hands_an_sms_to_its_network() {
    let kannel = Kannel::start("http://127.0.0.1:9/");
    let request = format!(
        "GET /cgi-bin/sendsms?username={}&password={}&from=ARALDO&to=%2B393331234567&text=ciao+%E2%82%AC&charset=UTF-8&coding=0 HTTP/1.0\r\n\r\n",
        Kannel::USERNAME,
        Kannel::PASSWORD
    );
    let mut stream = TcpStream::connect(("127.0.0.1", kannel.port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("202"), "{answer}");
    let received = kannel.wait_for(1);
    assert!(received[0].contains("ciao €"), "{received:?}");
}

#[tokio::test]
async fn a_browser_opens_a_page() {
    let browser = chromium::open(390, 844).await;
    browser
        .goto("data:text/html,<title>Araldo</title>")
        .await
        .unwrap();
    assert_eq!(browser.title().await.unwrap(), "Araldo");
    browser.close().await.unwrap();
}

#[test]
fn a_server_ends_with_its_handle_and_leaves_no_folder() {
    let sink = SmtpSink::start(&[]);
    let (port, folder) = (sink.port, sink.folder().to_path_buf());
    assert!(folder.exists());
    drop(sink);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.exists());
}

#[test]
#[should_panic(
    expected = "`no-such-program` is missing: install it with apt-get install something"
)]
fn a_missing_program_fails_by_name() {
    servers::program("no-such-program", "something");
}
