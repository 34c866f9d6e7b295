//! The audience of a plan, frozen: client ids in ascending order, each once, with the place that
//! brought them in. Reads the store; decides nothing about messages.
//!
//! An incident that opens or changes is told to its area as it is now: to those who were told
//! before, those who came into it, and nobody who left it. That it is over, or late, is told to those
//! of the area alone who were told of it before; whoever left it hears so once (`leaving`). Whoever knows of
//! a wider incident is in the audience,
//! and gets no message while that goes on.

use std::collections::HashSet;

use serde_json::json;

use super::{leaving, rectifying};
use crate::domain::area::Area;
use crate::domain::event::{
    Event, EventData, Incident, IncidentStep, MESSAGE_RECTIFIED, incident_subject,
};
use crate::domain::rule::Audience;
use crate::domain::{Class, EventId, Timestamp};
use crate::store::planning::candidates::Member;
use crate::store::planning::incidents::WiderIncident;
use crate::store::{StoreError, Tx};

/// Whom this event's rule tells. `incident`: where the event's incident stands.
pub(super) async fn freeze(
    tx: &mut Tx,
    audience: Audience,
    (id, event): (EventId, &Event),
    incident: Option<&Incident>,
    now: Timestamp,
) -> Result<Vec<Member>, StoreError> {
    let mut members = match audience {
        Audience::CaseClient => {
            let references = json!([client_of(event)]).to_string();
            tx.candidates().by_references(&references).await?
        }
        Audience::CaseWatchers => {
            let references = json!([client_of(event)]).to_string();
            tx.candidates().partners_of(&references).await?
        }
        Audience::Listed if event.kind == MESSAGE_RECTIFIED => {
            rectifying::members(tx, event).await?
        }
        Audience::Listed => {
            let listed = event
                .raw
                .get("clients")
                .cloned()
                .unwrap_or_else(|| json!([]));
            tx.candidates().by_references(&listed.to_string()).await?
        }
        Audience::IncidentArea => match incident {
            Some(incident) => {
                let all = freeze_concerned(tx, (id, event), incident, i64::MAX - 1, now).await?;
                return Ok(all.unwrap_or_default());
            }
            None => Vec::new(),
        },
    };
    members.sort_unstable();
    members.dedup_by_key(|member| member.client);
    Ok(members)
}

/// Whom an event about an incident concerns; none when its area has more than `places` places to
/// look at.
pub(super) async fn freeze_concerned(
    tx: &mut Tx,
    (id, event): (EventId, &Event),
    incident: &Incident,
    places: i64,
    now: Timestamp,
) -> Result<Option<Vec<Member>>, StoreError> {
    let members = match incident.is_of_those_who_say_so() {
        true => Some(tx.incidents().still_out(&incident.incident).await?),
        false => freeze_small(tx, &incident.area, places).await?,
    };
    let (Some(mut members), EventData::Incident(step, _)) = (members, &event.data) else {
        return Ok(None);
    };
    if *step == IncidentStep::Left {
        return leaving::leavers(tx, incident, &members, places).await;
    }
    if *step == IncidentStep::Uncovered {
        let uncovered = tx.incidents().uncovered(incident, now).await?.clients;
        members.retain(|member| uncovered.binary_search(&member.client).is_ok());
        return Ok(Some(members));
    }
    let Some(wanted) = told_before(*step) else {
        return Ok(Some(members));
    };
    let subject = incident_subject(&incident.incident);
    let told = tx.candidates().told_of(&subject, id).await?;
    members.retain(|member| told.binary_search(&member.client).is_ok() == wanted);
    if wanted {
        leaving::part_with(tx, incident, &mut members).await?;
    }
    Ok(Some(members))
}

/// The wider incidents that keep a rule's news from whoever knows of them.
pub(super) async fn wider(
    tx: &mut Tx,
    audience: Audience,
    incident: Option<&Incident>,
    now: Timestamp,
) -> Result<Vec<WiderIncident>, StoreError> {
    match (audience, incident) {
        (Audience::IncidentArea, Some(incident)) => tx.incidents().wider_than(incident, now).await,
        _ => Ok(Vec::new()),
    }
}

