//! A folder: what somebody puts into it is told once, whatever form it has and whenever the daemon
//! ends; what cannot be taken lies beside its reason, and nothing is lost from the disk.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::{Eye, Node};
use crate::support::patience::until;

on_both_databases!(
    each_form_of_file_is_told_once_and_moved,
    a_file_is_left_alone_until_it_has_its_name,
    refused_rows_lie_beside_their_report_and_the_others_are_told,
    a_file_that_is_no_text_is_one_dead_letter,
    files_with_the_same_fault_are_letters_of_their_own,
    killed_while_it_reads_each_file_is_taken_once,
    nothing_is_told_that_could_not_be_moved,
    a_folder_that_is_missing_is_said_and_read_when_it_is_there,
    a_line_break_in_a_name_breaks_nothing,
    events_need_no_mapping,
);

const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE source = '/v1/sources/drop'";
const FILES: usize = 200;
const MAPPING: &str = r#"
[source.drop.case]
case = "pratica"
client = "cliente"
kind = "{{ 'voltura' }}"
state = "stato"
[source.drop.states]
"NUOVA" = "received"
"#;

/// A folder and what its source is called in the settings.
struct Spool {
    folder: TempDir,
}

impl Spool {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As whoever delivers files should write them.
    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let unfinished = self.path(".unfinished");
        std::fs::write(&unfinished, text).unwrap();
        std::fs::rename(unfinished, self.path(name)).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    async fn until_there(&self, name: &str) {
        until(async || {
            let is_there = self.path(name).exists();
            is_there.then_some(()).ok_or_else(|| format!("no {name}"))
        })
        .await;
    }

    fn settings(&self, mapping: &str) -> String {
        settings(self.folder.path(), mapping)
    }
}

fn settings(folder: &Path, mapping: &str) -> String {
    format!(
        "[source.drop]\nkind = \"folder\"\npath = \"{}\"\nevery = \"100ms\"\nsettle = \"100ms\"\n\
         {mapping}",
        folder.display()
    )
}

async fn clients(node: &Node, count: usize) {
    for number in 0..count {
        let phone = format!("+39000000{:04}", 170 + number);
        node.client(&format!("C-{number}"), &[&phone], json!({}))
            .await;
    }
}

async fn until_said(node: &Node, words: &str) {
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("drop").await.unwrap();
        let said = row
            .map(|row| format!("{:?} {:?}", row.fault, row.doubt))
            .unwrap_or_default();
        said.contains(words).then_some(()).ok_or(said)
    })
    .await;
}

/// Place and reason of each dead letter.
async fn dead(node: &Node) -> Vec<(String, String)> {
    let mut tx = node.running.store.read().await.unwrap();
    let dead = tx.sources().dead("drop", 100).await.unwrap();
    let dead = dead.into_iter();
    dead.map(|letter| (letter.place, letter.reason)).collect()
}

fn row(number: usize) -> Value {
    json!({"pratica": format!("PR-{number}"), "cliente": format!("C-{number}"), "stato": "NUOVA"})
}

async fn each_form_of_file_is_told_once_and_moved(store: TestStore) {
    let spool = Spool::new();
    let csv = "\u{feff}pratica;cliente;stato;nota\r\nPR-0;C-0;NUOVA;\"Scala A;\r\ninterno 3\"\r\n";
    spool.put("a.csv", csv);
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 4).await;
    spool.put("b.ndjson", format!("{}\n", row(1)));
    spool.put("c.json", json!([row(2), row(3)]).to_string());
    node.eye.until(EVENTS, 4).await;
    for number in 1..4 {
        node.until_states(&format!("C-{number}"), &["delivered"])
            .await;
    }
    for name in ["done/a.csv", "done/b.ndjson", "done/c.json"] {
        spool.until_there(name).await;
    }
    assert_eq!(spool.text("done/a.csv"), csv);
    // The same file once more is no news, and overwrites nothing.
    spool.put("a.csv", csv);
    spool.until_there("done/a.2.csv").await;
    node.planned().await;
    assert_eq!(node.eye.number(EVENTS).await, 4);
    assert_eq!(node.states("C-1").await.len(), 1);
    assert!(dead(&node).await.is_empty());
    node.sums_close().await;
    node.stop().await;
}

async fn a_file_is_left_alone_until_it_has_its_name(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 2).await;
    std::fs::write(spool.path("a.ndjson.part"), format!("{}\n", row(0))).unwrap();
    std::fs::write(spool.path(".b.ndjson"), format!("{}\n", row(0))).unwrap();
    spool.put("c.ndjson", format!("{}\n", row(1)));
    node.until_states("C-1", &["delivered"]).await;
    spool.until_there("done/c.ndjson").await;
    assert_eq!(node.eye.number(EVENTS).await, 1);
    std::fs::rename(spool.path("a.ndjson.part"), spool.path("a.ndjson")).unwrap();
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/a.ndjson").await;
    node.sums_close().await;
    node.stop().await;
}

async fn refused_rows_lie_beside_their_report_and_the_others_are_told(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 2).await;
    let text = "pratica,cliente,stato\nPR-0,C-0,\nPR-1,C-1,NUOVA\nPR-2,\"C-2,NUOVA\n";
    spool.put("a.csv", text);
    node.until_states("C-1", &["delivered"]).await;
    spool.until_there("done/a.csv").await;
    assert!(node.states("C-0").await.is_empty());
    let rejected = spool.text("rejected/a.csv");
    assert_eq!(
        rejected,
        "pratica,cliente,stato\nPR-0,C-0,\nPR-2,\"C-2,NUOVA\n"
    );
    let report = spool.text("rejected/a.csv.report.txt");
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 2, "{report}");
    assert!(
        lines[0].starts_with("a.csv:2: ") && lines[0].contains("state"),
        "{report}"
    );
    assert!(
        lines[1].starts_with("a.csv:4: its quotation marks"),
        "{report}"
    );
    assert_eq!(dead(&node).await.len(), 2);
    // Mended and put there again.
    let mended = rejected.replace("C-0,\n", "C-0,NUOVA\n").replace('"', "");
    spool.put("a.csv", mended);
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/a.2.csv").await;
    assert_eq!(node.states("C-1").await.len(), 1);
    node.sums_close().await;
    node.stop().await;
}

