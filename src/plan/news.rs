//! What an update says that a client does not know yet. It is measured by what that client surely heard
//! last, which is not the same for all: one came into the area later, another's message was overtaken
//! before it left. Whoever heard nothing, or last that it is over, hears how it stands.
//!
//! Only facts count that the text can say: those of the variables that its template declares.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::event::{Event, EventData, Incident, IncidentStep};
use crate::domain::{EventId, PlanId};
use crate::store::planning::candidates::Member;
use crate::store::planning::incidents::fold_until;
use crate::store::planning::plans::Plan;
use crate::store::{StoreError, Tx};

/// A fact that no text has to say for an incident to be another.
const SEVERITY: &str = "severity";

/// What an update says that is new, by what was told before.
pub(super) struct UpdateNews {
    /// The plans by which clients may have heard of the incident, and what is another since then; none
    /// where it said that it is over.
    plans: BTreeMap<PlanId, Option<Vec<&'static str>>>,
    /// It is told though nothing is new.
    again: bool,
}

/// What the clients of a chunk do not know yet. The default: nobody knows anything.
#[derive(Default)]
pub(super) struct ClientNews {
    /// Clients who know all that it says, in order of their rows.
    pub(super) known: Vec<i64>,
    /// What is new to those who heard of the incident before, by the names of an event's fields.
    changed: BTreeMap<i64, Vec<&'static str>>,
}

impl UpdateNews {
    /// None where the event is no update of an incident: then all that it says is new to all.
    pub(super) async fn read(
        tx: &mut Tx,
        plan: &Plan,
        event: &Event,
        incident: &Incident,
        least: TimeDelta,
    ) -> Result<Option<Self>, StoreError> {
        let EventData::Incident(IncidentStep::Updated, data) = &event.data else {
            return Ok(None);
        };
        let declared = match plan.template_version {
            Some(version) => tx.plans().declared(version).await?,
            None => Vec::new(),
        };
        let is_said = |fact: &&str| declared.is_empty() || declared.iter().any(|it| says(it, fact));
        let changes = tx.incidents().history(&data.incident).await?;
        // An event that is only tried is not among them.
        let now = fold_until(&changes, plan.event).unwrap_or_else(|| incident.clone());
        let mut plans = BTreeMap::new();
        for telling in tx.incidents().tellings(&data.incident).await? {
            let then = fold_until(&changes, telling.event);
            let Some(then) = then.filter(|_| telling.event != plan.event) else {
                continue;
            };
            let mut changed = now.changes_since(&then, least);
            changed.retain(is_said);
            let goes_on = !telling.ends() && then.state == now.state;
            plans.insert(telling.plan, goes_on.then_some(changed));
        }
        let again = data.tell_again;
        Ok(Some(Self { plans, again }))
    }

    /// What these clients do not know yet, in order of their rows.
    pub(super) async fn of(
        &self,
        tx: &mut Tx,
        members: &[Member],
    ) -> Result<ClientNews, StoreError> {
        let mut news = ClientNews::default();
        if self.plans.is_empty() {
            return Ok(news);
        }
        let plans: Vec<PlanId> = self.plans.keys().copied().collect();
        let clients: Vec<i64> = members.iter().map(|member| member.client).collect();
        for (client, plan) in tx.incidents().surely_heard(&plans, &clients).await? {
            let Some(Some(changed)) = self.plans.get(&plan) else {
                continue;
            };
            if !changed.is_empty() {
                news.changed.insert(client, changed.clone());
            } else if !self.again {
                news.known.push(client);
            }
        }
        Ok(news)
    }
}

impl ClientNews {
    /// What is new to a client who heard of the incident before; nothing where all is.
    pub(super) fn to(&self, client: i64) -> Option<&[&'static str]> {
        self.changed.get(&client).map(Vec::as_slice)
    }
}

/// Whether a variable of a template says a fact, or all there is.
fn says(variable: &str, fact: &str) -> bool {
    match variable.strip_prefix("incident") {
        Some("") => true,
        Some(rest) => rest.strip_prefix('.').is_some_and(|name| {
            name == fact || name.strip_suffix("_label").is_some_and(|name| name == fact)
        }),
        None => false,
    }
}

/// Whether an incident that is hardly another than what its clients were told last is one to those who
/// know an older state alone, because what was told since was no news to them or was overtaken before it
/// left. Small moves must add up for them as well.
pub(super) async fn is_news_to_some(
    tx: &mut Tx,
    event: EventId,
    now: &Incident,
    least: TimeDelta,
) -> Result<bool, StoreError> {
    let changes = tx.incidents().history(&now.incident).await?;
    for telling in tx.incidents().tellings(&now.incident).await? {
        if telling.event == event || telling.step == IncidentStep::Left {
            continue;
        }
        if telling.ends() {
            break;
        }
        if let Some(then) = fold_until(&changes, telling.event) {
            let mut changed = now.changes_since(&then, least);
            changed.retain(|fact| *fact != SEVERITY);
            if !changed.is_empty() {
                return Ok(true);
            }
        }
        if !tx.incidents().left_some_behind(telling.plan).await? {
            break;
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_a_fact_by_its_variable_or_its_label() {
        for (variable, fact, said) in [
            ("incident.cause", "cause", true),
            ("incident.service_label", "service", true),
            ("incident.service", "service", true),
            ("incident", "note", true),
            ("incident.cause", "note", false),
            ("incident.causes", "cause", false),
            ("incidents.cause", "cause", false),
            ("changed.cause", "cause", false),
            ("case.note", "note", false),
        ] {
            assert_eq!(says(variable, fact), said, "{variable} {fact}");
        }
    }
}
