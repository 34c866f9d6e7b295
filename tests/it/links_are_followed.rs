//! A link leads where the store says, at once, and is counted for what it was.

use std::time::Duration;

use araldo::domain::token::Purpose;
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;

use crate::reader::{MAIL, PHONE, PLAN, Reader, TEXT};

const CLICKED: &str = "SELECT clicked FROM rollup WHERE channel = 'email'";
const CLICKED_MACHINE: &str = "SELECT clicked_machine FROM rollup WHERE channel = 'email'";
const OPENED: &str = "SELECT opened FROM rollup WHERE channel = 'email'";
const READ: &str = "SELECT read FROM rollup WHERE channel = 'email'";
const MACHINES: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE verdict = 'machine'";
const ROWS: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement";
const ANONYMOUS: &str =
    "SELECT anonymous_opens FROM rollup WHERE channel = 'email' AND template = 'case-progress'";

on_both_databases!(
    a_persons_click_counts_once_however_often_it_comes,
    machines_are_kept_apart_and_head_counts_for_none,
    whoever_asks_for_the_headers_first_is_a_machine,
    a_scanner_that_follows_all_links_within_a_second_is_no_person,
    a_scanner_of_two_links_is_a_machine_and_a_slow_reader_is_none,
    forged_cut_and_foreign_tokens_look_alike_and_lead_nowhere,
    a_burst_turns_its_first_hits_into_a_machines_too,
    a_scanner_of_two_links_and_a_pixel_is_a_machine,
    a_person_who_opens_and_follows_a_link_at_once_is_none,
    an_anonymous_pixel_is_counted_and_leaves_no_row,
    a_withdrawn_consent_ends_the_measuring_of_old_messages,
    nothing_noted_before_a_stop_is_lost,
);

impl Reader {
    fn click(&self, link: i64) -> String {
        format!("/c/{}", self.token(Purpose::Click, &[MAIL, link]))
    }

    fn pixel(&self, purpose: Purpose, id: i64) -> String {
        format!("/o/{}.gif", self.token(purpose, &[id]))
    }
}

async fn a_persons_click_counts_once_however_often_it_comes(reader: Reader) {
    for _ in 0..3 {
        let answer = reader.get(&reader.click(1)).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        assert_eq!(answer.header("location"), "https://www.example.it/guida");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("set-cookie"), "");
    }
    reader.soon(ROWS, 3).await;
    assert_eq!(reader.number(CLICKED).await, 1);
    assert_eq!(reader.number(OPENED).await, 0, "a click is no pixel");
    assert_eq!(reader.number(READ).await, 1);
    assert_eq!(
        reader
            .number("SELECT engaged FROM message WHERE id = 1001")
            .await,
        4
    );
}

async fn machines_are_kept_apart_and_head_counts_for_none(reader: Reader) {
    let path = reader.click(1);
    let slack = [(
        "user-agent",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    )];
    let answer = reader.ask(Method::GET, &path, &slack, "").await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let answer = reader
        .ask(Method::HEAD, &path, &[("user-agent", PHONE)], "")
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let ahead = [
        ("user-agent", PHONE),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
    ];
    reader.ask(Method::GET, &path, &ahead, "").await;
    reader.soon(ROWS, 3).await;
    assert_eq!(reader.number(CLICKED).await, 0);
    assert_eq!(reader.number(CLICKED_MACHINE).await, 1);

    // Whoever looked before is gone: this is a person's click.
    reader.clock.advance(TimeDelta::seconds(5));
    reader.get(&path).await;
    reader.soon(CLICKED, 1).await;
    assert_eq!(reader.number(CLICKED_MACHINE).await, 1);
}

async fn whoever_asks_for_the_headers_first_is_a_machine(reader: Reader) {
    let path = reader.click(1);
    let phone = [("user-agent", PHONE)];
    reader.ask(Method::HEAD, &path, &phone, "").await;
    reader.clock.advance(TimeDelta::milliseconds(300));
    reader.get(&path).await;
    reader.soon(MACHINES, 2).await;
    assert_eq!(reader.number(CLICKED).await, 0);
    assert_eq!(reader.number(READ).await, 0);
}

