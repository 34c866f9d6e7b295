//! One step of a node: beat and rescue, look at the timers, claim each lane once, send what was
//! claimed to its end, write all of it down. What the daemon's tasks do side by side and for
//! ever, done once and on the caller's own task.
//!
//! So a test holds a node's life in its hands: dropping the step's future is a crash at that very
//! await, a panic in it is one at that instruction, and nothing of it lives on elsewhere, but what
//! a database had been asked to begin or to commit. It
//! sleeps only when the store fails or a contract's limiter says so; time is the given clock's.

use std::sync::Arc;

use futures_util::future::join_all;

use super::claim::{ClaimGuard, claim, fetch};
use super::providers::balance;
use super::recovery::dead_nodes::{self, StableSince};
use super::recovery::timers;
use super::send::send_message;
use super::test_sends::{self, TestTurn};
use super::{Dispatcher, Shared};
use crate::domain::{Channel, Lane};
use crate::store::StoreError;
use crate::store::messages::Claimed;

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// So many messages were looked at or carried; none means that nothing was due.
    Did(usize),
    /// Another node has declared this one dead: it must send nothing more.
    Dead,
}

impl Dispatcher {
    /// Does everything that is due now, once.
    pub async fn step(&mut self) -> Result<StepOutcome, StoreError> {
        let Self {
            shared,
            writer,
            silent,
        } = self;
        if !beat(shared).await? {
            return Ok(StepOutcome::Dead);
        }
        let mut stable = StableSince::always();
        *silent = dead_nodes::rescue(shared, silent, Some(&mut stable)).await?;
        fetch(shared).await?;
        balance(shared).await?;
        let looked = timers::look(shared).await?;
        let mut sends = Vec::new();
        for lane in Lane::ALL {
            for (message, guard) in claim(shared, *lane).await? {
                sends.push(send_and_release(Arc::clone(shared), message, guard));
            }
        }
        let carried = sends.len();
        let (over, ended) = tokio::sync::oneshot::channel::<()>();
        let work = async {
            join_all(sends).await;
            drop(over);
        };
        tokio::join!(
            work,
            writer.run_until(async {
                // The sender is dropped, never used.
                ended.await.ok();
            })
        );
        let mut tests = 0;
        for channel in Channel::ALL {
            if let TestTurn::Did = test_sends::look(shared, *channel).await? {
                tests += 1;
            }
        }
        Ok(StepOutcome::Did(carried + looked as usize + tests))
    }
}

/// What `app::presence` does for a daemon.
async fn beat(shared: &Shared) -> Result<bool, StoreError> {
    let mut tx = shared.store.write().await?;
    let alive = tx.nodes().beat(shared.node).await?;
    tx.commit().await?;
    Ok(alive)
}

async fn send_and_release(shared: Arc<Shared>, message: Claimed, guard: Arc<ClaimGuard>) {
    let permit = shared.limit.permit(message.lane).await;
    send_message(&shared, message).await;
    guard.dealt_with(&shared);
    drop(permit);
}
