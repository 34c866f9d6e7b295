//! The reader against a real database, the one that needs no server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use super::*;

const QUERY: &str = "SELECT id, at, stato FROM t WHERE (at, id) > (:at, :id) ORDER BY at, id \
                     LIMIT :limit;";

/// What they have: a table of cases.
fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

struct Theirs {
    folder: TempDir,
    connection: SqliteConnection,
}

impl Theirs {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(path(folder.path()))
            .create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::query("CREATE TABLE t (id INTEGER, at TEXT, stato TEXT)")
            .execute(&mut connection)
            .await
            .unwrap();
        Self { folder, connection }
    }

    async fn write(&mut self, id: i64, at: &str) {
        sqlx::query("INSERT INTO t (id, at, stato) VALUES (?, ?, 'nuova')")
            .bind(id)
            .bind(format!("2026-11-24 {at}"))
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    async fn delete(&mut self, id: i64) {
        sqlx::query("DELETE FROM t WHERE id = ?")
            .bind(id)
            .execute(&mut self.connection)
            .await
            .unwrap();
    }

    fn reader(&self, query: &str, overlap: u64) -> SqlReader {
        let settings = SqlSettings {
            url: Some(format!("sqlite:{}", path(self.folder.path()).display())),
            url_file: None,
            password_file: None,
            query: query.to_owned(),
            present: None,
            cursor: vec!["at".to_owned(), "id".to_owned()],
            overlap: Duration::from_secs(overlap),
            timeout: Duration::from_secs(10),
        };
        SqlReader::new(&settings).unwrap()
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("theirs.db")
}

fn ids(look: &SourceLook) -> Vec<i64> {
    let id = |record: &SourceRecord| record.fields.get("id").and_then(Value::as_i64);
    look.records.iter().filter_map(id).collect()
}

/// Reads and keeps pages of two as the runner does, until nothing more comes.
async fn read(reader: &mut SqlReader, cursor: &mut Option<Cursor>) -> (Vec<i64>, Option<String>) {
    let mut all = Vec::new();
    loop {
        let look = reader.look(cursor.as_ref(), 2, now()).await.unwrap();
        all.extend(ids(&look));
        reader.acknowledge(&look, &[]).await.unwrap();
        if let Some(reached) = look.cursor {
            *cursor = Some(reached);
        }
        if !look.more {
            return (all, look.doubt);
        }
    }
}

#[tokio::test]
async fn what_is_new_is_read_once_and_what_is_late_as_well() {
    let mut theirs = Theirs::new().await;
    for id in 1..=5 {
        theirs.write(id, &format!("10:00:0{id}")).await;
    }
    let (mut reader, mut cursor) = (theirs.reader(QUERY, 2), None);
    assert_eq!(
        read(&mut reader, &mut cursor).await,
        (vec![1, 2, 3, 4, 5], None)
    );
    let reached = json!({"at": "2026-11-24 10:00:05", "id": 5});
    assert_eq!(cursor, Some(Cursor(reached)));
    // Committed late, with a time that had been passed.
    theirs.write(6, "10:00:04").await;
    assert_eq!(read(&mut reader, &mut cursor).await, (vec![6], None));
    theirs.write(7, "10:00:09").await;
    assert_eq!(read(&mut reader, &mut cursor).await, (vec![7], None));
    assert_eq!(read(&mut reader, &mut cursor).await, (vec![], None));
    // Another reader, after a restart, does not know what was taken within the window.
    let mut reader = theirs.reader(QUERY, 6);
    assert_eq!(
        read(&mut reader, &mut cursor).await,
        (vec![3, 4, 6, 5, 7], None)
    );
}

#[tokio::test]
async fn a_record_says_where_it_stands_and_what_it_holds() {
    let mut theirs = Theirs::new().await;
    theirs.write(7, "10:00:00").await;
    let look = theirs.reader(QUERY, 0).look(None, 9, now()).await.unwrap();
    let place = "2026-11-24 10:00:00 / 7".to_owned();
    let fields = json!({"id": 7, "at": "2026-11-24 10:00:00", "stato": "nuova"});
    let Value::Object(fields) = fields else {
        panic!("an object");
    };
    assert_eq!(look.records, [SourceRecord { place, fields }]);
}

#[tokio::test]
async fn a_row_that_was_known_and_is_gone_is_a_doubt() {
    let mut theirs = Theirs::new().await;
    theirs.write(1, "10:00:01").await;
    theirs.write(2, "10:00:02").await;
    let (mut reader, mut cursor) = (theirs.reader(QUERY, 60), None);
    read(&mut reader, &mut cursor).await;
    theirs.delete(2).await;
    let (ids, doubt) = read(&mut reader, &mut cursor).await;
    assert!(ids.is_empty());
    assert!(doubt.unwrap().contains("(2026-11-24 10:00:02 / 2) is gone"));
    theirs.write(3, "10:00:03").await;
    assert_eq!(read(&mut reader, &mut cursor).await, (vec![3], None));
}

#[tokio::test]
async fn a_page_that_was_not_kept_is_read_again() {
    let mut theirs = Theirs::new().await;
    for id in 1..=3 {
        theirs.write(id, "10:00:00").await;
    }
    let mut reader = theirs.reader(QUERY, 60);
    let first = reader.look(None, 2, now()).await.unwrap();
    assert_eq!((ids(&first), first.more), (vec![1, 2], true));
    let again = reader.look(None, 2, now()).await.unwrap();
    assert_eq!(again, first);
    reader.acknowledge(&again, &[]).await.unwrap();
    let rest = reader.look(again.cursor.as_ref(), 2, now()).await.unwrap();
    assert_eq!((ids(&rest), rest.more), (vec![3], false));
}

#[tokio::test]
async fn a_query_with_a_limit_of_its_own_is_asked_until_nothing_comes() {
    let mut theirs = Theirs::new().await;
    for id in 1..=5 {
        theirs.write(id, "10:00:00").await;
    }
    for limit in [" LIMIT 1", " LIMIT 3", ""] {
        let query = QUERY.replace(" LIMIT :limit;", limit);
        let (mut reader, mut cursor) = (theirs.reader(&query, 60), None);
        let all = vec![1, 2, 3, 4, 5];
        assert_eq!(read(&mut reader, &mut cursor).await, (all, None));
        assert_eq!(
            read(&mut reader, &mut cursor).await,
            (vec![], None),
            "{limit}"
        );
    }
}

#[tokio::test]
async fn what_would_skip_rows_is_refused() {
    let mut theirs = Theirs::new().await;
    for id in [1, 1, 2] {
        theirs.write(id, "10:00:00").await;
    }
    let said = async |query: &str| {
        let mut reader = theirs.reader(query, 60);
        reader.look(None, 1, now()).await.unwrap_err().to_string()
    };
    assert!(said(QUERY).await.contains("two rows have the same cursor"));
    let down = QUERY.replace("ORDER BY at, id", "ORDER BY id DESC");
    let mut reader = theirs.reader(&down, 60);
    let fault = reader.look(None, 9, now()).await.unwrap_err().to_string();
    assert!(fault.ends_with("ORDER BY at, id"), "{fault}");
    let without = QUERY.replace("SELECT id, at", "SELECT at");
    assert!(said(&without).await.contains("no column `id`"));
    let wrong = said(&QUERY.replace("FROM t", "FROM tt")).await;
    assert!(wrong.starts_with("it refuses: no such table"), "{wrong}");
}

#[tokio::test]
async fn a_file_that_another_program_writes_is_named() {
    let mut theirs = Theirs::new().await;
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut theirs.connection)
        .await
        .unwrap();
    let mut reader = theirs.reader(QUERY, 0);
    reader.settings.timeout = Duration::from_millis(100);
    let fault = reader.look(None, 9, now()).await.unwrap_err().to_string();
    let file = path(theirs.folder.path());
    let expected = format!(
        "cannot reach it: {}: another program holds it locked",
        file.display()
    );
    assert_eq!(fault, expected);
}

#[tokio::test]
async fn their_database_is_only_read_and_a_missing_one_is_not_made() {
    let theirs = Theirs::new().await;
    let query = "INSERT INTO t (id) SELECT 1 WHERE :at < :id RETURNING id, id AS at";
    let fault = theirs
        .reader(query, 0)
        .look(None, 9, now())
        .await
        .unwrap_err();
    assert!(fault.to_string().contains("readonly"), "{fault}");
    let file = path(theirs.folder.path());
    let mut reader = theirs.reader(QUERY, 0);
    std::fs::remove_file(&file).unwrap();
    let fault = reader.look(None, 9, now()).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Away(_)), "{fault}");
    assert!(!file.exists());
}
