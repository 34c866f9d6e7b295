//! `araldo source install` and `remove`: what a source needs in their database, printed for whoever
//! owns it, or run with `--apply`. Nothing of ours is needed for it but the settings.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::configured;
use crate::config::Config;
use crate::source::ReaderSettings;

#[derive(Debug, Args)]
pub(in crate::cli) struct Install {
    /// The source, as in [source.NAME]
    name: String,
    /// Run the SQL now, as the user of the source's url
    #[arg(long)]
    apply: bool,
}

pub(in crate::cli) async fn install(args: &Install, config: &Config) -> anyhow::Result<ExitCode> {
    carry_out(args, config, ReaderSettings::install_sql).await
}

pub(in crate::cli) async fn remove(args: &Install, config: &Config) -> anyhow::Result<ExitCode> {
    carry_out(args, config, ReaderSettings::remove_sql).await
}

async fn carry_out(
    args: &Install,
    config: &Config,
    sql: fn(&ReaderSettings, &str) -> Option<String>,
) -> anyhow::Result<ExitCode> {
    let reader = &configured(config, &args.name)?.settings.reader;
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
