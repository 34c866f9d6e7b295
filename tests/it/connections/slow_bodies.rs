//! Half a body holds no place for longer than a moment when others want it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use araldo::domain::api_key::Scope;
use araldo::domain::limits::LEFTOVER_WITHIN;
use araldo::runtime::Lifecycle;
use araldo::web::serving::{self, Patience, Room};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use super::deadlines::{SHORT, heard, server};
use super::{speak, until_closed};
use crate::intake_api::Api;
use crate::support;

const ASKED: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
/// How the answer to a request begins whose body is waited for.
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// Whatever is waited for lasts for an hour, except where room is wanted.
const LONG: Patience = Patience {
    head: Duration::from_hours(1),
    body: Duration::from_hours(1),
    body_in_crowd: Duration::from_secs(3),
    idle: Duration::from_hours(1),
    ..SHORT
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_no_more_of_a_body_makes_room() {
    let (address, lifecycle) = server(2, LONG).await;
    let crowd = [half(address), half(address)];
    for _ in 0..2 {
        let answered = heard(address, ASKED).await;
        assert!(answered.ends_with("here\n"), "{answered}");
    }
    drop(crowd);
    lifecycle.abort();
}

/// Also when nobody reads it and it is only read off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_no_more_of_a_refused_body_makes_room() {
    let (address, lifecycle) = server(1, LONG).await;
    let begun = Instant::now();
    let refused = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nh";
    let mut crowd = speak(address, refused);
    until(&mut crowd, "\r\n\r\n");
    let answered = heard(address, ASKED).await;
    assert!(answered.ends_with("here\n"), "{answered}");
    // A tenth of it, if the crowd counts.
    assert!(
        begun.elapsed() < LEFTOVER_WITHIN,
        "it was waited for to its end"
    );
    drop(crowd);
    lifecycle.abort();
}

/// A byte now and then buys no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_drips_a_body_makes_room() {
    let (address, lifecycle) = server(1, LONG).await;
    let dripping = half(address);
    let drops = spawn_blocking(move || drip(dripping));
    let answered = heard(address, ASKED).await;
    assert!(answered.ends_with("here\n"), "{answered}");
    let drops = drops.await.unwrap();
    assert!(drops < 2_000, "it was still read after {drops} bytes");
    lifecycle.abort();
}

/// Who sends at a fair pace is at work, however long it takes and whoever waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_on_stays_while_others_make_room() {
    let (address, lifecycle) = server(2, LONG).await;
    let over = Arc::new(AtomicBool::new(false));
    let begun = begin(address, "Transfer-Encoding: chunked\r\nConnection: close");
    let sending = {
        let over = Arc::clone(&over);
        spawn_blocking(move || send_on(begun, &over))
    };
    // Each takes the other place, which the next one gets when it has been given up.
    let mut silent = Vec::new();
    for _ in 0..2 {
        silent.push(half(address));
        let answered = heard(address, ASKED).await;
        assert!(answered.ends_with("here\n"), "{answered}");
    }
    over.store(true, Ordering::Release);
    let (sent, answer) = sending.await.unwrap();
    assert!(answer.ends_with(&sent.to_string()), "{sent}: {answer}");
    lifecycle.abort();
}

/// And how much of a long stream was kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_cut_off_for_slowness_hears_so() {
    let store = support::sqlite().await;
    let api = Api::over(&store).await;
    let key = api.new_key(2, Scope::ALL).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (router, lifecycle) = (araldo::web::router(api.web.clone()), Lifecycle::new());
    serving::start(listener, router, Room::new(10), SHORT, &lifecycle);
    let line = "{\"client\":\"C-1\",\"name\":\"Anna\"}\n{";
    let event = "application/cloudevents+json";
    let form = "application/x-www-form-urlencoded";
    for (path, kind, body, told) in [
        ("/v1/events", event, "{", "came too slowly"),
        ("/console/login", form, "email=", "came too slowly"),
        (
            "/v1/clients:import",
            "application/x-ndjson",
            line,
            "1 client(s) were imported",
        ),
    ] {
        let said = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\n\
             Content-Length: 1000\r\nConnection: close\r\n\r\n{body}"
        );
        let answer = spawn_blocking(move || until_closed(speak(address, &said)));
        let answer = answer.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains(told), "{path}: {answer}");
    }
    lifecycle.abort();
}

/// A request of whose body all but a byte is missing, and waited for.
fn half(address: SocketAddr) -> TcpStream {
    let mut stream = begin(address, "Content-Length: 100000");
    stream.write_all(b"h").expect("it is read");
    stream
}

/// A request whose body is waited for: before, it is idle like any other.
fn begin(address: SocketAddr, length: &str) -> TcpStream {
    let head =
        format!("POST /form HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{length}\r\n\r\n");
    let mut stream = speak(address, &head);
    until(&mut stream, CONTINUE);
    stream
}

fn until(stream: &mut TcpStream, end: &str) {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("it is answered");
        heard.push(byte[0]);
    }
}

fn drip(mut stream: TcpStream) -> u32 {
    let mut drops = 0;
    while drops < 2_000 && stream.write_all(b"x").is_ok() {
        drops += 1;
        park_timeout(Duration::from_millis(30));
    }
    drops
}

/// Sends some 40 KiB a second until it is over; how many bytes, and the answer.
fn send_on(mut stream: TcpStream, over: &AtomicBool) -> (usize, String) {
    let mut sent = 0;
    while !over.load(Ordering::Acquire) {
        let chunk = format!("800\r\n{}\r\n", "x".repeat(0x800));
        stream.write_all(chunk.as_bytes()).expect("it is read");
        sent += 0x800;
        park_timeout(Duration::from_millis(50));
    }
    stream.write_all(b"0\r\n\r\n").expect("it is read");
    (sent, until_closed(stream))
}
