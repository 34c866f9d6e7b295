//! `araldo source install` and `remove`: what an outbox needs in their database, printed for whoever
//! owns it, or run with `--apply`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::configured;
use crate::cli::Context;
use crate::source::{self, ReaderSettings};

#[derive(Debug, Args)]
pub(in crate::cli) struct Install {
    /// The source, as in [source.NAME]
    name: String,
    /// Run the SQL now, as the user of the source's url
    #[arg(long)]
    apply: bool,
}

pub(super) async fn install(args: &Install, context: &Context) -> anyhow::Result<ExitCode> {
    carry_out(args, context, source::install_sql).await
}

pub(super) async fn remove(args: &Install, context: &Context) -> anyhow::Result<ExitCode> {
    carry_out(args, context, source::remove_sql).await
}

async fn carry_out(
    args: &Install,
    context: &Context,
    sql: fn(&str, &source::OutboxSettings) -> String,
) -> anyhow::Result<ExitCode> {
    let source = configured(context, &args.name)?;
    let ReaderSettings::PostgresOutbox(settings) = &source.settings.reader else {
        bail!(
            "`{}` is of kind `{}`, which needs nothing installed",
            args.name,
            source.settings.reader.kind()
        );
    };
    let sql = sql(&args.name, settings);
    println!("{sql}");
    if args.apply {
        source::apply(settings, &sql).await?;
        println!("-- done");
    }
    Ok(ExitCode::SUCCESS)
}
