//! `araldo dispatch`: the brakes. Pauses and resumes all sending, or withdraws what an event set
//! in motion. Works beside a running daemon; it obeys within a second.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::{COMMAND_LINE, Context};
use crate::domain::{EventId, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::cluster::switches::DISPATCH;
use crate::store::planning::events::StoredEvent;
use crate::store::{StoreError, Tx};

/// What is told of an event that was stopped before anybody was to be told of it.
const WITHDRAWN: &str = "withdrawn by `araldo dispatch cancel` before it was planned";

#[derive(Debug, Subcommand)]
pub(super) enum DispatchCommand {
    /// Stop sending on every node; what is on the wire is finished
    Pause,
    /// Send again
    Resume,
    /// Withdraw every message of an event that has not left yet
    Cancel {
        /// The event's number, or `SOURCE ID` as its source knows it
        #[arg(long, required = true, num_args = 1..=2, value_names = ["NUMBER or SOURCE", "ID"])]
        event: Vec<String>,
    },
}

pub(super) async fn run(command: DispatchCommand, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        DispatchCommand::Pause => {
            switch(context, true).await?;
            println!("sending is paused; `araldo dispatch resume` goes on");
        }
        DispatchCommand::Resume => {
            switch(context, false).await?;
            println!("sending goes on");
        }
        DispatchCommand::Cancel { event } => cancel(context, &event).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn switch(context: &Context, paused: bool) -> anyhow::Result<()> {
    let now = context.clock.now();
    let action = if paused {
        "dispatch.paused"
    } else {
        "dispatch.resumed"
    };
    let mut tx = context.store.write().await?;
    tx.switches()
        .set(DISPATCH, paused, COMMAND_LINE, now)
        .await?;
    note(context, &mut tx, now, (action, "all nodes", None)).await?;
    Ok(tx.commit().await?)
}

async fn cancel(context: &Context, event: &[String]) -> anyhow::Result<()> {
    let now = context.clock.now();
    let mut tx = context.store.write().await?;
    let known = match event {
        [number] => match number.parse::<EventId>() {
            Ok(id) => tx.events().lookup_id(id).await?,
            Err(_) => None,
        },
        [source, id] => tx.events().lookup(source, id).await?,
        _ => None,
    };
    let Some(StoredEvent { id, .. }) = known else {
        bail!(
            "event `{}` is not known; `GET /v1/events` lists them",
            event.join(" ")
        );
    };
    let unplanned = tx.events().withdraw(id, WITHDRAWN).await?;
    let (stopped, gone) = tx.plans().cancel_event(id, now).await?;
    let told = match unplanned {
        true => "it was not planned yet, and will not be".to_owned(),
        false => format!("{stopped} messages withdrawn; {gone} could not be stopped"),
    };
    let what = ("event.withdrawn", &*id.to_string(), Some(&*told));
    note(context, &mut tx, now, what).await?;
    tx.commit().await?;
    println!("{told}");
    Ok(())
}

async fn note(
    context: &Context,
    tx: &mut Tx,
    now: Timestamp,
    (action, subject, detail): (&str, &str, Option<&str>),
) -> Result<(), StoreError> {
    let entry = AuditEntry {
        actor: COMMAND_LINE,
        action,
        subject,
        detail,
    };
    tx.audit().append(context.ids.next(), now, &entry).await
}
