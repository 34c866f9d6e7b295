//! `araldo key`: which programs may use the API. A key is shown once and kept as a hash.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::{COMMAND_LINE, Context};
use crate::domain::api_key::{ApiKey, Pattern, Rights, Scope};
use crate::store::access::audit::AuditEntry;
use crate::store::access::keys::StoredKey;

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key; it is printed alone on the last line, and never again
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// What it allows, such as cases:write,clients:write
        #[arg(long, value_delimiter = ',', required = true)]
        scope: Vec<Scope>,
        /// Only events of this source, such as /crm; `*` at the end stands for anything
        #[arg(long, value_name = "SOURCE")]
        source: Vec<Pattern>,
        /// Only events of this type, such as 'case.*'
        #[arg(long = "type", value_name = "TYPE")]
        kind: Vec<Pattern>,
    },
    /// List the keys
    List,
    /// Make a key invalid
    Revoke {
        /// The part after `araldo_` that the list shows
        prefix: String,
    },
}

pub(super) async fn run(command: KeyCommand, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::Create {
            name,
            scope,
            source,
            kind,
        } => {
            let rights = Rights {
                scopes: scope,
                sources: source,
                types: kind,
            };
            create(context, &name, rights).await?;
        }
        KeyCommand::List => {
            for key in context.store.read().await?.keys().list().await? {
                println!("{}", line(&key));
            }
        }
        KeyCommand::Revoke { prefix } => {
            revoke(context, prefix.trim_start_matches("araldo_")).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(context: &Context, name: &str, rights: Rights) -> anyhow::Result<()> {
    let (now, ids) = (context.clock.now(), context.ids.as_ref());
    let key = ApiKey::from_entropy(&rand::random());
    let detail = format!("{name}: {}", described(&rights));
    let entry = AuditEntry {
        actor: COMMAND_LINE,
        action: "key.created",
        subject: key.prefix(),
        detail: Some(&detail),
    };
    let mut tx = context.store.write().await?;
    tx.keys().create(&key, name, rights, now, ids).await?;
    tx.audit().append(ids.next(), now, &entry).await?;
    tx.commit().await?;
    println!("keep this key; it is not shown again:");
    println!("{}", key.reveal());
    Ok(())
}

async fn revoke(context: &Context, prefix: &str) -> anyhow::Result<()> {
    let now = context.clock.now();
    let mut tx = context.store.write().await?;
    if !tx.keys().revoke(prefix, now).await? {
        bail!("there is no valid key `{prefix}`; `araldo key list` shows them");
    }
    let entry = AuditEntry::new(COMMAND_LINE, "key.revoked", prefix);
    tx.audit().append(context.ids.next(), now, &entry).await?;
    tx.commit().await?;
    println!("key {prefix} is not valid any more");
    Ok(())
}

fn line(key: &StoredKey) -> String {
    let state = if key.revoked_at.is_some() {
        "revoked"
    } else {
        "valid"
    };
    let (prefix, name) = (&key.prefix, &key.name);
    format!("{prefix}  {state:<7}  {name}  {}", described(&key.rights))
}

/// `cases:write,clients:write  types case.*  sources /crm`.
fn described(rights: &Rights) -> String {
    let scopes: Vec<&str> = rights.scopes.iter().map(|scope| scope.as_str()).collect();
    let mut parts = vec![scopes.join(",")];
    for (word, patterns) in [("types", &rights.types), ("sources", &rights.sources)] {
        let patterns: Vec<String> = patterns.iter().map(Pattern::to_string).collect();
        if !patterns.is_empty() {
            parts.push(format!("{word} {}", patterns.join(",")));
        }
    }
    parts.join("  ")
}
