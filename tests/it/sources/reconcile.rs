//! Is anything missing? What no look could see is found the same night, by name. It is told to nobody,
//! unless a rule wants what comes late, and then once.

use std::path::Path;
use std::sync::Arc;

use araldo::domain::Clock;
use araldo::domain::clock::FixedClock;
use araldo::store::sources::{DifferenceSort, ReconciledRow};
use chrono::TimeDelta;
use serde_json::json;

use super::theirs::Theirs;
use crate::support::TestStore;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::program::araldo;

on_both_databases!(
    what_was_lost_in_postgresql_is_named_the_same_night_and_told_to_nobody,
    what_was_lost_in_a_sqlite_file_is_named_the_same_night_and_told_to_nobody,
    what_was_lost_in_mariadb_is_named_the_same_night_and_told_to_nobody,
    what_was_lost_is_mended_in_silence_and_a_second_night_finds_nothing,
    a_rule_that_wants_what_comes_late_tells_it_once,
    a_table_that_is_away_at_night_is_said_and_asked_again,
    another_node_does_not_ask_again_in_the_same_night,
    a_case_of_an_erased_client_is_not_missing,
    what_a_trigger_did_not_see_is_found,
    what_stood_there_before_the_log_was_read_is_found,
);

/// What is open over there, with all that the mapping needs.
const PRESENT: &str = "SELECT id, changed, pratica, cliente, tipo, stato, note FROM pratiche \
                       WHERE stato <> 'CHIUSA'";
const LATE: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE late";
const EVENTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM event WHERE source = '/v1/sources/crm'";
/// The rules that come with the program.
const RULES: &str = include_str!("../../../config/rules.toml");

/// A node that asks at night, and the clock it goes by.
struct Nightly {
    node: Node,
    clock: Arc<FixedClock>,
}

impl Nightly {
    /// Starts at noon, with clients; what stands there already has been read.
    async fn start(store: TestStore, settings: &str) -> Self {
        let clock = Arc::new(FixedClock::at("2026-12-01T12:00:00Z"));
        let nightly = Self::start_by(store, settings, clock).await;
        for number in 1..=3 {
            let phone = format!("+39000000{:04}", 170 + number);
            let client = format!("C-{number}");
            nightly.node.client(&client, &[&phone], json!({})).await;
        }
        nightly
    }

    async fn start_by(store: TestStore, settings: &str, clock: Arc<FixedClock>) -> Self {
        let node = Node::start_by(store, settings, Arc::clone(&clock) as Arc<dyn Clock>).await;
        let settled = "SELECT CAST(count(*) AS BIGINT) FROM source WHERE settled";
        node.eye.until(settled, 1).await;
        // The next night counts.
        let counts = "SELECT CAST(count(*) AS BIGINT) FROM reconciliation";
        node.eye.until(counts, 1).await;
        node.planned().await;
        Self { node, clock }
    }

    /// Lets a night pass, and waits until the source was compared in it.
    async fn night(&self) -> ReconciledRow {
        self.pass();
        let now = self.clock.now();
        let row = until(async || {
            let row = self.row().await;
            let so = row.compared_at.is_some_and(|at| at >= now);
            so.then_some(row.clone()).ok_or(format!("{row:?}"))
        })
        .await;
        self.node.planned().await;
        row
    }

    /// From noon, or from four in the morning, to four in the morning.
    fn pass(&self) {
        let hours = match self.clock.now().to_utc().format("%H").to_string().as_str() {
            "12" => 15,
            _ => 24,
        };
        self.clock.advance(TimeDelta::hours(hours));
    }

    async fn row(&self) -> ReconciledRow {
        let mut tx = self.node.running.store.read().await.unwrap();
        tx.reconciliations().get("crm").await.unwrap().unwrap()
    }

    /// What is named, each with how it differs.
    async fn names(&self) -> Vec<(DifferenceSort, String)> {
        let mut tx = self.node.running.store.read().await.unwrap();
        let names = tx.reconciliations().names("crm").await.unwrap();
        names.into_iter().map(|one| (one.sort, one.name)).collect()
    }

