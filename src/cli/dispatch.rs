//! `araldo dispatch`: the brakes. Pauses and resumes all sending, or withdraws what an event set
//! in motion. Works beside a running daemon; it obeys within a second.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::Context;
use crate::domain::EventId;
use crate::store::switches::DISPATCH;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum DispatchCommand {
    /// Stop sending on every node; what is on the wire is finished
    Pause,
    /// Send again
    Resume,
    /// Withdraw every message of an event that has not left yet
    Cancel {
        /// The event's number, or `SOURCE ID` as its source knows it
        #[arg(long, num_args = 1..=2, value_names = ["ID", "SOURCE-ID"])]
        event: Vec<String>,
    },
}

/// Does it.
pub(super) async fn run(command: DispatchCommand, context: &Context) -> anyhow::Result<ExitCode> {
    let now = context.clock.now();
    let mut tx = context.store.write().await?;
    match command {
        DispatchCommand::Pause => {
            tx.switches()
                .set(DISPATCH, true, "command line", now)
                .await?;
            tx.commit().await?;
            println!("sending is paused; `araldo dispatch resume` goes on");
        }
        DispatchCommand::Resume => {
            tx.switches()
                .set(DISPATCH, false, "command line", now)
                .await?;
            tx.commit().await?;
            println!("sending goes on");
        }
        DispatchCommand::Cancel { event } => {
            let id = match event.as_slice() {
                [number] => number.parse::<EventId>().ok(),
                [source, id] => tx
                    .events()
                    .lookup(source, id)
                    .await?
                    .map(|stored| stored.id),
                _ => None,
            };
            let Some(id) = id else {
                bail!(
                    "event `{}` is not known; `GET /v1/events` lists them",
                    event.join(" ")
                );
            };
            let (stopped, gone) = tx.plans().cancel_event(id, now).await?;
            tx.commit().await?;
            println!(
                "{} messages withdrawn; {gone} could not be stopped",
                stopped.len()
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}
