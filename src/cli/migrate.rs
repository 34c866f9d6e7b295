//! `araldo migrate`: the schema, before the daemon starts, for those who want it apart.

use std::process::ExitCode;

use crate::cli::Context;

/// Opening a store brings it up to date; this does only that.
pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    println!("the {} store is up to date", context.store.kind());
    context.store.close().await;
    Ok(ExitCode::SUCCESS)
}
