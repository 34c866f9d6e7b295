//! `araldo bench drain`: queued e-mails, rendered, tracked, recorded and handed to a real SMTP
//! server, against Postfix's `smtp-source`, which only sends, to the same server.
//!
//! Messages are queued through the planner while dispatch is paused; the clock runs from the
//! word to go on until the store says that all were accepted.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::ground::{Ground, Node};
use super::peers::{self, Peers};
use super::report::{Pair, Summary};
use super::town::{self, Reach};
use crate::domain::Clock as _;
use crate::store::switches::DISPATCH;

/// Mails sent before the first pair: connections stand, templates are compiled, and their size
/// tells the peer how large its own have to be.
const WARM_UP: usize = 200;

/// What to drain.
#[derive(Debug, Args)]
pub(in crate::cli) struct Drain {
    /// E-mails in each run
    #[arg(long, default_value_t = 10_000, value_parser = super::count)]
    messages: usize,
    /// Runs of ours and of the peer, one after the other
    #[arg(long, default_value_t = 5, value_parser = super::count)]
    pairs: usize,
    /// Connections of each
    #[arg(long, default_value_t = 32, value_parser = super::count)]
    sessions: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// Measures; fails when a single message was not accepted.
pub(super) async fn run(options: &Drain) -> anyhow::Result<ExitCode> {
    let peers = Peers::find()?;
    let port = peers::free_port()?;
    let ground = Ground::lay(&options.store, &settings(port, options.sessions)).await?;
    let node = ground.start().await?;
    pause(&node, true).await?;
    let size = warm_up(&node, &peers, port, &ground.folder().join("mails")).await?;
    let sink = peers.sink(port, None).await?;
    let mut pairs = Vec::with_capacity(options.pairs);
    for number in 1..=options.pairs {
        queue(&node, number, options.messages).await?;
        let pair = Pair {
            count: options.messages,
            peer: peers
                .source(port, options.messages, size, options.sessions)
                .await?,
            ours: drain(&node, options.messages).await?,
        };
        if !options.json {
            pair.print(number, "e-mails", "smtp-source");
        }
        pairs.push(pair);
    }
    all_are_accounted_for(&node, WARM_UP + options.pairs * options.messages).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    sink.stop().await?;
    report(options, store, size, &pairs);
    Ok(ExitCode::SUCCESS)
}

fn report(options: &Drain, store: &str, size: usize, pairs: &[Pair]) {
    let summary = Summary::of(pairs);
    if options.json {
        let more = json!({ "mail_bytes": size, "sessions": options.sessions });
        println!("{}", summary.json("drain", store, pairs, more));
        return;
    }
    println!(
        "drain on {store}: {} e-mails of {size} bytes over {} connections, all accepted\n\
         median ratio to smtp-source {:.3}; our median run to its best {:.3}",
        options.messages, options.sessions, summary.median, summary.to_best
    );
}

/// A node with one relay. The guard against floods counts messages by client, and everybody
/// here gets one.
fn settings(port: u16, sessions: usize) -> String {
    format!(
        "[channels]\nemail = [\"relay\"]\nsms = []\n[provider.relay]\nkind = \"smtp\"\n\
         host = \"127.0.0.1\"\nport = {port}\nconnections = {sessions}\n\
         from = \"Araldo <avvisi@araldo.example>\"\n[tracking]\nopens = \"individual\"\n"
    )
}

/// Sends a few mails to a sink that keeps them; returns their size.
async fn warm_up(node: &Node, peers: &Peers, port: u16, folder: &Path) -> anyhow::Result<usize> {
    let sink = peers.sink(port, Some(folder)).await?;
    queue(node, 0, WARM_UP).await?;
    drain(node, WARM_UP).await?;
    sink.stop().await?;
    peers::mean_size(folder)
}

/// Settles a district and reports an outage there: so many messages are queued and due.
async fn queue(node: &Node, district: usize, count: usize) -> anyhow::Result<()> {
    town::settle(node, district, count, Reach::Email).await?;
    let plans = i64::try_from(district)? + 1;
    town::report_outage(node, district).await?;
    node.until(|figures| figures.plans, plans, Instant::now())
        .await?;
    Ok(())
}

async fn drain(node: &Node, count: usize) -> anyhow::Result<Duration> {
    let before = node
        .running
        .store
        .read()
        .await?
        .yardstick()
        .figures()
        .await?
        .accepted;
    let start = Instant::now();
    pause(node, false).await?;
    let wanted = before + i64::try_from(count)?;
    let took = node
        .until(|figures| figures.accepted, wanted, start)
        .await?;
    pause(node, true).await?;
    Ok(took)
}

/// As `araldo dispatch pause` and `resume` do.
async fn pause(node: &Node, paused: bool) -> anyhow::Result<()> {
    let running = &node.running;
    let mut tx = running.store.write().await?;
    tx.switches()
        .set(DISPATCH, paused, "bench", running.clock.now())
        .await?;
    tx.commit().await?;
    running.wake.messages_queued();
    Ok(())
}

/// The sums said so already; the rows have to say it too.
async fn all_are_accounted_for(node: &Node, wanted: usize) -> anyhow::Result<()> {
    let accepted = node
        .running
        .store
        .read()
        .await?
        .yardstick()
        .accepted_by_attempt()
        .await?;
    if usize::try_from(accepted)? != wanted {
        bail!("{accepted} of {wanted} messages have an attempt that was accepted");
    }
    Ok(())
}
