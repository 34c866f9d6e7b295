//! Settings that are read again while the daemon runs: a source that is new begins, one that is gone lets
//! go, one that is described anew is read anew, and all others go on. A file with a fault changes
//! nothing.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::daemon::Daemon;
use crate::support::node::Eye;
use crate::support::patience::until;

on_both_databases!(
    a_source_is_added_changed_and_removed_while_the_daemon_runs,
    a_file_with_a_fault_changes_nothing,
);

const DESK: &str = r#"
[source.desk]
kind = "webhook"
secret = "SECRET"
[source.desk.case]
case = "ticket"
client = "customer"
kind = "kind"
state = "state"
version = "number"
"#;
const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event";
const DEAD: &str = "SELECT CAST(count(*) AS BIGINT) FROM source_dead";
const CLAIMED: &str =
    "SELECT CAST(count(*) AS BIGINT) FROM source WHERE name = 'crm' AND node_id IS NOT NULL";
const READ_AGAIN: &str = "the rules and the sources were read again";
const STAY: &str = "the rules and the sources stay as they were";
const BEGINS: &str = "this node reads the source";

/// A daemon whose settings are written again.
struct Rewritten {
    daemon: Daemon,
    eye: Eye,
    theirs: Theirs,
    file: PathBuf,
    /// What stands before the sources.
    head: String,
    http: reqwest::Client,
    _folder: TempDir,
    _store: TestStore,
}

impl Rewritten {
    /// `sources`: made of what reads their table.
    async fn start(store: TestStore, sources: impl Fn(&str) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let theirs = Theirs::sqlite(folder.path()).await;
        let sources = sources(&theirs.by_query());
        let daemon = Daemon::start(&store, folder.path(), &sources).await;
        let file = folder.path().join("araldo.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let head = text.strip_suffix(&sources).unwrap().to_owned();
        Self {
            daemon,
            eye: Eye::open(&store.url).await,
            theirs,
            file,
            head,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _folder: folder,
            _store: store,
        }
    }

    fn logged(&self, words: &str) -> usize {
        self.daemon.log().matches(words).count()
    }

    /// Writes other sources, has them read, and waits for what is said of it.
    async fn rewrite(&self, sources: &str, said: &str) {
        let before = self.logged(said);
        std::fs::write(&self.file, format!("{}{sources}", self.head)).unwrap();
        self.daemon.signal("HUP");
        until(async || {
            let is_said = self.logged(said) > before;
            is_said.then_some(()).ok_or_else(|| self.daemon.log())
        })
        .await;
    }

    /// Their help desk posts; the status of the answer.
    async fn post(&self, secret: &str, number: usize) -> u16 {
        let ticket: Value = json!({ "ticket": format!("T-{number}"), "customer": "C-1",
            "kind": "voltura", "state": "received", "number": number });
        let url = format!("http://{}/v1/sources/desk", self.daemon.address());
        let request = self.http.post(url).bearer_auth(secret).json(&ticket);
        request.send().await.unwrap().status().as_u16()
    }
}

fn desk(secret: &str) -> String {
    DESK.replace("SECRET", secret)
}

/// With a column that their table does not have.
fn mistaken(query: &str) -> String {
    query.replace("case = \"pratica\"", "case = \"numero\"")
}

async fn a_source_is_added_changed_and_removed_while_the_daemon_runs(store: TestStore) {
    let it = Rewritten::start(store, mistaken).await;
    it.theirs.write(1, "NUOVA", 1).await;
    it.eye.until(DEAD, 1).await;
    assert_eq!(it.post("first", 1).await, 401, "there is no such source");

    // The mapping is mended, and a source that is posted to is added.
    let query = it.theirs.by_query();
    it.rewrite(&format!("{query}{}", desk("first")), READ_AGAIN)
        .await;
    let replayed = it
        .daemon
        .post("/v1/sources/crm/dead:replay", &json!({}))
        .await;
    assert_eq!(replayed, 200);
    it.eye.until(DEAD, 0).await;
    it.eye.until(EVENTS, 1).await;
    it.theirs.write(2, "NUOVA", 2).await;
    it.eye.until(EVENTS, 2).await;
    assert_eq!(it.post("first", 1).await, 202);
    it.eye.until(EVENTS, 3).await;

    // Only a secret differs: the other source goes on untouched.
    let begun = it.logged(BEGINS);
    it.rewrite(&format!("{query}{}", desk("second")), READ_AGAIN)
        .await;
    assert_eq!(it.post("first", 2).await, 401);
    assert_eq!(it.post("second", 2).await, 202);
    it.theirs.write(3, "NUOVA", 3).await;
    it.eye.until(EVENTS, 5).await;
    assert_eq!(it.logged(BEGINS), begun);

    // One is gone: its claim is given back, and it is read on from there when it is back.
    it.rewrite(&desk("second"), READ_AGAIN).await;
    it.eye.until(CLAIMED, 0).await;
    it.theirs.write(4, "NUOVA", 4).await;
    assert_eq!(it.post("second", 3).await, 202);
    it.eye.until(EVENTS, 6).await;
    it.rewrite(&format!("{query}{}", desk("second")), READ_AGAIN)
        .await;
    it.eye.until(EVENTS, 7).await;
    let cases = it
        .eye
        .texts("SELECT event_id FROM event WHERE source = '/v1/sources/crm' ORDER BY id")
        .await;
    assert_eq!(cases, ["PR-1:1", "PR-2:2", "PR-3:3", "PR-4:4"]);
    it.daemon.signal("TERM");
    assert_eq!(it.daemon.ended().await, 0);
}

async fn a_file_with_a_fault_changes_nothing(store: TestStore) {
    let it = Rewritten::start(store, |query| format!("{query}{}", desk("first"))).await;
    it.theirs.write(1, "NUOVA", 1).await;
    it.eye.until(EVENTS, 1).await;
    let begun = it.logged(BEGINS);
    for (broken, why) in [
        ("[source.crm]\nkind = \"sql\"\n".to_owned(), "missing field"),
        (desk(""), "`secret` is empty"),
        ("[source.crm\n".to_owned(), "araldo.toml"),
    ] {
        it.rewrite(&broken, STAY).await;
        assert!(it.daemon.log().contains(why), "{why}: {}", it.daemon.log());
    }
    it.theirs.write(2, "NUOVA", 2).await;
    it.eye.until(EVENTS, 2).await;
    assert_eq!(it.post("first", 1).await, 202);
    assert_eq!(it.logged(BEGINS), begun);
    // Mended, all of it counts again.
    it.rewrite(&desk("third"), READ_AGAIN).await;
    assert_eq!(it.post("third", 2).await, 202);
    it.eye.until(CLAIMED, 0).await;
}
