//! What a conversation bears, over a pipe in memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::session::Session;
use super::{Act, At, Manners, Step};
use crate::Limits;

/// Says all of this at once, as a client with PIPELINING may; the first three digits of each
/// answer, and the mails that were taken.
async fn talk(said: &str, limits: Limits) -> (Vec<String>, Vec<String>) {
    let taken = Arc::<Mutex<Vec<String>>>::default();
    let taking = Arc::clone(&taken);
    let script = move |step: Step<'_>| {
        if step.at == At::Dot {
            let mail = String::from_utf8_lossy(step.mail);
            let mail = format!("{} {} {mail}", step.from, step.to);
            taking.lock().unwrap().push(mail);
        }
        Act::Usual
    };
    let manners = Manners {
        limits,
        keeps_mails: true,
        ..Manners::of(script)
    };
    let (ours, theirs) = tokio::io::duplex(64 * 1_024);
    let hangs_up = async { drop(Session::new(theirs, &manners).hold(At::Greeting).await) };
    let (answers, ()) = tokio::join!(ask(ours, said), hangs_up);
    let codes = answers
        .lines()
        .filter(|line| line.as_bytes().get(3) == Some(&b' '));
    let codes = codes.map(|line| line[..3].to_owned()).collect();
    let taken = taken.lock().unwrap().clone();
    (codes, taken)
}

async fn ask(mut stream: DuplexStream, said: &str) -> String {
    stream.write_all(said.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    answers
}

const ENVELOPE: &str = "EHLO me\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n";

#[tokio::test]
async fn a_mail_is_taken_without_its_doubled_dots_and_the_next_follows() {
    let said =
        format!("{ENVELOPE}one\r\n..two\r\n.\r\nRSET\r\n{ENVELOPE}\r\n.\r\nQUIT\r\nNOOP\r\n");
    let (codes, taken) = talk(&said, Limits::default()).await;
    assert_eq!(
        codes,
        [
            "220", "250", "250", "250", "354", "250", "250", "250", "250", "250", "354", "250",
            "221"
        ]
    );
    assert_eq!(taken[0], "a@a.example b@b.example one\r\n.two\r\n");
    assert_eq!(taken[1], "a@a.example b@b.example \r\n");
}

#[tokio::test]
async fn what_comes_out_of_turn_is_refused_and_forgotten() {
    let said = "RCPT TO:<b@b.example>\r\nDATA\r\nMAIL FROM\r\nMAIL FROM:<>\r\nRCPT TO:<b>\r\n\
        RCPT TO:<b@b.example>\r\nRCPT TO:<c@b.example>\r\nMAIL FROM:<>\r\nDATA\r\nVRFY b\r\n";
    let (codes, taken) = talk(said, Limits::default()).await;
    assert_eq!(
        codes,
        [
            "220", "503", "503", "501", "250", "501", "250", "452", "250", "503", "502"
        ]
    );
    assert!(taken.is_empty());
}

/// Too long a line comes in pieces, and no piece is taken for the end of the mail.
#[tokio::test]
async fn a_mail_that_is_too_big_is_read_to_its_end_and_refused() {
    let limits = Limits {
        mail: 100,
        line: 16,
        ..Limits::default()
    };
    let long = "x".repeat(15) + ".\r\n";
    let said = format!(
        "MAIL FROM:<a>\r\nRCPT TO:<b@c>\r\nDATA\r\n{}.\r\nNOOP\r\n",
        long.repeat(9)
    );
    let (codes, taken) = talk(&said, limits).await;
    assert_eq!(codes, ["220", "250", "250", "354", "552", "250"]);
    assert!(taken.is_empty());
    let said = format!("MAIL FROM:<a>\r\nRCPT TO:<b@c>\r\nDATA\r\n{long}.\r\n");
    let (_, taken) = talk(&said, limits).await;
    assert_eq!(taken, [format!("a b@c {long}")]);
}

#[tokio::test]
async fn one_too_many_is_told_so_and_nobody_says_nothing_for_ever() {
    let limits = Limits {
        idle: Duration::from_millis(50),
        ..Limits::default()
    };
    let manners = Manners {
        limits,
        ..Manners::of(|_| Act::Usual)
    };
    let (mut ours, theirs) = tokio::io::duplex(1_024);
    Session::new(theirs, &manners)
        .hold(At::Crowded)
        .await
        .unwrap();
    let mut answers = String::new();
    ours.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers, "421 4.7.0 Too many connections\r\n");
    let (_ours, theirs) = tokio::io::duplex(1_024);
    let ended = Session::new(theirs, &manners).hold(At::Greeting).await;
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn answers_that_pile_up_are_sent_before_all_is_asked() {
    let limits = Limits {
        answers: 16,
        ..Limits::default()
    };
    let (codes, _) = talk(&"NOOP\r\n".repeat(200), limits).await;
    assert_eq!(codes.len(), 201);
    assert!(codes[1..].iter().all(|code| code == "250"), "{codes:?}");
}

/// The pipe bears some 590 answers of 14 octets, and then nobody has read one.
#[tokio::test]
async fn whoever_asks_on_and_never_reads_is_left() {
    let limits = Limits {
        answers: 64,
        unread: Duration::from_millis(50),
        ..Limits::default()
    };
    let asked = Arc::<AtomicUsize>::default();
    let counting = Arc::clone(&asked);
    let script = move |_: Step<'_>| {
        counting.fetch_add(1, Ordering::SeqCst);
        Act::Usual
    };
    let manners = Manners {
        limits,
        ..Manners::of(script)
    };
    let (mut ours, theirs) = tokio::io::duplex(8 * 1_024);
    let said = "NOOP\r\n".repeat(1_000);
    ours.write_all(said.as_bytes()).await.unwrap();
    let ended = Session::new(theirs, &manners).hold(At::Greeting).await;
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    let asked = asked.load(Ordering::SeqCst);
    assert!(
        asked < 700,
        "{asked} answers were kept for who does not read"
    );
}
