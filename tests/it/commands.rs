//! Commands do what they say to the store that is meant, or say why not.

use std::process::{Command, Stdio};

use araldo::domain::NodeId;
use araldo::domain::event::EventState;
use araldo::domain::limits::LINE_BYTES;
use araldo::store::cluster::nodes::NewNode;
use araldo::store::{Store, StoreUrl};

use crate::support;
use crate::support::node::run;
use crate::support::patience::until;
use crate::support::program::araldo;
use crate::support::servers;

#[test]
fn whoever_stops_or_looks_makes_no_empty_store() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["dispatch", "pause"][..],
        &["check-store"],
        &["message", "list", "--client", "C-1"],
        &["message", "show", "1"],
        &["key", "list"],
        &["key", "revoke", "abc"],
        &["user", "list"],
        &["user", "disable", "--email", "anna@example.it"],
        &["template", "list"],
        &["template", "pull", "texts"],
        &["template", "test"],
        &["doctor"],
    ] {
        let (fine, said) = araldo(home.path(), arguments);
        assert!(!fine, "{arguments:?}: {said}");
        assert!(
            said.contains("there is no store `araldo.db`; say which one with --config FILE"),
            "{arguments:?}: {said}"
        );
    }
    assert!(!home.path().join("araldo.db").exists());
}

#[tokio::test]
async fn a_store_is_looked_for_without_making_one() {
    let empty = StoreUrl::Postgres(servers::postgres::fresh_database());
    for _ in 0..2 {
        assert!(!empty.is_there().await.unwrap());
    }
    for store in support::stores().await {
        assert!(store.url.is_there().await.unwrap());
    }
}

/// A file of one good line, one that is wrong, one that is too long.
#[test]
fn an_import_says_how_many_lines_it_kept_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let long = "x".repeat(LINE_BYTES);
    let good = r#"{"client":"C-1","name":"Maria"}"#;
    let lines = format!("{good}\n{{\"client\":\"C-2\"}}\n{{\"client\":\"{long}\"}}\n");
    std::fs::write(home.path().join("clients.ndjson"), lines).unwrap();
    let (fine, said) = araldo(home.path(), &["import", "clients", "clients.ndjson"]);
    assert!(!fine && said.contains("1 clients imported"), "{said}");
    assert!(
        said.contains("rejected rows are in clients.rejected.ndjson"),
        "{said}"
    );
    assert!(
        said.contains("1 rows are too long and kept nowhere"),
        "{said}"
    );
    let kept = std::fs::read_to_string(home.path().join("clients.rejected.ndjson")).unwrap();
    assert_eq!(kept, "{\"client\":\"C-2\"}\n");
}

#[test]
fn shapes_of_areas_are_imported_as_a_whole_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let ring = "[[[11.2,44.4],[11.5,44.4],[11.5,44.6],[11.2,44.4]]]";
    let feature = |code: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"PRO_COM":{code},"COMUNE":"Bologna"}},
            "geometry":{{"type":"Polygon","coordinates":{ring}}}}}"#
        )
    };
    let file = |codes: &[&str]| {
        let features: Vec<String> = codes.iter().map(|code| feature(code)).collect();
        let all = features.join(",");
        let text = format!(r#"{{"type":"FeatureCollection","features":[{all}]}}"#);
        std::fs::write(home.path().join("towns.geojson"), text).unwrap();
    };
    let import = ["import", "areas", "towns.geojson"];
    file(&["37006", "1234567"]);
    let (fine, said) = araldo(home.path(), &import);
    assert!(!fine && said.contains("feature 2: "), "{said}");
    assert!(said.contains("nothing was replaced"), "{said}");
    file(&["37006", "37020"]);
    let (fine, said) = araldo(home.path(), &import);
    assert!(fine && said.contains("2 shapes imported"), "{said}");
    let (fine, said) = araldo(home.path(), &[&import[..], &["--code", "ISTAT"]].concat());
    assert!(!fine && said.contains("no property `ISTAT`"), "{said}");
}

/// The store may take long to open: its schema is brought up to date, its file looked through.
#[tokio::test]
async fn a_signal_during_the_start_ends_it_in_order() {
    let home = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(home.path().join("araldo.db"));
    let store = Store::open(&url, 1).await.unwrap();
    // The start waits for this one to end.
    let writing = store.write().await.unwrap();
    let port = servers::free_port();
    let listen = format!("[http]\nlisten = \"127.0.0.1:{port}\"\n");
    std::fs::write(home.path().join("araldo.toml"), listen).unwrap();
    let daemon = tokio::process::Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(["serve", "--config", "araldo.toml"])
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    // The port comes before the store.
    until(async || {
        let reached = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
        reached.map(drop).map_err(|error| error.to_string())
    })
    .await;
    let number = daemon.id().unwrap().to_string();
    servers::run(Command::new("/bin/kill").args(["-TERM", &number]));
    let output = daemon.wait_with_output().await.unwrap();
    drop(writing);
    let log = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{log}");
    assert!(
        log.contains("araldo has stopped before it was ready"),
        "{log}"
    );
    assert_eq!(slots(&store).await, 0, "{log}");
}

