//! `araldo-bench`: how fast this machine does it, as a ratio to a peer in the same run.
//!
//! Each works on a throw-away store with made-up clients, through the same node that `araldo
//! serve` starts, and fails when anything was lost. `drain` and `nodes` send queued messages,
//! `fanout` plans one event for everybody, `accept`, `click` and `receipts` are requests from
//! outside, `latency` and `urgent` follow single mails, `source` watches a table of somebody else's,
//! `pages` looks at a full store, `scale`
//! works out what more nodes would do.
//!
//! Beneath: `ground` is the node, `database` its tables past the store, `town` who lives there,
//! `load` queues and lets go; `peers`, `wrk`, `gateway` and `mailbox` stand on the other side,
//! `wire` asks; `report`, `spread` and `marks` are what is printed. What the figures mean stands
//! in `docs/performance.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line prints; the node's own words go through the log"
)]

mod accept;
mod click;
mod database;
mod drain;
mod fanout;
mod gateway;
mod ground;
mod latency;
mod load;
mod mailbox;
mod marks;
mod nodes;
mod pages;
mod peers;
mod receipts;
mod report;
mod scale;
mod source;
mod spread;
mod town;
mod urgent;
mod wire;
mod wrk;

use std::process::ExitCode;

use clap::Parser;

/// The daemon's allocator: what is measured is the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measure this machine, on a throw-away store.
#[derive(Debug, Parser)]
#[command(name = "araldo-bench", version, arg_required_else_help = true)]
enum Bench {
    /// Queued messages to a real server, against a program that only sends
    Drain(drain::Drain),
    /// One incident that concerns everybody, against the database's own copy of the same rows
    Fanout(fanout::Fanout),
    /// Urgent e-mails while a bulk mailing goes out
    Urgent(urgent::Urgent),
    /// One event on an idle node, posted until the mail server has the mail
    Latency(latency::Latency),
    /// Events over HTTP, in batches and one by one
    Accept(accept::Accept),
    /// Tracked links, against the plainest answer of the same node
    Click(click::Click),
    /// A storm of delivery reports while e-mails go out
    Receipts(receipts::Receipts),
    /// A watched table of somebody else's, from its change to the SMS
    Source(source::Source),
    /// The console's pages and the API's lists with millions of messages in the store
    Pages(pages::Pages),
    /// What 1, 3, 10 and 100 nodes would do, played over the times of this database's statements
    Scale(scale::Scale),
    /// The gateway that `drain --channel sms` sends to
    #[command(hide = true)]
    Gateway(gateway::GatewayArgs),
    /// One of the nodes of `drain --nodes`
    #[command(hide = true)]
    Node(nodes::NodeArgs),
}

fn main() -> ExitCode {
    let bench = Bench::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(Box::pin(bench.run())));
    outcome.unwrap_or_else(|error| {
        eprintln!("araldo-bench: {error:#}");
        ExitCode::FAILURE
    })
}

impl Bench {
    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Drain(options) => drain::run(&options).await,
            Self::Fanout(options) => fanout::run(&options).await,
            Self::Urgent(options) => urgent::run(&options).await,
            Self::Latency(options) => latency::run(&options).await,
            Self::Accept(options) => accept::run(&options).await,
            Self::Click(options) => click::run(&options).await,
            Self::Receipts(options) => receipts::run(&options).await,
            Self::Source(options) => source::run(&options).await,
            Self::Pages(options) => pages::run(&options).await,
            Self::Scale(options) => scale::run(&options).await,
            Self::Gateway(options) => gateway::run(&options).await,
            Self::Node(options) => nodes::serve(&options).await,
        }
    }
}

/// A number of things to measure: at least one.
fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=10_000_000) => Ok(number),
        _ => Err("want a number from 1 to 10,000,000".to_owned()),
    }
}
