//! `araldo-bench receipts`: a storm of Kannel's delivery reports at the hook while e-mails go
//! out. A report is answered 200 when it is durable, or 503; the store must hold exactly those
//! that were answered 200, and sending must go on beside it.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use futures_util::future::try_join_all;
use serde_json::json;

use crate::database::{Fill, Stock};
use crate::ground::{Ground, Node};
use crate::load::{self, drain, queue};
use crate::marks::{self, Mark};
use crate::peers::{self, Peers};
use crate::report::round;
use crate::town::{News, Reach};
use crate::wire::Wire;
use araldo::domain::Clock as _;
use araldo::domain::ids::first_id_at;
use araldo::domain::token::{Purpose, Signer};

const CALLERS: usize = 256;

/// How hard the storm is.
#[derive(Debug, Args)]
pub(crate) struct Receipts {
    /// Reports a second
    #[arg(long, default_value_t = 5_000, value_parser = crate::count)]
    rate: usize,
    /// Seconds of the storm
    #[arg(long, default_value_t = 60, value_parser = crate::count)]
    seconds: usize,
    /// E-mails that go out, once without and once within the storm
    #[arg(long, default_value_t = 50_000, value_parser = crate::count)]
    messages: usize,
    /// Connections to the relay
    #[arg(long, default_value_t = 32, value_parser = crate::count)]
    sessions: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// What the callers saw.
#[derive(Debug, Default)]
struct Storm {
    kept: AtomicU64,
    refused: AtomicU64,
    late_ms: AtomicU64,
}

/// Measures; fails when a report that was answered 200 is not in the store, or one is there that
/// was not.
pub(super) async fn run(options: &Receipts) -> anyhow::Result<ExitCode> {
    let peers = Peers::find()?;
    let port = peers::free_port()?;
    let ground = Ground::lay(&options.store, &load::relay(port, options.sessions)).await?;
    let sink = peers.sink(port, None).await?;
    let node = ground.start().await?;
    load::pause(&node, true).await?;
    let paths = reports(&node, options.rate * options.seconds).await?;
    queue(&node, 0, options.messages, Reach::Email, News::Outage).await?;
    let without = drain(&node, options.messages).await?;
    queue(&node, 1, options.messages, Reach::Email, News::Outage).await?;
    let storm = Storm::default();
    let start = Instant::now();
    let (took, within) = tokio::join!(
        rage(options, node.address()?, &paths, &storm),
        drain(&node, options.messages)
    );
    took?;
    let (stormed, within) = (start.elapsed(), within?);
    let kept = node.database.receipts().await?;
    let answered = storm.kept.load(Ordering::SeqCst);
    if u64::try_from(kept)? != answered {
        bail!("{answered} reports were answered with 200, and {kept} are kept");
    }
    let store = node.running.store.kind();
    node.stop().await?;
    sink.stop().await?;
    report(options, store, &storm, stormed, (without, within));
    Ok(ExitCode::SUCCESS)
}

/// One path for each of so many SMS that a gateway took.
async fn reports(node: &Node, count: usize) -> anyhow::Result<Vec<String>> {
    let running = &node.running;
    let (now, count) = (running.clock.now(), i64::try_from(count)?);
    // By their ids as old as they are: what is old by its id, the first night takes away.
    let first = first_id_at(now);
    let fill = Fill {
        messages: count,
        stock: Stock::Accepted,
        first,
        now,
    };
    node.database.fill(fill).await?;
    let mut tx = running.store.write().await?;
    let key = tx.keyring().ensure("links", "", now).await?;
    tx.commit().await?;
    let signer = Signer::new(key.as_bytes());
    Ok((first..first + count)
        .map(|message| {
            let token = signer.sign_for("fill", Purpose::Receipt, &[message, 1]);
            format!("/hooks/kannel/fill/{token}?type=1&answer=DELIVRD&fid=7&at=1790000000")
        })
        .collect())
}

/// Reports at the wanted rate: each at its moment, whoever is free.
async fn rage(
    options: &Receipts,
    address: SocketAddr,
    paths: &[String],
    storm: &Storm,
) -> anyhow::Result<()> {
    let (start, next) = (Instant::now(), AtomicU64::new(0));
    let apart = Duration::from_secs(1) / u32::try_from(options.rate)?;
    let callers = (0..CALLERS).map(|_| async {
        let mut wire = Wire::to(address).await?;
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let Some(path) = paths.get(usize::try_from(number)?) else {
                return anyhow::Ok(());
            };
            let due = start + apart * u32::try_from(number)?;
            tokio::time::sleep_until(due.into()).await;
            let answer = wire.get(path, "").await?;
            match answer.status {
                200 => storm.kept.fetch_add(1, Ordering::SeqCst),
                503 => storm.refused.fetch_add(1, Ordering::SeqCst),
                other => bail!("a report was answered with {other}"),
            };
            let late = u64::try_from(due.elapsed().as_millis())?;
            storm.late_ms.fetch_max(late, Ordering::SeqCst);
        }
    });
    try_join_all(callers).await.map(drop)
}

fn report(
    options: &Receipts,
    store: &str,
    storm: &Storm,
    stormed: Duration,
    (without, within): (Duration, Duration),
) {
    let kept = storm.kept.load(Ordering::SeqCst);
    #[expect(clippy::cast_precision_loss, reason = "rates for people")]
    let (rate, messages) = (kept as f64 / stormed.as_secs_f64(), options.messages as f64);
    #[expect(clippy::cast_precision_loss, reason = "rates for people")]
    let marks = [
        Mark::at_least("reports a second", options.rate as f64 * 0.98, rate),
        Mark::at_most(
            "reports not kept",
            0.0,
            storm.refused.load(Ordering::SeqCst) as f64,
        ),
    ];
    let [alone, beside] = [without, within].map(|took| (messages / took.as_secs_f64()).round());
    if options.json {
        let whole = json!({
            "bench": "receipts", "store": store, "kept": kept,
            "refused": storm.refused.load(Ordering::SeqCst), "per_second": rate.round(),
            "worst_answer_ms": storm.late_ms.load(Ordering::SeqCst),
            "drain_per_second": alone, "drain_per_second_in_the_storm": beside,
            "drain_ratio": round(beside / alone), "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!(
        "receipts on {store}: {kept} answered 200 and kept, {rate:.0}/s, the slowest answer came {} ms \
         after its moment;\nthe drain: {alone}/s alone, {beside}/s in the storm, ratio {:.3}",
        storm.late_ms.load(Ordering::SeqCst),
        beside / alone
    );
    marks::print(&marks);
}
