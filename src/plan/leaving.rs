//! For whom an incident is over though it goes on: it does not cover them any more. Whatever moves its area
//! makes `incident.left` in the same unit of work, which is planned next and told by the rules of an end.
//! Whoever was told of it before hears that once; whoever comes into it again is told as if nothing had been.
//!
//! What waits to be told is taken back when the area moves once more: whoever is in it by then must not
//! hear that it is over, and the others hear it anew.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use super::audience::freeze_small;
use super::event::EventSubject;
use super::fan_out::CHUNK;
use super::{News, Planner};
use crate::domain::area::Area;
use crate::domain::event::{Arrival, EventData, Incident, IncidentStep};
use crate::domain::limits::LEFT_AREAS;
use crate::domain::{IncidentId, PlanId, Timestamp};
use crate::store::planning::candidates::Member;
use crate::store::planning::events::StoredEvent;
use crate::store::{StoreError, Tx};
use crate::text::tree::Tree;

/// `source` of the events that come of planning others.
const SOURCE: &str = "/v1/planner";

impl Planner {
    /// Sees to those whom the incident does not cover any more, if this event moved its area since its
    /// clients were last told.
    pub(super) async fn let_go(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        subject: &EventSubject,
        news: &mut News,
    ) -> Result<(), StoreError> {
        let (EventData::Incident(step, _), Some(record)) = (&stored.event.data, &subject.incident)
        else {
            return Ok(());
        };
        let (now, before) = (&record.incident.area, subject.told_area.as_ref());
        let moved = before.filter(|before| !before.is_empty() && *before != now);
        let Some(before) = moved.filter(|_| subject.newest && !step.is_reckoned()) else {
            return Ok(());
        };
        let reference = &record.incident.incident;
        let (key, at) = (IncidentStep::Left.plan_subject(reference), self.clock.now());
        let by = PlanId::new(self.ids.next());
        let taken_back = tx.plans().supersede(&key, by, stored.id, at, at).await?;
        if taken_back == 0 && now.contains(before) {
            return Ok(());
        }
        let event = left(record.id, reference, stored, at)?;
        let ids = self.ids.as_ref();
        tx.events().accept([event], at, ids).await?;
        news.made = true;
        Ok(())
    }
}

/// Its id is made of the event that moved the area: made again after a crash, it is the same.
fn left(
    incident: IncidentId,
    reference: &str,
    by: &StoredEvent,
    now: Timestamp,
) -> Result<Arrival, StoreError> {
    let step = IncidentStep::Left;
    let event = json!({
        "specversion": "1.0",
        "id": format!("{incident}:{step}:{}", by.id),
        "source": SOURCE,
        "type": step,
        "subject": reference,
        "data": { "incident": reference },
    });
    Arrival::parse(Tree::from(&event), now).map_err(|fault| {
        StoreError::Unfit(format!(
            "cannot say that an incident is over for some: {fault}"
        ))
    })
}

/// Clients with a place in an earlier area of the incident and none in the one it has now (`inside`), who
/// were told of it and did not hear since that it is over. None: an area has more than `places` places to
/// look at.
pub(super) async fn leavers(
    tx: &mut Tx,
    incident: &Incident,
    inside: &[Member],
    places: i64,
) -> Result<Option<Vec<Member>>, StoreError> {
    let mut outside: BTreeMap<i64, Member> = BTreeMap::new();
    for area in earlier_areas(tx, incident).await? {
        let Some(members) = freeze_small(tx, &area, places).await? else {
            return Ok(None);
        };
        outside.extend(members.into_iter().map(|member| (member.client, member)));
    }
    for member in inside {
        outside.remove(&member.client);
    }
    let tellings = tx.incidents().tellings(&incident.incident).await?;
    let ends: BTreeMap<PlanId, bool> = tellings.iter().map(|it| (it.plan, it.ends())).collect();
    let plans: Vec<PlanId> = ends.keys().copied().collect();
    let clients: Vec<i64> = outside.keys().copied().collect();
    let mut leavers = Vec::new();
    for chunk in clients.chunks(CHUNK) {
        for (client, plan) in tx.incidents().perhaps_heard(&plans, chunk).await? {
            if ends.get(&plan) == Some(&false) {
                leavers.extend(outside.get(&client).copied());
            }
        }
    }
    Ok(Some(leavers))
}

/// Takes out those who heard last that it is over for them: no later step is theirs, though it may cover
/// them again, before they hear of it again.
pub(super) async fn part_with(
    tx: &mut Tx,
    incident: &Incident,
    members: &mut Vec<Member>,
) -> Result<(), StoreError> {
    let tellings = tx.incidents().tellings(&incident.incident).await?;
    let of_leaving = tellings.iter().filter(|it| it.step == IncidentStep::Left);
    let left: Vec<PlanId> = of_leaving.map(|it| it.plan).collect();
    if left.is_empty() {
        return Ok(());
    }
    let plans: Vec<PlanId> = tellings.iter().map(|it| it.plan).collect();
    let clients: Vec<i64> = members.iter().map(|member| member.client).collect();
    let mut parted = HashSet::new();
    for chunk in clients.chunks(CHUNK) {
        let heard = tx.incidents().perhaps_heard(&plans, chunk).await?;
        let over = heard.into_iter().filter(|(_, plan)| left.contains(plan));
        parted.extend(over.map(|(client, _)| client));
    }
    members.retain(|member| !parted.contains(&member.client));
    Ok(())
}

/// What the incident covered before, each area once, the newest first.
async fn earlier_areas(tx: &mut Tx, incident: &Incident) -> Result<Vec<Area>, StoreError> {
    let mut areas: Vec<Area> = Vec::new();
    let history = tx.incidents().history(&incident.incident).await?;
    for area in history
        .into_iter()
        .rev()
        .filter_map(|change| change.data.area)
    {
        if area != incident.area && !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas.truncate(LEFT_AREAS);
    Ok(areas)
}
