//! What the clock makes of incidents that are kept from clients who know of a wider one: as soon as
//! they do not any more, because that is over, moved, or its message failed, they are to be told of
//! the narrower one. Who they are is asked of the store; they are told by `plan`.
//!
//! It looks when an event about an incident came, and besides every few minutes: that a message
//! failed is no event.

use chrono::TimeDelta;
use serde_json::json;

use super::made;
use crate::domain::event::{Arrival, IncidentStep};
use crate::domain::{IncidentId, MessageId, Timestamp};
use crate::source::mapping::digest;
use crate::store::planning::incidents::UncoveredClients;
use crate::store::{StoreError, Tx};

/// How often it looks while nothing comes.
const EVERY: TimeDelta = TimeDelta::minutes(5);

/// Events about incidents that some are to be told of now, of at most `limit` incidents.
pub(super) async fn due(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Arrival>, StoreError> {
    let mut events = Vec::new();
    for (id, reference) in tx.incidents().kept_until(now, limit).await? {
        let uncovered = look(tx, id, &reference, now).await?;
        events.extend(event(id, &reference, &uncovered.messages, now));
        let again = (!uncovered.settled).then(|| now + EVERY);
        tx.incidents().keep_until(id, again).await?;
    }
    Ok(events)
}

/// An area that cannot be read lies within none: it keeps nothing from anybody, and stops no clock.
async fn look(
    tx: &mut Tx,
    id: IncidentId,
    reference: &str,
    now: Timestamp,
) -> Result<UncoveredClients, StoreError> {
    let Some(record) = tx.incidents().outlined(reference).await? else {
        return Err(StoreError::missing("incident", reference));
    };
    let mut incident = record.incident;
    incident.area = tx.incidents().area(id).await?.unwrap_or_default();
    tx.incidents().uncovered(&incident, now).await
}

/// Its id is made of the messages that were kept: made again after a crash, it is the same event.
fn event(id: IncidentId, reference: &str, kept: &[MessageId], now: Timestamp) -> Option<Arrival> {
    if kept.is_empty() {
        return None;
    }
    let step = IncidentStep::Uncovered;
    let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let name = format!("{id}:{step}:{}", digest(&kept.join(" ")));
    made(
        step.as_str(),
        &name,
        reference,
        &json!({ "incident": reference }),
        now,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_event_for_those_it_is_for_however_often_it_is_made() {
        let at = |after: i64| Timestamp::from_micros(1_795_000_000_000_000 + after);
        let id = IncidentId::new(7);
        let made = |kept: &[i64], now| {
            let kept: Vec<_> = kept.iter().copied().map(MessageId::new).collect();
            event(id, "G-77", &kept, at(now))
        };
        let first = made(&[1, 2], 5).unwrap();
        let named = (&*first.source, &*first.kind, first.subject.as_deref());
        assert_eq!(named, ("/v1/clock", "incident.uncovered", Some("G-77")));
        let again = made(&[1, 2], 6).unwrap();
        assert_eq!((&again.id, &again.data), (&first.id, &first.data));
        assert_ne!(made(&[1, 3], 6).unwrap().id, first.id);
        assert!(made(&[], 6).is_none());
    }
}
