//! The platform of Trendoo and its sisters calls nothing back unless its panel is told to, and is asked: what
//! became of an SMS at 5, 15 and 60 minutes, and what clients wrote. On good days and bad ones, by a clock
//! that is moved.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use araldo::domain::Clock;
use araldo::domain::clock::FixedClock;
use chrono::TimeDelta;
use serde_json::json;

use crate::providers::service::{Asked, Says, Service, say};
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;

on_both_databases!(
    what_became_of_an_sms_is_asked_until_it_is_known,
    what_clients_wrote_is_taken_once,
);

const ANNA: &str = "+390000000571";
const ROOT: &str = "/API/v1.0/REST/";
const TAKEN: &str = r#"{"result":"OK","order_id":"m","internal_order_id":77,"total_sent":1}"#;
const STOPPED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";
const HEARD: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE type = 'reply.received'";
const FAULTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM inbox WHERE fault IS NOT NULL";
const ONE_LOOKS: &str = "SELECT CAST(count(*) AS BIGINT) FROM inbox WHERE name LIKE 'carrier/%' AND node_id IS NOT NULL";

/// What the platform says of all SMS, and of what clients wrote, until it is told otherwise.
#[derive(Clone)]
struct Platform {
    status: Arc<Mutex<Says>>,
    texts: Arc<Mutex<Says>>,
    /// The next request with a token is refused, as one whose time is over.
    is_stale: Arc<AtomicBool>,
}

impl Platform {
    fn new() -> Self {
        Self {
            status: Arc::new(Mutex::new(status("WAIT4DLVR"))),
            texts: Arc::new(Mutex::new(say(200, "[]"))),
            is_stale: Arc::default(),
        }
    }

    async fn open(&self) -> Service {
        let platform = self.clone();
        Service::open(move |asked| platform.answer(asked)).await
    }

    fn answer(&self, asked: &Asked) -> Says {
        let path = asked.target.strip_prefix(ROOT).unwrap_or_default();
        if path == "token" {
            return say(200, "KEY1;TOKEN1");
        }
        if self.is_stale.swap(false, Ordering::SeqCst) {
            return say(401, "");
        }
        match path {
            "sms" => say(201, TAKEN),
            _ if path.starts_with("sms/") => self.status.lock().unwrap().clone(),
            _ if path.starts_with("srsmshistory") => self.texts.lock().unwrap().clone(),
            _ => say(404, "<html>"),
        }
    }

    fn says_of_sms(&self, says: Says) {
        *self.status.lock().unwrap() = says;
    }

    fn says_of_texts(&self, says: Says) {
        *self.texts.lock().unwrap() = says;
    }
}

fn status(word: &str) -> Says {
    let recipients = json!([{ "destination": ANNA, "status": word }]);
    say(
        200,
        &json!({ "result": "OK", "recipients": recipients }).to_string(),
    )
}

/// How often it was asked for something.
fn count(service: &Service, path: &str) -> usize {
    let path = format!("{ROOT}{path}");
    let asked = service.asked();
    asked
        .iter()
        .filter(|asked| asked.target.starts_with(&path))
        .count()
}

async fn asked_again(service: &Service, path: &str, seen: usize) {
    until(async || match count(service, path) {
        now if now > seen => Ok(()),
        now => Err(format!("asked {now} times for {path}")),
    })
    .await;
}

async fn start(store: TestStore, service: &Service, more: &str) -> (Node, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at("2026-12-01T09:00:00Z"));
    let settings = format!(
        "[channels]\nemail = []\nsms = [\"carrier\"]\n[provider.carrier]\nkind = \"commify\"\n\
         base_url = \"{}\"\nusername = \"u\"\npassword = \"p\"\nmessage_type = \"GP\"\n{more}",
        service.url
    );
    let node = Node::start_by(store, &settings, Arc::clone(&clock) as Arc<dyn Clock>).await;
    node.client("A", &[ANNA], json!({})).await;
    let message = json!({ "client": "A", "template": "notice",
        "variables": { "title": "Prova", "body": "Una prova." } });
    let answer = node.post("/v1/messages", &message).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    node.until_states("A", &["accepted"]).await;
    (node, clock)
}

async fn what_became_of_an_sms_is_asked_until_it_is_known(store: TestStore) {
    let platform = Platform::new();
    let service = platform.open().await;
    let (node, clock) = start(store, &service, "").await;
    node.eye.until(ONE_LOOKS, 1).await;
    assert_eq!(count(&service, "sms/"), 0, "not before five minutes");

    // At five minutes with a token that is over; it is on its way.
    platform.is_stale.store(true, Ordering::SeqCst);
    clock.advance(TimeDelta::minutes(6));
    let waits = "SELECT CAST(count(*) AS BIGINT) FROM receipt WHERE kind = 'accepted'";
    node.eye.until(waits, 1).await;

    // At fifteen the platform is ill, in each of its ways.
    clock.advance(TimeDelta::minutes(12));
    for says in [say(500, ""), say(200, "<html>"), say(404, "<html>")] {
        let seen = count(&service, "sms/");
        platform.says_of_sms(says);
        asked_again(&service, "sms/", seen).await;
    }
    node.eye.until(FAULTS, 1).await;
    node.until_states("A", &["accepted"]).await;

    // It is well again: what was not asked about in that time is.
    platform.says_of_sms(status("DLVRD"));
    node.until_states("A", &["delivered"]).await;
    node.eye.until(FAULTS, 0).await;
    let asked = count(&service, "sms/");
    clock.advance(TimeDelta::hours(2));
    let looked = "SELECT CAST(count(*) AS BIGINT) FROM inbox WHERE looked_at > 1796122800000000";
    node.eye.until(looked, 1).await;
    assert_eq!(
        count(&service, "sms/"),
        asked,
        "nobody asks about what is known"
    );
    node.sums_close().await;
    node.stop().await;
}

async fn what_clients_wrote_is_taken_once(store: TestStore) {
    let platform = Platform::new();
    let service = platform.open().await;
    let (node, _) = start(store, &service, "replies_every = \"1s\"\n").await;
    node.eye.until(ONE_LOOKS, 2).await;
    let entry =
        |id: i64, from: &str, text: &str| json!({ "id": id, "sender": from, "message": text });
    let texts = json!([
        entry(1, ANNA, "Quando tornate?"),
        entry(2, "+390000000999", "di nessuno"),
        { "message": "senza mittente" },
        entry(1, ANNA, "Quando tornate?"),
    ]);
    platform.says_of_texts(say(200, &texts.to_string()));
    node.eye.until(HEARD, 1).await;

    // It says the same again, with one more, under its other name of a list, and is ill in between.
    platform.says_of_texts(say(200, "<html>"));
    node.eye.until(FAULTS, 1).await;
    platform.is_stale.store(true, Ordering::SeqCst);
    let more = json!({ "total": 2, "messages":
        [entry(1, ANNA, "Quando tornate?"), entry(3, "00390000000571", "STOP")] });
    platform.says_of_texts(say(200, &more.to_string()));
    node.eye.until(STOPPED, 1).await;
    let seen = count(&service, "srsmshistory");
    asked_again(&service, "srsmshistory", seen).await;
    assert_eq!(node.eye.number(HEARD).await, 2);
    assert_eq!(node.eye.number(STOPPED).await, 1);
    node.eye.until(FAULTS, 0).await;
    node.sums_close().await;
    node.stop().await;
}
