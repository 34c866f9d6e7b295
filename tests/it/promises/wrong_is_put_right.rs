//! A program that said something wrong has exactly those told who got it, once.

use serde_json::json;

use super::{incident, place};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(whoever_got_a_wrong_message_hears_so_and_nobody_else);

const NUMBER: &str = "+390000000171";

async fn whoever_got_a_wrong_message_hears_so_and_nobody_else(store: TestStore) {
    let node = Node::start(store, "").await;
    let town = "037006";
    let home = |code: &str| json!({ "places": [place(code, town)] });
    node.client("C-1", &[NUMBER], home("POD-1")).await;
    node.client("C-2", &[], home("POD-2")).await;
    let opened = incident("1", "incident.opened", "2026-11-22T18:00:00Z", town);
    node.event(&opened).await;
    node.until_states("C-1", &["delivered"]).await;
    node.until_states("C-2", &["suppressed"]).await;
    let mut wrong = json!({ "event": "1", "wrong": "it is not in via Roma",
        "holds": "it is in via Milano", "dry_run": true });
    let tried = node.post("/v1/rectifications", &wrong).await;
    assert_eq!(tried.status, 200, "{tried:?}");
    let reach = json!([{ "channel": "sms", "sure": 1, "doubtful": 0 }]);
    assert_eq!(tried.body["channels"], reach, "{tried:?}");
    assert_eq!(node.texts(NUMBER).len(), 1, "nothing was written");
    wrong["dry_run"] = json!(false);
    let sent = node.post("/v1/rectifications", &wrong).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    assert_eq!(sent.body["state"], "sent", "{sent:?}");
    node.until_states("C-1", &["delivered", "delivered"]).await;
    node.planned().await;
    node.until_states("C-2", &["suppressed"]).await;
    let texts = node.texts(NUMBER);
    assert!(
        texts[1].contains("via Milano") && texts[1].contains("G-77"),
        "{texts:?}"
    );
    let again = node.post("/v1/rectifications", &wrong).await;
    assert_eq!(again.status, 409, "{again:?}");
    for (body, pointer) in [
        (json!({ "wrong": "a", "holds": "b" }), "/plan"),
        (json!({ "plan": "x", "wrong": "a", "holds": "b" }), "/plan"),
        (json!({ "event": "1", "holds": "b" }), "/wrong"),
        (
            json!({ "template": "notice", "wrong": "a", "holds": "b" }),
            "/version",
        ),
    ] {
        let refused = node.post("/v1/rectifications", &body).await;
        assert_eq!(refused.body["pointer"], pointer, "{refused:?}");
    }
    node.sums_close().await;
    node.stop().await;
}
