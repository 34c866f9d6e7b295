//! A node does what its roles say and nothing else.

use std::time::Duration;

use araldo::app::Running;
use serde_json::json;

use super::{COUNT, IN_HAND, handset};
use crate::promises::notice;
use crate::support::TestStore;
use crate::support::node::{Eye, Node, run, sums_close};
use crate::support::smsc::{Smsc, delivery, report};

on_both_databases!(
    each_role_alone_starts_and_does_only_its_own,
    a_node_serves_only_the_part_of_its_role,
    a_node_that_only_dispatches_keeps_what_an_sms_centre_brings,
);

const PLANNED: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE state <> 'received'";
const QUEUED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'queued'";
const DELIVERED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state IN ('accepted', 'delivered')";
const REPORTED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'delivered'";
const RECEIPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM receipt";
const STOPPED: &str = "SELECT CAST(count(*) AS BIGINT) FROM suppression WHERE reason = 'stop'";
/// The last node beats: its last sign is younger than its start.
const BEATS: &str = "SELECT CAST(count(*) AS BIGINT) FROM node \
    WHERE id = (SELECT max(id) FROM node) AND heartbeat_at > started_at + 1000000";

fn settings(role: &str) -> String {
    format!("[node]\nname = \"{role}\"\nroles = [\"{role}\"]\n[dispatch]\nheartbeat = \"500ms\"\n")
}

async fn stop(node: Running) {
    node.lifecycle.stop();
    assert_eq!(node.lifecycle.ended(Duration::from_secs(60)).await, 0);
    node.sign_off().await.unwrap();
}

async fn each_role_alone_starts_and_does_only_its_own(store: TestStore) {
    let url = store.url.clone();
    let eye = Eye::open(&url).await;
    let web = run(&url, tempfile::tempdir().unwrap().path(), &settings("web"))
        .await
        .unwrap();
    assert!(web.world.is_none(), "only a dispatcher speaks to providers");
    stop(web).await;

    let web = Node::start(store, &settings("web")).await;
    web.client("C-1", &[&handset(1)], json!({})).await;
    web.client("C-2", &[&handset(2)], json!({})).await;
    for client in ["C-1", "C-2"] {
        let answer = web.post("/v1/messages", &notice(client, "avviso")).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    eye.until(BEATS, 1).await;
    assert_eq!(eye.number(PLANNED).await, 0, "nobody plans");
    assert_eq!(eye.number(COUNT).await, 0);
    let store = web.stop_and_keep_store().await;

    let folder = tempfile::tempdir().unwrap();
    let planner = run(&url, folder.path(), &settings("plan")).await.unwrap();
    assert_eq!(planner.address, None, "no port without web");
    assert!(planner.world.is_none());
    eye.until(QUEUED, 2).await;
    eye.until(BEATS, 1).await;
    assert_eq!(eye.number(QUEUED).await, 2, "nobody sends");
    assert_eq!(eye.number(IN_HAND).await, 0);
    stop(planner).await;

    let sender = run(&url, folder.path(), &settings("dispatch"))
        .await
        .unwrap();
    assert_eq!(sender.address, None, "no port without web");
    eye.until(DELIVERED, 2).await;
    eye.until(BEATS, 1).await;
    eye.until(IN_HAND, 0).await;
    sums_close(&eye).await;
    stop(sender).await;
    drop(store);
}

async fn a_node_serves_only_the_part_of_its_role(store: TestStore) {
    // A path of each part, and what it answers to whoever has no key and a token of nobody.
    let parts = [
        ("/healthz", 200),
        ("/v1/clients", 401),
        ("/metrics", 200),
        ("/console/login", 200),
        ("/s/nothing", 404),
        ("/hooks/kannel/relay/nothing?type=1", 404),
    ];
    // A node that speaks to no provider has chosen none; the client below needs one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let served = [
        ("web", [true; 6]),
        ("source", [true, true, true, false, false, false]),
        ("track", [true, false, false, false, true, true]),
    ];
    for (role, served) in served {
        let folder = tempfile::tempdir().unwrap();
        let node = run(&store.url, folder.path(), &settings(role))
            .await
            .unwrap();
        let address = node.address.expect("it listens");
        for ((path, status), served) in parts.into_iter().zip(served) {
            let url = format!("http://{address}{path}");
            let answer = http.get(&url).send().await.unwrap();
            assert!(
                !served || answer.status() == status,
                "{role} {path} {answer:?}"
            );
            let nowhere = answer.text().await.unwrap().contains("no page or resource");
            assert_eq!(nowhere, !served, "{role} {path}");
        }
        stop(node).await;
    }
}

async fn a_node_that_only_dispatches_keeps_what_an_sms_centre_brings(store: TestStore) {
    let smsc = Smsc::taking().await;
    let carried = format!(
        "[channels]\nemail = []\nsms = [\"smsc\"]\n[provider.smsc]\n{}",
        smsc.settings("")
    );
    let (url, number) = (store.url.clone(), handset(1));
    let front = "[node]\nname = \"front\"\nroles = [\"web\", \"plan\"]\n";
    let front = Node::start(store, &format!("{front}{carried}")).await;
    front.client("C-1", &[&number], json!({})).await;
    let answer = front.post("/v1/messages", &notice("C-1", "avviso")).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    front.eye.until(QUEUED, 1).await;
    assert!(smsc.binds().is_empty(), "only a dispatcher binds");
    let store = front.stop_and_keep_store().await;

    let (eye, folder) = (Eye::open(&url).await, tempfile::tempdir().unwrap());
    let sender = format!("{}{carried}", settings("dispatch"));
    let sender = run(&url, folder.path(), &sender).await.unwrap();
    assert_eq!(sender.address, None, "no port without web");
    eye.until(DELIVERED, 1).await;
    let delivered = report(&number, "id:00000001 stat:DELIVRD err:000");
    assert_eq!(smsc.deliver(&delivered).await, 0);
    assert_eq!(eye.number(RECEIPTS).await, 1, "kept, then answered");
    eye.until(REPORTED, 1).await;
    let stop_word = delivery(&number, 0, b"STOP", b"");
    assert_eq!(smsc.deliver(&stop_word).await, 0);
    assert_eq!(eye.number(STOPPED).await, 1);
    eye.until(IN_HAND, 0).await;
    sums_close(&eye).await;
    stop(sender).await;
    drop(store);
}
