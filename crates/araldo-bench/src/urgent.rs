//! `araldo-bench urgent`: urgent e-mails while a bulk mailing goes out through the same relay:
//! from the moment their event is stored until the mail server has the mail, beside the same on
//! an idle node. The mail server is one of ours in this process (`mailbox`).

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;
use serde_json::json;

use crate::ground::{Ground, Node};
use crate::load;
use crate::mailbox::Mailbox;
use crate::marks::{self, Mark};
use crate::report::round;
use crate::spread::Spread;
use crate::town::{self, News, Reach};

/// How long an urgent mail may take at all.
const LONGEST: Duration = Duration::from_mins(2);
/// The district of the bulk mailing; the urgent ones follow.
const BULK: usize = 0;

/// Notices go out in the bulk lane, outages in the urgent one.
const RULES: &str = r#"
[[rule]]
name = "outage"
on = ["incident.opened"]
when = "incident.kind == 'outage'"
audience = "incident-area"
template = "incident-started"
topic = "outages"
class = "safety"
lane = "urgent"
quiet_hours = "ignore"
expires = "4h"

[[rule]]
name = "notice"
on = ["incident.opened"]
when = "incident.kind != 'outage'"
audience = "incident-area"
template = "incident-started"
topic = "outages"
lane = "bulk"
expires = "24h"
"#;

/// How many of each.
#[derive(Debug, Args)]
pub(crate) struct Urgent {
    /// Urgent e-mails
    #[arg(long = "urgent", default_value_t = 500, value_parser = crate::count)]
    messages: usize,
    /// Events they come from, spread over the bulk mailing
    #[arg(long, default_value_t = 10, value_parser = crate::count)]
    events: usize,
    /// E-mails of the bulk mailing
    #[arg(long, default_value_t = 100_000, value_parser = crate::count)]
    bulk: usize,
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

/// Measures; fails when a mail does not come, or the mailing was over too early.
pub(super) async fn run(options: &Urgent) -> anyhow::Result<ExitCode> {
    let mailbox = Mailbox::open()?;
    let settings = format!(
        "[rules]\nfile = \"{{folder}}/rules.toml\"\n{}",
        load::relay(mailbox.port, options.sessions)
    );
    let ground = Ground::lay_with(&options.store, &settings, &[("rules.toml", RULES)]).await?;
    let node = ground.start().await?;
    let each = options.messages.div_ceil(options.events);
    for district in 1..=2 * options.events {
        town::settle(&node, district, each, Reach::Email).await?;
    }
    let idle = outages(&node, &mailbox, 1..=options.events, each, Duration::ZERO).await?;
    load::pause(&node, true).await?;
    load::queue(&node, BULK, options.bulk, Reach::Email, News::Notice).await?;
    let start = load::figures(&node).await?.accepted;
    load::pause(&node, false).await?;
    let districts = options.events + 1..=2 * options.events;
    // A mailing of this size takes seconds: the events come in its first part.
    let pause = Duration::from_millis(100);
    let busy = outages(&node, &mailbox, districts, each, pause).await?;
    let left = left_of_bulk(&node, options, each, start).await?;
    let all = i64::try_from(options.bulk + each * options.events)?;
    node.until(|figures| figures.accepted, start + all, Instant::now())
        .await?;
    load::all_are_accounted_for(&node, options.bulk + 2 * each * options.events).await?;
    let store = node.running.store.kind();
    node.stop().await?;
    report(options, store, &idle, &busy, left);
    Ok(ExitCode::SUCCESS)
}

/// Reports an outage in each district and waits for its mails.
async fn outages(
    node: &Node,
    mailbox: &Mailbox,
    districts: std::ops::RangeInclusive<usize>,
    each: usize,
    pause: Duration,
) -> anyhow::Result<Spread> {
    let mut times = Vec::new();
    for district in districts {
        tokio::time::sleep(pause).await;
        town::report(node, district, News::Outage).await?;
        let stored = Instant::now();
        for number in 0..each {
            let recipient = town::mailbox_of(district, number);
            let came = mailbox.wait(&recipient, LONGEST).await?;
            times.push(came.saturating_duration_since(stored));
        }
    }
    Ok(Spread::of(times))
}

/// How much of the mailing is still to go when the last urgent mail came.
async fn left_of_bulk(
    node: &Node,
    options: &Urgent,
    each: usize,
    start: i64,
) -> anyhow::Result<usize> {
    let gone = usize::try_from(load::figures(node).await?.accepted - start)?;
    match (options.bulk + each * options.events).checked_sub(gone) {
        Some(left) if left > 0 => Ok(left),
        _ => bail!("the mailing was over before the urgent mails came; ask for more with --bulk"),
    }
}

fn report(options: &Urgent, store: &str, idle: &Spread, busy: &Spread, left: usize) {
    let marks = [
        Mark::at_most("p99 in ms", 10_000.0, busy.percentile(99)),
        Mark::at_most(
            "p50 to that of the idle node",
            3.0,
            busy.percentile(50) / idle.percentile(50),
        ),
    ];
    if options.json {
        let whole = json!({
            "bench": "urgent", "store": store, "bulk": options.bulk, "events": options.events,
            "idle": idle.json(), "busy": busy.json(), "bulk_left": left,
            "ratio_p50": round(busy.percentile(50) / idle.percentile(50)),
            "marks": marks::json(&marks),
        });
        println!("{whole}");
        return;
    }
    println!("urgent on {store}, idle: {}", idle.line());
    println!(
        "urgent on {store}, while {} bulk e-mails go out ({left} still to go at the end): {}",
        options.bulk,
        busy.line()
    );
    marks::print(&marks);
}
