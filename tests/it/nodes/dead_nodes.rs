//! A node is declared dead at the very moment at which it begins an attempt.

use std::time::Duration;

use araldo::domain::{Lane, MessageId, NodeId};
use araldo::store::cluster::nodes::{Looks, NewNode};
use araldo::store::messages::attempts::NewAttempt;
use chrono::TimeDelta;

use crate::reader::{Reader, TEXT};

const ANYBODY_WAITS: &str = "SELECT CAST(count(*) AS BIGINT) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";
const NEVER_CLOSED: &str = "SELECT CAST(count(*) AS BIGINT) FROM attempt
    WHERE closed_at IS NULL AND message_id = 1002";
const UNKNOWN: &str = "SELECT CAST(count(*) AS BIGINT) FROM message
    WHERE state = 'unknown' AND id = 1002";
const LOOKED_AT: &str = "SELECT wake_at FROM message WHERE id = 1002";
const ALIVE: i64 = 60_000_000;

async fn node(reader: &Reader, slot: u8) -> NodeId {
    let node = NewNode {
        id: NodeId::new(reader.ids.next()),
        slot,
        name: format!("node-{slot}"),
        roles: String::from("dispatch"),
    };
    let mut tx = reader.store.write().await.unwrap();
    tx.nodes().register(&node).await.unwrap();
    tx.commit().await.unwrap();
    node.id
}

/// Only PostgreSQL lets two write at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_rescues_sees_what_the_dead_began_last() {
    let reader = Reader::on_postgres().await;
    reader
        .execute("UPDATE message SET state = 'queued', lease_no = 0 WHERE id = 1002")
        .await;
    let (slow, other) = (node(&reader, 1).await, node(&reader, 2).await);
    let (now, claim) = (reader.now(), reader.ids.next());
    let mut tx = reader.store.write().await.unwrap();
    let claimed = tx.messages().claim(slow, Lane::Normal, 1, now, claim).await;
    assert_eq!(claimed.unwrap().len(), 1);
    tx.commit().await.unwrap();

    let mut opening = reader.store.write().await.unwrap();
    assert!(opening.attempts().fence(slow, ALIVE).await.unwrap());
    let rescue = async {
        let mut tx = reader.store.write().await.unwrap();
        let dead = tx.nodes().mark_dead(other, -ALIVE, &[]).await.unwrap();
        assert_eq!(dead, [slow]);
        let looks = Looks {
            sms: now,
            email: now + TimeDelta::minutes(20),
            soon: now,
        };
        tx.nodes().rescue(&[slow], now, looks).await.unwrap();
        tx.commit().await.unwrap();
    };
    let open = async {
        // It is being declared dead, and everything else is done before that.
        while reader.number(ANYBODY_WAITS).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let message = MessageId::new(TEXT);
        opening.attempts().lock(&[message]).await.unwrap();
        let attempt = NewAttempt {
            message,
            lease_no: 1,
            provider: String::from("gateway"),
            reference: String::from("araldo-s1002"),
            reports: true,
            price: None,
            key_life: None,
        };
        opening
            .attempts()
            .begin(slow, &[attempt], now)
            .await
            .unwrap();
        opening.commit().await.unwrap();
    };
    let both = async { tokio::join!(rescue, open) };
    tokio::time::timeout(Duration::from_secs(30), both)
        .await
        .expect("whoever declares it dead waits for it");
    assert_eq!(reader.number(UNKNOWN).await, 1);
    let looked_at = reader.number(LOOKED_AT).await;
    assert_eq!(looked_at, now.as_micros(), "an SMS waits for no relay");
    assert_eq!(
        reader.number(NEVER_CLOSED).await,
        0,
        "its answer will never come"
    );
    // From here on it begins nothing.
    let mut tx = reader.store.write().await.unwrap();
    assert!(!tx.attempts().fence(slow, ALIVE).await.unwrap());
}
