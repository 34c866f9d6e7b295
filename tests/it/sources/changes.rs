//! Their server's log: each change is told once and in order, whatever happens between our commit
//! and theirs; their disk is guarded; what cannot be read is said.

use araldo::domain::Clock as _;
use araldo::domain::clock::SystemClock;
use araldo::source::{self, Cursor, Reader, ReaderSettings, SourceLook, SourceRecord};
use serde_json::{Value, json};

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::program::araldo;
use crate::support::servers::postgres::Cluster;

on_both_databases!(
    what_is_committed_is_told_in_order_and_what_is_rolled_back_is_not,
    a_huge_transaction_is_taken_in_portions,
);

async fn what_is_committed_is_told_in_order_and_what_is_rolled_back_is_not(store: TestStore) {
    let theirs = Theirs::watched_postgres().await;
    theirs.write(0, "NUOVA", 1).await;
    let (settings, reader) = installed(&theirs, "").await;
    let node = Node::start(store, &settings).await;
    node.client("C-0", &["+390000000170"], json!({})).await;
    node.client("C-1", &["+390000000171"], json!({})).await;
    theirs.write(1, "NUOVA", 2).await;
    theirs
        .run(
            "BEGIN; INSERT INTO pratiche VALUES (7, 'PR-7', 'C-0', 'VOLTURA', 'NUOVA', NULL, 3);
             ROLLBACK",
        )
        .await;
    theirs.write(1, "AL DISTRIBUTORE", 4).await;
    theirs.run("TRUNCATE pratiche").await;
    theirs.write(1, "CHIUSA", 5).await;
    node.eye
        .until("SELECT CAST(count(*) AS BIGINT) FROM event", 3)
        .await;
    let types = node.eye.texts("SELECT type FROM event ORDER BY id").await;
    assert_eq!(types, ["case.opened", "case.state_changed", "case.closed"]);
    assert!(node.states("C-0").await.is_empty());
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("crm").await.unwrap().unwrap();
        let said = row.doubt.clone().unwrap_or_default();
        let so = said.contains("1 TRUNCATE") && row.fault.is_none();
        so.then_some(()).ok_or(format!("{row:?}"))
    })
    .await;
    node.planned().await;
    // The gateway's reports have come.
    let under_way = "SELECT CAST(count(*) AS BIGINT) FROM message \
        WHERE state IN ('queued', 'leased', 'sending', 'accepted')";
    node.eye.until(under_way, 0).await;
    node.sums_close().await;
    node.stop().await;
    until(async || theirs.tried(&reader.remove_sql("crm").unwrap()).await).await;
}

async fn a_huge_transaction_is_taken_in_portions(store: TestStore) {
    let theirs = Theirs::watched_postgres().await;
    let (settings, _reader) = installed(&theirs, "").await;
    let node = Node::start(store, &settings).await;
    theirs.run(&rows(1, 3_000)).await;
    node.eye
        .until("SELECT CAST(count(*) AS BIGINT) FROM event", 3_000)
        .await;
    let ids = node
        .eye
        .texts("SELECT event_id FROM event ORDER BY id")
        .await;
    let expected: Vec<String> = (1..=3_000).map(|row| format!("PR-{row}:{row}")).collect();
    assert_eq!(ids, expected);
    theirs.write(1, "CHIUSA", 9_000).await;
    node.eye
        .until("SELECT CAST(count(*) AS BIGINT) FROM event", 3_001)
        .await;
    // None was brought a second time, not even to be recognised.
    let mut tx = node.running.store.read().await.unwrap();
    let row = tx.sources().get("crm").await.unwrap().unwrap();
    assert_eq!(row.records, 3_001, "{row:?}");
    drop(tx);
    node.planned().await;
    node.stop().await;
}

/// So many new rows in one transaction.
fn rows(from: usize, to: usize) -> String {
    format!(
        "INSERT INTO pratiche SELECT i, 'PR-' || i, 'C-0', 'VOLTURA', 'NUOVA', NULL, i
         FROM generate_series({from}, {to}) AS i"
    )
}

