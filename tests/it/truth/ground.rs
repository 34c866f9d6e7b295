//! The store of one run: migrated and filled with templates once, copied for each run, with a
//! log beside it that the product does not know of.
//!
//! The log is written by triggers, so that it holds every move, whoever made it. On SQLite, which
//! has one writer, its order is the order of commits. PostgreSQL commits in another order than it
//! writes, so there a bar and a withdrawal are noted only when anybody can see them, and an
//! opening at the time at which its transaction began: what began later must have known.

use std::path::PathBuf;
use std::sync::Arc;

use araldo::domain::clock::FixedClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::store::templates::WriteContext;
use araldo::store::{Store, StoreUrl};
use araldo::template::Source;
use tempfile::TempDir;

use crate::support::node::Eye;
use crate::support::servers::postgres::fresh_database;

/// When every run begins: a Sunday morning.
pub(super) const BEGIN: &str = "2026-11-22T09:00:00Z";

const SQLITE_LOG: &str = "
CREATE TABLE truth_log (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL DEFAULT 0,
    what TEXT NOT NULL, id INTEGER NOT NULL, one TEXT NOT NULL, two TEXT NOT NULL) STRICT;
CREATE TRIGGER truth_moved AFTER UPDATE OF state ON message WHEN OLD.state <> NEW.state BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('moved', NEW.id, OLD.state, NEW.state);
END;
CREATE TRIGGER truth_opened AFTER INSERT ON attempt BEGIN
    INSERT INTO truth_log (what, id, one, two)
    VALUES ('opened', NEW.message_id, CAST(NEW.lease_no AS TEXT), '');
END;
CREATE TRIGGER truth_barred AFTER INSERT ON suppression BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('barred', 0, NEW.channel, NEW.address);
END;
CREATE TRIGGER truth_erased AFTER INSERT ON erased_client BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('erased', NEW.client_id, '', '');
END;
CREATE TRIGGER truth_overtaken AFTER UPDATE OF superseded_by ON plan
WHEN OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('withdrawn', NEW.id, '', '');
END;
CREATE TRIGGER truth_cancelled AFTER UPDATE OF cancelled_at ON plan
WHEN OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('withdrawn', NEW.id, '', '');
END;";

const POSTGRES_LOG: &str = "
CREATE TABLE truth_log (seq BIGSERIAL PRIMARY KEY,
    at BIGINT NOT NULL DEFAULT extract(epoch FROM transaction_timestamp()) * 1000000,
    what TEXT NOT NULL, id BIGINT NOT NULL, one TEXT NOT NULL, two TEXT NOT NULL);
CREATE FUNCTION truth_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO truth_log (what, id, one, two) VALUES ('moved', NEW.id, OLD.state, NEW.state);
    RETURN NULL; END $$;
CREATE FUNCTION truth_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO truth_log (what, id, one, two)
    VALUES ('opened', NEW.message_id, CAST(NEW.lease_no AS TEXT), '');
    RETURN NULL; END $$;
CREATE TRIGGER truth_moved AFTER UPDATE OF state ON message FOR EACH ROW
    WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION truth_moved();
CREATE TRIGGER truth_opened AFTER INSERT ON attempt FOR EACH ROW
    EXECUTE FUNCTION truth_opened();";

/// What can be seen by now, and is not in the log yet.
const KNOWN: &str = "
INSERT INTO truth_log (at, what, id, one, two)
SELECT extract(epoch FROM clock_timestamp()) * 1000000, known.* FROM
    (SELECT 'barred', CAST(0 AS BIGINT), channel, address FROM suppression
    UNION ALL SELECT 'withdrawn', id, '', '' FROM plan
    WHERE superseded_by IS NOT NULL OR cancelled_at IS NOT NULL
    UNION ALL SELECT 'erased', client_id, '', '' FROM erased_client
    EXCEPT SELECT what, id, one, two FROM truth_log) AS known";

/// Notes what anybody who begins from here on must know.
pub(super) async fn note_the_known(eye: &Eye) {
    if let Eye::Postgres(_) = eye {
        eye.execute(KNOWN).await;
    }
}