async fn a_file_that_is_no_text_is_one_dead_letter(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 1).await;
    spool.put("a.csv", b"pratica,cliente,stato\nPR-7,C-0,Citt\xe0\n");
    spool.until_there("rejected/a.csv").await;
    spool.until_there("rejected/a.csv.report.txt").await;
    spool.put("b.json", row(0).to_string());
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/b.json").await;
    let dead = dead(&node).await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    let (place, reason) = &dead[0];
    assert_eq!(place, "a.csv");
    assert!(reason.contains("charset = \"latin1\""), "{reason}");
    let report = spool.text("rejected/a.csv.report.txt");
    assert_eq!(report, format!("a.csv: {reason}\n"));
    assert_eq!(node.eye.number(EVENTS).await, 1);
    node.sums_close().await;
    node.stop().await;
}

async fn files_with_the_same_fault_are_letters_of_their_own(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    for name in ["u1.json", "u2.json", "u3.json"] {
        spool.put(name, "{bad");
        spool.until_there(&format!("rejected/{name}")).await;
    }
    let places = async || {
        let letters = dead(&node).await;
        let mut places: Vec<_> = letters.into_iter().map(|(place, _)| place).collect();
        places.sort_unstable();
        places
    };
    assert_eq!(places().await, ["u1.json", "u2.json", "u3.json"]);
    node.stop().await;
}

async fn killed_while_it_reads_each_file_is_taken_once(store: TestStore) {
    let spool = Spool::new();
    let home = tempfile::tempdir().unwrap();
    let eye = Eye::open(&store.url).await;
    let settings = spool.settings(MAPPING);
    for number in 0..FILES {
        spool.put(&format!("{number:03}.ndjson"), format!("{}\n", row(number)));
    }
    for round in 0..3 {
        let daemon = Daemon::start(&store, home.path(), &settings).await;
        // Killed between any two steps: a file may be kept and not moved yet.
        let least = i64::try_from(FILES * (round + 1) / 4).unwrap();
        until(async || {
            let taken = eye.number(EVENTS).await;
            (taken >= least).then_some(()).ok_or(format!("{taken}"))
        })
        .await;
        drop(daemon);
    }
    let daemon = Daemon::start(&store, home.path(), &settings).await;
    let done = spool.path("done");
    until(async || {
        let done = std::fs::read_dir(&done).unwrap().count();
        (done == FILES).then_some(()).ok_or(format!("{done} done"))
    })
    .await;
    assert_eq!(eye.number(EVENTS).await, i64::try_from(FILES).unwrap());
    drop(daemon);
}

async fn nothing_is_told_that_could_not_be_moved(store: TestStore) {
    let spool = Spool::new();
    // A file where a folder should be.
    std::fs::write(spool.path("done"), "").unwrap();
    spool.put("a.ndjson", format!("{}\n", row(0)));
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 1).await;
    until_said(&node, "a file stands where a folder is meant").await;
    assert_eq!(node.eye.number(EVENTS).await, 0);
    std::fs::remove_file(spool.path("done")).unwrap();
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/a.ndjson").await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_folder_that_is_missing_is_said_and_read_when_it_is_there(store: TestStore) {
    let spool = Spool::new();
    let folder = spool.path("spool");
    let node = Node::start(store, &settings(&folder, MAPPING)).await;
    clients(&node, 1).await;
    until_said(&node, "there is no `").await;
    until_said(&node, "install -d").await;
    // The name of a file is no folder either.
    std::fs::write(&folder, "").unwrap();
    until_said(&node, "a file stands where a folder is meant").await;
    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    spool.put("spool/a.ndjson", format!("{}\n", row(0)));
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("spool/done/a.ndjson").await;
    node.sums_close().await;
    node.stop().await;
}

async fn a_line_break_in_a_name_breaks_nothing(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings(MAPPING)).await;
    clients(&node, 1).await;
    let name = "a\nb.csv";
    spool.put(name, "pratica,cliente,stato\nPR-9,C-0,\nPR-0,C-0,NUOVA\n");
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/a\nb.csv").await;
    assert_eq!(dead(&node).await[0].0, "a\\nb.csv:2");
    let report = spool.text("rejected/a\nb.csv.report.txt");
    assert!(report.starts_with("a\\nb.csv:2: "), "{report}");
    assert_eq!(report.lines().count(), 1);
    node.sums_close().await;
    node.stop().await;
}

async fn events_need_no_mapping(store: TestStore) {
    let spool = Spool::new();
    let node = Node::start(store, &spool.settings("")).await;
    clients(&node, 1).await;
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/crm", "type": "case.opened",
        "data": {"case": "PR-0", "client": "C-0", "kind": "voltura", "state": "received"},
    });
    spool.put("a.json", json!([event, {"pratica": "PR-1"}]).to_string());
    node.until_states("C-0", &["delivered"]).await;
    spool.until_there("done/a.json").await;
    let rejected: Value = serde_json::from_str(&spool.text("rejected/a.json")).unwrap();
    assert_eq!(rejected, json!([{"pratica": "PR-1"}]));
    let dead = dead(&node).await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].0, "a.json:2");
    node.sums_close().await;
    node.stop().await;
}