/// The settings of a source with publication and slot over there, and how it is read. `more`: keys.
async fn installed(theirs: &Theirs, more: &str) -> (String, ReaderSettings) {
    let settings = theirs.by_changes();
    let settings = settings.replace("every = ", &format!("{more}\nevery = "));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    std::fs::write(&file, &settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    let reader = config.sources["crm"].settings.reader.clone();
    let sql = reader.install_sql("crm").unwrap();
    theirs.run(&sql).await;
    // A second time changes nothing.
    theirs.run(&sql).await;
    (settings, reader)
}

/// Somebody who looks as the daemon does, and may die at any time.
struct Looking {
    settings: ReaderSettings,
    reader: Box<dyn Reader>,
    cursor: Option<Cursor>,
}

impl Looking {
    fn new(settings: &ReaderSettings) -> Self {
        Self {
            settings: settings.clone(),
            reader: source::open("crm", settings).unwrap(),
            cursor: None,
        }
    }

    /// A look that is committed here; over there nothing is known of it.
    async fn look(&mut self, limit: usize) -> Result<SourceLook, String> {
        let now = SystemClock.now();
        let look = self.reader.look(self.cursor.as_ref(), limit, now).await;
        let look = look.map_err(|fault| fault.to_string())?;
        self.cursor = look.cursor.clone().or(self.cursor.take());
        Ok(look)
    }

    async fn acknowledge(&mut self, look: &SourceLook) -> Result<(), String> {
        let done = self.reader.acknowledge(look, &[]).await;
        done.map_err(|fault| fault.to_string())
    }

    /// Looks until there is no more, and acknowledges each.
    async fn all(&mut self, limit: usize) -> Vec<SourceRecord> {
        let mut records = Vec::new();
        loop {
            let look = self.look(limit).await.unwrap();
            self.acknowledge(&look).await.unwrap();
            records.extend(look.records);
            if !look.more {
                return records;
            }
        }
    }

    /// Another process, with what was committed.
    fn killed(self) -> Self {
        Self {
            cursor: self.cursor,
            ..Self::new(&self.settings)
        }
    }
}

fn column<'a>(records: &'a [SourceRecord], name: &str) -> Vec<&'a Value> {
    records.iter().map(|it| &it.fields[name]).collect()
}

#[tokio::test]
async fn a_row_says_what_was_done_to_it() {
    let theirs = Theirs::watched_postgres().await;
    let all = "operations = [\"insert\", \"update\", \"delete\"]";
    let (_, settings) = installed(&theirs, all).await;
    theirs
        .run(
            "BEGIN; INSERT INTO pratiche VALUES (1, 'PR-1', 'C-1', 'VOLTURA', 'NUOVA', NULL, 1);
             UPDATE pratiche SET stato = 'CHIUSA', changed = 2; DELETE FROM pratiche; COMMIT;
             ALTER TABLE pratiche REPLICA IDENTITY FULL;
             ALTER TABLE pratiche ALTER COLUMN note TYPE text, ALTER COLUMN note SET STORAGE EXTERNAL;
             INSERT INTO pratiche VALUES (2, 'PR-2', 'C-2', 'VOLTURA', 'NUOVA', repeat('x', 9000), 3);
             UPDATE pratiche SET stato = 'CHIUSA', changed = 4;
             DELETE FROM pratiche",
        )
        .await;
    let records = Looking::new(&settings).all(1_000).await;
    let done = column(&records, "_op");
    assert_eq!(
        done,
        ["insert", "update", "delete", "insert", "update", "delete"]
    );
    assert_eq!(records[1].fields["stato"], "CHIUSA");
    assert_eq!(records[2].fields["id"], 1);
    assert!(!records[2].fields.contains_key("stato"));
    // With full identity all is known, also what the change left alone.
    for record in &records[3..] {
        assert_eq!(record.fields["note"].as_str().unwrap().len(), 9_000);
    }
    assert_eq!(records[5].fields["stato"], "CHIUSA");
    // Each has a place of its own, and one transaction one time.
    let mut places: Vec<&str> = records.iter().map(|it| it.place.as_str()).collect();
    places.dedup();
    assert_eq!(places.len(), 6);
    let times = column(&records, "_commit_at");
    assert_eq!(times[0], times[2]);
}

#[tokio::test]
async fn nothing_comes_twice_wherever_we_are_killed() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    theirs.run(&rows(1, 250)).await;
    theirs.write(300, "NUOVA", 300).await;
    theirs.run(&rows(301, 400)).await;
    let mut looking = Looking::new(&settings);
    let mut changed = Vec::new();
    // Each look is committed, and none acknowledged.
    while changed.len() < 351 {
        let look = looking.look(70).await.unwrap();
        assert!(look.records.len() <= 70, "{}", look.records.len());
        let numbers = look.records.iter();
        changed.extend(numbers.map(|it| it.fields["changed"].as_u64().unwrap()));
        looking = looking.killed();
    }
    let expected: Vec<u64> = (1..=250).chain(300..=400).collect();
    assert_eq!(changed, expected);
    assert!(looking.all(70).await.is_empty());
}

