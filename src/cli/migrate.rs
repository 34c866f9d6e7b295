//! `araldo migrate`: the schema, before the daemon starts, for those who want it apart.

use std::process::ExitCode;

use crate::cli::Context;
use crate::config::Config;

/// Opening a store brings it up to date; this does only that.
pub(super) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let context = Context::open(config).await?;
    println!("the {} store is up to date", context.store.kind());
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}