    async fn state(&self, case: &str) -> String {
        let answer = self.node.get(&format!("/v1/cases/{case}")).await;
        answer.body["state"].as_str().unwrap_or_default().to_owned()
    }

    async fn told_nobody(&self) {
        for client in ["C-1", "C-2", "C-3"] {
            let states = self.node.states(client).await;
            assert!(states.is_empty(), "{client}: {states:?}");
        }
    }
}

/// The settings of a source that is asked by a query. `more`: further keys.
fn asked(theirs: &Theirs, present: &str, more: &str) -> String {
    let keys = format!("present = \"\"\"{present}\"\"\"\n{more}\ncursor = [");
    let settings = theirs.by_query().replace("cursor = [", &keys);
    assert!(settings.contains(present), "{settings}");
    settings
}

/// Cases 1 and 2 stand there, and are known.
async fn two_cases(theirs: &Theirs) {
    theirs.write(1, "NUOVA", 10).await;
    theirs.write(2, "NUOVA", 11).await;
}

/// Written behind the place that was reached: no look sees it.
async fn lose(theirs: &Theirs) {
    theirs.write(1, "AL DISTRIBUTORE", 5).await;
    theirs.write(3, "NUOVA", 6).await;
}

async fn what_was_lost_in_postgresql_is_named_the_same_night_and_told_to_nobody(store: TestStore) {
    named(store, Theirs::postgres().await).await;
}

async fn what_was_lost_in_a_sqlite_file_is_named_the_same_night_and_told_to_nobody(
    store: TestStore,
) {
    let folder = tempfile::tempdir().unwrap();
    named(store, Theirs::sqlite(folder.path()).await).await;
}

async fn what_was_lost_in_mariadb_is_named_the_same_night_and_told_to_nobody(store: TestStore) {
    named(store, Theirs::mariadb().await).await;
}

async fn named(store: TestStore, theirs: Theirs) {
    use DifferenceSort::{Gone, Missing, Other};
    two_cases(&theirs).await;
    let nightly = Nightly::start(store, &asked(&theirs, PRESENT, "")).await;
    lose(&theirs).await;
    theirs.write(2, "CHIUSA", 7).await;
    let row = nightly.night().await;
    let compared = row.compared;
    assert_eq!((compared.theirs, compared.ours), (2, 2), "{compared:?}");
    assert_eq!(
        (compared.missing, compared.other, compared.gone),
        (1, 1, 1),
        "{compared:?}"
    );
    assert_eq!((compared.late, compared.doubt, row.fault), (0, None, None));
    let named = [(Missing, "PR-3"), (Other, "PR-1"), (Gone, "PR-2")];
    let named = named.map(|(sort, name)| (sort, name.to_owned()));
    assert_eq!(nightly.names().await, named);

    let node = &nightly.node;
    assert_eq!(node.eye.number(EVENTS).await, 2, "nothing was taken");
    assert_eq!(nightly.state("PR-1").await, "received");
    nightly.told_nobody().await;
    let source = node.get("/v1/sources").await.body["items"][0]["reconciled"].clone();
    assert_eq!(source["theirs"], 2, "{source}");
    let missing = json!({"count": 1, "names": ["PR-3"]});
    assert_eq!(source["missing"], missing, "{source}");
    let metrics = node.get("/metrics").await.text;
    let differs = "araldo_source_differs{source=\"crm\"} 3";
    assert!(metrics.contains(differs), "{metrics}");
    nightly.node.sums_close().await;
    nightly.node.stop().await;
}

