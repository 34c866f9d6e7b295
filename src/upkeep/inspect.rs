//! Asks every invariant, each in a transaction of its own so that none lasts long, and keeps
//! what does not hold.

use chrono::TimeDelta;

use super::UpkeepSchedule;
use crate::domain::{Ids, Timestamp};
use crate::store::cluster::invariants::{Inspection, Invariant, InvariantFinding};
use crate::store::{Store, StoreError};

/// Beyond the horizon of reports: late enough that every one has come or never will.
const BEYOND: TimeDelta = TimeDelta::days(3);
/// How long something may be due, or in the hands of a node that stopped.
const PATIENCE: TimeDelta = TimeDelta::minutes(30);
/// How far the clocks of two nodes may be apart: what `araldo doctor` tolerates.
const SKEW: TimeDelta = TimeDelta::seconds(2);

/// How far back the daemon looks, and what it tolerates.
#[must_use]
pub fn scope(settings: &UpkeepSchedule, now: Timestamp) -> Inspection {
    let longest = settings.horizon.sms.max(settings.horizon.email) + BEYOND;
    // What retention deletes is not missing.
    let kept = (settings.messages - TimeDelta::days(1)).max(TimeDelta::hours(1));
    Inspection {
        now,
        since: now - longest.min(kept),
        patience: PATIENCE,
        skew: SKEW,
        cap_per_hour: settings.cap_per_hour,
        horizon: settings.horizon,
    }
}

/// Asks all of them and keeps the answers. Returns one finding each, in their order.
pub async fn inspect(
    store: &Store,
    scope: Inspection,
    ids: &dyn Ids,
) -> Result<Vec<InvariantFinding>, StoreError> {
    let mut findings = Vec::with_capacity(Invariant::ALL.len());
    for invariant in Invariant::ALL {
        let finding = store
            .read()
            .await?
            .invariants(scope)
            .ask(*invariant)
            .await?;
        if finding.broken > 0 {
            tracing::error!(
                invariant.name = %invariant,
                invariant.broken = finding.broken,
                invariant.example = finding.example,
                "an invariant does not hold: {} {}",
                finding.broken,
                invariant.complaint()
            );
        }
        findings.push(finding);
    }
    let mut tx = store.write().await?;
    for finding in &findings {
        tx.upkeep().note(finding, ids.next(), scope.now).await?;
    }
    tx.commit().await?;
    Ok(findings)
}