#[tokio::test]
async fn an_event_that_is_stopped_before_it_was_planned_is_told_to_nobody() {
    let home = tempfile::tempdir().unwrap();
    let event = r#"{"specversion":"1.0","id":"1","source":"/crm","type":"meter.read"}"#;
    std::fs::write(home.path().join("event.json"), event).unwrap();
    araldo(home.path(), &["event", "send", "event.json"]);
    let (fine, said) = araldo(home.path(), &["dispatch", "cancel", "--event", "/crm", "2"]);
    assert!(!fine && said.contains("is not known"), "{said}");
    let (fine, said) = araldo(home.path(), &["dispatch", "cancel", "--event", "77"]);
    assert!(!fine && said.contains("is not known"), "{said}");
    let (fine, said) = araldo(home.path(), &["dispatch", "cancel", "--event", "/crm", "1"]);
    assert!(fine && said.contains("was not planned yet"), "{said}");
    let url = StoreUrl::Sqlite(home.path().join("araldo.db"));
    let store = Store::open(&url, 1).await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert!(
        tx.events()
            .take_received(10)
            .await
            .unwrap()
            .events
            .is_empty()
    );
    let kept = tx.events().lookup("/crm", "1").await.unwrap().unwrap();
    assert_eq!(kept.state, EventState::Refused);
}

#[test]
fn a_person_who_was_shut_out_is_let_in_again_with_another_role() {
    let home = tempfile::tempdir().unwrap();
    let user = |arguments: &[&str]| araldo(home.path(), &[&["user"], arguments].concat());
    let anna = ["--email", "anna@example.it"];
    let add = |role| user(&[&["add"], &anna[..], &["--role", role]].concat());
    assert!(add("viewer").0);
    let (fine, said) = add("manager");
    assert!(!fine && said.contains("araldo user role"), "{said}");
    assert!(user(&[&["disable"], &anna[..]].concat()).0);
    let (fine, said) = user(&[&["password"], &anna[..]].concat());
    assert!(fine && said.contains("still may not log in"), "{said}");
    assert!(user(&["list"]).1.contains("disabled"));
    assert!(add("manager").0);
    let listed = user(&["list"]).1;
    assert!(
        listed.contains("manager") && listed.contains("may log in"),
        "{listed}"
    );
    assert!(user(&[&["role"], &anna[..], &["--role", "operator"]].concat()).0);
    assert!(user(&["list"]).1.contains("operator"));
}

/// A service that is started again and again in vain takes no slot of those that can live.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_leaves_no_node_behind() {
    let home = tempfile::tempdir().unwrap();
    let url = StoreUrl::Sqlite(home.path().join("araldo.db"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("[http]\nlisten = \"{}\"\n", taken.local_addr().unwrap());
    std::fs::write(home.path().join("taken.toml"), listen).unwrap();
    let (fine, said) = araldo(home.path(), &["serve", "--config", "taken.toml"]);
    assert!(!fine && said.contains("cannot listen"), "{said}");
    let store = Store::open(&url, 1).await.unwrap();
    assert_eq!(slots(&store).await, 0);
    // Killed before anything could be said of them, long ago by the database's clock.
    let mut tx = store.write().await.unwrap();
    for slot in 0..250 {
        let node = NewNode {
            id: NodeId::new(i64::from(slot) + 1),
            slot,
            name: "killed".to_owned(),
            roles: "web".to_owned(),
        };
        tx.nodes().register(&node).await.unwrap();
    }
    tx.commit().await.unwrap();
    let file = format!("sqlite:{}/araldo.db", home.path().display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    sqlx::query("UPDATE node SET heartbeat_at = heartbeat_at - 3600000000")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    store.close().await;
    let node = run(&url, home.path(), "").await.expect("a free slot");
    assert_eq!(slots(&node.store).await, 1);
    node.lifecycle.abort();
}

async fn slots(store: &Store) -> usize {
    let mut tx = store.read().await.unwrap();
    tx.nodes().slots_in_use().await.unwrap().len()
}
