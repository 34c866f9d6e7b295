//! `araldo serve`: the daemon. Starts the node, obeys signals, ends in good order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use crate::app::{self, AppError, Running};
use crate::config::{self, Config, ConfiguredSource, NodeRole};
use crate::plan::Matcher;
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::telemetry;

/// Runs until a signal or a crash ends it.
pub(super) async fn run(config: Config, file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    telemetry::start_log(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Before the start, which may take long: a reload asked for meanwhile must not end the daemon.
    let mut signals = Signals::listen()?;
    let lifecycle = Lifecycle::new();
    let running = match start(&config, &lifecycle, &mut signals).await {
        Err(AppError::Stopped) => return Ok(never_ready(&config, &lifecycle).await),
        started => Arc::new(started?),
    };
    tracing::info!(
        http.address = running.address.map(tracing::field::display),
        store.kind = running.store.kind(),
        node.name = config.node.name,
        "araldo is ready"
    );
    if let Some(address) = running.address.filter(|_| config.node.does(NodeRole::Web)) {
        invite(&running, address).await?;
    }
    say_what_rules_lack(&running.store, &running.matcher).await;
    let settings = SettingsInForce::of(&running, file, BTreeMap::new());
    until_ended(&config, settings, signals).await
}

/// Starts the node. The first signal lets the start end in order: it gives up where it stands, and
/// a node that stands in the list already signs off. A second one waits for nothing: such a node is
/// found dead by the others, like any that ends without a word, and its slot is freed.
async fn start(
    config: &Config,
    lifecycle: &Lifecycle,
    signals: &mut Signals,
) -> Result<Running, AppError> {
    let mut starting = Box::pin(app::start(config, lifecycle));
    tokio::select! {
        started = &mut starting => return started,
        () = signals.stop_asked() => {}
    }
    tracing::info!("stopping before the node is ready");
    lifecycle.stop();
    tokio::select! {
        started = starting => started,
        () = signals.stop_asked() => {
            lifecycle.abort();
            Err(AppError::Stopped)
        }
    }
}

/// The end of a node that was told to stop while it started.
async fn never_ready(config: &Config, lifecycle: &Lifecycle) -> ExitCode {
    lifecycle.stop();
    let crashed = lifecycle.ended(config.http.stop_within).await;
    tracing::info!(
        tasks.crashed = crashed,
        "araldo has stopped before it was ready"
    );
    exit_code(crashed)
}

/// A rule may name a template that is not published: its messages would be held, one by one.
async fn say_what_rules_lack(store: &Store, matcher: &ArcSwap<Matcher>) {
    let published = async { store.read().await?.templates().list().await };
    let published: Vec<String> = match published.await {
        Ok(all) => all
            .into_iter()
            .filter(|it| it.published.is_some())
            .map(|it| it.name)
            .collect(),
        Err(error) => {
            tracing::warn!(error = %error, "the rules' templates could not be looked up");
            return;
        }
    };
    for rule in matcher.load().rules() {
        if !published.contains(&rule.template) {
            tracing::warn!(
                rule.name,
                template.name = rule.template,
                "no such template is published: the messages of this rule will be held"
            );
        }
    }
}

/// Says what to do first, while nobody may log in.
async fn invite(running: &Running, address: std::net::SocketAddr) -> anyhow::Result<()> {
    if !running.store.read().await?.users().any().await? {
        tracing::info!(
            "nobody may log in yet: add yourself with `araldo user add --email you@example.org \
             --role admin`, then open http://{address}/console in a browser"
        );
    }
    Ok(())
}

/// Waits for the end: SIGTERM or SIGINT stop softly, a second one at once; SIGHUP reads the
/// settings again.
pub(super) async fn until_ended(
    config: &Config,
    settings: SettingsInForce,
    signals: Signals,
) -> anyhow::Result<ExitCode> {
    let running = Arc::clone(&settings.running);
    let lifecycle = running.lifecycle.clone();
    let reload = Arc::new(Notify::new());
    let reloading = settings.reload_until(lifecycle.stopping(), Arc::clone(&reload));
    lifecycle.spawn("reload", reloading);
    // Not one of the lifecycle's tasks: it has to outlive them all.
    let ended = lifecycle.ended(config.http.stop_within);
    let crashed = tokio::select! {
        crashed = ended => crashed,
        crashed = signals.obey(&lifecycle, &reload, config.http.stop_within) => crashed,
    };
    running.sign_off().await?;
    tracing::info!(tasks.crashed = crashed, "araldo has stopped");
    Ok(exit_code(crashed))
}

fn exit_code(crashed: usize) -> ExitCode {
    if crashed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Completes when the daemon is told to stop.
    async fn stop_asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Never waits for what a signal asks for: the next one may be urgent.
    async fn obey(mut self, lifecycle: &Lifecycle, reload: &Notify, patience: Duration) -> usize {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hang_up.recv() => reload.notify_one(),
            }
        }
        tracing::info!("stopping: what is being sent is finished, nothing new is begun");
        lifecycle.stop();
        tokio::select! {
            crashed = lifecycle.ended(patience) => crashed,
            () = self.stop_asked() => {
                tracing::warn!(
                    "a second signal: stopping at once; what was being sent becomes unknown"
                );
                lifecycle.abort();
                lifecycle.ended(patience).await
            }
        }
    }
}

