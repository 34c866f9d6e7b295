//! `araldo-bench click`: tracked links followed, against `/healthz` of the same node, asked
//! through the same script. Many messages, so that the clicks are as different as in life.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::database::{Fill, Stock};
use crate::ground::{Ground, Node};
use crate::marks::{self, Mark};
use crate::report::{median, round};
use crate::wrk::Wrk;
use araldo::domain::Clock as _;
use araldo::domain::ids::first_id_at;
use araldo::domain::token::{Purpose, Signer};

/// Messages whose links are followed.
const MESSAGES: i64 = 10_000;
const TARGET: &str = "https://araldo.example/bolletta";

/// How long to click.
#[derive(Debug, Args)]
pub(crate) struct Click {
    /// Runs of each, one after the other
    #[arg(long, default_value_t = 3, value_parser = crate::count)]
    rounds: usize,
    /// Seconds of each run
    #[arg(long, default_value_t = 5, value_parser = crate::count)]
    seconds: usize,
    /// Connections
    #[arg(long, default_value_t = 64, value_parser = crate::count)]
    connections: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// Asks for the lines of a file, one after the other, as often as it takes.
const SCRIPT: &str = r#"
local requests, number = {}, 0
function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = "GET " .. path .. " HTTP/1.1\r\nHost: localhost\r\n"
      .. "User-Agent: Mozilla/5.0 (Linux; Android 15) Mobile\r\n\r\n"
  end
end
function request()
  number = number % #requests + 1
  return requests[number]
end
"#;

/// Measures; fails when a link does not lead anywhere.
pub(super) async fn run(options: &Click) -> anyhow::Result<ExitCode> {
    let ground = Ground::lay(&options.store, "[node]\nroles = [\"web\"]\n").await?;
    let wrk = Wrk::find(options.connections, options.seconds)?.scripted(ground.folder(), SCRIPT)?;
    let node = ground.start().await?;
    let (clicks, alive) = (
        ground.folder().join("clicks"),
        ground.folder().join("alive"),
    );
    std::fs::write(&clicks, links(&node).await?)?;
    std::fs::write(&alive, "/healthz\n".repeat(usize::try_from(MESSAGES)?))?;
    let url = format!("http://{}", node.address()?);
    let mut rounds = Vec::with_capacity(options.rounds);
    for number in 1..=options.rounds {
        let ours = wrk.load(&url, &[&clicks.to_string_lossy()]).await?;
        let peer = wrk.load(&url, &[&alive.to_string_lossy()]).await?;
        if ours.failed + peer.failed > 0 {
            bail!("{} clicks led nowhere", ours.failed);
        }
        if !options.json {
            println!(
                "round {number}: {:>7.0} clicks/s, /healthz {:>7.0}/s, ratio {:.3}",
                ours.per_second,
                peer.per_second,
                ours.per_second / peer.per_second
            );
        }
        rounds.push((ours.per_second, peer.per_second));
    }
    let store = node.running.store.kind();
    node.stop().await?;
    report(options, store, &rounds);
    Ok(ExitCode::SUCCESS)
}

/// One path a line, one line a message.
async fn links(node: &Node) -> anyhow::Result<String> {
    let running = &node.running;
    let now = running.clock.now();
    // Links of old messages have ended.
    let first = first_id_at(now);
    node.database
        .fill(Fill {
            messages: MESSAGES,
            stock: Stock::Accepted,
            first,
            now,
        })
        .await?;
    let mut tx = running.store.write().await?;
    let link = tx
        .templates()
        .ensure_links(&[TARGET.to_owned()], now)
        .await?;
    // The node made itself a key when it started.
    let key = tx.keyring().ensure("links", "", now).await?;
    tx.commit().await?;
    let signer = Signer::new(key.as_bytes());
    let Some(link) = link.first() else {
        bail!("the link was not kept");
    };
    let mut paths = String::new();
    for message in first..first + MESSAGES {
        paths.push_str("/c/");
        paths.push_str(&signer.sign(Purpose::Click, &[message, link.get()]));
        paths.push('\n');
    }
    Ok(paths)
}

fn report(options: &Click, store: &str, rounds: &[(f64, f64)]) {
    let ratio = median(rounds.iter().map(|(ours, peer)| ours / peer));
    let marks = [Mark::at_least("clicks to /healthz", 0.70, ratio)];
    if options.json {
        let whole = json!({
            "bench": "click", "store": store,
            "per_second": median(rounds.iter().map(|(ours, _)| *ours)).round(),
            "healthz_per_second": median(rounds.iter().map(|(_, peer)| *peer)).round(),
            "ratio": round(ratio), "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    marks::print(&marks);
}
