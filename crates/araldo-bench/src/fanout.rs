//! `araldo-bench fanout`: one event becomes a message row for every client, eligibility
//! decided and sums moved, against the database's own `INSERT … SELECT` of the same rows.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use crate::ground::Ground;
use crate::marks::{self, Mark};
use crate::report::{Pair, Summary};
use crate::town::{self, News, Reach};

#[derive(Debug, Args)]
pub(crate) struct Fanout {
    /// Clients whom the event concerns
    #[arg(long, default_value_t = 1_000_000, value_parser = crate::count)]
    clients: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// A node that plans and does nothing else.
const SETTINGS: &str = "[node]\nroles = [\"plan\"]\n[tracking]\nopens = \"individual\"\n";

/// Measures; fails when a client has no row.
pub(super) async fn run(options: &Fanout) -> anyhow::Result<ExitCode> {
    let ground = Ground::lay(&options.store, SETTINGS).await?;
    let node = ground.start().await?;
    town::settle(&node, 0, options.clients, Reach::Mixed).await?;
    node.database.analyze().await?;
    forget_peak();
    let start = Instant::now();
    town::report(&node, 0, News::Outage).await?;
    let ours = node.until(|figures| figures.plans, 1, start).await?;
    let peak = peak_kib()?;
    let planned = node.database.figures().await?.planned;
    if usize::try_from(planned)? != options.clients {
        bail!("{planned} rows for {} clients", options.clients);
    }
    let copied = node.database.copy_messages().await?;
    if copied.rows != options.clients as u64 {
        bail!("the copy has {} rows, not {}", copied.rows, options.clients);
    }
    let store = node.running.store.kind();
    node.stop().await?;
    report(
        options,
        store,
        Pair {
            count: options.clients,
            ours,
            peer: copied.took,
        },
        peak,
    );
    Ok(ExitCode::SUCCESS)
}

fn report(options: &Fanout, store: &str, pair: Pair, peak_kib: u64) {
    let summary = Summary::of(&[pair]);
    let wanted = if store == "sqlite" { 0.40 } else { 0.20 };
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    let megabytes = (peak_kib * 1_024 / 1_000_000) as f64;
    let marks = [
        Mark::at_least("ratio to INSERT SELECT", wanted, summary.median),
        Mark::at_most("peak memory in MB", 150.0, megabytes),
    ];
    if options.json {
        let more = json!({
            "peak_rss_mib": peak_kib / 1_024, "marks": marks::json(&marks),
        });
        println!("{}", summary.json("fanout", store, &[pair], more));
        return;
    }
    pair.print(1, "rows", "INSERT SELECT");
    println!(
        "fanout on {store}: {} clients, each with a row; ratio {:.3}; peak memory {} MiB",
        options.clients,
        summary.median,
        peak_kib / 1_024
    );
    marks::print(&marks);
}

/// Starts the system's note of the peak again (proc(5), `clear_refs`); where it cannot, the peak
/// is that of the whole run, which is no less.
pub(crate) fn forget_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        tracing::debug!(error = %error, "the peak of memory includes the import");
    }
}

/// The most memory this process held, in KiB (`VmHWM`).
pub(crate) fn peak_kib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("cannot see the memory")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse().ok())
        .context("the system does not say how much memory was used")
}
