//! `araldo key`: which programs may use the API. A key is shown once and kept as a hash.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::Context;
use crate::domain::api_key::{ApiKey, Scope};

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; it is printed alone on the last line, and never again
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it allows, such as events:write,clients:write
        #[arg(long, value_delimiter = ',', required = true)]
        scope: Vec<Scope>,
    },
    /// List the keys
    List,
    /// Make a key invalid
    Revoke {
        /// The part after `araldo_` that the list shows
        prefix: String,
    },
}

/// Does it.
pub(super) async fn run(command: KeyCommand, context: &Context) -> anyhow::Result<ExitCode> {
    let now = context.clock.now();
    let mut tx = context.store.write().await?;
    match command {
        KeyCommand::Create { name, scope } => {
            let key = ApiKey::from_entropy(&rand::random());
            tx.keys()
                .create(&key, &name, &scope, now, context.ids.as_ref())
                .await?;
            tx.commit().await?;
            println!("keep this key; it is not shown again:");
            println!("{}", key.reveal());
        }
        KeyCommand::List => {
            for key in tx.keys().list().await? {
                let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
                let state = if key.revoked_at.is_some() {
                    "revoked"
                } else {
                    "valid"
                };
                println!(
                    "{}  {state:<7}  {}  {}",
                    key.prefix,
                    key.name,
                    scopes.join(",")
                );
            }
        }
        KeyCommand::Revoke { prefix } => {
            let prefix = prefix.trim_start_matches("araldo_");
            if !tx.keys().revoke(prefix, now).await? {
                bail!("there is no valid key `{prefix}`; `araldo key list` shows them");
            }
            tx.commit().await?;
            println!("key {prefix} is not valid any more");
        }
    }
    Ok(ExitCode::SUCCESS)
}
