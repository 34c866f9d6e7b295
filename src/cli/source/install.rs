//! `araldo source install` and `remove`: what a source needs in their database, printed for whoever
//! owns it, or run with `--apply`.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::configured;
use crate::cli::Context;
use crate::source::ReaderSettings;

#[derive(Debug, Args)]
pub(in crate::cli) struct Install {
    /// The source, as in [source.NAME]
    name: String,
    /// Run the SQL now, as the user of the source's url
    #[arg(long)]
    apply: bool,
}

pub(super) async fn install(args: &Install, context: &Context) -> anyhow::Result<ExitCode> {
    carry_out(args, context, ReaderSettings::install_sql).await
}

pub(super) async fn remove(args: &Install, context: &Context) -> anyhow::Result<ExitCode> {
    carry_out(args, context, ReaderSettings::remove_sql).await
}

async fn carry_out(
    args: &Install,
    context: &Context,
    sql: fn(&ReaderSettings, &str) -> Option<String>,
) -> anyhow::Result<ExitCode> {
    let reader = &configured(context, &args.name)?.settings.reader;
    let Some(sql) = sql(reader, &args.name) else {
        bail!(
            "`{}` is of kind `{}`, which needs nothing installed",
            args.name,
            reader.kind()
        );
    };
    println!("{sql}");
    if args.apply {
        reader.apply(&sql).await?;
        println!("-- done");
    }
    Ok(ExitCode::SUCCESS)
}
