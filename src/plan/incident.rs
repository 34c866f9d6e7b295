//! An event about an incident, taken in: where that stands with it, whether it tells anybody, and by the
//! rules of which event. Whom it tells is known to `audience`, what is new to each of them to `news`.

use serde_json::{Map, Value};

use super::event::EventSubject;
use super::hushed::{TOO_SMALL, hushed};
use super::{Planner, news, uncovering, variables};
use crate::domain::event::{Event, EventData, IncidentData, IncidentState, IncidentStep};
use crate::store::planning::events::StoredEvent;
use crate::store::{StoreError, Tx};

impl Planner {
    pub(super) async fn take_in_incident(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
        (step, data): (IncidentStep, &IncidentData),
        mut variables: Map<String, Value>,
    ) -> Result<EventSubject, StoreError> {
        let (at, least) = (stored.event.occurred_at, self.settings.material);
        let ids = self.ids.as_ref();
        let applied = tx.incidents().apply(stored.id, step, data, at, ids).await?;
        let mut silence = hushed(step, data, &applied, least);
        if silence == Some(TOO_SMALL)
            && news::is_news_to_some(tx, stored.id, &applied.incident.incident, least).await?
        {
            silence = None;
        }
        let incident = &applied.incident.incident;
        match step {
            IncidentStep::Left => variables::add_incident(&mut variables, &incident.as_left(at)),
            _ => variables::add_incident(&mut variables, incident),
        }
        Ok(EventSubject {
            key: step.plan_subject(&data.incident),
            is_new: applied.is_new,
            newest: applied.newest,
            was_told: applied.told.is_some(),
            told_area: applied.told_area,
            incident: Some(applied.incident),
            hushed: silence,
            variables,
        })
    }
}

/// The event whose rules tell this one, where that is another: what some hear later is told as it was to
/// the others, that it is over for some as if it were for all, and works that end before they begin as
/// called off.
pub(super) async fn told_as(
    tx: &mut Tx,
    event: &Event,
    subject: &EventSubject,
) -> Result<Option<Event>, StoreError> {
    let (EventData::Incident(step, _), Some(incident)) = (&event.data, subject.incident()) else {
        return Ok(None);
    };
    let state = match step {
        IncidentStep::Uncovered => {
            return uncovering::told_as(tx, event, incident).await.map(Some);
        }
        IncidentStep::Left => incident.as_left(event.occurred_at).state,
        IncidentStep::Resolved if subject.newest => incident.state,
        _ => return Ok(None),
    };
    let step = match state {
        IncidentState::Cancelled => IncidentStep::Cancelled,
        _ => IncidentStep::Resolved,
    };
    Ok(Some(Event {
        kind: step.as_str().to_owned(),
        ..event.clone()
    }))
}
