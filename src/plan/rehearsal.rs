//! What planning an event would come to: the plan itself is made, counted and thrown away.

use super::matching::{JudgedRule, RuleVerdict};
use super::{News, Planner, fan_out};
use crate::domain::event::{Arrival, EventState};
use crate::store::planning::events::Accept;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// How the detail of an event begins that was hushed: here it says why, not what became of it.
const TOLD_NOBODY: &str = "told nobody: ";

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

/// What planning an event came to, before it is thrown away.
pub(super) enum InVain {
    /// It was taken before.
    Known,
    /// It would be refused, and why.
    Refused(String),
    /// The plans it became, and why nobody is told, if nobody is.
    Planned {
        nobody: Option<String>,
        plans: Vec<Plan>,
    },
}

impl Rehearsed {
    /// The rules that match, each with how many clients its audience has.
    #[must_use]
    pub fn rules(&self) -> &[(String, usize)] {
        match self {
            Self::Told { rules, .. } => rules,
            Self::Known | Self::Refused(_) => &[],
        }
    }

    /// Why nobody is told, if nobody is.
    #[must_use]
    pub fn nobody(&self) -> Option<&str> {
        match self {
            Self::Known => Some("it was taken before"),
            Self::Refused(why) => Some(why),
            Self::Told {
                nobody: Some(why), ..
            } => Some(why.strip_prefix(TOLD_NOBODY).unwrap_or(why)),
            Self::Told { rules, .. } => rules.is_empty().then_some("no rule matches"),
        }
    }
}

impl Planner {
    /// Plans one event within a unit of work that is dropped. Others who write wait meanwhile.
    pub async fn rehearse(&self, event: &Arrival) -> Result<Rehearsed, StoreError> {
        let mut tx = self.store.write().await?;
        let (nobody, plans) = match self.plan_in_vain(&mut tx, event).await? {
            InVain::Known => return Ok(Rehearsed::Known),
            InVain::Refused(why) => return Ok(Rehearsed::Refused(why)),
            InVain::Planned { nobody, plans } => (nobody, plans),
        };
        let mut rules = Vec::new();
        for plan in plans {
            let settings = fan_out::settings_of(&plan)?;
            let members = self.members(&mut tx, &plan, &settings).await?;
            rules.push((plan.rule, members.len()));
        }
        if !rules.is_empty() || nobody.is_some() {
            return Ok(Rehearsed::Told { rules, nobody });
        }
        // To judge takes the writer again.
        drop(tx);
        let judged = Box::pin(self.judged(event)).await?;
        let nobody = unclear(&judged);
        Ok(Rehearsed::Told { rules, nobody })
    }

    /// Plans one event within the caller's unit of work, which must be dropped.
    pub(super) async fn plan_in_vain(
        &self,
        tx: &mut Tx,
        event: &Arrival,
    ) -> Result<InVain, StoreError> {
        let (now, ids) = (self.clock.now(), self.ids.as_ref());
        let taken = tx.events().accept([event.clone()], now, ids).await?;
        let Some(Accept::New(id)) = taken.first().cloned() else {
            return Ok(InVain::Known);
        };
        let stored = tx.events().get(id).await?;
        let mut news = News::default();
        self.plan_event(tx, &stored, &mut news).await?;
        news.write_marks(tx).await?;
        let planned = tx.events().get(id).await?;
        if planned.state == EventState::Refused {
            return Ok(InVain::Refused(planned.detail.unwrap_or_default()));
        }
        Ok(InVain::Planned {
            nobody: planned.detail,
            plans: tx.plans().of_event(id).await?,
        })
    }
}

/// That no rule matches because conditions cannot be evaluated; none where that is not why.
fn unclear(judged: &[JudgedRule]) -> Option<String> {
    let faults = judged.iter().filter_map(|judged| match &judged.verdict {
        RuleVerdict::Unclear(fault) => Some(format!(
            "the condition of `{}` cannot be evaluated: {fault}",
            judged.rule.name
        )),
        _ => None,
    });
    let faults: Vec<String> = faults.collect();
    (!faults.is_empty()).then(|| format!("no rule matches; {}", faults.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rules: &[(&str, usize)], nobody: Option<&str>) -> Rehearsed {
        let rules = rules.iter();
        Rehearsed::Told {
            rules: rules
                .map(|(rule, count)| ((*rule).to_owned(), *count))
                .collect(),
            nobody: nobody.map(str::to_owned),
        }
    }

    #[test]
    fn whoever_hears_of_nobody_hears_why() {
        assert_eq!(told(&[("a", 3)], None).nobody(), None);
        assert_eq!(told(&[], None).nobody(), Some("no rule matches"));
        let hushed = told(&[], Some("told nobody: it stood there"));
        assert_eq!(hushed.nobody(), Some("it stood there"));
        let empty = told(&[("a", 0)], Some("nobody in the audience is known"));
        assert_eq!(empty.nobody(), Some("nobody in the audience is known"));
        assert_eq!(empty.rules(), [("a".to_owned(), 0)]);
        assert!(Rehearsed::Known.rules().is_empty());
        assert_eq!(Rehearsed::Known.nobody(), Some("it was taken before"));
        let refused = Rehearsed::Refused("no such type".to_owned());
        assert_eq!(refused.nobody(), Some("no such type"));
    }
}
