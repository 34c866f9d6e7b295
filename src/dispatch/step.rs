//! One turn of a node: beat and rescue, look at the timers, claim each lane once, carry what was
//! claimed to its close, write all of it down. What the daemon's tasks do side by side and for
//! ever, done once and on the caller's own task.
//!
//! So a test holds a node's life in its hands: dropping the turn's future is a crash at that very
//! await, a panic in it is one at that instruction, and nothing of it lives on elsewhere. It
//! sleeps only when the store fails or a contract's pace says so; time is the given clock's.

use std::sync::Arc;

use futures_util::future::join_all;

use super::claim::{Grasp, claim, fetch};
use super::recovery::dead_nodes::{self, Steady};
use super::recovery::timers;
use super::send::carry;
use super::{Dispatcher, Shared};
use crate::domain::Lane;
use crate::store::StoreError;
use crate::store::messages::Claimed;

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// So many messages were looked at or carried; none means that nothing was due.
    Did(usize),
    /// Another node has declared this one dead: it must send nothing more.
    Dead,
}

impl Dispatcher {
    /// Does everything that is due now, once.
    pub async fn turn(&mut self) -> Result<Turn, StoreError> {
        let Self {
            shared,
            ledger,
            suspects,
        } = self;
        if !beat(shared).await? {
            return Ok(Turn::Dead);
        }
        let mut steady = Steady::always();
        *suspects = dead_nodes::rescue(shared, suspects, Some(&mut steady)).await?;
        fetch(shared).await?;
        let looked = timers::look(shared).await?;
        let mut carriers = Vec::new();
        for lane in Lane::ALL {
            for (message, grasp) in claim(shared, *lane).await? {
                carriers.push(carry_in_turn(Arc::clone(shared), message, grasp));
            }
        }
        let carried = carriers.len();
        let (over, ended) = tokio::sync::oneshot::channel::<()>();
        let work = async {
            join_all(carriers).await;
            drop(over);
        };
        tokio::join!(
            work,
            ledger.run_until(async {
                // The sender is dropped, never used.
                ended.await.ok();
            })
        );
        Ok(Turn::Did(carried + looked as usize))
    }
}

/// What `app::presence` does for a daemon.
async fn beat(shared: &Shared) -> Result<bool, StoreError> {
    let mut tx = shared.store.write().await?;
    let alive = tx.nodes().beat(shared.node).await?;
    tx.commit().await?;
    Ok(alive)
}

async fn carry_in_turn(shared: Arc<Shared>, message: Claimed, grasp: Arc<Grasp>) {
    let place = shared.room.place(message.lane).await;
    carry(&shared, message).await;
    drop(grasp);
    drop(place);
}