async fn what_was_lost_is_mended_in_silence_and_a_second_night_finds_nothing(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    two_cases(&theirs).await;
    let settings = asked(&theirs, PRESENT, "reconcile_events = true");
    let nightly = Nightly::start(store, &settings).await;
    lose(&theirs).await;
    let row = nightly.night().await;
    assert_eq!((row.compared.differs(), row.compared.late), (2, 2));
    let node = &nightly.node;
    assert_eq!(node.eye.number(LATE).await, 2);
    assert_eq!(nightly.state("PR-1").await, "sent_to_distributor");
    assert_eq!(nightly.state("PR-3").await, "received");
    nightly.told_nobody().await;
    let why = node
        .eye
        .texts("SELECT detail FROM event WHERE late ORDER BY id")
        .await;
    assert!(why.iter().all(|why| why.contains("found late")), "{why:?}");
    assert_eq!(why.len(), 2);

    let row = nightly.night().await;
    assert_eq!((row.compared.differs(), row.compared.late), (0, 0));
    assert_eq!((row.compared.theirs, row.compared.ours), (3, 3));
    assert!(nightly.names().await.is_empty());
    // The reader comes across them after all: each is one and the same event.
    let mut tx = node.running.store.write().await.unwrap();
    tx.sources().rewind("crm", None).await.unwrap();
    tx.commit().await.unwrap();
    nightly.clock.advance(TimeDelta::minutes(1));
    until(async || {
        let mut tx = node.running.store.read().await.unwrap();
        let row = tx.sources().get("crm").await.unwrap().unwrap();
        let again = row.records >= 4 && row.cursor.is_some();
        again.then_some(()).ok_or_else(|| format!("{row:?}"))
    })
    .await;
    node.planned().await;
    assert_eq!(node.eye.number(EVENTS).await, 4);
    nightly.told_nobody().await;
    nightly.node.sums_close().await;
    nightly.node.stop().await;
}

async fn a_rule_that_wants_what_comes_late_tells_it_once(store: TestStore) {
    let theirs = Theirs::postgres().await;
    two_cases(&theirs).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.toml");
    let wants = "name = \"case-progress\"\nlate = true";
    let rules = RULES.replace("name = \"case-progress\"", wants);
    assert!(rules.contains(wants));
    std::fs::write(&file, rules).unwrap();
    let settings = format!(
        "[rules]\nfile = \"{}\"\n{}",
        file.display(),
        asked(&theirs, PRESENT, "reconcile_events = true")
    );
    let nightly = Nightly::start(store, &settings).await;
    lose(&theirs).await;
    let row = nightly.night().await;
    assert_eq!(row.compared.late, 2);
    let node = &nightly.node;
    node.until_states("C-1", &["delivered"]).await;
    let said = node.texts("+390000000171").concat();
    assert!(said.contains("distributore"), "{said}");
    // That a case was opened is told by another rule.
    assert!(node.states("C-3").await.is_empty());
    let row = nightly.night().await;
    assert_eq!(row.compared.differs(), 0);
    assert_eq!(node.states("C-1").await.len(), 1);
    nightly.node.sums_close().await;
    nightly.node.stop().await;
}

async fn a_table_that_is_away_at_night_is_said_and_asked_again(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    let view = format!("CREATE VIEW aperte AS {PRESENT}");
    theirs.run(&view).await;
    two_cases(&theirs).await;
    let settings = asked(&theirs, "SELECT * FROM aperte;", "");
    let nightly = Nightly::start(store, &settings).await;
    lose(&theirs).await;
    theirs.run("DROP VIEW aperte").await;
    nightly.pass();
    let row = until(async || {
        let row = nightly.row().await;
        let said = row.fault.clone().unwrap_or_default();
        let so = said.contains("aperte");
        so.then_some(row.clone()).ok_or(format!("{row:?}"))
    })
    .await;
    assert_eq!(row.compared_at, None, "{row:?}");
    // It is read on, and nobody is alarmed.
    let source = nightly.node.get("/v1/sources").await.body["items"][0].clone();
    assert_eq!(
        (&source["up"], &source["fault"]),
        (&json!(true), &json!(null))
    );
    theirs.run(&view).await;
    nightly.clock.advance(TimeDelta::minutes(16));
    let row = until(async || {
        let row = nightly.row().await;
        let so = row.compared_at.is_some();
        so.then_some(row.clone()).ok_or(format!("{row:?}"))
    })
    .await;
    assert_eq!((row.compared.differs(), row.fault), (2, None));
    nightly.node.stop().await;
}

