//! A source is read by one node at a time, from where the last one left it; what cannot be taken is
//! kept until somebody has seen to it.

use araldo::domain::address::PhonePolicy;
use araldo::domain::{Ids as _, NodeId};
use araldo::intake::client;
use araldo::store::Store;
use araldo::store::cluster::nodes::NewNode;
use araldo::store::messages::receipts::ReceiptHorizon;
use araldo::store::people::erasure::Erasing;
use araldo::store::sources::{DeadLetter, SourceProgress, SourceRow};
use chrono::TimeDelta;
use serde_json::json;

use super::{at, ids};

on_both_databases!(
    one_node_reads_a_source_until_it_lets_go_or_stops,
    what_a_node_writes_of_anothers_source_does_not_count,
    a_source_stands_where_its_last_look_left_it,
    faults_are_counted_until_a_look_does_not_fail,
    whoever_reads_a_source_that_is_set_back_begins_there,
    a_record_that_cannot_be_taken_is_kept_once,
    an_erasure_takes_the_dead_letters_that_name_its_client,
);

const ONE: NodeId = NodeId::new(1);
const TWO: NodeId = NodeId::new(2);
const NOW: &str = "2026-11-22T10:00:00Z";
const LATER: &str = "2026-11-22T10:05:00Z";

async fn two_nodes(store: &Store) {
    let mut tx = store.write().await.unwrap();
    for (id, slot) in [(ONE, 1), (TWO, 2)] {
        let node = NewNode {
            id,
            slot,
            name: format!("node-{slot}"),
            roles: "source".to_owned(),
        };
        tx.nodes().register(&node).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn stop(store: &Store, node: NodeId) {
    let mut tx = store.write().await.unwrap();
    tx.nodes().stop(node).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, node: NodeId) -> bool {
    let mut tx = store.write().await.unwrap();
    tx.sources().ensure("crm", "sql").await.unwrap();
    let ours = tx.sources().claim("crm", node).await.unwrap();
    tx.commit().await.unwrap();
    ours
}

async fn release(store: &Store, node: NodeId) {
    let mut tx = store.write().await.unwrap();
    tx.sources().release("crm", node).await.unwrap();
    tx.commit().await.unwrap();
}

async fn advance(store: &Store, node: NodeId, progress: &SourceProgress) -> bool {
    let mut tx = store.write().await.unwrap();
    let ours = tx.sources().advance("crm", node, progress).await.unwrap();
    tx.commit().await.unwrap();
    ours
}

async fn fail(store: &Store, node: NodeId, fault: &str, now: &str) {
    let mut tx = store.write().await.unwrap();
    let now = at(now);
    tx.sources().failed("crm", node, fault, now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn row(store: &Store) -> SourceRow {
    let mut tx = store.read().await.unwrap();
    tx.sources().get("crm").await.unwrap().unwrap()
}

async fn bury(store: &Store, source: &str, record: &str, reason: &str) {
    let mut tx = store.write().await.unwrap();
    let letter = DeadLetter {
        id: ids().next(),
        place: "PR-1",
        reason,
        record,
        // A test's digest may be the record itself.
        digest: record,
        quiet: false,
    };
    tx.sources().bury(source, letter, at(NOW)).await.unwrap();
    tx.commit().await.unwrap();
}

fn three_records() -> SourceProgress {
    SourceProgress {
        cursor: Some("[7]".to_owned()),
        settled: true,
        records: 3,
        lag: Some(TimeDelta::microseconds(2_500_001)),
        looked_at: at(NOW),
        doubt: Some("the state `X` is not listed".to_owned()),
    }
}

fn nothing_new() -> SourceProgress {
    SourceProgress {
        cursor: None,
        settled: true,
        records: 0,
        lag: None,
        looked_at: at(LATER),
        doubt: None,
    }
}

async fn one_node_reads_a_source_until_it_lets_go_or_stops(store: &Store) {
    two_nodes(store).await;
    assert!(claim(store, ONE).await);
    assert!(claim(store, ONE).await, "it is ours already");
    assert!(!claim(store, TWO).await);
    release(store, TWO).await;
    assert!(!claim(store, TWO).await, "it was not theirs to release");
    assert_eq!(row(store).await.node, Some(ONE));
    release(store, ONE).await;
    assert_eq!(row(store).await.node, None);
    assert!(claim(store, TWO).await);
    assert!(!claim(store, ONE).await);
    stop(store, TWO).await;
    assert!(claim(store, ONE).await);

    let mut tx = store.write().await.unwrap();
    assert!(!tx.sources().claim("erp", ONE).await.unwrap());
    assert_eq!(tx.sources().get("erp").await.unwrap(), None);
}

async fn what_a_node_writes_of_anothers_source_does_not_count(store: &Store) {
    two_nodes(store).await;
    assert!(claim(store, ONE).await);
    stop(store, ONE).await;
    assert!(claim(store, TWO).await);
    let before = row(store).await;
    assert!(!advance(store, ONE, &three_records()).await);
    fail(store, ONE, "cannot reach it", NOW).await;
    assert_eq!(row(store).await, before);
    assert!(advance(store, TWO, &three_records()).await);
}

async fn a_source_stands_where_its_last_look_left_it(store: &Store) {
    two_nodes(store).await;
    assert!(claim(store, ONE).await);
    let new = SourceRow {
        name: "crm".to_owned(),
        node: Some(ONE),
        cursor: None,
        settled: false,
        looked_at: None,
        record_at: None,
        lag: None,
        records: 0,
        faults: 0,
        fault: None,
        fault_since: None,
        doubt: None,
        dead: 0,
    };
    assert_eq!(row(store).await, new);
    let progress = three_records();
    assert!(advance(store, ONE, &progress).await);
    let read = SourceRow {
        cursor: progress.cursor,
        settled: true,
        looked_at: Some(at(NOW)),
        record_at: Some(at(NOW)),
        lag: progress.lag,
        records: 3,
        doubt: progress.doubt,
        ..new
    };
    assert_eq!(row(store).await, read);
    assert!(advance(store, ONE, &nothing_new()).await);
    let idle = SourceRow {
        looked_at: Some(at(LATER)),
        doubt: None,
        ..read
    };
    assert_eq!(row(store).await, idle);
    let mut tx = store.write().await.unwrap();
    tx.sources().ensure("archive", "sql").await.unwrap();
    let all = tx.sources().list().await.unwrap();
    let names: Vec<_> = all.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["archive", "crm"]);
    assert_eq!(all[1], idle, "to enter a source changes no other");
}

async fn faults_are_counted_until_a_look_does_not_fail(store: &Store) {
    two_nodes(store).await;
    assert!(claim(store, ONE).await);
    fail(store, ONE, "cannot reach it", NOW).await;
    fail(store, ONE, "it refuses", LATER).await;
    let failing = row(store).await;
    assert_eq!(failing.faults, 2);
    assert_eq!(failing.fault.as_deref(), Some("it refuses"));
    assert_eq!(failing.fault_since, Some(at(NOW)));
    assert_eq!(failing.looked_at, None);
    assert!(advance(store, ONE, &nothing_new()).await);
    let well = row(store).await;
    assert_eq!((well.faults, well.fault, well.fault_since), (0, None, None));
}

async fn whoever_reads_a_source_that_is_set_back_begins_there(store: &Store) {
    two_nodes(store).await;
    for place in [Some("[3]"), None] {
        assert!(claim(store, ONE).await);
        assert!(advance(store, ONE, &three_records()).await);
        let mut tx = store.write().await.unwrap();
        tx.sources().rewind("crm", place).await.unwrap();
        tx.commit().await.unwrap();
        // It has a look in hand, from a place that counts no more.
        assert!(!advance(store, ONE, &three_records()).await);
        assert!(claim(store, TWO).await);
        let back = row(store).await;
        assert_eq!(back.cursor.as_deref(), place);
        assert!(back.settled, "what stood there was read once");
        release(store, TWO).await;
    }
}

async fn a_record_that_cannot_be_taken_is_kept_once(store: &Store) {
    assert!(claim(store, ONE).await);
    bury(store, "crm", r#"{"id":1}"#, "`stato` is missing").await;
    bury(store, "crm", r#"{"id":2}"#, "`stato` is missing").await;
    bury(store, "crm", r#"{"id":1}"#, "`cliente` is missing").await;
    bury(store, "erp", r#"{"id":1}"#, "`stato` is missing").await;
    assert_eq!(row(store).await.dead, 2);

    let mut tx = store.write().await.unwrap();
    let dead = tx.sources().dead("crm", 9).await.unwrap();
    let said: Vec<_> = dead
        .iter()
        .map(|letter| (&*letter.record, &*letter.reason))
        .collect();
    let expected = [
        (r#"{"id":1}"#, "`cliente` is missing"),
        (r#"{"id":2}"#, "`stato` is missing"),
    ];
    assert_eq!(said, expected);
    assert_eq!((&*dead[0].place, dead[0].dead_at), ("PR-1", at(NOW)));
    assert_eq!(tx.sources().dead("crm", 1).await.unwrap(), dead[..1]);
    let first = dead[0].id;
    let found = tx.sources().dead_one("crm", first).await.unwrap();
    assert_eq!(found.as_ref(), dead.first());
    assert_eq!(tx.sources().dead_one("erp", first).await.unwrap(), None);
    assert!(!tx.sources().forget("erp", first).await.unwrap());
    assert!(tx.sources().forget("crm", first).await.unwrap());
    assert!(!tx.sources().forget("crm", first).await.unwrap());
    assert_eq!(tx.sources().dead("crm", 9).await.unwrap(), dead[1..]);
}

async fn an_erasure_takes_the_dead_letters_that_name_its_client(store: &Store) {
    let described = json!({"client": "C_1", "name": "Maria Rossi",
        "contacts": [{"channel": "email", "address": "maria@example.it"}]});
    let client = client::parse(&described, &PhonePolicy::default()).unwrap();
    let mut tx = store.write().await.unwrap();
    tx.clients().put(&client, at(NOW), ids()).await.unwrap();
    tx.commit().await.unwrap();
    for record in [
        r#"{"cliente":"C_1","nota":"x"}"#,
        r#"{"after":{"clienti":["C-2","C_1"]}}"#,
        r#"{"cliente":"C-1"}"#,
        r#"{"cliente":"C_11"}"#,
        r#"{"cliente":"c_1"}"#,
    ] {
        bury(store, "crm", record, "`stato` is missing").await;
    }
    let erasing = Erasing {
        now: at(NOW),
        ids: ids(),
        actor: "test",
        fresh_pepper: "a pepper of more than thirty-two bytes",
        horizon: ReceiptHorizon::default(),
    };
    let erased = store.erase_client("C_1", &erasing).await.unwrap();
    assert!(erased.is_some());
    let mut tx = store.read().await.unwrap();
    let left = tx.sources().dead("crm", 9).await.unwrap();
    let left: Vec<_> = left.iter().map(|letter| letter.record.as_str()).collect();
    let expected = [
        r#"{"cliente":"C-1"}"#,
        r#"{"cliente":"C_11"}"#,
        r#"{"cliente":"c_1"}"#,
    ];
    assert_eq!(left, expected);
}