/// As scanners are: all links of the mail within a second, in the order in which they stand.
async fn a_scanner_that_follows_all_links_within_a_second_is_no_person(reader: Reader) {
    for link in 1..=3 {
        reader.get(&reader.click(link)).await;
        reader.clock.advance(TimeDelta::milliseconds(300));
    }
    reader.soon(MACHINES, 3).await;
    for sum in [CLICKED, OPENED, READ] {
        assert_eq!(reader.number(sum).await, 0, "{sum}");
    }
    let ruled = "SELECT CAST(count(*) AS BIGINT) FROM engagement \
         WHERE rule LIKE 'scanner.%' AND rules_version >= 1";
    assert_eq!(reader.number(ruled).await, 3);
}

/// No pixel, and no more links than a mail has as it is shipped.
async fn a_scanner_of_two_links_is_a_machine_and_a_slow_reader_is_none(reader: Reader) {
    let leave = format!("/u/{}", reader.token(Purpose::Unsubscribe, &[MAIL]));
    let status = format!("/s/{}", reader.token(Purpose::Status, &[MAIL]));
    reader.get(&status).await;
    reader.clock.advance(TimeDelta::milliseconds(400));
    reader.get(&leave).await;
    reader.soon(MACHINES, 2).await;
    assert_eq!(reader.number(READ).await, 0);

    reader.clock.advance(TimeDelta::minutes(5));
    reader.get(&status).await;
    reader.clock.advance(TimeDelta::seconds(6));
    reader.get(&leave).await;
    reader.soon(CLICKED, 1).await;
    assert_eq!(reader.number(MACHINES).await, 2, "click and view of before");
    assert_eq!(reader.number(READ).await, 1);
}