async fn another_node_does_not_ask_again_in_the_same_night(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    two_cases(&theirs).await;
    let settings = asked(&theirs, PRESENT, "");
    let first = Nightly::start(store, &settings).await;
    lose(&theirs).await;
    let compared_at = first.night().await.compared_at;
    let Nightly { node, clock } = first;
    let store = node.stop_and_keep_store().await;
    clock.advance(TimeDelta::minutes(1));
    let second = Nightly::start_by(store, &settings, Arc::clone(&clock)).await;
    // After its second look it had its turn.
    for _ in 0..2 {
        clock.advance(TimeDelta::minutes(1));
        let now = clock.now();
        until(async || {
            let mut tx = second.node.running.store.read().await.unwrap();
            let row = tx.sources().get("crm").await.unwrap().unwrap();
            let so = row.looked_at.is_some_and(|at| at >= now);
            so.then_some(()).ok_or_else(|| format!("{row:?}"))
        })
        .await;
    }
    assert_eq!(second.row().await.compared_at, compared_at);
    let row = second.night().await;
    assert_eq!(row.compared.differs(), 2, "the next night is its own");
    second.node.stop().await;
}

async fn a_case_of_an_erased_client_is_not_missing(store: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(folder.path()).await;
    two_cases(&theirs).await;
    let nightly = Nightly::start(store, &asked(&theirs, PRESENT, "")).await;
    lose(&theirs).await;
    let row = nightly.night().await;
    assert_eq!(row.compared.differs(), 2, "PR-1 and PR-3");
    for client in ["C-1", "C-3"] {
        let answer = nightly.node.delete(&format!("/v1/clients/{client}")).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    // Their names are gone at once, and the next night does not bring them back.
    assert!(nightly.names().await.is_empty());
    let row = nightly.night().await;
    let compared = row.compared;
    assert_eq!(
        (compared.theirs, compared.ours, compared.differs()),
        (1, 1, 0)
    );
    assert!(nightly.names().await.is_empty());
    nightly.node.stop().await;
}

/// What the settings say of how the source `crm` is read.
fn reader(settings: &str) -> araldo::source::ReaderSettings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("araldo.toml");
    std::fs::write(&file, settings).unwrap();
    let config = araldo::config::Config::load(Some(&file), std::iter::empty()).unwrap();
    config.sources["crm"].settings.reader.clone()
}

async fn what_a_trigger_did_not_see_is_found(store: TestStore) {
    let theirs = Theirs::postgres().await;
    let settings = theirs.by_outbox();
    let settings = settings.replace("key = ", "reconcile_events = true\nkey = ");
    let install = reader(&settings).install_sql("crm").unwrap();
    theirs.run(&install).await;
    theirs.write(1, "NUOVA", 10).await;
    let nightly = Nightly::start(store, &settings).await;
    nightly.node.eye.until(EVENTS, 1).await;
    nightly.node.planned().await;
    theirs
        .run(
            "SET session_replication_role = replica;
             UPDATE pratiche SET stato = 'AL DISTRIBUTORE', changed = 11 WHERE id = 1",
        )
        .await;
    let row = nightly.night().await;
    assert_eq!((row.compared.other, row.compared.late), (1, 1), "{row:?}");
    assert_eq!(nightly.state("PR-1").await, "sent_to_distributor");
    // It bears the id that the outbox would have given it.
    let ids = "SELECT event_id FROM event WHERE late";
    assert_eq!(nightly.node.eye.texts(ids).await, ["PR-1:11"]);
    let row = nightly.night().await;
    assert_eq!((row.compared.differs(), row.compared.ours), (0, 1));
    theirs.run("ALTER TABLE pratiche RENAME TO altrove").await;
    nightly.pass();
    until(async || {
        let row = nightly.row().await;
        let so = row.fault.is_some();
        so.then_some(()).ok_or(format!("{row:?}"))
    })
    .await;
    nightly.node.stop().await;
}

