//! `araldo serve`: the daemon. Starts the node, obeys signals, ends in good order.

use std::process::ExitCode;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{self, Running};
use crate::config::{self, Config, NodeRole};
use crate::plan::Matcher;
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::telemetry;

/// Runs until a signal or a crash ends it.
pub(super) async fn run(
    config: Config,
    file: Option<std::path::PathBuf>,
) -> anyhow::Result<ExitCode> {
    telemetry::start_log(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    // Before the start, which may take long: a reload asked for meanwhile must not end the daemon.
    let signals = Signals::listen()?;
    let lifecycle = Lifecycle::new();
    let running = app::start(&config, &lifecycle).await?;
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
    until_ended(&config, &running, file, signals).await
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
/// rules again.
pub(super) async fn until_ended(
    config: &Config,
    running: &Running,
    file: Option<std::path::PathBuf>,
    signals: Signals,
) -> anyhow::Result<ExitCode> {
    let lifecycle = running.lifecycle.clone();
    let reload = (file, Arc::clone(&running.matcher), running.store.clone());
    // Not one of the lifecycle's tasks: it has to outlive them all.
    let ended = lifecycle.ended(config.http.stop_within);
    let crashed = tokio::select! {
        crashed = ended => crashed,
        crashed = signals.obey(&lifecycle, reload, config.http.stop_within) => crashed,
    };
    running.sign_off().await?;
    tracing::info!(tasks.crashed = crashed, "araldo has stopped");
    Ok(if crashed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

type Reload = (Option<std::path::PathBuf>, Arc<ArcSwap<Matcher>>, Store);

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn obey(
        mut self,
        lifecycle: &Lifecycle,
        (file, matcher, store): Reload,
        patience: std::time::Duration,
    ) -> usize {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => break,
                _ = self.interrupt.recv() => break,
                _ = self.hang_up.recv() => {
                    reload_rules(file.clone(), &matcher).await;
                    say_what_rules_lack(&store, &matcher).await;
                }
            }
        }
        tracing::info!("stopping: what is being sent is finished, nothing new is begun");
        lifecycle.stop();
        tokio::select! {
            crashed = lifecycle.ended(patience) => crashed,
            _ = self.terminate.recv() => hard(lifecycle, patience).await,
            _ = self.interrupt.recv() => hard(lifecycle, patience).await,
        }
    }
}

async fn hard(lifecycle: &Lifecycle, patience: std::time::Duration) -> usize {
    tracing::warn!("a second signal: stopping at once; what was being sent becomes unknown");
    lifecycle.abort();
    lifecycle.ended(patience).await
}

/// All or nothing: a fault leaves the rules as they were.
async fn reload_rules(file: Option<std::path::PathBuf>, matcher: &ArcSwap<Matcher>) {
    let load = move || {
        let config = Config::load(file.as_deref(), config::environment())?;
        app::load_rules(&config)
    };
    // On a thread of its own: whatever a file does to its reader, the daemon goes on.
    match tokio::task::spawn_blocking(load).await {
        Ok(Ok(rules)) => {
            matcher.store(Arc::new(rules));
            tracing::info!("the rules were read again");
        }
        Ok(Err(error)) => tracing::error!(error = %error, "the rules stay as they were"),
        Err(error) => tracing::error!(error = %error, "the rules stay as they were"),
    }
}