/// All that a run writes; templates and links stay.
const EMPTY: &str = "TRUNCATE client, client_word, contact_point, contact_code, consent, deputy, place, place_tag, topic_choice, suppression,
    event, survey_answer, survey, staff_mail, unknown_writer, forwarded_problem, forwarding, conversation_line, conversation, partner_question, case_file, case_change, incident, incident_change, incident_compensation,
    incident_answer, plan, message, claim, attempt,
    receipt, mail_evidence, engagement, rollup, restated_day, fallback_day, unread_client, node, audit, erased_client, suppression_key, feed, webhook,
    webhook_delivery, recovery_code, pending_sign_in, oidc_binding, rule_version, area_shape, rectification_plan, rectification, truth_log";

/// Where the runs of one thread take their stores from.
pub(super) enum Ground {
    /// A file to copy.
    Sqlite { folder: TempDir, runs: u64 },
    /// A database to empty.
    Postgres { url: StoreUrl, store: Store },
}

/// The store of one run.
pub(super) struct Plot {
    pub(super) store: Store,
    pub(super) eye: Arc<Eye>,
    pub(super) file: Option<PathBuf>,
}

impl Ground {
    /// A SQLite file, in memory where the machine has a folder for that: what the disk promises
    /// is not what is tried here.
    pub(super) async fn sqlite() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.expect("a temporary folder");
        let url = StoreUrl::Sqlite(folder.path().join("prepared.db"));
        let store = prepared(&url).await;
        let eye = Eye::open(&url).await;
        raw(&eye, SQLITE_LOG).await;
        store.close().await;
        // With the last connection the log of writes is taken into the file.
        close(&eye).await;
        Self::Sqlite { folder, runs: 0 }
    }

    /// A database in the test run's PostgreSQL.
    pub(super) async fn postgres() -> Self {
        let url = StoreUrl::Postgres(fresh_database());
        let store = prepared(&url).await;
        let eye = Eye::open(&url).await;
        raw(&eye, POSTGRES_LOG).await;
        close(&eye).await;
        Self::Postgres { url, store }
    }

    /// A fresh store.
    pub(super) async fn plot(&mut self) -> Plot {
        match self {
            Self::Sqlite { folder, runs } => {
                *runs += 1;
                let file = folder.path().join(format!("run-{runs}.db"));
                std::fs::copy(folder.path().join("prepared.db"), &file).expect("a copy");
                let url = StoreUrl::Sqlite(file.clone());
                Plot {
                    store: Store::open(&url, 1).await.expect("the store opens"),
                    eye: Arc::new(Eye::open(&url).await),
                    file: Some(file),
                }
            }
            Self::Postgres { url, store } => {
                let eye = Eye::open(url).await;
                raw(&eye, EMPTY).await;
                Plot {
                    store: store.clone(),
                    eye: Arc::new(eye),
                    file: None,
                }
            }
        }
    }
}

impl Plot {
    /// Closes what was opened for this run.
    pub(super) async fn clear(self) {
        close(&self.eye).await;
        if let Some(file) = self.file {
            self.store.close().await;
            std::fs::remove_file(file).expect("the copy goes");
        }
    }
}

async fn prepared(url: &StoreUrl) -> Store {
    let store = Store::open(url, 6).await.expect("the store opens");
    let clock = Arc::new(FixedClock::at("2026-11-01T00:00:00Z"));
    let ids = TimeOrderedIds::new(Arc::clone(&clock), 200);
    let by = WriteContext {
        author: "araldo",
        now: araldo::domain::Clock::now(&clock),
        ids: &ids,
    };
    let sources = Source::shipped().expect("the shipped templates are sound");
    let mut tx = store.write().await.unwrap();
    tx.templates().import_all(&sources, by).await.unwrap();
    tx.commit().await.unwrap();
    store
}

async fn raw(eye: &Eye, sql: &'static str) {
    match eye {
        Eye::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
        Eye::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
    }
}

async fn close(eye: &Eye) {
    match eye {
        Eye::Sqlite(pool) => pool.close().await,
        Eye::Postgres(pool) => pool.close().await,
    }
}
