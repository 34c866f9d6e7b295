//! What cannot be made an event waits for a person, who takes it once more or gives it up by the API.

use serde_json::{Value, json};

use super::{ALERTS, ALERTS_PATH, EVENTS, Poster, alert, watching};
use crate::support::TestStore;
use crate::support::node::Node;

on_both_databases!(
    a_record_that_cannot_be_mapped_waits_and_is_taken_later,
    what_waits_without_a_source_can_only_be_given_up,
    a_source_full_of_dead_letters_takes_no_more,
);

async fn a_record_that_cannot_be_mapped_waits_and_is_taken_later(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let mut nowhere = alert(&node, "00000000000000ff");
    nowhere["labels"].as_object_mut().unwrap().remove("feeder");
    let here = alert(&node, "a1b2c3d4e5f60718");
    let (status, body) = poster.alerts(&[nowhere.clone(), here]).await;
    assert_eq!(
        (status, body),
        (202, json!({"taken": 1, "known": 0, "dead": 1}))
    );
    node.until_states("C-1", &["delivered"]).await;
    // Repeated, it is there once.
    assert_eq!(poster.alerts(&[nowhere]).await.1["dead"], 1);
    let dead = node.get("/v1/sources/alerts/dead").await.body["items"].clone();
    assert_eq!(dead.as_array().unwrap().len(), 1, "{dead}");
    assert!(dead[0]["reason"].to_string().contains("tags"), "{dead}");
    assert!(
        dead[0]["place"].to_string().contains("/alerts/0 of"),
        "{dead}"
    );
    let id = dead[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/sources/alerts/dead/{id}");
    let still = node.post(&format!("{path}:replay"), &json!({})).await;
    assert_eq!(
        (still.status, &still.body["outcome"]),
        (200, &json!("dead"))
    );
    assert!(
        still.body["reason"].to_string().contains("tags"),
        "{still:?}"
    );

    let mended = ALERTS.replace(
        "record.labels.feeder",
        "(record.labels.feeder | default('BO-12'))",
    );
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, &mended).await;
    let taken = node.post(&format!("{path}:replay"), &json!({})).await;
    let expected = json!({"id": id, "outcome": "taken", "reason": null});
    assert_eq!((taken.status, taken.body), (200, expected));
    node.until_states("C-1", &["delivered", "delivered"]).await;
    for gone in [
        node.post(&format!("{path}:replay"), &json!({})).await,
        node.post("/v1/sources/alerts/dead/x:replay", &json!({}))
            .await,
        node.delete(&path).await,
    ] {
        assert_eq!(gone.status, 404, "{gone:?}");
    }
    let all = node
        .post("/v1/sources/alerts/dead:replay", &json!({}))
        .await;
    let nothing = json!({"taken": 0, "known": 0, "dead": 0, "next": null});
    assert_eq!((all.status, all.body), (200, nothing));
    let deeds = node
        .eye
        .texts("SELECT action FROM audit WHERE subject = 'alerts' ORDER BY id")
        .await;
    assert_eq!(deeds, ["source.replayed"; 3]);
    node.sums_close().await;
    node.stop().await;
}

async fn what_waits_without_a_source_can_only_be_given_up(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    let broken: Vec<Value> = (0..3)
        .map(|number| json!({"fingerprint": number}))
        .collect();
    assert_eq!(poster.alerts(&broken).await.1["dead"], 3);
    let all = node
        .post("/v1/sources/alerts/dead:replay", &json!({}))
        .await;
    assert_eq!(
        all.body,
        json!({"taken": 0, "known": 0, "dead": 3, "next": null})
    );
    let store = node.stop_and_keep_store().await;
    let node = Node::start(store, "").await;
    let dead = node.get("/v1/sources/alerts/dead").await.body["items"].clone();
    let path = format!(
        "/v1/sources/alerts/dead/{}",
        dead[0]["id"].as_str().unwrap()
    );
    let refused = node.post(&format!("{path}:replay"), &json!({})).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (409, &json!("not_configured"))
    );
    assert_eq!(node.delete(&path).await.status, 204);
    assert_eq!(node.delete(&path).await.status, 404);
    let left = node.get("/v1/sources/alerts/dead").await.body["items"].clone();
    assert_eq!(left.as_array().unwrap().len(), 2);
    node.stop().await;
}

async fn a_source_full_of_dead_letters_takes_no_more(store: TestStore) {
    let node = watching(store, ALERTS).await;
    let poster = Poster::to(&node, ALERTS_PATH);
    node.eye
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
             INSERT INTO source_dead
             SELECT i, 'alerts', 'p', 'r', '{}', CAST(i AS TEXT), FALSE, 4102444800000000 FROM n",
        )
        .await;
    let firing = alert(&node, "a1b2c3d4e5f60718");
    let (status, problem) = poster.alerts(std::slice::from_ref(&firing)).await;
    assert_eq!(
        (status, &problem["code"]),
        (503, &json!("dead_letters_full"))
    );
    assert_eq!(node.eye.number(EVENTS).await, 0);
    node.eye.execute("DELETE FROM source_dead").await;
    assert_eq!(poster.alerts(&[firing]).await.0, 202);
    node.until_states("C-1", &["delivered"]).await;
    node.stop().await;
}
