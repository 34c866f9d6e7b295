//! `araldo key create|list|revoke`: API keys. A key is shown once, when it is made.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::domain::api_key::{ApiKey, ENTROPY, Scope};
use crate::domain::{Clock, Ids, Timestamp};
use crate::store::Store;
use crate::store::keys::StoredKey;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key and show it, once
    Create {
        /// What it is for, such as `crm`
        #[arg(long)]
        name: String,
        /// What it allows, such as `events:write`; several with commas, or `all`
        #[arg(long, value_name = "SCOPE", value_delimiter = ',', required = true)]
        scope: Vec<String>,
    },
    /// Show every key, without its secret
    List,
    /// End a key
    Revoke {
        /// The eight characters after `araldo_`, or the whole key
        prefix: String,
    },
}

/// Runs one of them.
pub async fn run(
    command: KeyCommand,
    store: &Store,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::Create { name, scope } => {
            let scopes = scopes(&scope)?;
            let key = ApiKey::from_entropy(&rand::random::<[u8; ENTROPY]>());
            let mut tx = store.write().await?;
            tx.keys()
                .create(&key, &name, &scopes, clock.now(), ids)
                .await?;
            tx.commit().await?;
            println!("This is the only time the key is shown:");
            println!("{}", key.reveal());
        }
        KeyCommand::List => {
            for key in store.read().await?.keys().list().await? {
                println!("{}", line(&key));
            }
        }
        KeyCommand::Revoke { prefix } => revoke(&prefix, store, clock.now()).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn scopes(words: &[String]) -> anyhow::Result<Vec<Scope>> {
    if words.iter().any(|word| word == "all") {
        return Ok(Scope::ALL.to_vec());
    }
    let scopes: Result<Vec<Scope>, _> = words.iter().map(|word| word.trim().parse()).collect();
    scopes.context("unknown scope")
}

async fn revoke(prefix: &str, store: &Store, now: Timestamp) -> anyhow::Result<()> {
    let whole = ApiKey::parse(prefix);
    let prefix = whole.as_ref().map_or(prefix, ApiKey::prefix);
    let mut tx = store.write().await?;
    if !tx.keys().revoke(prefix, now).await? {
        bail!("there is no valid key `{prefix}`; `araldo key list` shows those there are");
    }
    tx.commit().await?;
    println!("key {prefix} is refused from now on, everywhere within ten seconds");
    Ok(())
}

fn line(key: &StoredKey) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let used = key
        .last_used_at
        .map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
    let state = key.revoked_at.map_or(used, |at| format!("revoked {at}"));
    format!(
        "{}  {}  {}  {state}",
        key.prefix,
        key.name,
        scopes.join(",")
    )
}
