//! The times that statements take on the given PostgreSQL: the very ones of the path of a
//! message, with their commits, one after the other on an idle database.

use std::time::Instant;

use anyhow::bail;

use super::model::Latencies;
use crate::ground::Node;
use araldo::domain::ids::first_id_at;
use araldo::domain::{Clock as _, Lane, MessageState, NodeId, Timestamp};
use araldo::store::cluster::rate_limit::Wanted;
use araldo::store::messages::Claimed;
use araldo::store::messages::attempts::{FinishedAttempt, NewAttempt};

/// Messages of one claim.
pub(super) const CLAIM: u32 = 200;
/// Openings and closings written together.
const BATCH: usize = 64;
/// Nobody's: the messages are claimed for a node that never was.
const NODE: NodeId = NodeId::new(1);
/// The account whose slots are bought.
const PROVIDER: &str = "bench";

/// Takes what is queued through claim, open and close, and buys slots; how long each took.
pub(super) async fn record(node: &Node) -> anyhow::Result<Latencies> {
    let mut times = Latencies {
        claim: Vec::new(),
        open: Vec::new(),
        close: Vec::new(),
        rate: Vec::new(),
    };
    loop {
        let start = Instant::now();
        let claimed = claim(node).await?;
        if claimed.is_empty() {
            break;
        }
        times.claim.push(micros(start)?);
        for batch in claimed.chunks(BATCH) {
            let start = Instant::now();
            open(node, batch).await?;
            times.open.push(micros(start)?);
            let start = Instant::now();
            close(node, batch).await?;
            times.close.push(micros(start)?);
            let start = Instant::now();
            buy(node).await?;
            times.rate.push(micros(start)?);
        }
    }
    if times.claim.is_empty() {
        bail!("nothing was queued; see the log");
    }
    Ok(times)
}

async fn claim(node: &Node) -> anyhow::Result<Vec<Claimed>> {
    let running = &node.running;
    let (now, id) = (running.clock.now(), running.ids.next());
    let mut tx = running.store.write().await?;
    let claimed = tx
        .messages()
        .claim(NODE, Lane::Urgent, CLAIM, now, id)
        .await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn open(node: &Node, messages: &[Claimed]) -> anyhow::Result<()> {
    let running = &node.running;
    let now = running.clock.now();
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    let attempts: Vec<_> = messages.iter().map(attempt).collect();
    let (hour, day) = (chrono::TimeDelta::hours(1), chrono::TimeDelta::days(1));
    let mut tx = running.store.write().await?;
    tx.attempts().fence(NODE, 30_000_000).await?;
    tx.attempts().lock(&ids).await?;
    tx.attempts()
        .pre_send_state(&ids, now - hour, first_id_at(now - day))
        .await?;
    tx.attempts().begin(NODE, &attempts, now).await?;
    tx.commit().await?;
    Ok(())
}

fn attempt(message: &Claimed) -> NewAttempt {
    NewAttempt {
        message: message.id,
        lease_no: message.lease_no,
        provider: PROVIDER.to_owned(),
        reference: format!("{}-{}", message.id, message.lease_no),
        reports: true,
        price: None,
        key_life: None,
    }
}

async fn close(node: &Node, messages: &[Claimed]) -> anyhow::Result<()> {
    let running = &node.running;
    let now = running.clock.now();
    let finished: Vec<_> = messages
        .iter()
        .map(|message| accepted(message, now))
        .collect();
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    let mut tx = running.store.write().await?;
    tx.attempts().lock(&ids).await?;
    tx.attempts().finish(&finished, now).await?;
    tx.commit().await?;
    Ok(())
}

fn accepted(message: &Claimed, now: Timestamp) -> FinishedAttempt {
    FinishedAttempt {
        message: message.id,
        lease_no: message.lease_no,
        outcome: "accepted",
        stage: None,
        code: Some("250".to_owned()),
        detail: None,
        provider_ref: None,
        state: MessageState::Accepted,
        reason: None,
        due_at: None,
        wake_at: Some(now + chrono::TimeDelta::days(3)),
        counts: false,
        bad_address: false,
    }
}

async fn buy(node: &Node) -> anyhow::Result<()> {
    let mut tx = node.running.store.write().await?;
    let block = Wanted {
        span: 250_000,
        lead: 0,
        horizon: i64::MAX / 2,
    };
    tx.rate_accounts().buy(PROVIDER, block).await?;
    tx.commit().await?;
    Ok(())
}

fn micros(start: Instant) -> anyhow::Result<i64> {
    Ok(i64::try_from(start.elapsed().as_micros())?)
}
