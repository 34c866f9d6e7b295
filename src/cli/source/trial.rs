//! `araldo source try`: what a source says, what Araldo makes of it, and whom that would tell. It
//! takes nothing: the plan is made for real and thrown away.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::configured;
use crate::app;
use crate::cli::Context;
use crate::domain::event::Arrival;
use crate::plan::{Planner, Rehearsed};
use crate::source::{self, Cursor, Mapping, SourceRecord, known};

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
}

pub(super) async fn run(args: &Try, context: &Context) -> anyhow::Result<ExitCode> {
    let source = configured(context, &args.name)?;
    let kinds = app::load_case_kinds(&context.config)?;
    let planner = app::rehearsing_planner(&context.config, &context.store, kinds.clone())?;
    let mapping = Mapping::new(&args.name, &source.settings.watch, Arc::new(kinds))
        .with_context(|| format!("[source.{}]", args.name))?;
    let mut reader = source::open(&args.name, &source.settings.reader)?;
    let row = context
        .store
        .read()
        .await?
        .sources()
        .get(&args.name)
        .await?;
    let cursor = row.and_then(|row| row.cursor);
    let cursor = cursor.filter(|_| !args.from_start);
    let cursor = cursor.and_then(|text| serde_json::from_str(&text).ok().map(Cursor));
    println!(
        "{}: {}",
        args.name,
        match &cursor {
            Some(cursor) => format!("from {} on", cursor.0),
            None => "from the beginning; what stands there when a source is new tells nobody (`baseline`): \
                     below is whom a record like it would tell later"
                .to_owned(),
        }
    );
    let look = reader
        .look(
            cursor.as_ref(),
            usize::from(args.limit),
            context.clock.now(),
        )
        .await?;
    if let Some(doubt) = &look.doubt {
        println!("doubt: {doubt}");
    }
    let mut faults = 0;
    for record in &look.records {
        println!("\n{}", record.place);
        println!(
            "  says    {}",
            serde_json::Value::Object(record.fields.clone())
        );
        match event(&mapping, record, context).await {
            Ok(event) => tell(&event, &planner).await?,
            Err(fault) => {
                faults += 1;
                println!("  cannot  {fault}");
            }
        }
    }
    let count = look.records.len();
    println!("\n{count} records, {faults} of which cannot be taken; nothing was taken");
    Ok(match faults {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// The event as it would be made if its case or incident is known already, or is not.
async fn event(
    mapping: &Mapping,
    record: &SourceRecord,
    context: &Context,
) -> anyhow::Result<Arrival> {
    let mapped = mapping.map(record)?;
    if let Some(word) = &mapped.unlisted {
        println!(
            "  note    the state `{word}` is not listed in `states`; it is passed on as it is"
        );
    }
    let subject = std::slice::from_ref(&mapped.subject);
    let mut tx = context.store.read().await?;
    let known = known(&mut tx, mapping, subject).await?;
    let event = mapping.event(&mapped, !known.is_empty(), false, context.clock.now())?;
    if !mapping.is_described(&event) {
        println!(
            "  note    its kind or state is not among the kinds of cases: clients read the word as it is"
        );
    }
    Ok(event)
}

async fn tell(event: &Arrival, planner: &Planner) -> anyhow::Result<()> {
    println!(
        "  becomes {} {} of {} {}",
        event.kind, event.id, event.occurred_at, event.data
    );
    match planner.rehearse(event).await? {
        Rehearsed::Known => println!("  tells   nobody: it was taken before"),
        Rehearsed::Refused(why) => println!("  tells   nobody: {why}"),
        Rehearsed::Told { rules, .. } if rules.is_empty() => {
            println!("  tells   nobody: no rule matches");
        }
        Rehearsed::Told { rules, nobody } => {
            for (rule, clients) in rules {
                println!("  tells   {clients} clients by the rule `{rule}`");
            }
            if let Some(why) = nobody {
                println!("  note    {why}");
            }
        }
    }
    Ok(())
}
