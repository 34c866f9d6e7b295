//! The audience of a plan, frozen: client ids in ascending order, each once, with the place that
//! brought them in. Reads the store; decides nothing about messages.

use std::collections::HashSet;

use serde_json::json;

use crate::domain::area::Area;
use crate::domain::event::{Event, EventData, Incident};
use crate::domain::rule::Audience;
use crate::store::planning::candidates::Member;
use crate::store::{StoreError, Tx};

/// Whom this event's rule tells. `incident`: where the event's incident stands.
pub(super) async fn freeze(
    tx: &mut Tx,
    audience: Audience,
    event: &Event,
    incident: Option<&Incident>,
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
        Audience::Listed => {
            let listed = event
                .raw
                .get("clients")
                .cloned()
                .unwrap_or_else(|| json!([]));
            tx.candidates().by_references(&listed.to_string()).await?
        }
        Audience::IncidentArea => match incident {
            Some(incident) => return freeze_area(tx, &incident.area).await,
            None => Vec::new(),
        },
    };
    members.sort_unstable();
    members.dedup_by_key(|member| member.client);
    Ok(members)
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
