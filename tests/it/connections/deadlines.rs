//! Nobody keeps the daemon waiting for ever, and who is at work is not cut off.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use araldo::runtime::Lifecycle;
use araldo::web::serving::{self, Patience, Room};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use super::{speak, until_closed};

/// Short, so that the tests are.
pub(super) const SHORT: Patience = Patience {
    head: Duration::from_secs(2),
    body: Duration::from_secs(1),
    body_in_crowd: Duration::from_secs(1),
    idle: Duration::from_secs(2),
    stalled: Duration::from_secs(1),
};
const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server with a page, a form and a stream of thirty words, four seconds and a half long.
pub(super) async fn server(places: usize, patience: Patience) -> (SocketAddr, Lifecycle) {
    let words = || async {
        let word = |n: u32| async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            (n < 30).then(|| (Ok::<_, Infallible>(format!("word {n}\n")), n + 1))
        };
        Body::from_stream(stream::unfold(0, word))
    };
    let much = || async { "x".repeat(64 * 1024 * 1024) };
    let router = Router::new()
        .route("/", get(|| async { "here\n" }))
        .route(
            "/form",
            post(|body: Bytes| async move { body.len().to_string() }),
        )
        .route("/words", get(words))
        .route("/much", get(much));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let lifecycle = Lifecycle::new();
    serving::start(listener, router, Room::new(places), patience, &lifecycle);
    (address, lifecycle)
}

pub(super) async fn heard(address: SocketAddr, said: &'static str) -> String {
    spawn_blocking(move || until_closed(speak(address, said)))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_or_half_a_head_or_half_a_body_is_closed() {
    let (address, _lifecycle) = server(10, SHORT).await;
    assert_eq!(heard(address, "").await, "");
    assert_eq!(heard(address, "GET / HTTP/1.1\r\nHost:").await, "");
    let answered = heard(address, GET).await;
    assert!(answered.ends_with("here\n"), "{answered}");
    let half = "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhal";
    let refused = heard(address, half).await;
    assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
}

/// One byte in each moment buys no time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_drips_is_closed() {
    let (address, _lifecycle) = server(10, SHORT).await;
    let dripped = spawn_blocking(move || {
        let mut stream = speak(address, "GET / HTTP/1.1\r\nX: ");
        let mut drops = 0;
        while drops < 2_000 && stream.write_all(b"x").is_ok() {
            drops += 1;
            std::thread::park_timeout(Duration::from_millis(20));
        }
        drops
    });
    let drops = dripped.await.unwrap();
    assert!(drops < 2_000, "it was still read after {drops} bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_takes_nothing_is_closed() {
    let (address, lifecycle) = server(1, SHORT).await;
    let stalled = spawn_blocking(move || speak(address, "GET /much HTTP/1.1\r\nHost: a\r\n\r\n"));
    let stalled = stalled.await.unwrap();
    // There is one place, and it is at work: this one gets it when the reader has been given up.
    let answered = heard(address, GET).await;
    assert!(answered.ends_with("here\n"), "{answered}");
    drop(stalled);
    lifecycle.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_outlives_every_deadline() {
    let (address, _lifecycle) = server(10, SHORT).await;
    let answered = heard(address, "GET /words HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answered.contains("word 29\n"), "{answered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_idle_make_room_for_who_asks() {
    let patience = Patience {
        head: Duration::from_hours(1),
        idle: Duration::from_hours(1),
        ..SHORT
    };
    let (address, lifecycle) = server(4, patience).await;
    let crowd = spawn_blocking(move || (0..40).map(|_| speak(address, "GET ")).collect::<Vec<_>>());
    let crowd = crowd.await.unwrap();
    let answered = heard(
        address,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(answered.ends_with("here\n"), "{answered}");
    drop(crowd);
    lifecycle.abort();
}

/// Idle connections do not hold up the end, and what is being answered is finished.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_closes_who_is_idle_and_finishes_who_is_not() {
    let patience = Patience {
        head: Duration::from_hours(1),
        idle: Duration::from_hours(1),
        ..SHORT
    };
    let (address, lifecycle) = server(10, patience).await;
    let idle = spawn_blocking(move || {
        [
            speak(address, ""),
            speak(address, "GET "),
            speak(address, GET),
        ]
    });
    let idle = idle.await.unwrap();
    let working = spawn_blocking(move || {
        let mut stream = speak(address, "GET /words HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut first = [0; 8];
        std::io::Read::read_exact(&mut stream, &mut first).unwrap();
        stream
    });
    let working = working.await.unwrap();
    lifecycle.stop();
    assert_eq!(lifecycle.ended(super::PATIENCE).await, 0);
    let rest = spawn_blocking(move || until_closed(working)).await.unwrap();
    assert!(rest.contains("word 29\n"), "{rest}");
    for stream in idle {
        spawn_blocking(move || until_closed(stream)).await.unwrap();
    }
}
