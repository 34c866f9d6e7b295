//! `araldo-bench drain`: queued messages, rendered, tracked, recorded and handed over, against a
//! program that only hands over, to the same server: Postfix's `smtp-source` for e-mails, `wrk`
//! for SMS to an HTTP gateway.
//!
//! Messages are queued through the planner while dispatch is paused; the clock runs from the
//! word to go on until the store says that all were accepted. Several nodes: see `nodes`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::gateway;
use crate::ground::{Ground, Node};
use crate::load::{self, drain, queue};
use crate::marks::{self, Mark};
use crate::nodes;
use crate::peers::{self, Peers};
use crate::report::{Pair, Summary};
use crate::town::{News, Reach};
use crate::wrk::Wrk;
use araldo::domain::Channel;

/// Messages sent before the first pair: connections stand, templates are compiled, and the size
/// of the mails tells the peer how large its own have to be.
const WARM_UP: usize = 200;
/// How long `wrk` asks for in each pair.
const PEER_SECONDS: usize = 3;

#[derive(Debug, Args)]
pub(crate) struct Drain {
    /// Messages in each run
    #[arg(long, default_value_t = 50_000, value_parser = crate::count)]
    pub(super) messages: usize,
    /// Runs of ours and of the peer, one after the other
    #[arg(long, default_value_t = 5, value_parser = crate::count)]
    pub(super) pairs: usize,
    /// Connections of each
    #[arg(long, default_value_t = 32, value_parser = crate::count)]
    pub(super) sessions: usize,
    /// What is sent: `email` or `sms`
    #[arg(long, default_value = "email")]
    channel: Channel,
    /// So many nodes on one PostgreSQL, against one; each a process of its own
    #[arg(long, default_value_t = 1, value_parser = crate::count)]
    pub(super) nodes: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    pub(super) store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    pub(super) json: bool,
}

/// Measures; fails when a single message was not accepted.
pub(super) async fn run(options: &Drain) -> anyhow::Result<ExitCode> {
    if options.nodes > 1 {
        return nodes::run(options).await;
    }
    let (pairs, store, size) = match options.channel {
        Channel::Email => emails(options).await?,
        Channel::Sms => texts(options).await?,
    };
    report(options, store, size, &pairs);
    Ok(ExitCode::SUCCESS)
}

type Measured = (Vec<Pair>, &'static str, usize);

async fn emails(options: &Drain) -> anyhow::Result<Measured> {
    let peers = Peers::find()?;
    let port = peers::free_port()?;
    let ground = Ground::lay(&options.store, &load::relay(port, options.sessions)).await?;
    let node = ground.start().await?;
    load::pause(&node, true).await?;
    let size = warm_up(&node, &peers, port, &ground.folder().join("mails")).await?;
    let sink = peers.sink(port, None).await?;
    let source = async |count| peers.source(port, count, size, options.sessions).await;
    let pairs = pairs(options, &node, Reach::Email, "smtp-source", source).await?;
    let store = end(options, node).await?;
    sink.stop().await?;
    Ok((pairs, store, size))
}

async fn texts(options: &Drain) -> anyhow::Result<Measured> {
    let (port, gateway) = gateway::start().await?;
    let settings = load::gateway(port, options.sessions);
    let ground = Ground::lay(&options.store, &settings).await?;
    let wrk = Wrk::find(options.sessions, PEER_SECONDS)?;
    let node = ground.start().await?;
    load::pause(&node, true).await?;
    queue(&node, 0, WARM_UP, Reach::Sms, News::Outage).await?;
    drain(&node, WARM_UP).await?;
    let sample = gateway::sample(port);
    let source = async |count: usize| {
        let load = wrk.load(&sample, &[]).await?;
        if load.failed > 0 {
            bail!("the gateway refused {} requests of wrk", load.failed);
        }
        #[expect(clippy::cast_precision_loss, reason = "a time for people")]
        let took = count as f64 / load.per_second;
        Ok(Duration::from_secs_f64(took))
    };
    let pairs = pairs(options, &node, Reach::Sms, "wrk", source).await?;
    let store = end(options, node).await?;
    gateway.stop().await?;
    Ok((pairs, store, 0))
}

async fn pairs(
    options: &Drain,
    node: &Node,
    reach: Reach,
    peer_name: &str,
    mut peer: impl AsyncFnMut(usize) -> anyhow::Result<Duration>,
) -> anyhow::Result<Vec<Pair>> {
    let count = options.messages;
    let mut pairs = Vec::with_capacity(options.pairs);
    for number in 1..=options.pairs {
        queue(node, number, count, reach, News::Outage).await?;
        let pair = Pair {
            count,
            peer: peer(count).await?,
            ours: drain(node, count).await?,
        };
        if !options.json {
            pair.print(number, "messages", peer_name);
        }
        pairs.push(pair);
    }
    Ok(pairs)
}

async fn end(options: &Drain, node: Node) -> anyhow::Result<&'static str> {
    let wanted = WARM_UP + options.pairs * options.messages;
    load::all_are_accounted_for(&node, wanted).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    Ok(store)
}

fn report(options: &Drain, store: &str, size: usize, pairs: &[Pair]) {
    let summary = Summary::of(pairs);
    let marks = [mark(options.channel, store, summary)];
    let bench = format!("drain-{}", options.channel);
    if options.json {
        let more = json!({
            "mail_bytes": size, "sessions": options.sessions, "marks": marks::json(&marks),
        });
        println!("{}", summary.json(&bench, store, pairs, more));
        return;
    }
    let size = match options.channel {
        Channel::Email => format!(" of {size} bytes"),
        Channel::Sms => String::new(),
    };
    println!(
        "{bench} on {store}: {} messages{size} over {} connections, all accepted\n\
         median ratio to the peer {:.3}; our median run to its best {:.3}",
        options.messages, options.sessions, summary.median, summary.to_best
    );
    marks::print(&marks);
}

fn mark(channel: Channel, store: &str, summary: Summary) -> Mark {
    let wanted = match (channel, store) {
        (Channel::Sms, _) => 0.40,
        (Channel::Email, "sqlite") => 0.50,
        (Channel::Email, _) => 0.30,
    };
    Mark::at_least("ratio to the peer", wanted, summary.median)
}

/// Sends a few mails to a sink that keeps them; returns their size.
async fn warm_up(node: &Node, peers: &Peers, port: u16, folder: &Path) -> anyhow::Result<usize> {
    let sink = peers.sink(port, Some(folder)).await?;
    queue(node, 0, WARM_UP, Reach::Email, News::Outage).await?;
    drain(node, WARM_UP).await?;
    sink.stop().await?;
    peers::mean_size(folder)
}
