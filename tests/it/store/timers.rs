//! Timers: a look that comes too late changes nothing, and looks wait for others in good order.

use std::collections::HashSet;
use std::time::Duration;

use araldo::domain::{MessageId, MessageState, Timestamp};
use araldo::store::messages::timers::Looked;

use crate::reader::{MAIL, Reader, TEXT};

on_both_databases!(a_look_says_which_messages_stood_as_it_had_seen_them);

const ANYBODY_WAITS: &str = "SELECT CAST(count(*) AS BIGINT) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";
const ACCEPTED: &str = "UPDATE message SET state = 'accepted' WHERE id IN (1001, 1002)";
const ARRIVED: &str = "UPDATE message SET state = 'delivered' WHERE id = 1001";

fn look(message: i64, wake_at: Timestamp) -> Looked {
    Looked {
        message: MessageId::new(message),
        from: MessageState::Accepted,
        to: MessageState::Accepted,
        reason: None,
        wake_at: Some(wake_at),
        inquired: false,
        maybe_duplicate: false,
    }
}

/// The mail arrived after it was seen: whoever would turn to another channel for it must know.
async fn a_look_says_which_messages_stood_as_it_had_seen_them(reader: Reader) {
    reader.execute(ACCEPTED).await;
    reader.execute(ARRIVED).await;
    let now = reader.now();
    let looks = [look(MAIL, now), look(TEXT, now)];
    let mut tx = reader.store.write().await.unwrap();
    let stood = tx.timers().apply(&looks, now).await.unwrap();
    assert_eq!(stood, HashSet::from([MessageId::new(TEXT)]));
    tx.commit().await.unwrap();
}

/// Only PostgreSQL lets two write at once: receipts lock in the order of ids, so looks must, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looks_in_any_order_and_receipts_do_not_wait_in_a_circle() {
    let reader = Reader::on_postgres().await;
    reader.execute(ACCEPTED).await;
    let now = reader.now();
    let mut receipts = reader.store.write().await.unwrap();
    let first = [MessageId::new(MAIL)];
    receipts.attempts().lock(&first).await.unwrap();
    let timers = async {
        let looks = [look(TEXT, now), look(MAIL, now)];
        let mut tx = reader.store.write().await.unwrap();
        let stood = tx.timers().apply(&looks, now).await.unwrap();
        assert_eq!(stood.len(), 2);
        tx.commit().await.unwrap();
    };
    let others = async {
        while reader.number(ANYBODY_WAITS).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let second = [MessageId::new(TEXT)];
        receipts.attempts().lock(&second).await.unwrap();
        receipts.commit().await.unwrap();
    };
    let both = async { tokio::join!(timers, others) };
    tokio::time::timeout(Duration::from_secs(60), both)
        .await
        .expect("one waits for the other");
}
