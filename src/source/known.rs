//! What was heard of before: a case or an incident, and an event under its id. One answer for whoever
//! takes records, takes them again, or only tries.

use std::collections::HashSet;

use super::mapping::{Mapping, digest};
use crate::domain::event::Arrival;
use crate::domain::{EventId, Ids, Timestamp};
use crate::store::planning::events::Accept;
use crate::store::{StoreError, Tx};

/// Of these cases or incidents, those that were heard of before.
pub async fn known(
    tx: &mut Tx,
    mapping: &Mapping,
    subjects: &[String],
) -> Result<HashSet<String>, StoreError> {
    if subjects.is_empty() || mapping.is_whole() {
        return Ok(HashSet::new());
    }
    let source = mapping.source();
    let mut known = tx.events().waiting_about(source, subjects).await?;
    known.extend(match mapping.is_of_cases() {
        true => tx.cases().known(subjects).await?,
        false => tx.incidents().known(subjects).await?,
    });
    Ok(known)
}

/// Keeps events. What was taken before bears the same id and is known, whatever it said about the
/// step; what says something else under that id is kept as well. With it a sentence about that.
pub(super) async fn accept(
    tx: &mut Tx,
    arrivals: Vec<Arrival>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<Option<String>, StoreError> {
    let answers = tx.events().accept(arrivals.clone(), now, ids).await?;
    let mut doubt = None;
    for (answer, arrival) in answers.into_iter().zip(arrivals) {
        if let Accept::Conflict(id) = answer
            && let Some(other) = other_state(tx, id, arrival).await?
        {
            doubt = Some(two_states(&other));
            tx.events().accept([other], now, ids).await?;
        }
    }
    Ok(doubt)
}

/// What was taken before bears the same id. That it was an opening then and is a change now is
/// nothing new; that it says something else is: the record has another state under the same version,
/// which is not lost, but gets an id of its own.
async fn other_state(
    tx: &mut Tx,
    known: EventId,
    mut arrival: Arrival,
) -> Result<Option<Arrival>, StoreError> {
    let known = tx.events().get(known).await?;
    let says: serde_json::Value = serde_json::from_str(&arrival.data).unwrap_or_default();
    if known.event.raw == says {
        return Ok(None);
    }
    arrival.id = digest(&format!("{}:{}", arrival.id, arrival.data)).into();
    Ok(Some(arrival))
}

fn two_states(arrival: &Arrival) -> String {
    let subject = arrival.subject.as_deref().unwrap_or_default();
    format!(
        "`{subject}` was taken before with the same version and other words; it was taken again: \
         `version` does not tell two states apart, or the mapping was changed"
    )
}
