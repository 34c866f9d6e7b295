//! `araldo-bench latency`: one event on an idle node, again and again: from the moment it is
//! posted until the mail server has the mail. The mail server is one of ours in this process,
//! which notes the time of the last byte before it answers (`mailbox`).

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use crate::ground::Ground;
use crate::load;
use crate::mailbox::Mailbox;
use crate::marks::{self, Mark};
use crate::spread::Spread;
use crate::town::{self, Reach};
use crate::wire::Wire;
use araldo::domain::Clock as _;
use araldo::domain::api_key::Scope;

/// Events before the first that counts: templates are compiled, connections stand.
const WARM_UP: usize = 20;
/// How long a mail may take to come.
const LONGEST: Duration = Duration::from_secs(30);
/// Between a mail and the next event: the node has finished the attempt and is idle again.
const REST: Duration = Duration::from_millis(10);

/// How often to try.
#[derive(Debug, Args)]
pub(crate) struct Latency {
    /// Events, one after the other
    #[arg(long, default_value_t = 200, value_parser = crate::count)]
    events: usize,
    /// `sqlite`, or the address of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// One JSON object instead of lines
    #[arg(long)]
    json: bool,
}

/// Measures; fails when a mail does not come.
pub(super) async fn run(options: &Latency) -> anyhow::Result<ExitCode> {
    let mailbox = Mailbox::open()?;
    let ground = Ground::lay(&options.store, &load::relay(mailbox.port, 4)).await?;
    let node = ground.start().await?;
    town::settle(&node, 0, WARM_UP + options.events, Reach::Email).await?;
    let key = node.key(&[Scope::CasesWrite]).await?;
    let mut wire = Wire::to(node.address()?).await?;
    let headers =
        format!("Content-Type: application/cloudevents+json\r\nAuthorization: Bearer {key}\r\n");
    let mut times = Vec::with_capacity(options.events);
    for number in 0..WARM_UP + options.events {
        let event = case_opened(number, node.running.clock.now());
        tokio::time::sleep(REST).await;
        let posted = Instant::now();
        let answer = wire.post("/v1/events", &headers, event.as_bytes()).await?;
        if answer.status != 202 {
            bail!("an event was answered with {}", answer.status);
        }
        let came = mailbox
            .wait(&town::mailbox_of(0, number), LONGEST)
            .await
            .context("nothing was sent; see the log")?;
        if number >= WARM_UP {
            times.push(came.saturating_duration_since(posted));
        }
    }
    load::all_are_accounted_for_in_time(&node, WARM_UP + options.events).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    report(options, store, &Spread::of(times));
    Ok(ExitCode::SUCCESS)
}

/// A case of its own for each client.
fn case_opened(number: usize, now: araldo::domain::Timestamp) -> String {
    json!({
        "specversion": "1.0", "id": format!("latency-{number}"), "source": "/bench",
        "type": "case.opened", "time": now,
        "data": {
            "case": format!("L-{number}"), "client": town::reference_of(0, number),
            "kind": "voltura", "state": "received"
        }
    })
    .to_string()
}

fn report(options: &Latency, store: &str, spread: &Spread) {
    let marks = [
        Mark::at_most("p50 in ms", 3.0, spread.percentile(50)),
        Mark::at_most("p99 in ms", 10.0, spread.percentile(99)),
    ];
    if options.json {
        let whole = json!({
            "bench": "latency", "store": store, "times": spread.json(),
            "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!(
        "latency on {store}, posted until the mail server has it, {}",
        spread.line()
    );
    marks::print(&marks);
}
