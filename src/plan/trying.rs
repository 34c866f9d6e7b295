//! What each rule makes of an event that is only tried, and whom the event would tell. Both are
//! found by planning it in vain: nothing is written.

use super::matching::JudgedRule;
use super::{Foretold, Planner, incident};
use crate::domain::event::{Arrival, EventData};
use crate::store::StoreError;
use crate::store::planning::events::Accept;

/// What an event would come to, rule by rule.
#[derive(Debug, Clone)]
pub struct TriedRules {
    /// Each rule with its verdict, in the order of the file; none for an event that asks no rule.
    pub judged: Vec<JudgedRule>,
    pub foretold: Foretold,
}

impl Planner {
    /// Asks every rule about an event, and foretells whom it would tell. One that was taken before is
    /// tried as if it were another. Others who write wait for a moment, twice.
    pub async fn try_rules(&self, mut event: Arrival) -> Result<TriedRules, StoreError> {
        event.id = format!("try-{}", self.ids.next()).into();
        let judged = Box::pin(self.judged(&event)).await?;
        let foretold = Box::pin(self.foretell(&event)).await?;
        Ok(TriedRules { judged, foretold })
    }

    /// What the rules make of an event where it would stand now, within a unit of work that is
    /// dropped.
    pub(super) async fn judged(&self, event: &Arrival) -> Result<Vec<JudgedRule>, StoreError> {
        let mut tx = self.store.write().await?;
        let (now, ids) = (self.clock.now(), self.ids.as_ref());
        let taken = tx.events().accept([event.clone()], now, ids).await?;
        let Some(Accept::New(id)) = taken.first().cloned() else {
            return Ok(Vec::new());
        };
        let stored = tx.events().get(id).await?;
        if matches!(
            stored.event.data,
            EventData::Direct(_) | EventData::Unreadable(_)
        ) {
            return Ok(Vec::new());
        }
        let subject = self.take_in(&mut tx, &stored).await?;
        let told_as = incident::told_as(&mut tx, &stored.event, &subject).await?;
        let told_as = told_as.as_ref().unwrap_or(&stored.event);
        Ok(self.matcher.load().judged(told_as, &subject.variables))
    }
}