/// What of the settings can change while the node runs: the rules that it obeys, and the sources that it
/// watches.
pub(super) struct SettingsInForce {
    file: Option<PathBuf>,
    /// Watched besides those of the file.
    own: BTreeMap<String, ConfiguredSource>,
    running: Arc<Running>,
}

impl SettingsInForce {
    pub(super) fn of(
        running: &Arc<Running>,
        file: Option<PathBuf>,
        own: BTreeMap<String, ConfiguredSource>,
    ) -> Self {
        Self {
            file,
            own,
            running: Arc::clone(running),
        }
    }

    /// Reads them again when asked to, until the daemon stops; a reading that is under way then is
    /// left alone.
    async fn reload_until(self, stopping: impl Future<Output = ()>, asked: Arc<Notify>) {
        tokio::select! {
            () = self.reload_when_asked(&asked) => {}
            () = stopping => {}
        }
    }

    /// One reading after the other. Who asks while one is under way gets another after it, because
    /// that one may have seen the file before it was mended.
    async fn reload_when_asked(&self, asked: &Notify) {
        loop {
            asked.notified().await;
            self.reload().await;
            say_what_rules_lack(&self.running.store, &self.running.matcher).await;
        }
    }

    /// All or nothing: a fault leaves everything as it was.
    async fn reload(&self) {
        let (file, own) = (self.file.clone(), self.own.clone());
        let running = Arc::clone(&self.running);
        let load = move || {
            let mut config = Config::load(file.as_deref(), config::environment())?;
            config.sources.extend(own);
            let rules = app::load_rules(&config)?;
            let sources = running.sources.build(&config, &running)?;
            Ok::<_, AppError>((rules, sources))
        };
        let kept = "the rules and the sources stay as they were";
        // On a thread of its own: whatever a file does to its reader, the daemon goes on.
        match tokio::task::spawn_blocking(load).await {
            Ok(Ok((rules, sources))) => {
                // What people published at the console stands in the place of the file's, too.
                match app::with_published(&self.running.store, &rules).await {
                    Ok(rules) => self.running.matcher.store(Arc::new(rules)),
                    Err(error) => {
                        tracing::error!(error = %error, "{kept}");
                        return;
                    }
                }
                let lifecycle = &self.running.lifecycle;
                self.running.sources.apply(sources, lifecycle);
                tracing::info!("the rules and the sources were read again");
            }
            Ok(Err(error)) => tracing::error!(error = %error, "{kept}"),
            Err(error) => tracing::error!(error = %error, "{kept}"),
        }
    }
}
