//! What planning an event would come to: the plan itself is made, counted and thrown away.

use super::{News, Planner, fan_out};
use crate::domain::event::{Arrival, EventState};
use crate::store::StoreError;
use crate::store::planning::events::Accept;

/// Whom an event would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rehearsed {
    /// It was taken before: nothing would happen.
    Known,
    /// It would be refused, and why.
    Refused(String),
    /// The rules that match, each with how many clients its audience has; and why nobody is told,
    /// if nobody is.
    Told {
        rules: Vec<(String, usize)>,
        nobody: Option<String>,
    },
}

impl Planner {
    /// Plans one event within a unit of work that is dropped. Others who write wait meanwhile.
    pub async fn rehearse(&self, event: &Arrival) -> Result<Rehearsed, StoreError> {
        let mut tx = self.store.write().await?;
        let (now, ids) = (self.clock.now(), self.ids.as_ref());
        let taken = tx.events().accept([event.clone()], now, ids).await?;
        let Some(Accept::New(id)) = taken.first().cloned() else {
            return Ok(Rehearsed::Known);
        };
        let stored = tx.events().get(id).await?;
        self.plan_event(&mut tx, &stored, &mut News::default())
            .await?;
        let planned = tx.events().get(id).await?;
        if planned.state == EventState::Refused {
            return Ok(Rehearsed::Refused(planned.detail.unwrap_or_default()));
        }
        let mut rules = Vec::new();
        for plan in tx.plans().of_event(id).await? {
            let settings = fan_out::settings_of(&plan)?;
            let members = self.members(&mut tx, &plan, &settings).await?;
            rules.push((plan.rule, members.len()));
        }
        Ok(Rehearsed::Told {
            rules,
            nobody: planned.detail,
        })
    }
}
