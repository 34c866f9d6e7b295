//! The same with an SMS gateway: away, denying everybody, denying one number.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use araldo::runtime::Lifecycle;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::json;

use super::{BARRED, COUNT_ACCEPTED, ENDED, PAUSED, TRIES, whole};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::{Node, pause};

on_both_databases!(
    a_gateway_that_denies_everybody_or_has_no_room_ends_nothing,
    a_number_on_the_gateways_list_holds_up_nobody,
);

const MESSAGES: usize = 30;
/// On the gateway's black list.
const LISTED: &str = "+390000009999";

/// A gateway and what it answers now.
struct Gateway {
    url: String,
    answers: Arc<AtomicU16>,
    asked: Arc<AtomicUsize>,
    lifecycle: Lifecycle,
}

#[derive(serde::Deserialize)]
struct Sms {
    to: String,
}

type Known = (Arc<AtomicU16>, Arc<AtomicUsize>);

impl Gateway {
    async fn start(answer: u16) -> Self {
        let (answers, asked) = (
            Arc::new(AtomicU16::new(answer)),
            Arc::<AtomicUsize>::default(),
        );
        let known: Known = (Arc::clone(&answers), Arc::clone(&asked));
        let take = async |State((answers, asked)): State<Known>, Query(sms): Query<Sms>| {
            asked.fetch_add(1, Ordering::SeqCst);
            if sms.to == LISTED {
                let said = "Number(s) has/have been denied by white- and/or black-lists.";
                return (StatusCode::FORBIDDEN, said);
            }
            match answers.load(Ordering::SeqCst) {
                403 => (StatusCode::FORBIDDEN, "Authorization failed for sendsms"),
                503 => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Temporal failure, try again later.",
                ),
                _ => (StatusCode::ACCEPTED, "0: Accepted for delivery"),
            }
        };
        let routes = axum::Router::new()
            .route("/cgi-bin/sendsms", axum::routing::get(take))
            .with_state(known);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("http://{}/cgi-bin/sendsms", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("gateway", async move {
            axum::serve(listener, routes).await.unwrap();
        });
        Self {
            url,
            answers,
            asked,
            lifecycle,
        }
    }

    fn settings(&self) -> String {
        format!(
            "[channels]\nsms = [\"gateway\"]\nemail = [\"sandbox-email\"]\n[provider.gateway]\n\
             kind = \"kannel\"\nurl = \"{}\"\nusername = \"a\"\npassword = \"b\"\n\
             from = \"ARALDO\"\nconnections = 4\n",
            self.url
        )
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

async fn ask(node: &Node, from: usize, count: usize) {
    for number in from..from + count {
        let (client, handset) = (
            format!("C-{number}"),
            format!("+39000000{:04}", number * 10),
        );
        node.client(&client, &[&handset], json!({})).await;
        node.post("/v1/messages", &notice(&client, "avviso")).await;
    }
}

async fn a_gateway_that_denies_everybody_or_has_no_room_ends_nothing(store: TestStore) {
    let gateway = Gateway::start(403).await;
    let node = Node::start(store, &gateway.settings()).await;
    for (round, answer) in [403, 503].into_iter().enumerate() {
        gateway.answers.store(answer, Ordering::SeqCst);
        let before = gateway.asked.load(Ordering::SeqCst);
        ask(&node, round * MESSAGES, MESSAGES).await;
        node.eye.until(PAUSED, 1).await;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            pause().await;
        }
        let asked = gateway.asked.load(Ordering::SeqCst) - before;
        assert!(asked < MESSAGES, "{answer}: one at a time asks: {asked}");
        assert_eq!(node.eye.number(ENDED).await, 0, "{answer}");
        gateway.answers.store(202, Ordering::SeqCst);
        let back = Instant::now();
        let all = (round + 1) * MESSAGES;
        node.eye.until(COUNT_ACCEPTED, whole(all)).await;
        println!(
            "gateway {answer}: all gone {:?} after it was back",
            back.elapsed()
        );
        // A wrong set-up rests for five seconds; others are asked sooner. The rest is what thirty
        // take on a busy machine; a rest of minutes would be seen.
        assert!(
            back.elapsed() < Duration::from_mins(1),
            "{answer}: {:?}",
            back.elapsed()
        );
        node.eye.until(PAUSED, 0).await;
    }
    assert_eq!(node.eye.number(TRIES).await, 0);
    assert_eq!(node.eye.number(BARRED).await, 0);
    node.sums_close().await;
    node.stop().await;
}

async fn a_number_on_the_gateways_list_holds_up_nobody(store: TestStore) {
    let gateway = Gateway::start(202).await;
    let node = Node::start(store, &gateway.settings()).await;
    ask(&node, 0, 1).await;
    node.eye.until(COUNT_ACCEPTED, 1).await;
    node.client("LISTED", &[LISTED], json!({})).await;
    node.post("/v1/messages", &notice("LISTED", "avviso")).await;
    ask(&node, 1, MESSAGES - 1).await;
    node.eye.until(COUNT_ACCEPTED, whole(MESSAGES)).await;
    node.until_states("LISTED", &["queued"]).await;
    assert_eq!(node.states("LISTED").await[0].1, "put_off");
    assert_eq!(node.eye.number(BARRED).await, 0);
    assert_eq!(node.eye.number(PAUSED).await, 0);
    node.sums_close().await;
    node.stop().await;
}
