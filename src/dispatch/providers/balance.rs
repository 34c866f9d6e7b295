//! The parts that providers of one channel get, by how soon their receipts come: once a minute those of
//! the last minutes are looked at, and a slow one loses points (`weight`). Channels without weights are
//! left alone: there the order of preference holds.

use chrono::TimeDelta;

use super::routes::ProviderRoutes;
use super::weight::is_slow;
use crate::dispatch::Shared;
use crate::domain::{Channel, Timestamp};
use crate::store::StoreError;
use crate::store::messages::slowness::ProviderPace;

/// A receipt that comes later than this is late.
const LATE: TimeDelta = TimeDelta::minutes(5);
/// How far back messages are looked at.
const LOOK_BACK: TimeDelta = TimeDelta::minutes(15);

/// Looks at the channels whose turn it is.
pub(in crate::dispatch) async fn balance(shared: &Shared) -> Result<(), StoreError> {
    let now = shared.clock.now();
    for channel in shared.routes.to_weigh(now) {
        // What was taken a moment ago can be neither late nor in time.
        let span = (now - LOOK_BACK, now - LATE);
        let mut tx = shared.store.read().await?;
        let paces = tx.slowness().paces(channel, span, LATE).await?;
        drop(tx);
        shared.routes.weigh(channel, &paces, now);
    }
    Ok(())
}

impl ProviderRoutes {
    /// The channels whose providers share them and are to be looked at now.
    fn to_weigh(&self, now: Timestamp) -> Vec<Channel> {
        let due = |channel: &&Channel| {
            let mut shared = self.of(**channel).filter_map(|route| route.weight());
            let first = shared.next();
            let is_due = first.is_some_and(|weight| weight.is_due(now));
            is_due && shared.next().is_some()
        };
        Channel::ALL.iter().filter(due).copied().collect()
    }

    /// Where all of them are slow, it is no provider's fault, and none loses anything.
    fn weigh(&self, channel: Channel, paces: &[ProviderPace], now: Timestamp) {
        let slow = |name: &str| {
            let own = |pace: &&ProviderPace| pace.provider == name;
            let pace = paces.iter().find(own);
            pace.is_some_and(|pace| is_slow(pace.taken, pace.late))
        };
        let all = self.of(channel).all(|route| slow(route.provider.name()));
        for route in self.of(channel) {
            let name = route.provider.name();
            let Some(mut weight) = route.weight() else {
                continue;
            };
            if weight.judge(slow(name) && !all, now) {
                tracing::info!(
                    provider.name = name,
                    provider.weight = weight.points(),
                    "a provider's part of its channel has changed, by how soon its receipts come"
                );
            }
        }
    }
}
