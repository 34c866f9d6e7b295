//! `araldo source try`: what a source says, what Araldo makes of it, and whom that would tell. It
//! takes nothing: the plan is made for real and thrown away.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use super::configured;
use crate::app;
use crate::cli::Context;
use crate::config::ConfiguredSource;
use crate::domain::event::Arrival;
use crate::intake::json;
use crate::plan::Planner;
use crate::source::{self, Cursor, Mapping, SourceLook};
use crate::template::Workshop;
use crate::text::invisible::coded;
use crate::text::tree::Tree;

#[derive(Debug, Args)]
pub(in crate::cli) struct Try {
    /// The source, as in [source.NAME]
    name: String,
    /// How many records to show
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
    /// Begin at the beginning, and not where the daemon would go on
    #[arg(long)]
    from_start: bool,
    /// Look at nothing; read this file instead: a record as JSON, a list of them, or what a webhook
    /// would be sent
    #[arg(long, conflicts_with = "from_start")]
    file: Option<PathBuf>,
}

pub(super) async fn run(args: &Try, context: &Context) -> anyhow::Result<ExitCode> {
    let source = configured(&context.config, &args.name)?;
    let kinds = app::load_case_kinds(&context.config)?;
    let planner = app::rehearsing_planner(&context.config, &context.store, kinds.clone()).await?;
    let mapping = Mapping::new(&args.name, &source.settings.watch, Arc::new(kinds))
        .with_context(|| format!("[source.{}]", args.name))?;
    let (mapping, workshop) = (Arc::new(mapping), Workshop::default());
    let look = match &args.file {
        Some(file) => from_file(file, source, context)?,
        None => from_there(args, source, context).await?,
    };
    if let Some(doubt) = &look.doubt {
        println!("doubt: {}", coded(doubt));
    }
    let mut faults = 0;
    let shown = look.records.iter().take(usize::from(args.limit));
    for record in shown.clone() {
        println!("\n{}", coded(&record.place));
        let says = serde_json::Value::Object(record.fields.clone());
        println!("  says    {}", coded(&says.to_string()));
        let (store, now) = (&context.store, context.clock.now());
        let tried = source::try_record(store, &mapping, record.clone(), &workshop, now).await?;
        for note in &tried.notes {
            println!("  note    {}", coded(&note.to_string()));
        }
        match &tried.event {
            Ok(event) => tell(event, &planner).await?,
            Err(fault) => {
                faults += 1;
                println!("  cannot  {}", coded(&fault.to_string()));
            }
        }
    }
    let count = shown.len();
    println!("\n{count} records, {faults} of which cannot be taken; nothing was taken");
    Ok(match faults {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// What the source says, from where the daemon would go on.
async fn from_there(
    args: &Try,
    source: &ConfiguredSource,
    context: &Context,
) -> anyhow::Result<SourceLook> {
    let mut reader = source::open(&args.name, &source.settings.reader)?;
    let mut tx = context.store.read().await?;
    let row = tx.sources().get(&args.name).await?;
    drop(tx);
    let cursor = row.and_then(|row| row.cursor);
    let cursor = cursor.filter(|_| !args.from_start);
    let cursor = cursor.and_then(|text| serde_json::from_str(&text).ok().map(Cursor));
    println!(
        "{}: {}",
        args.name,
        match &cursor {
            Some(cursor) => format!("from {} on", coded(&cursor.0.to_string())),
            None => "from the beginning; what stands there when a source is new tells nobody (`baseline`): \
                     below is whom a record like it would tell later"
                .to_owned(),
        }
    );
    let look = reader
        .peek(
            cursor.as_ref(),
            usize::from(args.limit),
            context.clock.now(),
        )
        .await?;
    Ok(look)
}

/// What a file says in the source's place.
fn from_file(
    file: &Path,
    source: &ConfiguredSource,
    context: &Context,
) -> anyhow::Result<SourceLook> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {shown}"))?;
    let most = context.config.http.max_event;
    if bytes.len() > most {
        bail!("{shown} is larger than {most} bytes, and a request with it would be refused");
    }
    let body = json::read::<Tree<'_>>(&bytes).with_context(|| shown.to_string())?;
    let whence = shown.to_string();
    let records = source::posted_records(&source.settings.reader, body.to_value(), &whence)?;
    Ok(SourceLook {
        records,
        ..SourceLook::default()
    })
}

async fn tell(event: &Arrival, planner: &Planner) -> anyhow::Result<()> {
    let becomes = format!(
        "{} {} of {} {}",
        event.kind, event.id, event.occurred_at, event.data
    );
    println!("  becomes {}", coded(&becomes));
    let told = planner.rehearse(event).await?;
    for (rule, clients) in told.rules() {
        println!("  tells   {clients} clients by the rule `{rule}`");
    }
    if let Some(why) = told.nobody() {
        println!("  tells   nobody: {}", coded(why));
    }
    Ok(())
}
