//! A node that was declared dead ends, and its end is a failure: whoever looks after the service
//! starts it again.

use std::time::Duration;

use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(a_node_that_was_declared_dead_fails);

async fn a_node_that_was_declared_dead_fails(store: TestStore) {
    let node = Node::start(store, "[dispatch]\nheartbeat = \"100ms\"\n").await;
    node.eye.execute("UPDATE node SET stopped_at = 1").await;
    let failed = node.running.lifecycle.ended(Duration::from_secs(60)).await;
    assert_eq!(failed, 1);
    node.sums_close().await;
}
