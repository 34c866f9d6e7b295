//! `araldo source list`: one line for each source, and a second where something is wrong.

use std::process::ExitCode;

use chrono::TimeDelta;

use crate::cli::Context;
use crate::domain::Timestamp;
use crate::source::SourceState;
use crate::store::sources::{ReconciledRow, SourceRow};
use crate::text::invisible::coded;

pub(super) async fn list(context: &Context) -> anyhow::Result<ExitCode> {
    let mut tx = context.store.read().await?;
    let rows = tx.sources().list().await?;
    let compared = tx.reconciliations().list().await?;
    drop(tx);
    let now = context.clock.now();
    if context.config.sources.is_empty() {
        println!("the settings have no source; docs/sources.md shows how to describe one");
    }
    for (name, source) in &context.config.sources {
        let kind = source.settings.reader.kind();
        match rows.iter().find(|row| row.name == *name) {
            None => {
                println!("{name}  {kind}  never looked at: no node with the role `source` runs");
            }
            Some(row) => {
                let watch = &source.settings.watch;
                let compared = compared.iter().find(|it| it.source == *name);
                let compared = compared.filter(|_| watch.reconcile.is_some());
                println!("{}", line(row, compared, kind, watch.alarm_after, now));
            }
        }
    }
    for row in &rows {
        if !context.config.sources.contains_key(&row.name) {
            println!("{}  is not in the settings any more", row.name);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(
    row: &SourceRow,
    compared: Option<&ReconciledRow>,
    kind: &str,
    alarm_after: TimeDelta,
    now: Timestamp,
) -> String {
    let state = SourceState::of(Some(row), kind, alarm_after, now).word();
    let mut parts = vec![row.name.clone(), kind.to_owned(), state.to_owned()];
    parts.push(format!("{} records", row.records));
    parts.extend(
        row.record_at
            .map(|at| format!("last {} ago", ago(now - at))),
    );
    parts.extend(row.lag.map(|lag| format!("lag {}", ago(lag))));
    if row.dead > 0 {
        parts.push(format!("{} could not be taken", row.dead));
    }
    parts.extend(compared.and_then(agreement));
    let not_asked = compared.and_then(|compared| compared.fault.clone());
    let words = [
        ("fault", &row.fault),
        ("doubt", &row.doubt),
        ("not compared", &not_asked),
    ];
    let said = words
        .iter()
        .filter_map(|(word, said)| Some((word, said.as_ref()?)));
    let said = said.map(|(word, said)| format!("\n    {word}: {}", coded(said)));
    parts.join("  ") + &said.collect::<String>()
}

/// Whether it says what is known here, by the last comparison.
fn agreement(compared: &ReconciledRow) -> Option<String> {
    compared.compared_at?;
    Some(match compared.compared.differs() {
        0 => "agrees".to_owned(),
        differs => format!("differs in {differs}"),
    })
}

fn ago(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0).unsigned_abs();
    match seconds {
        0 => format!("{} ms", time.num_milliseconds().max(0)),
        _ => humantime::format_duration(std::time::Duration::from_secs(seconds)).to_string(),
    }
}
