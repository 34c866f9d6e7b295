//! `araldo message`: one message with everything known about it, or a client's messages.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::Context;
use crate::domain::MessageId;
use crate::insight::explain::explain;
use crate::store::reports::MessageFilter;

#[derive(Debug, Subcommand)]
pub(super) enum MessageCommand {
    /// Attempts, receipts, engagement and why
    Show {
        /// The message's number
        id: MessageId,
    },
    /// A client's messages, newest first
    List {
        /// The client's reference
        #[arg(long)]
        client: String,
    },
}

pub(super) async fn run(command: MessageCommand, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        MessageCommand::Show { id } => show(context, id).await?,
        MessageCommand::List { client } => list(context, client).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(context: &Context, id: MessageId) -> anyhow::Result<()> {
    let Some(story) = context.store.read().await?.reports().story(id).await? else {
        bail!("there is no message `{id}`; `araldo message list --client REF` shows a client's");
    };
    let message = &story.message;
    println!("message   {id}  {} over {}", message.state, message.channel);
    println!(
        "client    {}",
        message.client_ref.as_deref().unwrap_or("(deleted)")
    );
    println!(
        "event     {} {} from {}",
        story.event.kind, story.event.event_id, story.event.source
    );
    let plan = &story.plan;
    println!(
        "plan      rule {}, template {} version {}",
        plan.rule, plan.template, plan.version
    );
    for attempt in &story.attempts {
        let outcome = attempt.outcome.as_deref().unwrap_or("no answer yet");
        println!(
            "attempt   {}  {} {outcome}",
            attempt.began_at, attempt.provider
        );
    }
    for receipt in &story.receipts {
        println!(
            "receipt   {}  {} {}",
            receipt.received_at, receipt.provider, receipt.kind
        );
    }
    for act in &story.engagement {
        println!(
            "reader    {}  {} ({}: {})",
            act.at, act.kind, act.verdict, act.grounds
        );
        if let Some(words) = &act.detail {
            println!("          “{words}”");
        }
    }
    for sentence in explain(&story) {
        println!("why       {sentence}");
    }
    Ok(())
}

async fn list(context: &Context, client: String) -> anyhow::Result<()> {
    let filter = MessageFilter {
        client: Some(client),
        ..MessageFilter::default()
    };
    let page = context
        .store
        .read()
        .await?
        .reports()
        .messages(&filter, None, 200)
        .await?;
    for row in &page.items {
        println!(
            "{}  {:<11}  {:<5}  {}  {}",
            row.id, row.state, row.channel, row.template, row.event_id
        );
    }
    if page.items.is_empty() {
        println!("no messages");
    }
    Ok(())
}
