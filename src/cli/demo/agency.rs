//! The town's agency and its control room, as systems of others: cases stand in a file of SQLite that
//! is changed by plain SQL, outages in a list that a small web server shows. Neither knows of Araldo;
//! the daemon watches both, so that events arrive which nobody posted.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::story::Beat;
use crate::domain::Timestamp;
use crate::runtime::Lifecycle;

/// How soon the daemon sees a change, at speed 1.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the agency's file is called, in the demo's folder.
const FILE: &str = "agency.db";

/// Fields of an outage, all of them in every entry of the list.
const OUTAGE: [&str; 11] = [
    "incident",
    "kind",
    "service",
    "severity",
    "began_at",
    "expected_end",
    "cause",
    "note",
    "municipalities",
    "tags",
    "circle",
];

pub(super) struct Agency {
    file: PathBuf,
    listener: TcpListener,
    outages: Arc<Outages>,
}

/// The control room's list, by reference, and how often it changed.
#[derive(Default)]
struct Outages(Mutex<(u64, BTreeMap<String, Value>)>);

/// Whoever writes into the agency's systems.
pub(super) struct Clerk {
    cases: SqliteConnection,
    outages: Arc<Outages>,
}

impl Agency {
    /// Makes the file, and takes a port of this machine for the list.
    pub(super) async fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        let mut cases = connect(&file, true).await?;
        sqlx::query(
            "CREATE TABLE pratiche (pratica TEXT PRIMARY KEY, rev INTEGER NOT NULL,
             changed_at TEXT NOT NULL, cliente TEXT NOT NULL, tipo TEXT NOT NULL,
             stato TEXT NOT NULL, ente TEXT, scadenza TEXT, nota TEXT);
             CREATE UNIQUE INDEX pratiche_rev ON pratiche (rev)",
        )
        .execute(&mut cases)
        .await
        .context("cannot make the agency's table")?;
        cases.close().await?;
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            file,
            listener,
            outages: Arc::default(),
        })
    }

    /// The settings by which the daemon watches both.
    pub(super) fn settings(&self, speed: f64) -> anyhow::Result<String> {
        let every = LOOK_EVERY.div_f64(speed).as_millis();
        let every = Duration::from_millis(u64::try_from(every)?.max(100));
        let every = humantime::format_duration(every);
        let (file, list) = (self.file.display(), self.listener.local_addr()?);
        Ok(format!(
            r#"
[source.agency]
kind = "sql"
url = "sqlite:{file}"
every = "{every}"
query = "SELECT rev, changed_at, pratica, cliente, tipo, stato, ente, scadenza, nota FROM pratiche WHERE rev > :rev ORDER BY rev LIMIT :limit"
cursor = ["rev"]
[source.agency.case]
case = "pratica"
client = "cliente"
kind = "tipo"
state = "{{{{ record.stato | lower }}}}"
owner = "ente"
expected_by = "scadenza"
note = "nota"
version = "rev"
changed_at = "changed_at"

[source.control-room]
kind = "http-feed"
url = "http://{list}/outages"
every = "{every}"
items = "outages"
[source.control-room.incident]
incident = "incident"
kind = "kind"
service = "service"
severity = "severity"
began_at = "began_at"
expected_end = "expected_end"
cause = "cause"
note = "note"
ended = "ended"
event = "event"
version = "version"
changed_at = "changed_at"
[source.control-room.incident.area]
municipalities = "municipalities"
tags = "tags"
circle = "circle"
"#
        ))
    }

    /// Shows the list for as long as the demo runs, and lets a clerk write.
    pub(super) async fn work(self, lifecycle: &Lifecycle) -> anyhow::Result<Clerk> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let outages = Arc::clone(&self.outages);
        let router = Router::new()
            .route("/outages", get(list))
            .with_state(outages);
        let tasks = lifecycle.clone();
        lifecycle.spawn("control-room", async move {
            let serving = axum::serve(listener, router);
            let stopping = async move { tasks.stopping().await };
            if let Err(error) = serving.with_graceful_shutdown(stopping).await {
                tracing::warn!(error = %error, "the control room's list is not shown any more");
            }
        });
        Ok(Clerk {
            cases: connect(&self.file, false).await?,
            outages: self.outages,
        })
    }
}

impl Clerk {
    /// Writes down what happened, as the agency's own programs would.
    pub(super) async fn write(&mut self, beat: &Beat, now: Timestamp) -> anyhow::Result<()> {
        if beat.event.starts_with("case.") {
            return self.write_case(&beat.data, now).await;
        }
        self.outages.write(beat, now);
        Ok(())
    }

    async fn write_case(&mut self, data: &Value, now: Timestamp) -> anyhow::Result<()> {
        let word = |name: &str| data[name].as_str().map(str::to_owned);
        sqlx::query(
            "INSERT INTO pratiche (pratica, rev, changed_at, cliente, tipo, stato, ente, scadenza,
             nota) VALUES ($1, (SELECT coalesce(max(rev), 0) + 1 FROM pratiche), $2, $3, $4,
             upper($5), $6, $7, $8)
             ON CONFLICT (pratica) DO UPDATE SET rev = excluded.rev,
             changed_at = excluded.changed_at, stato = excluded.stato, ente = excluded.ente,
             scadenza = excluded.scadenza, nota = excluded.nota",
        )
        .bind(word("case"))
        .bind(now.to_string())
        .bind(word("client"))
        .bind(word("kind"))
        .bind(word("state"))
        .bind(word("owner"))
        .bind(word("expected_by"))
        .bind(word("note"))
        .execute(&mut self.cases)
        .await
        .context("cannot write into the agency's table")?;
        Ok(())
    }
}

impl Outages {
    /// An entry says what is known by now; what a beat does not name stays.
    fn write(&self, beat: &Beat, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.0 += 1;
        let version = all.0;
        let entry = all.1.entry(beat.subject.clone()).or_insert_with(|| {
            let fields = OUTAGE.iter().map(|name| ((*name).to_owned(), Value::Null));
            Value::Object(fields.collect::<Map<_, _>>())
        });
        let area = beat.data.get("area").and_then(Value::as_object);
        let said = beat.data.as_object().into_iter().chain(area).flatten();
        for (name, value) in said.filter(|(name, _)| OUTAGE.contains(&name.as_str())) {
            entry[name.as_str()] = value.clone();
        }
        let cancelled = beat.event == "incident.cancelled";
        entry["ended"] = json!(cancelled || beat.event == "incident.resolved");
        entry["event"] = match cancelled {
            true => json!(beat.event),
            false => Value::Null,
        };
        entry["version"] = json!(version);
        entry["changed_at"] = json!(now.to_string());
    }
}

/// All that ever was on the list, with a tag by which a repeat is told at once.
async fn list(State(outages): State<Arc<Outages>>, headers: HeaderMap) -> Response {
    let all = outages.0.lock().unwrap_or_else(PoisonError::into_inner);
    let tag = format!("\"{}\"", all.0);
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes())
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let entries: Vec<&Value> = all.1.values().collect();
    let body = json!({ "outages": entries }).to_string();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::ETAG, tag),
    ];
    (headers, body).into_response()
}

async fn connect(file: &Path, create: bool) -> anyhow::Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .context("cannot open the agency's file")
}
