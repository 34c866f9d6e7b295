//! `araldo-bench scale`: what more nodes would do on the given database. `record` times the
//! statements of the path of a message, `model` plays 1, 3, 10 and 100 nodes over these times,
//! `outcome` sums up. A model, not a measurement: `araldo-bench drain --nodes` is that.

mod model;
mod outcome;
mod record;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::ground::Ground;
use crate::load;
use crate::marks::{self, Mark};
use crate::report::round;
use crate::town::{News, Reach};
use model::{Latencies, Model, Plan};
use outcome::Outcome;

/// How many nodes are played.
const NODES: [usize; 4] = [1, 3, 10, 100];

#[derive(Debug, Args)]
pub(crate) struct Scale {
    /// Messages taken through claim, open and close while their times are recorded
    #[arg(long, default_value_t = 10_000, value_parser = crate::count)]
    messages: usize,
    /// Messages a second that the contract with the provider allows
    #[arg(long, default_value_t = 1_000, value_parser = crate::count)]
    rate: usize,
    /// Milliseconds a provider takes for a message
    #[arg(long, default_value_t = 20, value_parser = crate::count)]
    provider_ms: usize,
    /// Processors of the database; those of this machine when not said
    #[arg(long)]
    cores: Option<usize>,
    /// Seconds to play
    #[arg(long, default_value_t = 30, value_parser = crate::count)]
    seconds: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: &Scale) -> anyhow::Result<ExitCode> {
    let ground = Ground::lay(&options.store, "[node]\nroles = [\"plan\"]\n").await?;
    let node = ground.start().await?;
    load::queue(&node, 0, options.messages, Reach::Email, News::Outage).await?;
    let times = record::record(&node).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    let rate = i64::try_from(options.rate)?;
    let mut played = Vec::new();
    for rate in [None, Some(rate)] {
        for nodes in NODES {
            let plan = plan(options, nodes, rate)?;
            let outcome = Model::run(&plan, &times);
            played.push((plan, outcome));
        }
    }
    report(options, store, &times, &played);
    Ok(ExitCode::SUCCESS)
}

fn plan(options: &Scale, nodes: usize, rate: Option<i64>) -> anyhow::Result<Plan> {
    let here = || std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Plan {
        nodes,
        rate,
        cores: options.cores.unwrap_or_else(here),
        provider: i64::try_from(options.provider_ms)? * 1_000,
        seconds: i64::try_from(options.seconds)? + 1,
        seed: options.seed,
    })
}

fn report(options: &Scale, store: &str, times: &Latencies, played: &[(Plan, Outcome)]) {
    let [claim, open, close, rate] =
        [&times.claim, &times.open, &times.close, &times.rate].map(|times| median_ms(times));
    let ten = played
        .iter()
        .find(|(plan, _)| plan.nodes == 10 && plan.rate.is_some());
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let fullest = ten.map_or(f64::NAN, |(_, outcome)| outcome.worst_second as f64);
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let marks = [Mark::at_most(
        "messages in the fullest second of ten nodes",
        options.rate as f64,
        fullest,
    )];
    if options.json {
        let runs: Vec<Value> = played.iter().map(|(plan, ours)| ours.json(plan)).collect();
        let whole = json!({
            "bench": "scale", "store": store, "claim_ms": claim, "open_ms": open,
            "close_ms": close, "rate_ms": rate, "runs": runs, "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!(
        "scale on {store}: claim of {} {claim} ms, open {open} ms, close {close} ms, slots {rate} ms \
         (p50, with commit); a model from here on",
        record::CLAIM
    );
    for (plan, outcome) in played {
        println!("{}", outcome.line(plan));
    }
    marks::print(&marks);
}

fn median_ms(times: &[i64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let milliseconds = times.iter().map(|time| *time as f64 / 1_000.0);
    round(crate::report::median(milliseconds))
}