/// Of these members, those who know of one of the wider incidents, in order of their rows.
pub(super) async fn covered(
    tx: &mut Tx,
    wider: &[WiderIncident],
    members: &[Member],
    class: Class,
) -> Result<Vec<i64>, StoreError> {
    if wider.is_empty() {
        return Ok(Vec::new());
    }
    let clients: Vec<i64> = members.iter().map(|member| member.client).collect();
    tx.incidents().knowing(wider, &clients, class).await
}

/// Whether it is told to nobody but those who were told of its incident before.
pub(super) const fn is_for_those_told(event: &Event) -> bool {
    match &event.data {
        EventData::Incident(step, _) => matches!(told_before(*step), Some(true)),
        _ => false,
    }
}

/// Whether a step is for those who were told of the incident before, or for the others; `None`: for
/// all.
const fn told_before(step: IncidentStep) -> Option<bool> {
    match step {
        IncidentStep::Opened
        | IncidentStep::Updated
        | IncidentStep::Reminder
        | IncidentStep::Uncovered
        | IncidentStep::Left => None,
        IncidentStep::Resolved
        | IncidentStep::Cancelled
        | IncidentStep::Overdue
        | IncidentStep::Confirm
        | IncidentStep::Compensation => Some(true),
        // One after the other joins it.
        IncidentStep::Reopened => Some(false),
    }
}

/// The clients with a place in an area.
pub(super) async fn freeze_area(tx: &mut Tx, area: &Area) -> Result<Vec<Member>, StoreError> {
    let members = freeze_small(tx, area, i64::MAX - 1).await?;
    Ok(members.unwrap_or_default())
}

/// The same, of an area with at most `places` places to look at; none when it has more.
pub(super) async fn freeze_small(
    tx: &mut Tx,
    area: &Area,
    places: i64,
) -> Result<Option<Vec<Member>>, StoreError> {
    let (mut members, looked_at) = in_area(tx, area, places + 1).await?;
    if looked_at > places {
        return Ok(None);
    }
    members.sort_unstable();
    members.dedup_by_key(|member| member.client);
    Ok(Some(members))
}

fn client_of(event: &Event) -> &str {
    match &event.data {
        EventData::Case(_, case) => &case.client,
        EventData::Direct(request) => &request.client,
        _ => "",
    }
}

/// The clients of an area, and how many places were looked at; of each kind of part at most `limit`.
async fn in_area(tx: &mut Tx, area: &Area, limit: i64) -> Result<(Vec<Member>, i64), StoreError> {
    let mut members = tx
        .candidates()
        .by_codes(
            &json!(area.municipalities).to_string(),
            &json!(area.postal_codes).to_string(),
            &json!(area.places).to_string(),
            &json!(area.tags).to_string(),
            limit,
        )
        .await?;
    let (located, spots) = located(tx, area, limit).await?;
    let looked_at = members.len() + spots;
    members.extend(located);
    Ok((members, i64::try_from(looked_at).unwrap_or(i64::MAX)))
}

/// The clients with a place inside the polygon or circle of an area, among at most `limit` places
/// near it; and how many of those there are.
async fn located(tx: &mut Tx, area: &Area, limit: i64) -> Result<(Vec<Member>, usize), StoreError> {
    let Some(bounds) = area.bounding_box() else {
        return Ok((Vec::new(), 0));
    };
    let (height, width) = ((bounds.south, bounds.north), (bounds.west, bounds.east));
    let spots = tx.candidates().in_bounds(height, width, limit).await?;
    let covered = spots
        .iter()
        .filter(|spot| area.covers_position((spot.lat, spot.lon)));
    Ok((covered.map(|spot| spot.member).collect(), spots.len()))
}

/// What an area is warned of whose shapes cover nobody, but would with latitude and longitude
/// exchanged. A mistake that is easily made, and that nobody would notice: the area is valid, and
/// far away.
pub async fn exchanged(tx: &mut Tx, area: &Area) -> Result<Option<String>, StoreError> {
    let Some(exchanged) = area.exchanged() else {
        return Ok(None);
    };
    if !located(tx, area, i64::MAX).await?.0.is_empty() {
        return Ok(None);
    }
    let (members, _) = located(tx, &exchanged, i64::MAX).await?;
    let clients: HashSet<i64> = members.iter().map(|member| member.client).collect();
    Ok((!clients.is_empty()).then(|| {
        format!(
            "the area's shapes cover no client, and would cover {} with latitude and longitude \
             exchanged; `polygon` and `circle` have latitude first, GeoJSON has longitude first",
            clients.len()
        )
    }))
}