#[tokio::test]
async fn a_slot_is_moved_on_when_what_it_brought_is_kept() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    let mut looking = Looking::new(&settings);
    theirs.write(1, "NUOVA", 1).await;
    let before = theirs.confirmed().await;
    let look = looking.look(10).await.unwrap();
    assert_eq!(look.records.len(), 1);
    assert_eq!(theirs.confirmed().await, before);
    looking.acknowledge(&look).await.unwrap();
    assert!(theirs.confirmed().await > before);
    // What others write is not kept for us either.
    theirs
        .run("CREATE TABLE altro AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 20000)")
        .await;
    let end = theirs.end_of_log().await;
    assert!(theirs.confirmed().await < end);
    assert!(looking.all(10).await.is_empty());
    assert!(theirs.confirmed().await >= end);
}

#[tokio::test]
async fn a_column_that_is_renamed_or_added_is_known_from_then_on() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    theirs.write(1, "NUOVA", 1).await;
    theirs
        .run(
            "ALTER TABLE pratiche RENAME COLUMN stato TO status;
             ALTER TABLE pratiche ADD COLUMN ente text[];
             UPDATE pratiche SET changed = 2, ente = '{Comune,\"Ente, due\"}'",
        )
        .await;
    let records = Looking::new(&settings).all(10).await;
    assert_eq!(records[0].fields["stato"], "NUOVA");
    assert!(!records[0].fields.contains_key("ente"));
    assert_eq!(records[1].fields["status"], "NUOVA");
    assert_eq!(records[1].fields["ente"], json!(["Comune", "Ente, due"]));
}

#[tokio::test]
async fn their_disk_goes_before_our_slot() {
    let cluster = Cluster::start(20);
    let theirs = Theirs::at(cluster.url()).await;
    let (_, settings) = installed(&theirs, "max_retained = \"1MB\"").await;
    theirs.write(1, "NUOVA", 1).await;
    let mut looking = Looking::new(&settings);
    assert_eq!(looking.all(10).await.len(), 1);
    theirs.write(2, "NUOVA", 2).await;
    theirs
        .run("CREATE TABLE altro AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 5000)")
        .await;
    // Whoever only tries changes nothing.
    let mut trying = Looking::new(&settings);
    trying.cursor.clone_from(&looking.cursor);
    let doubt = trying.look(10).await.unwrap().doubt.unwrap();
    assert!(doubt.contains("`max_retained`"), "{doubt}");
    assert_eq!(theirs.slots().await, 1);

    let look = looking.look(10).await.unwrap();
    assert!(look.records.is_empty());
    let fault = looking.acknowledge(&look).await.unwrap_err();
    assert!(fault.contains("was dropped at"), "{fault}");
    assert_eq!(theirs.slots().await, 0);
    let mut looking = looking.killed();
    let fault = looking.look(10).await.unwrap_err();
    assert!(fault.contains("was dropped at"), "{fault}");
    assert!(fault.contains("run `araldo source install crm`"), "{fault}");

    theirs.run(&settings.install_sql("crm").unwrap()).await;
    theirs.write(3, "NUOVA", 3).await;
    let look = looking.look(10).await.unwrap();
    assert_eq!(column(&look.records, "pratica"), ["PR-3"]);
    let doubt = look.doubt.unwrap();
    assert!(doubt.contains("will not be told"), "{doubt}");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_with_what_to_do() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    let said = async || Looking::new(&settings).look(10).await;
    theirs.write(1, "NUOVA", 1).await;
    assert_eq!(said().await.unwrap().doubt, None);

    theirs
        .run("ALTER TABLE pratiche REPLICA IDENTITY NOTHING")
        .await;
    let doubt = said().await.unwrap().doubt.unwrap();
    let mends = "ALTER TABLE public.pratiche REPLICA IDENTITY FULL";
    assert!(doubt.contains(mends), "{doubt}");
    theirs.run(mends).await;

    theirs
        .run("ALTER PUBLICATION araldo_crm DROP TABLE pratiche")
        .await;
    let doubt = said().await.unwrap().doubt.unwrap();
    let mends = "ALTER PUBLICATION araldo_crm ADD TABLE public.pratiche";
    assert!(doubt.contains(mends), "{doubt}");
    theirs.run(mends).await;
    assert_eq!(said().await.unwrap().doubt, None);

    theirs.run("DROP PUBLICATION araldo_crm").await;
    let fault = said().await.unwrap_err();
    assert!(fault.starts_with("there is no publication"), "{fault}");
    theirs.run(&settings.remove_sql("crm").unwrap()).await;
    let fault = said().await.unwrap_err();
    assert!(fault.starts_with("there is no slot araldo_test"), "{fault}");
    theirs.run(&settings.install_sql("crm").unwrap()).await;
    let look = said().await.unwrap();
    assert!(look.records.is_empty() && look.doubt.is_none(), "{look:?}");
}

