//! The clock of a node: the machine's, or, with `[sandbox] day`, one that runs faster. Since when it does
//! stands in the store, so that nodes that share it show the same time, and one that starts again goes on
//! where its time would be. Leases, heartbeats and rates are the database's and the machine's as ever.

use std::sync::Arc;

use super::AppError;
use crate::config::Config;
use crate::domain::clock::ScaledClock;
use crate::domain::{Clock, Timestamp};
use crate::store::Store;

/// Under which name the store keeps the moment and the pace.
const KEPT_AS: &str = "sandbox-clock";

/// The clock that this store is used by.
pub async fn clock_of(
    store: &Store,
    config: &Config,
    machine: Arc<dyn Clock>,
) -> Result<Arc<dyn Clock>, AppError> {
    let known = store.read().await?.keyring().lookup(KEPT_AS).await?;
    let Some(pace) = config.sandbox.pace else {
        return match known {
            None => Ok(machine),
            Some(_) => Err(unfit(
                "[sandbox] day is not set, but the time of this store has run ahead of the world's; set \
                 it as it was, or use a fresh store",
            )),
        };
    };
    let now = machine.now();
    let fresh = format!("{} {pace}", now.as_micros());
    let mut tx = store.write().await?;
    let kept = tx.keyring().ensure(KEPT_AS, &fresh, now).await?;
    tx.commit().await?;
    match read(&kept) {
        Some((began, its)) if its == pace => Ok(Arc::new(ScaledClock::new(machine, began, pace))),
        Some((_, its)) => Err(unfit(&format!(
            "[sandbox] day makes time run {pace} times as fast, but in this store it runs {its} times as \
             fast; set `day` as it was, or use a fresh store"
        ))),
        None => Err(unfit(
            "the store does not say since when its time runs faster; use a fresh store",
        )),
    }
}

fn read(kept: &str) -> Option<(Timestamp, u32)> {
    let (began, pace) = kept.split_once(' ')?;
    let began = Timestamp::from_micros(began.parse().ok()?);
    Some((began, pace.parse().ok()?))
}

fn unfit(fault: &str) -> AppError {
    AppError::Faults(vec![fault.to_owned()])
}