async fn what_stood_there_before_the_log_was_read_is_found(store: TestStore) {
    let theirs = Theirs::watched_postgres().await;
    theirs.write(1, "NUOVA", 10).await;
    let settings = theirs.by_changes();
    let settings = settings.replace("tables = ", "reconcile_events = true\ntables = ");
    let reader = reader(&settings);
    theirs.run(&reader.install_sql("crm").unwrap()).await;
    let nightly = Nightly::start(store, &settings).await;
    let row = nightly.night().await;
    assert_eq!((row.compared.missing, row.compared.late), (1, 1), "{row:?}");
    assert_eq!(nightly.state("PR-1").await, "received");
    nightly.told_nobody().await;
    theirs.write(1, "AL DISTRIBUTORE", 11).await;
    nightly.node.eye.until(EVENTS, 2).await;
    let row = nightly.night().await;
    assert_eq!(row.compared.differs(), 0, "{row:?}");
    nightly.node.stop().await;
    until(async || theirs.tried(&reader.remove_sql("crm").unwrap()).await).await;
}

/// Runs the program in a folder with these settings and a store.
fn program(folder: &Path, settings: &str) -> impl Fn(&[&str]) -> (bool, String) {
    std::fs::write(folder.join("araldo.toml"), settings).unwrap();
    let run = move |arguments: &[&str]| {
        let settings = ["--config", "araldo.toml"];
        araldo(folder, &[arguments, settings.as_slice()].concat())
    };
    assert!(run(&["migrate"]).0);
    run
}

#[tokio::test]
async fn the_command_asks_at_once_and_takes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(home.path()).await;
    let settings = asked(&theirs, PRESENT, "");
    let run = program(home.path(), &settings);
    let (fine, said) = run(&["source", "reconcile", "crm"]);
    let nothing = "it says 0 open cases, we know 0: nothing is missing";
    assert!(fine && said.contains(nothing), "{said}");
    two_cases(&theirs).await;
    for _ in 0..2 {
        let (fine, said) = run(&["source", "reconcile", "crm"]);
        let sentence = "it says 2 open cases, we know 0: PR-1, PR-2\n";
        assert!(!fine && said.contains(sentence), "{said}");
        assert!(said.contains("PR-2  missing here"), "{said}");
        assert!(said.contains("nothing was taken"), "{said}");
    }
    theirs.run("ALTER TABLE pratiche RENAME TO altrove").await;
    let (fine, said) = run(&["source", "reconcile", "crm"]);
    assert!(!fine && said.contains("no such table"), "{said}");
}

#[tokio::test]
async fn where_no_record_can_be_read_nobody_says_that_nothing_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(home.path()).await;
    two_cases(&theirs).await;
    let said_of = |present: &str| {
        let settings = asked(&theirs, present, "");
        let run = program(home.path(), &settings);
        run(&["source", "reconcile", "crm"])
    };
    let (fine, said) = said_of("SELECT id, pratica FROM pratiche");
    assert!(!fine && !said.contains("nothing is missing"), "{said}");
    let nothing = "nothing could be compared: none of its 2 records could be read";
    assert!(said.contains(nothing), "{said}");
    assert!(said.contains("no column `stato`"), "{said}");

    // Neither a document in a cell nor one in the place of a reference is compared.
    for (present, why) in [
        (
            "SELECT pratica, stato, hex(zeroblob(9000000)) AS allegato FROM pratiche WHERE id = 1",
            "most of them in `allegato`",
        ),
        (
            "SELECT hex(zeroblob(200)) AS pratica, stato FROM pratiche",
            "the column `pratica` has 400 characters",
        ),
    ] {
        let (fine, said) = said_of(present);
        assert!(!fine && said.contains(why), "{said}");
    }
}

#[tokio::test]
async fn a_source_that_cannot_be_asked_says_what_it_lacks() {
    let home = tempfile::tempdir().unwrap();
    let theirs = Theirs::sqlite(home.path()).await;
    let settings = theirs.by_query();
    let run = program(home.path(), &settings);
    let (fine, said) = run(&["source", "reconcile", "crm"]);
    assert!(!fine && said.contains("write `present`"), "{said}");
}
