//! `araldo event send FILE.json...`: the same intake as HTTP, without the daemon. Each file
//! holds one `CloudEvent` or a list; `-` is standard input. A file is taken whole or not at all.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::Context;
use crate::intake::cloud_event::{self, Mode};
use crate::intake::{Limits, accept};

/// What to do with events.
#[derive(Debug, Subcommand)]
pub(super) enum EventCommand {
    /// Store the events of these files; a running daemon plans them within seconds
    Send {
        /// CloudEvents 1.0 as JSON, one or a list per file; `-` for standard input
        #[arg(required = true, value_name = "FILE.json")]
        files: Vec<PathBuf>,
    },
}

/// Sends the files one after the other; stops at the first that is not right.
pub(super) async fn run(command: EventCommand, context: &Context) -> anyhow::Result<ExitCode> {
    let EventCommand::Send { files } = command;
    let limits = Limits::default();
    for file in &files {
        let name = file.display();
        let body = read(file).with_context(|| format!("cannot read `{name}`"))?;
        let now = context.clock.now();
        let events = cloud_event::read(Mode::Plain, &[], &body, &limits, now)
            .with_context(|| name.to_string())?;
        let taken = accept::take(&context.store, events, now, &*context.ids)
            .await
            .with_context(|| name.to_string())?;
        println!(
            "{name}: {} accepted, {} duplicates",
            taken.accepted, taken.duplicates
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut body)?;
        return Ok(body);
    }
    std::fs::read(file)
}
