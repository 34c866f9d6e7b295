//! What is published in a stream is told by itself, in any of its formats; what stood there before is
//! known and told to nobody. What nobody can read waits; whoever is killed, removed or too old, nothing
//! is lost and nobody is told twice.

use std::time::Duration;

use araldo::config::Config;
use serde_json::{Value, json};

use super::bus::{Bus, row};
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::{Eye, Node};
use crate::support::patience::until;
use crate::support::servers::nats::NatsServer;

on_both_databases!(
    an_event_published_is_told_and_the_backlog_is_not,
    a_change_that_debezium_publishes_is_told_and_its_snapshot_is_not,
    what_nobody_can_read_waits_and_the_next_one_is_told,
    a_server_that_is_killed_and_comes_back_is_read_on,
    a_consumer_that_was_removed_goes_on_where_it_was,
    a_stream_made_anew_is_read_and_said,
    several_subjects_are_read_or_refused,
    a_consumer_of_somebody_else_is_refused,
    what_a_dead_node_held_is_told_at_once_and_in_order,
    each_message_is_taken_once_and_in_order_whoever_is_killed,
);

async fn running(store: TestStore, settings: &str) -> Node {
    let node = Node::start(store, settings).await;
    for number in 0..4 {
        let phone = format!("+39000000{:04}", 170 + number);
        node.client(&format!("C-{number}"), &[&phone], json!({}))
            .await;
    }
    node
}

/// The baseline is over.
async fn settled(node: &Node) {
    node.eye
        .until(
            "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled",
            1,
        )
        .await;
}

async fn until_said(node: &Node, words: &str) {
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("crm").await.unwrap();
        let said = row
            .map(|row| format!("{:?} {:?}", row.fault, row.doubt))
            .unwrap_or_default();
        said.contains(words).then_some(()).ok_or(said)
    })
    .await;
}

fn event(number: usize, kind: &str, state: &str, id: &str) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/crm", "type": kind,
        "data": {"case": format!("PR-{number}"), "client": format!("C-{number}"),
            "kind": "voltura", "state": state}})
}

