//! The reader on a real folder, as the runner leads it: a look, then the acknowledgement.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::source::reader::{HANDED_IN, UNREADABLE};

/// A folder, its reader, and a clock that goes on by ten seconds with each look.
struct Spool {
    folder: TempDir,
    reader: FolderReader,
    cursor: Option<Cursor>,
    looks: i64,
}

impl Spool {
    fn new() -> Self {
        Self::with("")
    }

    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display();
        let settings = toml::from_str(&format!("path = \"{path}\"\n{settings}")).unwrap();
        Self {
            reader: FolderReader::new(&settings),
            folder,
            cursor: None,
            looks: 0,
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    async fn look(&mut self, limit: usize) -> Result<SourceLook, SourceFault> {
        self.looks += 1;
        // The files have the machine's time.
        let since = std::time::UNIX_EPOCH.elapsed().unwrap().as_micros();
        let later = self.looks * 10_000_000;
        let now = Timestamp::from_micros(i64::try_from(since).unwrap() + later);
        let cursor = self.cursor.clone();
        self.reader.look(cursor.as_ref(), limit, now).await
    }

    /// A look that is kept; what it brought. Whatever cannot be read is refused, and so is a
    /// record with the field `bad`.
    async fn kept(&mut self, limit: usize) -> Vec<Value> {
        let look = self.look(limit).await.unwrap();
        let is_bad = |fields: &serde_json::Map<String, Value>| {
            fields.contains_key(UNREADABLE) || fields.get("bad").is_some_and(|bad| !bad.is_null())
        };
        let bad = look.records.iter().filter(|record| is_bad(&record.fields));
        let refused: Vec<_> = bad
            .map(|record| RefusedRecord {
                place: record.place.clone(),
                why: record
                    .fields
                    .get(UNREADABLE)
                    .map_or("bad", |why| why.as_str().unwrap())
                    .to_owned(),
            })
            .collect();
        self.cursor = look.cursor.clone().or(self.cursor.take());
        self.reader.acknowledge(&look, &refused).await.unwrap();
        let mut records = look.records;
        for record in &mut records {
            // Of what is no record, nothing more is known.
            let handed_in = record.fields.remove(HANDED_IN);
            assert!(handed_in.is_some() || record.fields.contains_key(UNREADABLE));
        }
        let records = records.into_iter();
        records
            .map(|record| json!([record.place, record.fields]))
            .collect()
    }

    /// All that comes until nothing does.
    async fn all(&mut self, limit: usize) -> Vec<Value> {
        let mut all = self.kept(limit).await;
        for _ in 0..20 {
            all.extend(self.kept(limit).await);
        }
        all
    }

    /// As after a restart.
    fn restart(&mut self) {
        self.reader = FolderReader::new(&self.reader.settings);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn each_form_of_file_is_read_once_and_moved() {
    let mut spool = Spool::new();
    spool.write(
        "a.csv",
        "\u{feff}id;nome;\r\n1;Bar \"Sport\";\r\n2;;\r\n\r\n",
    );
    spool.write("b.ndjson", "{\"id\": 3}\n\n{\"id\": 4}");
    spool.write("c.json", "[{\"id\": 5},\n {\"id\": 6}]");
    spool.write("d.json", "{\"id\": 7}");
    let mut all = spool.all(1_000).await;
    all.sort_by_key(Value::to_string);
    assert_eq!(
        json!(all),
        json!([
            ["a.csv:2", {"id": "1", "nome": "Bar \"Sport\""}],
            ["a.csv:3", {"id": "2", "nome": null}],
            ["b.ndjson:1", {"id": 3}],
            ["b.ndjson:3", {"id": 4}],
            ["c.json:1", {"id": 5}],
            ["c.json:2", {"id": 6}],
            ["d.json:1", {"id": 7}],
        ])
    );
    assert_eq!(names(spool.folder.path()), ["done", "rejected"]);
    let done = ["a.csv", "b.ndjson", "c.json", "d.json"];
    assert_eq!(names(&spool.path("done")), done);
    assert_eq!(names(&spool.path("rejected")), [""; 0]);
}

#[tokio::test]
async fn a_large_file_is_read_in_shares_and_goes_on_after_a_restart() {
    for (name, text) in [
        ("a.csv", "id,b\n1,\"x\ny\"\n2,b\n3,b\n4,b\n5,b\n"),
        (
            "a.ndjson",
            "{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3\"}\n{\"id\":\"4\"}\n{\"id\":\"5\"}",
        ),
        (
            "a.json",
            "[{\"id\":\"1\"},{\"id\":\"2\"},{\"id\":\"3\"},{\"id\":\"4\"},{\"id\":\"5\"}]",
        ),
    ] {
        let mut spool = Spool::new();
        spool.write(name, text);
        assert_eq!(spool.kept(2).await.len(), 0, "seen for the first time");
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.extend(
                spool
                    .kept(2)
                    .await
                    .into_iter()
                    .map(|it| it[1]["id"].clone()),
            );
            spool.restart();
        }
        assert_eq!(ids, ["1", "2", "3", "4", "5"], "{name}");
        spool.all(2).await;
        assert_eq!(names(&spool.path("done")), [name]);
    }
}

#[tokio::test]
async fn a_file_that_was_kept_and_not_moved_is_moved_and_not_read_again() {
    let mut spool = Spool::new();
    spool.write("a.csv", "id\n1\n");
    spool.kept(9).await;
    let look = spool.look(9).await.unwrap();
    assert_eq!(look.records.len(), 1);
    // Kept; the daemon ends before it is told so.
    spool.cursor = look.cursor;
    spool.restart();
    assert!(spool.all(9).await.is_empty());
    assert_eq!(names(&spool.path("done")), ["a.csv"]);
    // Somebody puts it back, to have it read again.
    std::fs::rename(spool.path("done/a.csv"), spool.path("a.csv")).unwrap();
    spool.restart();
    assert_eq!(spool.all(9).await.len(), 1);
}

#[tokio::test]
async fn what_was_not_kept_is_read_again_before_what_is_newer() {
    let mut spool = Spool::new();
    spool.write("a.csv", "id\n1\n");
    spool.kept(9).await;
    spool.write("b.csv", "id\n2\n");
    assert_eq!(spool.look(9).await.unwrap().records[0].place, "a.csv:2");
    let all = spool.all(9).await;
    assert_eq!(all[0][0], "a.csv:2");
    assert_eq!(all[1][0], "b.csv:2");
}

#[tokio::test]
async fn a_file_that_is_written_to_is_left_alone() {
    let mut spool = Spool::new();
    for rows in 1..5 {
        spool.write("a.csv", format!("id\n{}", "1\n".repeat(rows)));
        assert!(spool.kept(9).await.is_empty());
    }
    assert_eq!(spool.kept(9).await.len(), 4);
}

#[tokio::test]
async fn what_is_added_to_a_file_after_it_was_read_is_read_or_said() {
    use std::io::Write as _;
    let mut spool = Spool::new();
    spool.write("a.csv", "id\n1\n");
    let append = || {
        std::fs::File::options()
            .append(true)
            .open(spool.path("a.csv"))
    };
    let mut open = append().unwrap();
    spool.kept(9).await;
    let look = spool.look(9).await.unwrap();
    assert_eq!(look.records.len(), 1);
    // Before it is moved: it stays, and is read once more.
    open.write_all(b"2\n").unwrap();
    spool.cursor = look.cursor.clone();
    spool.reader.acknowledge(&look, &[]).await.unwrap();
    assert_eq!(spool.text("a.csv"), "id\n1\n2\n");
    let doubt = spool.look(9).await.unwrap().doubt.unwrap();
    assert!(doubt.contains("it is read again"), "{doubt}");
    assert_eq!(spool.all(9).await.len(), 2);
    assert_eq!(spool.text("done/a.csv"), "id\n1\n2\n");
    // Behind it: nobody reads it there, which is said.
    open.write_all(b"3\n").unwrap();
    let doubt = spool.look(9).await.unwrap().doubt.unwrap();
    assert!(
        doubt.contains("`done/a.csv` after it had been read"),
        "{doubt}"
    );
    std::fs::rename(spool.path("done/a.csv"), spool.path("a.csv")).unwrap();
    assert_eq!(spool.all(9).await.len(), 3);
}

#[tokio::test]
async fn a_file_that_changes_half_way_is_a_doubt_and_a_new_one() {
    let mut spool = Spool::new();
    spool.write("a.csv", "id\n1\n2\n3\n");
    spool.kept(1).await;
    assert_eq!(spool.kept(1).await.len(), 1);
    spool.write("a.csv", "id\n1\n2\n3\n4\n");
    let look = spool.look(9).await.unwrap();
    assert!(look.records.is_empty());
    let doubt = look.doubt.unwrap();
    assert!(
        doubt.starts_with("after 2 lines of `a.csv` were read, it was changed"),
        "{doubt}"
    );
    assert_eq!(spool.all(9).await.len(), 4);
    spool.write("b.csv", "id\n1\n2\n");
    spool.kept(1).await;
    assert_eq!(spool.kept(1).await.len(), 1);
    std::fs::remove_file(spool.path("b.csv")).unwrap();
    let doubt = spool.look(1).await.unwrap().doubt.unwrap();
    assert!(
        doubt.ends_with("`b.csv` were read, it was taken away"),
        "{doubt}"
    );
}

#[tokio::test]
async fn refused_records_are_copied_with_a_report() {
    let mut spool = Spool::new();
    spool.write("a.csv", "id,bad\n1,\n2,x\n3,\"y\n4,\n5,a,b\n");
    spool.write("b.ndjson", "{\"id\":1}\n{\"id\":\n[]\n{\"bad\":1}\n");
    spool.write("c.json", "[{\"bad\": 1}, 7, {\"id\": 2, \"id\": 3}]");
    spool.all(2).await;
    let rejected = |name: &str| spool.text(&format!("rejected/{name}"));
    assert_eq!(rejected("a.csv"), "id,bad\n2,x\n3,\"y\n5,a,b\n");
    let report = rejected("a.csv.report.txt");
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[0], "a.csv:3: bad");
    assert!(
        lines[1].starts_with("a.csv:4: its quotation marks do not fit"),
        "{report}"
    );
    assert!(lines[2].starts_with("a.csv:6: it has 3 cells"), "{report}");
    assert_eq!(rejected("b.ndjson"), "{\"id\":\n[]\n{\"bad\":1}\n");
    let list: Vec<Box<serde_json::value::RawValue>> =
        serde_json::from_str(&rejected("c.json")).unwrap();
    let list: Vec<&str> = list.iter().map(|item| item.get()).collect();
    assert_eq!(list, ["{\"bad\": 1}", "7", "{\"id\": 2, \"id\": 3}"]);
    assert_eq!(names(&spool.path("done")), ["a.csv", "b.ndjson", "c.json"]);
}

#[tokio::test]
async fn a_file_that_is_garbage_is_one_dead_letter_and_the_source_goes_on() {
    let mut spool = Spool::new();
    let latin = b"id;citt\xe0\n1;Forl\xec\n";
    spool.write("a.csv", latin);
    spool.write("b.json", "<html>");
    spool.write("c.json", "[{\"id\": 1}, ");
    spool.write("d.ndjson", "<html>\n<body>\n");
    spool.write("e.csv", "id;nome;id\n1;2;3\n");
    spool.write("f.csv", "a\0b\n");
    spool.write("g.csv", "id\n1\n");
    let mut all = spool.all(9).await;
    all.sort_by_key(Value::to_string);
    let why = |at: usize| {
        all[at][1][UNREADABLE]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    for (at, place, said) in [
        (0, "a.csv", "write `charset = \"latin1\"`"),
        (1, "b.json", "neither a JSON object nor a list"),
        (2, "c.json", "EOF while parsing"),
        (3, "d.ndjson", "none of its first lines is a JSON object"),
        (4, "e.csv", "two columns `id`"),
        (5, "f.csv", "characters NUL"),
    ] {
        assert_eq!(all[at][0], place);
        assert!(why(at).contains(said), "{place}: {}", why(at));
        let report = spool.text(&format!("rejected/{place}.report.txt"));
        assert_eq!(report, format!("{place}: {}\n", why(at)));
    }
    assert_eq!(all[6], json!(["g.csv:2", {"id": "1"}]));
    assert_eq!(names(&spool.path("done")), ["g.csv"]);
    assert_eq!(names(spool.folder.path()), ["done", "rejected"]);
}

#[tokio::test]
async fn latin_1_and_another_delimiter_are_read_where_the_settings_say_so() {
    let mut spool = Spool::with("charset = \"latin1\"\ndelimiter = \"|\"");
    spool.write("a.csv", b"id|citt\xe0|c\n1|Forl\xec; \x80|\n");
    let all = spool.all(9).await;
    assert_eq!(
        all,
        [json!(["a.csv:2", {"id": "1", "città": "Forlì; €", "c": null}])]
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_a_fault_and_nothing_is_read() {
    let mut spool = Spool::new();
    spool.write("a.csv", "id\n1\n");
    spool.write("done", "a file");
    let look = spool.look(9).await.unwrap();
    let fault = spool.reader.acknowledge(&look, &[]).await.unwrap_err();
    assert!(
        fault
            .to_string()
            .contains("a file stands where a folder is meant"),
        "{fault}"
    );
    assert_eq!(spool.look(9).await, Err(fault));
    std::fs::remove_file(spool.path("done")).unwrap();
    assert_eq!(spool.all(9).await.len(), 1);
}