#[tokio::test]
async fn a_table_whose_rows_nothing_tells_apart_is_not_published() {
    let theirs = Theirs::watched_postgres().await;
    theirs
        .run("ALTER TABLE pratiche DROP CONSTRAINT pratiche_pkey")
        .await;
    let settings = theirs.by_changes();
    let folder = tempfile::tempdir().unwrap();
    let run = program(folder.path(), &settings);
    let (fine, said) = run(&["source", "install", "crm", "--apply"]);
    assert!(!fine && said.contains("no primary key"), "{said}");
    assert_eq!(theirs.slots().await, 0);
    theirs.run("UPDATE pratiche SET changed = 1").await;

    theirs
        .run("ALTER TABLE pratiche REPLICA IDENTITY FULL")
        .await;
    let (fine, said) = run(&["source", "install", "crm"]);
    assert!(fine && said.contains("CREATE PUBLICATION"), "{said}");
    assert_eq!(theirs.slots().await, 0);
    let (fine, said) = run(&["source", "install", "crm", "--apply"]);
    assert!(fine, "{said}");
    assert_eq!(theirs.slots().await, 1);
    theirs.run(&rows(1, 1)).await;
    let (fine, said) = run(&["source", "try", "crm"]);
    assert!(
        fine && said.contains("becomes case.opened PR-1:1"),
        "{said}"
    );
    let (fine, said) = run(&["source", "rewind", "crm", "--to", "{\"lsn\": \"0/0\"}"]);
    assert!(!fine && said.contains("no place to go back to"), "{said}");
    let (fine, said) = run(&["source", "remove", "crm", "--apply"]);
    assert!(fine, "{said}");
    assert_eq!(theirs.slots().await, 0);
}

#[test]
fn sql_is_printed_where_there_is_no_store_and_no_database() {
    let theirs = Theirs {
        url: "postgres://araldo@db.example.it/crm".to_owned(),
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("araldo.toml"), theirs.by_changes()).unwrap();
    for (command, words) in [
        ("install", "CREATE PUBLICATION"),
        ("remove", "DROP PUBLICATION"),
    ] {
        let (fine, said) = araldo(
            folder,
            &["source", command, "crm", "--config", "araldo.toml"],
        );
        assert!(fine && said.contains(words), "{said}");
    }
    assert!(!folder.join("araldo.db").exists());
}

/// Runs the program in a folder with these settings and a store.
fn program(folder: &std::path::Path, settings: &str) -> impl Fn(&[&str]) -> (bool, String) {
    std::fs::write(folder.join("araldo.toml"), settings).unwrap();
    let run = move |arguments: &[&str]| {
        let settings = ["--config", "araldo.toml"];
        araldo(folder, &[arguments, settings.as_slice()].concat())
    };
    assert!(run(&["migrate"]).0);
    run
}

#[tokio::test]
async fn a_slot_of_another_database_is_said_and_never_dropped() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    // In the same server, a source that would have a slot of the same name.
    let staging = Theirs::watched_postgres().await;
    let ReaderSettings::PostgresChanges(mut there) = settings.clone() else {
        panic!("{settings:?}");
    };
    there.url = Some(staging.url.clone());
    let there = ReaderSettings::PostgresChanges(there);
    let said = staging.tried(&there.install_sql("crm").unwrap()).await;
    let said = said.unwrap_err();
    let owner = theirs.url.rsplit('/').next().unwrap();
    for words in [
        format!("belongs to the database {owner}: "),
        "set `slot` in [source.crm], or rename the source".to_owned(),
    ] {
        assert!(said.contains(&words), "{said}");
    }
    staging.run(&there.remove_sql("crm").unwrap()).await;
    let fault = Looking::new(&there).look(10).await.unwrap_err();
    assert!(fault.contains("is of another database"), "{fault}");
    assert_eq!(theirs.slots().await, 1);
    theirs.write(1, "NUOVA", 1).await;
    assert_eq!(Looking::new(&settings).all(10).await.len(), 1);
}

#[tokio::test]
async fn a_role_that_may_only_replicate_reads() {
    let theirs = Theirs::watched_postgres().await;
    let (_, settings) = installed(&theirs, "").await;
    let role = format!("reader_{}", theirs.slot());
    theirs
        .run(&format!("CREATE ROLE {role} LOGIN REPLICATION"))
        .await;
    let ReaderSettings::PostgresChanges(mut settings) = settings else {
        panic!("{settings:?}");
    };
    let address = theirs.url.replace("postgres@", &format!("{role}@"));
    settings.url = Some(address);
    theirs.write(1, "NUOVA", 1).await;
    let settings = ReaderSettings::PostgresChanges(settings);
    assert_eq!(Looking::new(&settings).all(10).await.len(), 1);
    theirs
        .run(&format!("ALTER ROLE {role} NOREPLICATION"))
        .await;
    let fault = Looking::new(&settings).look(10).await.unwrap_err();
    assert!(fault.starts_with("it refuses: "), "{fault}");
}
