//! `araldo demo` shows the whole path within a minute, and leaves nothing behind.

mod truth;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use crate::promises::rates_recounted::recount;
use crate::support::patience::until;

/// The real program with a folder of its own for what it throws away.
pub(crate) struct Demo {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) console: String,
    pub(crate) login: String,
    pub(crate) password: String,
    key: String,
}

impl Demo {
    /// Starts it at this pace, with these further arguments.
    pub(crate) fn start(speed: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_araldo"))
            .args(["demo", "--listen", "127.0.0.1:0", "--speed", speed])
            .args(more)
            .env("TMPDIR", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut after = |start: &str| -> String {
            let line = lines.find_map(|line| {
                line.unwrap()
                    .strip_prefix(start)
                    .map(|rest| rest.trim().to_owned())
            });
            line.unwrap_or_else(|| panic!("the demo printed no `{start}`"))
        };
        let console = after("Console:");
        let login = after("Login:");
        let password = after("Password:");
        let key = after("API key:");
        // Who stops listening breaks the demo's last words.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self {
            child,
            folder,
            console,
            login,
            password,
            key,
        }
    }

    /// Everything summed up, with the part of the SMS.
    async fn figures(&self) -> (Value, Value) {
        let by_channel = self.stats("?by=channel").await;
        let is_sms = |row: &&Value| row["channel"] == "sms";
        let sms = by_channel.iter().find(is_sms).cloned();
        let all = self.stats("").await.into_iter().next();
        (all.unwrap_or_default(), sms.unwrap_or_default())
    }

    /// Rows of the rates; none in the first moment.
    async fn stats(&self, query: &str) -> Vec<Value> {
        let answer = self.ask(&format!("stats{query}")).await;
        answer["rows"].as_array().cloned().unwrap_or_default()
    }

    /// What the API answers to a question.
    pub(crate) async fn ask(&self, question: &str) -> Value {
        araldo::channel::install_tls();
        let answer = reqwest::Client::new()
            .get(format!("{}v1/{question}", self.console))
            .bearer_auth(&self.key)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    fn store(&self) -> PathBuf {
        let mut found = std::fs::read_dir(self.folder.path()).unwrap();
        found.next().unwrap().unwrap().path().join("demo.db")
    }

    fn interrupt(&self) {
        let sent = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already ended when the test went well.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Figures of the store at one moment.
struct Books {
    messages: i64,
    planned: i64,
    stuck: i64,
    refused: i64,
}

async fn books(path: &Path) -> Books {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut store = SqliteConnection::connect_with(&options).await.unwrap();
    let (messages, planned, stuck, refused) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM message), (SELECT coalesce(sum(planned), 0) FROM rollup), \
         (SELECT count(*) FROM message WHERE state IN ('leased', 'sending') AND \
          coalesce(opened_at, due_at) < (SELECT max(created_at) FROM message) - 15000000), \
         (SELECT count(*) FROM event WHERE state = 'refused')",
    )
    .fetch_one(&mut store)
    .await
    .unwrap();
    Books {
        messages,
        planned,
        stuck,
        refused,
    }
}

fn number(sums: &Value, name: &str) -> i64 {
    sums[name].as_i64().unwrap_or_default()
}

/// Mail servers tell of failure only, so delivery is held against the SMS.
fn is_plausible(sums: &Value, sms: &Value) -> bool {
    number(sums, "planned") > 2_000
        && number(sms, "accepted") > 1_000
        && number(sms, "delivered") * 10 > number(sms, "accepted") * 8
        && [
            "opened",
            "opened_machine",
            "clicked",
            "clicked_machine",
            "replied",
            "undelivered",
        ]
        .iter()
        .all(|name| number(sums, name) > 10)
}

#[tokio::test]
async fn the_demo_shows_messages_sent_delivered_and_read_and_ends_at_once() {
    let truth = tempfile::NamedTempFile::new().unwrap();
    let mut demo = Demo::start("20", &["--truth", truth.path().to_str().unwrap()]);
    // The outage of the story is over within two minutes at twenty times the pace.
    until(async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (sums, sms) = demo.figures().await;
        let not_yet = || format!("there is only {sums}, of it {sms}");
        is_plausible(&sums, &sms).then_some(()).ok_or_else(not_yet)
    })
    .await;
    truth::holds(&demo, truth.path()).await;
    // The same figures, counted a second way from the messages while the town goes on.
    let (code, said) = recount(demo.console.clone(), demo.key.clone()).await;
    assert_eq!(code, Some(0), "{said}");
    let books = books(&demo.store()).await;
    assert_eq!(books.messages, books.planned, "the sums do not close");
    assert_eq!(books.stuck, 0, "messages stay under way");
    assert_eq!(books.refused, 0, "some events of the story were refused");

    demo.interrupt();
    // The town would go on for ever.
    let going_on = || String::from("the demo goes on");
    let status = until(async || demo.child.try_wait().unwrap().ok_or_else(going_on)).await;
    assert_eq!(status.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(demo.folder.path()).unwrap().collect();
    assert!(left.is_empty(), "the demo left {left:?}");
}