async fn an_event_published_is_told_and_the_backlog_is_not(store: TestStore) {
    let bus = Bus::start().await;
    for number in 0..3 {
        let event = event(number, "case.opened", "received", &format!("{number}:1"));
        bus.publish(&event.to_string()).await;
    }
    let node = running(store, &bus.source("cloudevents")).await;
    settled(&node).await;
    node.planned().await;
    assert_eq!(node.get("/v1/cases/PR-2").await.body["state"], "received");
    for number in 0..3 {
        assert!(node.states(&format!("C-{number}")).await.is_empty());
    }

    let moved = event(1, "case.state_changed", "sent_to_distributor", "1:2");
    bus.publish(&moved.to_string()).await;
    node.until_states("C-1", &["delivered"]).await;
    let opened = event(3, "case.opened", "received", "3:1");
    bus.publish_by_headers(&opened).await;
    node.until_states("C-3", &["delivered"]).await;
    let sources = node
        .eye
        .texts("SELECT source FROM event WHERE NOT quiet ORDER BY id")
        .await;
    assert_eq!(sources, ["/crm", "/crm"]);

    // What somebody publishes twice is one event.
    bus.publish(&moved.to_string()).await;
    bus.until_acknowledged().await;
    node.planned().await;
    assert_eq!(node.states("C-1").await.len(), 1);
    assert!(node.states("C-0").await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

/// As Debezium publishes it, the schema around it or not.
fn change(op: &str, before: &Value, after: &Value, snapshot: &str, has_schema: bool) -> String {
    let envelope = json!({"op": op, "before": before, "after": after, "ts_ms": 1,
        "source": {"table": "pratiche", "snapshot": snapshot}});
    match has_schema {
        true => json!({"schema": {"type": "struct"}, "payload": envelope}).to_string(),
        false => envelope.to_string(),
    }
}

async fn a_change_that_debezium_publishes_is_told_and_its_snapshot_is_not(store: TestStore) {
    let bus = Bus::start().await;
    let settings = bus.source("debezium").replace(
        "state = \"stato\"",
        "state = \"{{ 'CHIUSA' if record._op == 'd' else record.stato }}\"",
    );
    let node = running(store, &settings).await;
    settled(&node).await;
    // A snapshot taken long after the source was new, too.
    for number in 0..2 {
        let read = row(number, "NUOVA", number + 1);
        let read = change("r", &Value::Null, &read, "incremental", number == 0);
        bus.publish(&read).await;
    }
    bus.publish("").await;
    let (old, new) = (row(1, "NUOVA", 2), row(1, "AL DISTRIBUTORE", 10));
    bus.publish(&change("u", &old, &new, "false", true)).await;
    node.until_states("C-1", &["delivered"]).await;
    let said = node.texts("+390000000171").concat();
    assert!(said.contains("distributore"), "{said}");
    assert!(node.states("C-0").await.is_empty());
    let created = row(3, "NUOVA", 11);
    bus.publish(&change("c", &Value::Null, &created, "false", false))
        .await;
    node.until_states("C-3", &["delivered"]).await;
    let deleted = row(1, "AL DISTRIBUTORE", 12);
    bus.publish(&change("d", &deleted, &Value::Null, "false", false))
        .await;
    node.until_states("C-1", &["delivered", "delivered"]).await;
    let types = node
        .eye
        .texts("SELECT type FROM event WHERE NOT quiet ORDER BY id")
        .await;
    assert_eq!(types, ["case.state_changed", "case.opened", "case.closed"]);
    bus.until_acknowledged().await;
    node.sums_close().await;
    node.stop().await;
}

async fn what_nobody_can_read_waits_and_the_next_one_is_told(store: TestStore) {
    let bus = Bus::start().await;
    let node = running(store, &bus.source("json")).await;
    settled(&node).await;
    bus.publish("{\"pratica\": ").await;
    bus.publish(&"x".repeat(300_000)).await;
    bus.publish(&json!({"pratica": "PR-9"}).to_string()).await;
    bus.publish(&row(1, "NUOVA", 4).to_string()).await;
    node.until_states("C-1", &["delivered"]).await;
    let mut tx = node.running.store.read().await.unwrap();
    let dead = tx.sources().dead("crm", 10).await.unwrap();
    drop(tx);
    let why = |place: &str| {
        let found = dead.iter().find(|dead| dead.place == place);
        found.map(|dead| dead.reason.clone()).unwrap_or_default()
    };
    assert!(why("1").starts_with("it is no JSON"), "{}", why("1"));
    assert!(why("2").starts_with("it has 300000 bytes"), "{}", why("2"));
    assert!(why("3").contains("there is no column"), "{}", why("3"));
    assert_eq!(dead.len(), 3);
    // It is done with over there as well: it does not come again.
    bus.until_acknowledged().await;
    bus.publish(&row(2, "NUOVA", 5).to_string()).await;
    node.until_states("C-2", &["delivered"]).await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_server_that_is_killed_and_comes_back_is_read_on(store: TestStore) {
    let mut bus = Bus::start().await;
    let node = running(store, &bus.source("json")).await;
    settled(&node).await;
    bus.publish(&row(0, "NUOVA", 1).to_string()).await;
    node.until_states("C-0", &["delivered"]).await;
    bus.server.kill();
    until_said(&node, "cannot reach it").await;
    bus.server.start_again();
    bus.publish(&row(1, "NUOVA", 2).to_string()).await;
    node.until_states("C-1", &["delivered"]).await;
    until_said(&node, "None None").await;
    bus.until_acknowledged().await;
    assert_eq!(node.states("C-0").await.len(), 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_consumer_that_was_removed_goes_on_where_it_was(store: TestStore) {
    let bus = Bus::start().await;
    let settings = bus.source("json");
    let node = running(store, &settings).await;
    settled(&node).await;
    bus.publish(&row(0, "NUOVA", 1).to_string()).await;
    node.until_states("C-0", &["delivered"]).await;
    bus.until_acknowledged().await;
    bus.stream
        .delete_consumer_from_stream("araldo", "EVENTS")
        .await
        .unwrap();
    bus.publish(&row(1, "NUOVA", 2).to_string()).await;
    node.until_states("C-1", &["delivered"]).await;
    bus.until_acknowledged().await;
    let info: Value = bus
        .stream
        .request("CONSUMER.INFO.EVENTS.araldo", &json!({}))
        .await
        .unwrap();
    assert_eq!(info["config"]["opt_start_seq"], 2, "{info}");
    // To look at it takes nothing from it, and leaves the place where it is.
    let file = node.folder.path().join("looked-at.toml");
    std::fs::write(&file, &settings).unwrap();
    let config = Config::load(Some(&file), std::iter::empty()).unwrap();
    let mut reader = araldo::source::open("crm", &config.sources["crm"].settings.reader).unwrap();
    let look = reader
        .peek(None, 20, node.running.clock.now())
        .await
        .unwrap();
    let places: Vec<&str> = look.records.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["1", "2"]);
    assert_eq!(bus.unacknowledged().await, Ok(0));
    node.sums_close().await;
    node.stop().await;
}

async fn a_stream_made_anew_is_read_and_said(store: TestStore) {
    let bus = Bus::start().await;
    let node = running(store, &bus.source("json")).await;
    settled(&node).await;
    for number in 0..2 {
        bus.publish(&row(number, "NUOVA", number + 1).to_string())
            .await;
        node.until_states(&format!("C-{number}"), &["delivered"])
            .await;
    }
    bus.until_acknowledged().await;
    bus.stream.delete_stream("EVENTS").await.unwrap();
    until_said(&node, "nats stream add EVENTS").await;
    bus.make_stream().await;
    bus.publish(&row(2, "NUOVA", 3).to_string()).await;
    node.until_states("C-2", &["delivered"]).await;
    until_said(&node, "the stream `EVENTS` is another").await;
    node.sums_close().await;
    node.stop().await;
}

async fn several_subjects_are_read_or_refused(store: TestStore) {
    let bus = Bus::start().await;
    let settings = bus.source("json");
    let settings = settings.replace("[\"cases.>\"]", "[\"cases.changed\", \"faults.changed\"]");
    let node = running(store, &settings).await;
    if NatsServer::is_old() {
        until_said(&node, "dropped the setting `filter_subjects`").await;
        // What it made of it is not left there.
        until(async || match bus.unacknowledged().await {
            Err(_) => Ok(()),
            Ok(_) => Err("the consumer is there".to_owned()),
        })
        .await;
    } else {
        settled(&node).await;
        bus.publish_on("cases.other", &row(0, "NUOVA", 1).to_string())
            .await;
        for (number, subject) in [(1, "cases.changed"), (2, "faults.changed")] {
            bus.publish_on(subject, &row(number, "NUOVA", number + 1).to_string())
                .await;
            node.until_states(&format!("C-{number}"), &["delivered"])
                .await;
        }
        assert!(node.states("C-0").await.is_empty());
    }
    node.stop().await;
}

async fn a_consumer_of_somebody_else_is_refused(store: TestStore) {
    let bus = Bus::start().await;
    let config = json!({"durable_name": "araldo", "ack_policy": "all", "deliver_policy": "all",
        "replay_policy": "instant", "max_ack_pending": 1000});
    let made: Value = bus
        .stream
        .request(
            "CONSUMER.DURABLE.CREATE.EVENTS.araldo",
            &json!({"stream_name": "EVENTS", "config": config}),
        )
        .await
        .unwrap();
    assert_eq!(made["name"], "araldo", "{made}");
    let node = running(store, &bus.source("json")).await;
    until_said(&node, "`ack_policy` is all, not explicit").await;
    bus.stream
        .delete_consumer_from_stream("araldo", "EVENTS")
        .await
        .unwrap();
    settled(&node).await;
    bus.publish(&row(0, "NUOVA", 1).to_string()).await;
    node.until_states("C-0", &["delivered"]).await;
    node.stop().await;
}

async fn what_a_dead_node_held_is_told_at_once_and_in_order(store: TestStore) {
    let bus = Bus::start().await;
    // Whoever waits for what is out waits for longer than any test.
    bus.make_consumer(Duration::from_hours(1)).await;
    let node = running(store, &bus.source("json")).await;
    settled(&node).await;
    let store = node.stop_and_keep_store().await;
    for number in 1..=3 {
        bus.publish(&row(number, "NUOVA", number).to_string()).await;
    }
    bus.take_without_a_word(2).await;
    let node = Node::start(store, &bus.source("json")).await;
    for client in ["C-1", "C-2", "C-3"] {
        node.until_states(client, &["delivered"]).await;
    }
    let taken = node
        .eye
        .texts("SELECT event_id FROM event ORDER BY id")
        .await;
    assert_eq!(taken, ["PR-1:1", "PR-2:2", "PR-3:3"]);
    bus.until_acknowledged().await;
    node.stop().await;
}

const CASES: usize = 200;
const ROUNDS: usize = 5;
const TAKEN: &str = "SELECT CAST(count(*) AS BIGINT) FROM event";

/// So many changes, from this one on.
fn changes(from: usize, to: usize) -> impl Iterator<Item = String> {
    let states = ["NUOVA", "IN LAVORAZIONE", "AL DISTRIBUTORE"];
    (from..to).map(move |change| {
        let state = states[(change / CASES) % states.len()];
        row(change % CASES, state, change).to_string()
    })
}

async fn each_message_is_taken_once_and_in_order_whoever_is_killed(store: TestStore) {
    let mut bus = Bus::start().await;
    let home = tempfile::tempdir().unwrap();
    let settings = bus.source("json");
    let eye = Eye::open(&store.url).await;
    let messages = crate::chaos::size(2_500, 10_000);
    let part = messages / ROUNDS;
    for round in 0..ROUNDS {
        let daemon = Daemon::start(&store, home.path(), &settings).await;
        bus.publish_all(changes(round * part, (round + 1) * part))
            .await;
        // Killed while it reads: some of it is taken, most is not.
        let before = i64::try_from(round * part).unwrap();
        until(async || {
            let taken = eye.number(TAKEN).await;
            (taken > before)
                .then_some(())
                .ok_or(format!("{taken} taken"))
        })
        .await;
        // Now the one side, now both, now the other.
        if round % 2 == 1 {
            bus.server.kill();
            bus.server.start_again();
        }
        if round == 3 {
            let all = before + i64::try_from(part).unwrap();
            eye.until(TAKEN, all).await;
        }
        drop(daemon);
    }
    let daemon = Daemon::start(&store, home.path(), &settings).await;
    eye.until(TAKEN, i64::try_from(messages).unwrap()).await;
    bus.until_acknowledged().await;
    in_order(&eye.texts("SELECT event_id FROM event ORDER BY id").await);
    drop(daemon);
}

/// Whether each case has its changes in the order in which they were published.
fn in_order(ids: &[String]) {
    let mut last = std::collections::HashMap::new();
    for id in ids {
        let (case, version) = id.split_once(':').unwrap();
        let version: usize = version.parse().unwrap();
        let before: Option<usize> = last.insert(case, version);
        assert!(
            before.is_none_or(|before| before < version),
            "{case}: {before:?}, {version}"
        );
    }
    assert_eq!(last.len(), CASES);
}
