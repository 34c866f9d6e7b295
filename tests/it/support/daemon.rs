//! The real program as a child process, with a configuration file: what a test needs that kills
//! it or takes its disk away. It ends with the test, however the test ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use araldo::domain::Clock as _;
use araldo::domain::api_key::{ApiKey, Scope};
use araldo::domain::clock::SystemClock;
use araldo::domain::ids::TimeOrderedIds;
use araldo::store::StoreUrl;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::TestStore;
use super::patience::until;
use super::servers::{Server, folder, free_port, run};

/// Says who it is and how it ended, and lives on when a file may not grow any more. Told to end,
/// it kills: this is a machine that loses its power.
const WRAPPED: &str = r#"
    trap '' XFSZ
    "$0" serve --config "$1" &
    daemon=$!
    echo $daemon >"$PID_FILE"
    trap 'kill -KILL $daemon; wait $daemon; exit' TERM
    wait $daemon
    echo $? >"$PID_FILE.exit"
"#;

/// A running `araldo serve`. Dropping it is `kill -9`.
pub(crate) struct Daemon {
    server: Server,
    pub(crate) pid: String,
    base: String,
    key: String,
    http: reqwest::Client,
    exit: PathBuf,
}

impl Daemon {
    /// Starts it on a store. `home` keeps its settings; `settings` are further keys of `[store]`,
    /// then TOML sections beside `[http]` and `[node]`.
    pub(crate) async fn start(store: &TestStore, home: &Path, settings: &str) -> Self {
        let key = key(store).await;
        Self::start_as(&store.url, &key, home, "daemon", settings).await
    }

    /// The same with so many open files at most.
    pub(crate) async fn start_with_files(
        store: &TestStore,
        home: &Path,
        settings: &str,
        files: u32,
    ) -> Self {
        let key = key(store).await;
        let limit = format!("ulimit -n {files}\n");
        Self::start_after(&limit, &store.url, &key, home, "daemon", settings).await
    }

    /// The same under a name of its own, so that several share a store; `key` opens all of them.
    pub(crate) async fn start_as(
        url: &StoreUrl,
        key: &str,
        home: &Path,
        name: &str,
        settings: &str,
    ) -> Self {
        Self::start_after("", url, key, home, name, settings).await
    }

    async fn start_after(
        before: &str,
        url: &StoreUrl,
        key: &str,
        home: &Path,
        name: &str,
        settings: &str,
    ) -> Self {
        // The first of several; the client refuses to be built without one.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let port = free_port();
        let file = home.join("araldo.toml");
        std::fs::write(&file, text(url, port, name, settings)).expect("the settings are written");
        let pid_file = home.join("pid");
        let exit = home.join("pid.exit");
        drop(std::fs::remove_file(&exit));
        let wrapped = WRAPPED.replace("$PID_FILE", &pid_file.display().to_string());
        let wrapped = format!("{before}{wrapped}");
        let file = file.display().to_string();
        let command = [
            "/bin/sh",
            "-c",
            wrapped.as_str(),
            env!("CARGO_BIN_EXE_araldo"),
            &file,
        ];
        let server = Server::start("araldo", &folder(), "TERM", &command);
        server.listens_on(port);
        let pid = std::fs::read_to_string(pid_file).expect("its number");
        let daemon = Self {
            server,
            pid: pid.trim().to_owned(),
            base: format!("http://127.0.0.1:{port}"),
            key: key.to_owned(),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()
                .expect("an HTTP client"),
            exit,
        };
        daemon.until_ready().await;
        daemon
    }

    /// Sends it a signal, such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        run(Command::new("/bin/kill").args([&format!("-{signal}"), &self.pid]));
    }

    /// Whether it still runs: it may have ended by itself.
    pub(crate) fn is_alive(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid));
        // The state follows the name, which stands in brackets (proc(5)).
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// Its host and port.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The status of a page.
    pub(crate) async fn get(&self, path: &str) -> u16 {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await;
        answer.expect("an answer").status().as_u16()
    }

    async fn until_ready(&self) {
        until(async || {
            let answer = self.http.get(format!("{}/readyz", self.base)).send().await;
            let ready = answer.is_ok_and(|answer| answer.status().is_success());
            let not_yet = || format!("araldo is not ready; its log:\n{}", self.log());
            ready.then_some(()).ok_or_else(not_yet)
        })
        .await;
    }

    /// Posts JSON; the status.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> u16 {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let answer = request.bearer_auth(&self.key).send().await;
        answer.expect("an answer").status().as_u16()
    }

    /// Imports clients, one a line.
    pub(crate) async fn import(&self, lines: String) {
        let request = self
            .http
            .post(format!("{}/v1/clients:import", self.base))
            .header(CONTENT_TYPE, "application/x-ndjson")
            .body(lines);
        let answer = request.bearer_auth(&self.key).send().await;
        let answer = answer.expect("an answer").text().await.expect("a text");
        assert!(answer.contains("\"rejected_count\":0"), "{answer}");
    }

    /// Waits until it has ended by itself; its exit code.
    pub(crate) async fn ended(&self) -> i32 {
        until(async || {
            let code = std::fs::read_to_string(&self.exit).unwrap_or_default();
            let not_yet = |_| format!("araldo does not end; its log:\n{}", self.log());
            code.trim().parse().map_err(not_yet)
        })
        .await
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }
}

fn text(url: &StoreUrl, port: u16, name: &str, settings: &str) -> String {
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    // No clock cuts a stop short: one that waits for what it should not fails by the test's patience.
    format!(
        "[http]\nlisten = \"127.0.0.1:{port}\"\nstop_within = \"1h\"\n[node]\nname = \"{name}\"\n\
         [store]\nurl = \"{url}\"\n{settings}"
    )
}

/// A key that opens everything.
pub(crate) async fn key(store: &TestStore) -> String {
    let key = ApiKey::from_entropy(&rand::random());
    let ids = TimeOrderedIds::new(SystemClock, 255);
    let mut tx = store.write().await.unwrap();
    tx.keys()
        .create(&key, "test", Scope::ALL, SystemClock.now(), &ids)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    key.reveal()
}
