//! `araldo bench`: how fast this machine does it, as a ratio to a peer in the same run.
//!
//! Each works on a throw-away store with made-up clients, through the same node that `serve`
//! starts, and fails when anything was lost. `drain` and `nodes` send queued messages, `fanout`
//! plans one event for everybody, `accept`, `click` and `receipts` are requests from outside,
//! `latency` and `urgent` follow single mails, `pages` looks at a full store, `scale` works out
//! what more nodes would do.
//!
//! Beneath: `ground` is the node, `town` who lives there, `load` queues and lets go; `peers`,
//! `wrk`, `gateway` and `mailbox` stand on the other side, `wire` asks; `report`, `spread` and
//! `marks` are what is printed. What the figures mean stands in `docs/performance.md`.

mod accept;
mod click;
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
mod spread;
mod town;
mod urgent;
mod wire;
mod wrk;

use std::process::ExitCode;

use clap::Subcommand;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(super) enum BenchCommand {
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
    /// The console's pages and the API's lists with millions of messages in the store
    Pages(pages::Pages),
    /// What 1, 3, 10 and 100 nodes would do, played over the times of this database's statements
    Scale(scale::Scale),
    /// The gateway that `drain --channel sms` sends to
    #[command(hide = true)]
    Gateway(gateway::Gateway),
}

/// Measures it.
pub(super) async fn run(command: BenchCommand) -> anyhow::Result<ExitCode> {
    match command {
        BenchCommand::Drain(options) => drain::run(&options).await,
        BenchCommand::Fanout(options) => fanout::run(&options).await,
        BenchCommand::Urgent(options) => urgent::run(&options).await,
        BenchCommand::Latency(options) => latency::run(&options).await,
        BenchCommand::Accept(options) => accept::run(&options).await,
        BenchCommand::Click(options) => click::run(&options).await,
        BenchCommand::Receipts(options) => receipts::run(&options).await,
        BenchCommand::Pages(options) => pages::run(&options).await,
        BenchCommand::Scale(options) => scale::run(&options).await,
        BenchCommand::Gateway(options) => gateway::run(&options).await,
    }
}

/// A number of things to measure: at least one.
fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=10_000_000) => Ok(number),
        _ => Err("want a number from 1 to 10,000,000".to_owned()),
    }
}
