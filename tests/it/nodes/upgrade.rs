//! A rolling upgrade: an older program goes along with a schema one step ahead, and with no more.

use araldo::store::Store;
use serde_json::json;

use super::handset;
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::{Eye, Node};

on_both_databases!(a_program_goes_along_with_one_step_ahead_and_refuses_two);

/// What the next version's migration does: it only adds. And it says that it was made.
const EXPAND: &str = "ALTER TABLE message ADD COLUMN next_version INTEGER";
const NEXT: &str = "INSERT INTO _sqlx_migrations \
    (version, description, success, checksum, execution_time) \
    SELECT max(version) + 1, 'of a later version', TRUE, checksum, 0 \
    FROM _sqlx_migrations GROUP BY checksum ORDER BY max(version) DESC LIMIT 1";

async fn a_program_goes_along_with_one_step_ahead_and_refuses_two(store: TestStore) {
    let url = store.url.clone();
    let eye = Eye::open(&url).await;
    let node = Node::start(store, "").await;
    node.client("C-1", &[&handset(1)], json!({})).await;
    node.post("/v1/messages", &notice("C-1", "avviso")).await;
    node.until_states("C-1", &["delivered"]).await;

    // A newer node starts, while this one runs.
    eye.execute(EXPAND).await;
    eye.execute(NEXT).await;
    node.post("/v1/messages", &notice("C-1", "avviso")).await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    node.sums_close().await;
    // This one starts again beside it.
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, "").await;
    node.post("/v1/messages", &notice("C-1", "avviso")).await;
    node.until_states("C-1", &["delivered", "delivered", "delivered"])
        .await;
    node.sums_close().await;
    let store = node.stop_and_keep_store().await;

    eye.execute(NEXT).await;
    let refused = Store::open(&url, 2).await.expect_err("two steps ahead");
    let refused = refused.to_string();
    assert!(refused.contains("2 steps ahead"), "{refused}");
    assert!(refused.contains("start a newer araldo"), "{refused}");
    drop(store);
}
