//! `araldo bench`: how fast this machine does it, as a ratio to a peer in the same run.
//!
//! Each works on a throw-away store with made-up clients, through the same node that `serve`
//! starts. `drain` sends queued mails to Postfix's `smtp-sink`; `fanout` plans one event for
//! everybody. `ground` is the node, `town` who lives there, `peers` the programs of Postfix,
//! `report` what is printed. What the figures mean stands in `docs/performance.md`.

mod drain;
mod fanout;
mod ground;
mod peers;
mod report;
mod town;

use std::process::ExitCode;

use clap::Subcommand;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(super) enum BenchCommand {
    /// Queued e-mails to a real SMTP server, against Postfix's own generator of load
    Drain(drain::Drain),
    /// One incident that concerns everybody, against the database's own copy of the same rows
    Fanout(fanout::Fanout),
}

/// Measures it.
pub(super) async fn run(command: BenchCommand) -> anyhow::Result<ExitCode> {
    match command {
        BenchCommand::Drain(options) => drain::run(&options).await,
        BenchCommand::Fanout(options) => fanout::run(&options).await,
    }
}

/// A number of things to measure: at least one.
fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=10_000_000) => Ok(number),
        _ => Err("want a number from 1 to 10,000,000".to_owned()),
    }
}
