//! `araldo-bench drain --nodes N`: N processes of this program on one PostgreSQL, against one,
//! with the same number of e-mails each time. The mailbox at the end knows every recipient: a
//! mail that came twice, or not at all, fails the run.

use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use araldo::config::Config;
use araldo::runtime::Lifecycle;
use araldo::{app, telemetry};
use clap::Args;
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::drain::Drain;
use crate::ground::{Ground, Node};
use crate::load::{self, drain, queue};
use crate::mailbox::Mailbox;
use crate::marks::{self, Mark};
use crate::report::{Pair, Summary};
use crate::town::{News, Reach};

/// How long a node may take to sign on or off.
const WITHIN: Duration = Duration::from_secs(20);
/// What three nodes are held to, where there are as many processors.
const WANTED: f64 = 1.5;

/// Measures. `peer` in the pairs is one node.
pub(super) async fn run(options: &Drain) -> anyhow::Result<ExitCode> {
    if options.store == "sqlite" {
        bail!("several nodes need `--store postgres://…`: SQLite belongs to one");
    }
    let mailbox = Mailbox::open()?;
    // This process plans and looks; only the others send.
    let ground = Ground::lay(&options.store, "[node]\nroles = [\"plan\"]\n").await?;
    let node = ground.start().await?;
    load::pause(&node, true).await?;
    let mut pairs = Vec::with_capacity(options.pairs);
    for number in 0..options.pairs {
        let pair = Pair {
            count: options.messages,
            peer: round(options, &ground, &node, &mailbox, (2 * number, 1)).await?,
            ours: round(
                options,
                &ground,
                &node,
                &mailbox,
                (2 * number + 1, options.nodes),
            )
            .await?,
        };
        if !options.json {
            pair.print(number + 1, "e-mails", "one node");
        }
        pairs.push(pair);
    }
    load::all_are_accounted_for(&node, 2 * options.pairs * options.messages).await?;
    node.stop().await?;
    report(options, &pairs);
    Ok(ExitCode::SUCCESS)
}

/// `count` nodes drain one district.
async fn round(
    options: &Drain,
    ground: &Ground,
    node: &Node,
    mailbox: &Mailbox,
    (district, count): (usize, usize),
) -> anyhow::Result<Duration> {
    queue(node, district, options.messages, Reach::Email, News::Outage).await?;
    mailbox.arrivals.forget();
    let mut others = Vec::with_capacity(count);
    for number in 0..count {
        let settings = load::relay(mailbox.port, options.sessions);
        others.push(Other::start(ground, number, &settings)?);
    }
    signed_on(node, count).await?;
    let took = drain(node, options.messages).await?;
    for other in others {
        other.stop().await?;
    }
    let (recipients, mails) = mailbox.arrivals.counts();
    if (recipients, mails) != (options.messages, options.messages) {
        bail!(
            "{mails} mails for {recipients} recipients came of {} messages",
            options.messages
        );
    }
    Ok(took)
}

/// Waits until so many nodes beside this one live.
async fn signed_on(node: &Node, count: usize) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        let mut tx = node.running.store.read().await?;
        if tx.nodes().slots_in_use().await?.len() > count {
            return Ok(());
        }
        drop(tx);
        if start.elapsed() > WITHIN {
            bail!("{count} nodes did not sign on; what they say stands above");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The settings of a node in a process of its own.
#[derive(Debug, Args)]
pub(crate) struct NodeArgs {
    /// The file of settings
    file: PathBuf,
}

/// Runs such a node until it is told to end, as `araldo serve` does.
pub(super) async fn serve(options: &NodeArgs) -> anyhow::Result<ExitCode> {
    let mut end = signal(SignalKind::terminate())?;
    let config = Config::load(Some(&options.file), std::iter::empty())?;
    telemetry::start_log(&config.log);
    let running = app::start(&config, &Lifecycle::new()).await?;
    end.recv().await;
    running.lifecycle.stop();
    let crashed = running.lifecycle.ended(WITHIN).await;
    running.sign_off().await?;
    Ok(if crashed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A node in a process of its own.
struct Other {
    child: Child,
}

impl Other {
    fn start(ground: &Ground, number: usize, settings: &str) -> anyhow::Result<Self> {
        let file: PathBuf = ground.folder().join(format!("node-{number}.toml"));
        let node = format!("[node]\nname = \"bench-{number}\"\nroles = [\"dispatch\"]\n{settings}");
        std::fs::write(&file, ground.settings(&node)).context("cannot write the settings")?;
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let child = Command::new(program)
            .arg("node")
            .arg(&file)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a node")?;
        Ok(Self { child })
    }

    /// Ends it as an operator would, so that it signs off.
    async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("a node ended by itself")?;
        let asked = Command::new("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .await
            .context("cannot ask a node to stop")?;
        let ended = tokio::time::timeout(WITHIN, self.child.wait()).await;
        match ended {
            Ok(Ok(ended)) if asked.success() && ended.success() => Ok(()),
            _ => bail!("a node did not stop in good order; what it says stands above"),
        }
    }
}

fn report(options: &Drain, pairs: &[Pair]) {
    let summary = Summary::of(pairs);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let marks = [Mark::at_least("ratio to one node", WANTED, summary.median)];
    if options.json {
        let more = json!({
            "nodes": options.nodes, "cores": cores, "doubles": 0, "marks": marks::json(&marks),
        });
        println!("{}", summary.json("drain-nodes", "postgres", pairs, more));
        return;
    }
    println!(
        "drain by {} nodes on postgres: {} e-mails each time, each recipient got one; \
         median ratio to one node {:.3}, on {cores} cores",
        options.nodes, options.messages, summary.median
    );
    marks::print(&marks);
}
