//! Records that could not be taken: looked at, taken once more, given up; and a source's place, moved
//! on purpose.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use super::configured;
use crate::app;
use crate::cli::{COMMAND_LINE, Context};
use crate::domain::limits::SOURCE_DEAD_SHOWN;
use crate::source::{Mapping, ReplayParts, Replayed, replay as replay_one};
use crate::store::access::audit::AuditEntry;
use crate::text::invisible::coded;

#[derive(Debug, Args)]
pub(in crate::cli) struct Dead {
    /// The source, as in [source.NAME]
    name: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// The source, as in [source.NAME]
    name: String,
    /// Only this one; without it, all
    #[arg(long)]
    id: Option<i64>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Forget {
    /// The source, as in [source.NAME]
    name: String,
    /// Which one, as `araldo source dead` shows it
    #[arg(long)]
    id: i64,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Rewind {
    /// The source, as in [source.NAME]
    name: String,
    /// The place to read on from, as JSON; `start` for the beginning
    #[arg(long, value_name = "CURSOR")]
    to: String,
}

pub(super) async fn list(args: &Dead, context: &Context) -> anyhow::Result<ExitCode> {
    configured(&context.config, &args.name)?;
    let mut tx = context.store.read().await?;
    let dead = tx.sources().dead(&args.name, SOURCE_DEAD_SHOWN).await?;
    if dead.is_empty() {
        println!("{}: everything could be taken", args.name);
    }
    for record in dead {
        let (place, reason) = (coded(&record.place), coded(&record.reason));
        println!("{}  {place}  {reason}", record.id);
        println!("    {}", coded(&record.record));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn replay(args: &Replay, context: &Context) -> anyhow::Result<ExitCode> {
    let source = configured(&context.config, &args.name)?;
    let kinds = Arc::new(app::load_case_kinds(&context.config)?);
    let mapping = Mapping::new(&args.name, &source.settings.watch, kinds)
        .with_context(|| format!("[source.{}]", args.name))?;
    let mut tx = context.store.read().await?;
    let dead = if let Some(id) = args.id {
        let found = tx.sources().dead_one(&args.name, id).await?;
        vec![found.with_context(|| format!("there is no such record: {id}"))?]
    } else {
        tx.sources().dead(&args.name, i64::MAX).await?
    };
    drop(tx);
    let parts = ReplayParts {
        store: &context.store,
        ids: context.ids.as_ref(),
        name: &args.name,
        mapping: &mapping,
        audit: None,
    };
    let mut left = 0;
    for record in &dead {
        if let Replayed::StillDead(why) = replay_one(&parts, record, context.clock.now()).await? {
            left += 1;
            println!("{}  still not: {}", record.id, coded(&why));
        }
    }
    println!("{} taken, {left} left", dead.len() - left);
    audit(context, "source.replayed", &args.name).await?;
    Ok(match left {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

pub(super) async fn forget(args: &Forget, context: &Context) -> anyhow::Result<ExitCode> {
    configured(&context.config, &args.name)?;
    let mut tx = context.store.write().await?;
    if !tx.sources().forget(&args.name, args.id).await? {
        bail!("there is no such record: {}", args.id);
    }
    tx.commit().await?;
    audit(context, "source.forgotten", &args.name).await?;
    println!("forgotten; nobody is told of it");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn rewind(args: &Rewind, context: &Context) -> anyhow::Result<ExitCode> {
    let source = configured(&context.config, &args.name)?;
    let cursor = match args.to.as_str() {
        "start" => None,
        text => {
            let read: Result<serde_json::Value, _> = serde_json::from_str(text);
            Some(read.context("--to is no JSON, and not `start`")?)
        }
    };
    if let Err(fault) = source.settings.reader.check_cursor(cursor.as_ref()) {
        bail!("{}: {fault}", args.name);
    }
    let mut tx = context.store.write().await?;
    tx.sources()
        .ensure(&args.name, source.settings.reader.kind())
        .await?;
    let row = tx.sources().get(&args.name).await?;
    let stored = row.and_then(|row| row.cursor);
    let cursor = source.settings.reader.set_back(stored.as_deref(), cursor);
    let cursor = cursor.map(|cursor| cursor.to_string());
    tx.sources().rewind(&args.name, cursor.as_deref()).await?;
    tx.commit().await?;
    audit(context, "source.rewound", &args.name).await?;
    println!(
        "{} is read again from there: what was taken before is known and told nobody twice, the rest \
         is told. A running node goes on from the new place within half a minute.",
        args.name
    );
    Ok(ExitCode::SUCCESS)
}

async fn audit(context: &Context, action: &str, name: &str) -> anyhow::Result<()> {
    let now = context.clock.now();
    let entry = AuditEntry::new(COMMAND_LINE, action, name);
    let mut tx = context.store.write().await?;
    tx.audit().append(context.ids.next(), now, &entry).await?;
    tx.commit().await?;
    Ok(())
}
