//! `araldo-bench source`: somebody else's table is watched. From the moment a change is written there
//! until the SMS gateway has the SMS; how many changes in a second are kept up with; and how long
//! what stands there already takes, which tells nobody.
//!
//! `theirs` is their database. The gateway is one of ours in this process, which notes who was
//! sent an SMS and when.

mod theirs;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use araldo::runtime::Lifecycle;
use araldo_sandbox::Arrivals;
use araldo_sandbox::gateway::{Answer, Gateway};
use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::time::MissedTickBehavior;

use self::theirs::Theirs;
use crate::fanout;
use crate::ground::{Ground, Node};
use crate::load;
use crate::marks::{self, Mark};
use crate::peers;
use crate::report::round;
use crate::spread::Spread;
use crate::town::{self, Reach};

/// Changes before the first that counts: templates are compiled, connections stand.
const WARM_UP: usize = 20;
/// How long an SMS may take to come.
const LONGEST: Duration = Duration::from_secs(60);
/// How often it is looked whether everything came.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How the table is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// A trigger writes each change down and wakes us
    Outbox,
    /// A query is asked every second
    Query,
}

/// What to watch, and how much happens there.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The address of an empty PostgreSQL database: theirs, which is watched
    #[arg(long)]
    theirs: String,
    #[arg(long, value_enum, default_value_t = Way::Outbox)]
    way: Way,
    /// Changes in a second
    #[arg(long, default_value_t = 1, value_parser = crate::count)]
    rate: usize,
    /// Changes that are followed to the gateway
    #[arg(long, default_value_t = 60, value_parser = crate::count)]
    changes: usize,
    /// Changes of one transaction that are taken in afterwards, about clients who are not known
    #[arg(long, default_value_t = 20_000, value_parser = crate::count)]
    flood: usize,
    /// Rows that stand there before the first look
    #[arg(long, default_value_t = 1_000, value_parser = crate::count)]
    baseline: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

struct Outcome {
    /// From the start of the node until all that stood there had been read.
    baseline: Duration,
    /// Most memory of this process until then, in MiB.
    memory: u64,
    lag: Spread,
    /// From the flood's commit until its last change was taken in.
    flood: Duration,
}

/// Measures; fails when a change is not told, or one that stood there before is.
pub(super) async fn run(options: &Source) -> anyhow::Result<ExitCode> {
    let arrivals = Arc::<Arrivals>::default();
    let port = gateway(&arrivals)?;
    let theirs = Theirs::found(&options.theirs).await?;
    theirs.fill(i64::try_from(options.baseline)?).await?;
    let settings = format!(
        "{}{}",
        load::gateway(port, 16),
        theirs.settings(options.way)
    );
    let ground = Ground::lay(&options.store, &settings).await?;
    install(&ground).await?;
    let start = Instant::now();
    let node = ground.start().await?;
    let stood = match options.way {
        Way::Outbox => 0,
        Way::Query => options.baseline,
    };
    taken(&node, stood).await?;
    let (baseline, memory) = (start.elapsed(), fanout::peak_kib()? / 1_024);
    town::settle(&node, 0, WARM_UP + options.changes, Reach::Sms).await?;
    let lag = follow(&theirs, &arrivals, options).await?;
    let before = stood + WARM_UP + options.changes;
    let start = Instant::now();
    theirs.flood(i64::try_from(options.flood)?).await?;
    let committed = start.elapsed();
    taken(&node, before + options.flood).await?;
    let flood = start.elapsed().saturating_sub(committed);
    let told = arrivals.total();
    if told != WARM_UP + options.changes {
        bail!(
            "{told} SMS were sent for {} changes",
            WARM_UP + options.changes
        );
    }
    let store = node.running.store.kind();
    node.stop().await?;
    let outcome = Outcome {
        baseline,
        memory,
        lag,
        flood,
    };
    report(options, store, &outcome);
    Ok(ExitCode::SUCCESS)
}

