//! The ground a measurement stands on: a throw-away store and a whole node on it, started as
//! `serve` starts one. A database named by the caller must be empty: what is measured stays in
//! it, and nothing of anybody else's is touched.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use araldo::app::{self, Running};
use araldo::config::Config;
use araldo::domain::Clock as _;
use araldo::domain::api_key::{ApiKey, Scope};
use araldo::runtime::Lifecycle;
use araldo::store::{Store, StoreUrl};
use araldo::telemetry;

use crate::database::{Database, Figures};

/// How long the node may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How often it is looked whether the work is done: a hundredth of the shortest run.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Without any progress for so long, nothing will come any more.
const STALLED_AFTER: Duration = Duration::from_mins(1);

/// A folder, a store and the settings of a node.
pub(super) struct Ground {
    folder: TempDir,
    url: StoreUrl,
    address: String,
    config: Config,
}

impl Ground {
    /// Prepares a store and checks that it is empty. `store`: `sqlite`, or the address of an
    /// empty database; `settings`: what the node is to do, as in a file of settings, with
    /// `{folder}` for the folder of the measurement.
    pub(super) async fn lay(store: &str, settings: &str) -> anyhow::Result<Self> {
        Self::lay_with(store, settings, &[]).await
    }

    /// The same with further files in the folder: each a name and a text.
    pub(super) async fn lay_with(
        store: &str,
        settings: &str,
        files: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("araldo-bench-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let address = match store {
            "sqlite" => format!("sqlite:{}", folder.path().join("bench.db").display()),
            other => other.to_owned(),
        };
        let url: StoreUrl = address.parse().map_err(anyhow::Error::msg)?;
        must_be_empty(&url).await?;
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text)
                .with_context(|| format!("cannot write {name}"))?;
        }
        let file = folder.path().join("araldo.toml");
        let settings = settings.replace("{folder}", &folder.path().display().to_string());
        std::fs::write(&file, format!("{}\n{settings}", common(&address)))
            .context("cannot write the settings")?;
        let config = Config::load(Some(&file), std::iter::empty())?;
        telemetry::start_log(&config.log);
        Ok(Self {
            folder,
            url,
            address,
            config,
        })
    }

    /// Where files may be put; gone with the ground.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the node is to do.
    pub(super) const fn config(&self) -> &Config {
        &self.config
    }

    /// A whole file of settings for another node on the same store.
    pub(super) fn settings(&self, more: &str) -> String {
        format!("{}\n{more}", common(&self.address))
    }

    pub(super) async fn start(&self) -> anyhow::Result<Node> {
        let lifecycle = Lifecycle::new();
        let running = app::start(&self.config, &lifecycle).await?;
        let database = Database::open(&self.url).await?;
        Ok(Node { running, database })
    }
}

/// A node under measurement.
pub(super) struct Node {
    pub(super) running: Running,
    /// The tables of its store.
    pub(super) database: Database,
}

impl Node {
    pub(super) fn address(&self) -> anyhow::Result<std::net::SocketAddr> {
        self.running
            .address
            .context("the node has no role `web` and listens nowhere")
    }

    /// Waits until a figure of the store reaches `wanted`; returns how long it took since `start`.
    pub(super) async fn until(
        &self,
        figure: impl Fn(&Figures) -> i64,
        wanted: i64,
        start: Instant,
    ) -> anyhow::Result<Duration> {
        let (mut last, mut moved) = (i64::MIN, Instant::now());
        let bar = indicatif::ProgressBar::new(u64::try_from(wanted).unwrap_or(0));
        loop {
            let figures = self.database.figures().await?;
            let now = figure(&figures);
            if now >= wanted {
                let took = start.elapsed();
                bar.finish_and_clear();
                return Ok(took);
            }
            if now > last {
                bar.set_position(u64::try_from(now).unwrap_or(0));
                (last, moved) = (now, Instant::now());
            }
            if moved.elapsed() > STALLED_AFTER {
                bail!("stopped at {now} of {wanted}: nothing moved for a minute; see the log");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Makes a key of the API, and gives its secret.
    pub(super) async fn key(&self, scopes: &[Scope]) -> anyhow::Result<String> {
        let running = &self.running;
        let key = ApiKey::from_entropy(&rand::random());
        let mut tx = running.store.write().await?;
        tx.keys()
            .create(&key, "bench", scopes, running.clock.now(), &*running.ids)
            .await?;
        tx.commit().await?;
        Ok(key.reveal())
    }

    /// Ends it in good order.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.database.close().await;
        self.running.lifecycle.stop();
        let crashed = self.running.lifecycle.ended(STOP_WITHIN).await;
        self.running.sign_off().await?;
        if crashed > 0 {
            bail!("{crashed} tasks of the node crashed; the figures are worth nothing");
        }
        Ok(())
    }
}

/// What every measurement sets: no port that others could use, nobody asleep, and no word of the
/// upkeep: rows that are filled in are dated as no real ones, and its questions are for real ones.
fn common(store: &str) -> String {
    format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = {store:?}\n[log]\nlevel = \"warn,sqlx=error,araldo::upkeep=off\"\n\
         [quiet_hours]\nfrom = \"00:00\"\nto = \"00:00\"\n"
    )
}

async fn must_be_empty(url: &StoreUrl) -> anyhow::Result<()> {
    // The store makes the tables.
    Store::open(url, 1).await?.close().await;
    let database = Database::open(url).await?;
    let figures = database.figures().await?;
    database.close().await;
    if figures.clients > 0 || figures.planned > 0 {
        bail!("the database is in use; name an empty one, for what is measured stays in it");
    }
    Ok(())
}
