//! Anybody with a key can count every figure a second way: `scripts/recount` reads all messages
//! over the API and finds the very sums that `GET /v1/stats` shows.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use super::notice;
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(the_script_finds_the_sums_that_are_shown_and_sees_a_wrong_one);

/// Runs the script against a running Araldo.
pub(crate) async fn recount(address: String, key: String) -> (Option<i32>, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/recount");
    let run = move || Command::new(script).arg(address).arg(key).output();
    let Output {
        status,
        stdout,
        stderr,
    } = tokio::task::spawn_blocking(run)
        .await
        .unwrap()
        .expect("scripts/recount runs; it needs python3");
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code(), said)
}

async fn the_script_finds_the_sums_that_are_shown_and_sees_a_wrong_one(store: TestStore) {
    const WRONG: &str = "UPDATE rollup SET read = read + 1 WHERE channel = 'sms'";
    const RIGHT: &str = "UPDATE rollup SET read = read - 1 WHERE channel = 'sms'";
    const READ: &str = "SELECT CAST(coalesce(sum(read), 0) AS BIGINT) FROM rollup";
    let eye = crate::support::node::Eye::open(&store.url).await;
    let node = Node::start(store, "[tracking]\nopens = \"individual\"\n").await;
    let consents = ["granted", "denied", "unknown"];
    for (number, consent) in consents.iter().enumerate() {
        let (sms, mail) = (format!("C-{number}"), format!("D-{number}"));
        let consent = json!({ "tracking_consent": consent });
        node.client(&sms, &[&format!("+3900000{number}90")], consent.clone())
            .await;
        node.client(&mail, &[&format!("maria.{number}@posta.example")], consent)
            .await;
        node.post("/v1/messages", &notice(&sms, "avviso")).await;
        node.post("/v1/messages", &notice(&mail, "avviso")).await;
        node.until_states(&sms, &["delivered"]).await;
    }
    node.settled().await;
    // One reads at once; the two seconds in which only machines read are made to have passed.
    eye.execute("UPDATE message SET accepted_at = accepted_at - 10000000")
        .await;
    let text = node.texts("+3900000090").pop().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/s/"));
    node.visit(link.unwrap().trim_end_matches('.')).await;
    eye.until(READ, 1).await;

    // As people type it.
    let address = node.address().to_string();
    let (code, said) = recount(address.clone(), node.key().to_owned()).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("6 messages"), "{said}");
    eye.execute(WRONG).await;
    let (code, said) = recount(address.clone(), node.key().to_owned()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("differs: notice sms read"), "{said}");
    let (code, _) = recount(address, "araldo_none".to_owned()).await;
    assert_eq!(code, Some(2), "a key that opens nothing");
    eye.execute(RIGHT).await;
    node.stop().await;
}