/// A gateway that notes who is sent an SMS. It ends with the process.
fn gateway(arrivals: &Arc<Arrivals>) -> anyhow::Result<u16> {
    let port = peers::free_port()?;
    let noting = Arc::clone(arrivals);
    let gateway = Gateway::open_at(port, move |sms| {
        noting.note(&sms.to());
        Answer::Accepted
    });
    let gateway = gateway.context("no port is free")?.bearing(peers::ROOM);
    Lifecycle::new().spawn_to_the_end(gateway.serve());
    Ok(port)
}

/// What `araldo source install --apply` does, where the way needs it.
async fn install(ground: &Ground) -> anyhow::Result<()> {
    let sources = &ground.config().sources;
    let source = sources.get("crm").context("the measurement's own source")?;
    let reader = &source.settings.reader;
    if let Some(sql) = reader.install_sql("crm") {
        reader.apply(&sql).await?;
    }
    Ok(())
}

/// Writes changes at an even pace, and waits for the SMS of each.
async fn follow(theirs: &Theirs, arrivals: &Arrivals, options: &Source) -> anyhow::Result<Spread> {
    let count = WARM_UP + options.changes;
    let mut pace = tokio::time::interval(Duration::from_secs(1) / u32::try_from(options.rate)?);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut written = Vec::with_capacity(count);
    for number in 0..count {
        if number >= WARM_UP {
            pace.tick().await;
        }
        written.push(theirs.change(number).await?);
    }
    let start = Instant::now();
    while arrivals.counts().0 < count {
        if start.elapsed() > LONGEST {
            bail!(
                "{} of {count} changes were told; see the log",
                arrivals.counts().0
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let lag = |(number, at): (usize, &Instant)| {
        let came = arrivals.first(&town::number_of(0, number));
        came.map(|came| came.saturating_duration_since(*at))
            .context("an SMS went to a number that nobody has")
    };
    let lags = written.iter().enumerate().skip(WARM_UP).map(lag);
    Ok(Spread::of(lags.collect::<anyhow::Result<_>>()?))
}

/// Waits until the source is settled and brought so many records.
async fn taken(node: &Node, records: usize) -> anyhow::Result<()> {
    let wanted = i64::try_from(records)?;
    let (mut last, mut moved) = (-1, Instant::now());
    loop {
        let row = node
            .running
            .store
            .read()
            .await?
            .sources()
            .get("crm")
            .await?;
        let (taken, settled) = row.map_or((0, false), |row| (row.records, row.settled));
        if taken >= wanted && settled {
            return Ok(());
        }
        if taken > last {
            (last, moved) = (taken, Instant::now());
        }
        if moved.elapsed() > LONGEST {
            bail!("{taken} of {wanted} records were taken, and nothing moves; see the log");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn report(options: &Source, store: &str, outcome: &Outcome) {
    let per_second = |count: usize, took: Duration| {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let count = count as f64;
        count / took.as_secs_f64()
    };
    let flood = per_second(options.flood, outcome.flood);
    let mut found = vec![Mark::at_least("changes taken in a second", 5_000.0, flood)];
    if options.way == Way::Outbox {
        found.push(Mark::at_most("p50 in ms", 20.0, outcome.lag.percentile(50)));
        found.push(Mark::at_most(
            "p99 in ms",
            100.0,
            outcome.lag.percentile(99),
        ));
    }
    if options.json {
        let whole = json!({
            "bench": "source", "store": store, "way": format!("{:?}", options.way).to_lowercase(),
            "rate": options.rate, "lag": outcome.lag.json(), "flood": options.flood,
            "flood_per_second": round(flood), "baseline": options.baseline,
            "baseline_s": round(outcome.baseline.as_secs_f64()), "peak_rss_mib": outcome.memory,
            "marks": marks::json(&found),
        });
        println!("{whole}");
        return;
    }
    println!(
        "source on {store}: {} rows that stood there took {:.1} s, {} MiB at most",
        options.baseline,
        outcome.baseline.as_secs_f64(),
        outcome.memory
    );
    println!(
        "source on {store}, {} changes/s, written until the gateway has the SMS, {}",
        options.rate,
        outcome.lag.line()
    );
    println!(
        "source on {store}, {} changes at once: {flood:.0}/s",
        options.flood
    );
    marks::print(&found);
}
