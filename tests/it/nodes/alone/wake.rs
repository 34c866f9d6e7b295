//! What one node stores, another one does at once.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::nodes::handset;
use crate::promises::notice;
use crate::support;
use crate::support::alone;
use crate::support::node::{Node, run};

/// How long one short transaction takes just now.
async fn commit(node: &Node) -> Duration {
    let begun = Instant::now();
    let mut tx = node.running.store.write().await.unwrap();
    tx.database_time().await.unwrap();
    tx.commit().await.unwrap();
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_at_one_node_is_at_anothers_provider_long_before_the_next_look() {
    let _alone = alone().await;
    let store = support::postgres().await;
    let url = store.url.clone();
    let front = Node::start(store, "[node]\nname = \"front\"\nroles = [\"web\"]\n").await;
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let roles = |name: &str| format!("[node]\nname = \"{name}\"\nroles = [\"{name}\"]\n");
    let planner = run(&url, folders[0].path(), &roles("plan")).await.unwrap();
    let sender = run(&url, folders[1].path(), &roles("dispatch"))
        .await
        .unwrap();
    let world = sender.world.clone().expect("its sandbox");
    let mut received = world.subscribe();
    front.client("C-1", &[&handset(1)], json!({})).await;
    let (mut took, mut commits) = (Vec::new(), Vec::new());
    for round in 0..10 {
        commits.push(commit(&front).await);
        let begun = Instant::now();
        let answer = front
            .post("/v1/messages", &notice("C-1", &format!("avviso {round}")))
            .await;
        assert_eq!(answer.status, 202, "{answer:?}");
        tokio::time::timeout(Duration::from_mins(1), received.recv())
            .await
            .expect("it arrives")
            .expect("the sandbox tells");
        took.push(begun.elapsed());
    }
    took.sort();
    commits.sort();
    println!("from one node over a second to a third's provider: {took:?}");
    // Two looks a second apart would take a second on average. What the store itself takes on a
    // busy machine is not the notification's: some twenty short transactions lie on the way.
    let expected = Duration::from_millis(600) + 20 * commits[5];
    assert!(took[5] < expected, "{took:?}, more than {expected:?}");
    front.sums_close().await;
    for node in [planner, sender] {
        node.lifecycle.stop();
        assert_eq!(node.lifecycle.ended(Duration::from_secs(60)).await, 0);
        node.sign_off().await.unwrap();
    }
    front.stop().await;
}
