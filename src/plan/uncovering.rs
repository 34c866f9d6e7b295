//! What is told to those from whom an incident was kept while a wider one went on, once they do not
//! know of that any more: where the incident stands, by the rules and in the words of its own last
//! event of that kind. When that is so is seen by `source::clock`; who they are is known to the
//! store.

use crate::domain::event::{Event, Incident, IncidentState, IncidentStep};
use crate::store::{StoreError, Tx};

/// The event whose rules tell it: the opening of an incident that goes on, else the event that ended
/// it. A rule's condition may look at anything in it.
pub(super) async fn told_as(
    tx: &mut Tx,
    uncovering: &Event,
    incident: &Incident,
) -> Result<Event, StoreError> {
    let step = match incident.state {
        IncidentState::GoingOn => IncidentStep::Opened,
        IncidentState::Resolved => IncidentStep::Resolved,
        IncidentState::Cancelled => IncidentStep::Cancelled,
    };
    let history = tx.incidents().history(&incident.incident).await?;
    // Works that ended before they began were called off, whatever word ended them.
    let is_end = |it: IncidentStep| it == IncidentStep::Resolved && step == IncidentStep::Cancelled;
    let mut said = history
        .iter()
        .rev()
        .filter(|change| change.step == step || is_end(change.step));
    let kind = step.as_str().to_owned();
    if let Some(last) = said.next()
        && let Some(stored) = tx.events().lookup_id(last.event).await?
    {
        return Ok(Event {
            kind,
            ..stored.event
        });
    }
    // It began with another word: only its facts are known.
    Ok(Event {
        kind,
        ..uncovering.clone()
    })
}
