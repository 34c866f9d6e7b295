//! `araldo demo`: the daemon on a throw-away store, with a town that lives.
//!
//! It is `serve` with other settings and more tasks: one settles the town's clients, one writes what
//! happens there into the systems of an agency, which the daemon watches, one is the town's people at
//! their handsets and mailboxes. Nothing is staged behind the daemon's back: clients come by the
//! import, events because they are looked for, and readers by HTTP on the links they were sent. Read
//! `town` (who lives there), `story` (what happens), `agency` (where it is written down), `readers`
//! (who reads); `settings` and `welcome` are the frame.

mod advice;
mod agency;
mod cases;
mod faults;
mod habits;
mod names;
mod readers;
mod settings;
mod story;
mod teller;
mod town;
mod welcome;
mod witness;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono_tz::Tz;
use clap::Args;
use tokio::sync::oneshot;

use self::agency::{Agency, Clerk};
use self::readers::Readers;
use self::witness::Witness;
use super::serve;
use crate::app;
use crate::domain::address::PhonePolicy;
use crate::domain::{Clock, Ids};
use crate::runtime::Lifecycle;
use crate::store::Store;
use crate::telemetry;
use crate::upkeep::count_insight_again;

/// How large and how fast.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many clients the town has
    #[arg(long, value_name = "N", default_value_t = 2_000,
          value_parser = clap::value_parser!(u32).range(20..=1_000_000))]
    clients: u32,
    /// How many times faster than by default things happen, 0.1 to 100. Above, to 8640, how many times
    /// as fast time itself runs: with 1440 a day lasts a minute
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// How long a day lasts, such as 1m: the same as a speed of 1440. Rules and limits of cases are the
    /// shipped ones then, and so is their time
    #[arg(long, value_name = "TIME")]
    day: Option<String>,
    /// Also write down here what the town's people really did, a line of JSON each, to hold the
    /// figures shown against
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

fn speed(text: &str) -> Result<f64, String> {
    let wanted =
        "write a number from 0.1 to 100, such as 4, or to 8640 for time itself, such as 1440";
    let speed: f64 = text.parse().map_err(|_| wanted.to_owned())?;
    (0.1..=8_640.0)
        .contains(&speed)
        .then_some(speed)
        .ok_or_else(|| wanted.to_owned())
}

/// How often Insight is counted.
const COUNTED_EVERY: Duration = Duration::from_secs(20);
/// The fastest that the town lives without a faster clock.
const FASTEST_STORY: f64 = 100.0;

impl DemoArgs {
    /// Takes a speed above that of any story for that of time itself.
    fn understood(mut self) -> Self {
        if self.speed > FASTEST_STORY {
            let day = format!("{:.0}ms", 86_400_000.0 / self.speed);
            self.day.get_or_insert(day);
            self.speed = 1.0;
        }
        self
    }
}

/// The parts of the node that the town's life uses.
#[derive(Clone)]
struct DemoNode {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    phones: Arc<PhonePolicy>,
}

/// Runs until a signal ends it; then nothing is left of it.
pub(super) async fn run(args: DemoArgs, file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let args = args.understood();
    let folder = tempfile::TempDir::with_prefix("araldo-demo-")
        .context("cannot make a folder for the demo's store")?;
    let agency = Agency::open(folder.path()).await?;
    let mut config = settings::load(&args, file.as_deref(), folder.path())?;
    let watched = settings::watched(&agency.settings(args.speed)?, folder.path())?;
    config.sources.extend(watched.clone());
    telemetry::start_log(&config.log);
    let lifecycle = Lifecycle::new();
    let running = Arc::new(app::start(&config, &lifecycle).await?);
    let stage = DemoNode {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        phones: Arc::new(config.phone.clone()),
    };
    let world = running
        .world
        .clone()
        .context("the demo needs its sandbox; leave [channels] alone")?;
    let address = running
        .address
        .context("the demo needs its web pages; leave [node] alone")?;
    welcome::print(&stage, address, &args).await?;
    let truth = args.truth.as_deref().map(Witness::at).transpose()?;
    let readers = Readers::new(&world, address, args.speed, truth)?;
    let clerk = agency.work(&running.lifecycle).await?;
    let failed = begin(
        &args,
        config.upkeep.zone,
        stage,
        (readers, clerk),
        &running.lifecycle,
    );
    let signals = serve::Signals::listen()?;
    let in_force = serve::SettingsInForce::of(&running, file, watched);
    let ended = serve::until_ended(&config, in_force, signals).await;
    drop(running);
    folder.close().context("cannot remove the demo's folder")?;
    if let Ok(error) = failed.await {
        return Err(error);
    }
    println!("The demo has ended; nothing is left of it.");
    ended
}

/// Starts the town's life as a task. When it cannot go on, the daemon stops and the reason comes
/// back here.
fn begin(
    args: &DemoArgs,
    zone: Tz,
    stage: DemoNode,
    (readers, clerk): (Readers, Clerk),
    lifecycle: &Lifecycle,
) -> oneshot::Receiver<anyhow::Error> {
    let (sender, failed) = oneshot::channel();
    let town = (args.clients, args.speed, zone);
    let tasks = lifecycle.clone();
    lifecycle.spawn("demo", async move {
        let outcome = tokio::select! {
            outcome = live(town, &stage, (readers, clerk), &tasks) => outcome,
            () = tasks.stopping() => Ok(()),
        };
        if let Err(error) = outcome {
            tasks.stop();
            // Nobody listens only when the demo is over anyway.
            sender.send(error).ok();
        }
    });
    failed
}

/// Settles the town, wakes its readers, then tells what happens for as long as the demo runs.
async fn live(
    (clients, speed, zone): (u32, f64, Tz),
    stage: &DemoNode,
    (readers, clerk): (Readers, Clerk),
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    advice::publish(stage)
        .await
        .context("cannot publish the town's templates")?;
    town::settle(stage, clients)
        .await
        .context("cannot settle the town")?;
    welcome::agency_joins(stage)
        .await
        .context("cannot let the agency's people in")?;
    lifecycle.spawn("demo-readers", readers.read(lifecycle.stopping()));
    lifecycle.spawn("demo-counts", count(stage.clone(), zone, lifecycle.clone()));
    let story = story::DemoStory::new(clients, stage.clock.now());
    teller::tell(story, speed, stage, clerk)
        .await
        .context("cannot tell what happens in the town")
}

/// Counts what managers ask, as upkeep does each hour: nobody looks at a demo for so long.
async fn count(stage: DemoNode, zone: Tz, lifecycle: Lifecycle) {
    while !lifecycle.is_stopping() {
        let now = stage.clock.now();
        if let Err(error) = count_insight_again(&stage.store, zone, now, &lifecycle).await {
            tracing::warn!(error = %error, "cannot count for Insight; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(COUNTED_EVERY) => {}
            () = lifecycle.stopping() => {}
        }
    }
}
