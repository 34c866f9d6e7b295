//! `araldo source`: the systems that Araldo watches by itself. What they brought, what could not be
//! taken, and how to set one up.

mod dead;
mod install;
mod reconcile;
mod show;
mod trial;

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use crate::cli::Context;
use crate::config::{Config, ConfiguredSource};

pub(super) use self::install::{install, remove};

#[derive(Debug, Subcommand)]
pub(super) enum SourceCommand {
    /// Each source with its state, its lag, its last record and what could not be taken
    List,
    /// Read, map and print; take nothing, move no cursor
    Try(trial::Try),
    /// Whether anything is missing: what is open over there, held against what is known
    Reconcile(reconcile::Reconcile),
    /// The SQL that a source needs over there
    Install(install::Install),
    /// The SQL that takes that away again
    Remove(install::Install),
    /// The records that could not be taken, with the reason
    Dead(dead::Dead),
    /// Take such records now, with the mapping as it stands
    Replay(dead::Replay),
    /// Give such a record up
    Forget(dead::Forget),
    /// Read on from another place
    Rewind(dead::Rewind),
}

pub(super) async fn run(command: SourceCommand, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        SourceCommand::List => show::list(context).await,
        SourceCommand::Try(args) => trial::run(&args, context).await,
        SourceCommand::Reconcile(args) => reconcile::run(&args, context).await,
        SourceCommand::Install(args) => install(&args, &context.config).await,
        SourceCommand::Remove(args) => remove(&args, &context.config).await,
        SourceCommand::Dead(args) => dead::list(&args, context).await,
        SourceCommand::Replay(args) => dead::replay(&args, context).await,
        SourceCommand::Forget(args) => dead::forget(&args, context).await,
        SourceCommand::Rewind(args) => dead::rewind(&args, context).await,
    }
}

/// The source of this name in the settings.
fn configured<'a>(config: &'a Config, name: &str) -> anyhow::Result<&'a ConfiguredSource> {
    let Some(source) = config.sources.get(name) else {
        let names: Vec<&str> = config.sources.keys().map(String::as_str).collect();
        match names.as_slice() {
            [] => bail!("the settings have no source; describe one as [source.{name}]"),
            names => bail!(
                "the settings have no [source.{name}]; there are: {}",
                names.join(", ")
            ),
        }
    };
    Ok(source)
}