async fn forged_cut_and_foreign_tokens_look_alike_and_lead_nowhere(reader: Reader) {
    let good = reader.token(Purpose::Click, &[MAIL, 1]);
    let mut forged = good.clone();
    forged.replace_range(3..4, if good.as_bytes()[3] == b'A' { "B" } else { "A" });
    let wrong = [
        forged,
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        reader.token(Purpose::Receipt, &[MAIL, 1]),
        reader.token(Purpose::Status, &[MAIL]),
        reader.token(Purpose::Click, &[MAIL, 99]),
        reader.token(Purpose::Click, &[MAIL, 4]),
        "%00".to_owned(),
        "https:%2F%2Fevil.example".to_owned(),
    ];
    let neutral = reader.get("/c/x").await.body;
    for token in wrong {
        for page in ["c", "s", "u"] {
            if page == "s" && token == reader.token(Purpose::Status, &[MAIL]) {
                continue;
            }
            let answer = reader.get(&format!("/{page}/{token}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "/{page}/{token}");
            assert_eq!(answer.header("location"), "");
            assert_eq!(answer.body, neutral);
        }
    }
    let click = reader.token(Purpose::Click, &[MAIL, 1]);
    for page in ["s", "u"] {
        let path = format!("/{page}/{click}");
        assert_eq!(reader.get(&path).await.status, StatusCode::NOT_FOUND);
        assert!(!reader.post(&path, "x=1").await.status.is_success());
    }
}

async fn a_burst_turns_its_first_hits_into_a_machines_too(reader: Reader) {
    reader.get(&reader.click(1)).await;
    reader.soon(CLICKED, 1).await;
    reader.clock.advance(TimeDelta::milliseconds(900));
    reader.get(&reader.click(2)).await;
    reader.clock.advance(TimeDelta::milliseconds(900));
    reader.get(&reader.click(3)).await;
    reader.soon(MACHINES, 3).await;
    assert_eq!(reader.number(CLICKED_MACHINE).await, 1);
    assert_eq!(reader.number(CLICKED).await, 0);
    assert_eq!(reader.number(OPENED).await, 0);

    reader.clock.advance(TimeDelta::minutes(5));
    reader.get(&reader.click(2)).await;
    reader.soon(CLICKED, 1).await;
}

/// A mail as it is shipped: the status page, the way out, and a pixel.
async fn a_scanner_of_two_links_and_a_pixel_is_a_machine(reader: Reader) {
    let status = format!("/s/{}", reader.token(Purpose::Status, &[MAIL]));
    let leave = format!("/u/{}", reader.token(Purpose::Unsubscribe, &[MAIL]));
    for path in [&status, &leave, &reader.pixel(Purpose::Open, MAIL)] {
        assert_eq!(reader.get(path).await.status, StatusCode::OK);
        reader.clock.advance(TimeDelta::milliseconds(300));
    }
    reader.soon(MACHINES, 3).await;
    assert_eq!(reader.number(ROWS).await, 3, "click, view and pixel");
    for sum in [CLICKED, OPENED, READ] {
        assert_eq!(reader.number(sum).await, 0, "{sum}");
    }

    // The person reads it later.
    reader.clock.advance(TimeDelta::minutes(5));
    reader.get(&reader.pixel(Purpose::Open, MAIL)).await;
    reader.soon(OPENED, 1).await;
    assert_eq!(reader.number(READ).await, 1);
}

async fn a_person_who_opens_and_follows_a_link_at_once_is_none(reader: Reader) {
    let status = format!("/s/{}", reader.token(Purpose::Status, &[MAIL]));
    reader.get(&reader.pixel(Purpose::Open, MAIL)).await;
    reader.clock.advance(TimeDelta::milliseconds(900));
    reader.get(&status).await;
    reader.soon(CLICKED, 1).await;
    assert_eq!(reader.number(MACHINES).await, 0);
    assert_eq!(reader.number(OPENED).await, 1);
}

async fn an_anonymous_pixel_is_counted_and_leaves_no_row(reader: Reader) {
    let path = reader.pixel(Purpose::AnonymousOpen, PLAN);
    let answer = reader.get(&path).await;
    assert_eq!((answer.status, answer.length), (StatusCode::OK, 43));
    assert_eq!(answer.header("content-type"), "image/gif");
    assert_eq!(answer.header("cache-control"), "no-store");
    reader
        .ask(Method::GET, &path, &[("user-agent", "Mozilla/5.0")], "")
        .await;
    reader.get("/o/forged.gif").await;
    reader.soon(ANONYMOUS, 1).await;
    assert_eq!(reader.number(ROWS).await, 0);
    assert_eq!(reader.number(OPENED).await, 0);
}

async fn a_withdrawn_consent_ends_the_measuring_of_old_messages(reader: Reader) {
    reader
        .execute("UPDATE client SET tracking_consent = 'withdrawn'")
        .await;
    reader.get(&reader.pixel(Purpose::Open, MAIL)).await;
    let answer = reader.get(&reader.click(1)).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    reader.get(&reader.pixel(Purpose::Open, TEXT)).await;
    reader.drain().await;
    assert_eq!(reader.number(ROWS).await, 0);
}

async fn nothing_noted_before_a_stop_is_lost(reader: Reader) {
    for _ in 0..40 {
        reader.get(&reader.pixel(Purpose::Open, MAIL)).await;
    }
    reader.drain().await;
    assert_eq!(reader.number(ROWS).await, 40);
    assert_eq!(reader.number(OPENED).await, 1);
}

/// SQLite alone: only there does one writer keep out all others.
#[tokio::test]
async fn the_redirect_does_not_wait_for_a_store_that_is_being_written() {
    let reader = Reader::on_sqlite().await;
    let writer = reader.store.write().await.unwrap();
    // The writer goes on only after these: a redirect that waits for it waits for ever.
    for _ in 0..20 {
        let link = reader.click(1);
        let answer = tokio::time::timeout(Duration::from_secs(60), reader.get(&link));
        assert_eq!(answer.await.expect("answered").status, StatusCode::FOUND);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(reader.number(ROWS).await, 0);
    drop(writer);
    reader.soon(CLICKED, 1).await;
    assert_eq!(reader.track.engagement.dropped(), 0);
}
