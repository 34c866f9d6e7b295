//! `araldo check-store`: asks every invariant now, as the daemon does every night, and keeps what
//! it finds, so that an alarm in the console opens or goes out. May run beside daemons. Exit code
//! 1 when one does not hold. With `--recount` the sums are first counted again from the messages,
//! which repairs I4; nothing else is ever changed.

use std::process::ExitCode;

use clap::Args;

use super::Context;
use crate::app;
use crate::runtime::Lifecycle;
use crate::store::cluster::invariants::{Invariant, InvariantFinding};
use crate::upkeep;

/// What to do before asking.
#[derive(Debug, Args)]
pub(super) struct CheckStoreArgs {
    /// Count the sums again from the messages first: after a rolling upgrade, or when I4 says
    /// that they differ
    #[arg(long)]
    recount: bool,
}

/// Prints one line for each invariant.
pub(super) async fn run(args: &CheckStoreArgs, context: &Context) -> anyhow::Result<ExitCode> {
    if args.recount {
        let done = upkeep::recount(&context.store, &Lifecycle::new()).await?;
        println!(
            "counted anew: {} sum(s) and {} message(s) were wrong",
            done.sums, done.messages
        );
    }
    let settings = app::upkeep_settings(&context.config);
    let scope = upkeep::scope(&settings, context.clock.now());
    println!("looking at messages planned since {}", scope.since);
    let findings = upkeep::inspect(&context.store, scope, context.ids.as_ref()).await?;
    for finding in &findings {
        println!("{}", line(finding));
    }
    let alarm = |finding: &InvariantFinding| finding.broken > 0 && finding.invariant.alarms();
    Ok(if findings.iter().any(alarm) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn line(finding: &InvariantFinding) -> String {
    let InvariantFinding {
        invariant,
        broken,
        example,
    } = finding;
    if *broken == 0 {
        return format!("OK      {invariant}: {}", invariant.sentence());
    }
    let word = if invariant.alarms() {
        "BREACH"
    } else {
        "listed"
    };
    let example = match (invariant, example) {
        (_, None) => String::new(),
        (Invariant::I9, Some(receipt)) => format!("; one is the receipt {receipt}"),
        (Invariant::I11, Some(event)) => format!("; one is the event {event}"),
        (_, Some(message)) => format!("; look at: araldo message show {message}"),
    };
    format!(
        "{word}  {invariant}: {broken} {}{example}",
        invariant.complaint()
    )
}
