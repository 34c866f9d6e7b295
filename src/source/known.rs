//! What was heard of before: a case or an incident, and an event under its id. One answer for whoever
//! takes records, takes them again, or only tries.

use std::collections::HashSet;
use std::sync::Arc;

use super::mapping::{Mapping, digest};
use crate::domain::event::{Arrival, CaseStep, Event, IncidentStep};
use crate::domain::{EventId, Ids, Timestamp};
use crate::store::planning::events::Accept;
use crate::store::{StoreError, Tx};

/// Of these cases or incidents, those that were heard of before.
pub(super) async fn known(
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

/// What keeping events came to.
#[derive(Default)]
pub(super) struct AcceptedRecords {
    pub(super) new: usize,
    pub(super) known: usize,
    /// What an operator should know about the versions of these records.
    pub(super) doubt: Option<String>,
}

/// Keeps events. What was taken before bears the same id and is known, whatever it said about the
/// step; what says something else under that id is kept as well.
pub(super) async fn accept(
    tx: &mut Tx,
    arrivals: Vec<Arrival>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<AcceptedRecords, StoreError> {
    accept_shown(tx, arrivals, &HashSet::new(), now, ids).await
}

/// The same. `shown`: the ids of what a source shows that says how things stand, and not what happened: what
/// it said before is news again where it said something else since.
pub(super) async fn accept_shown(
    tx: &mut Tx,
    arrivals: Vec<Arrival>,
    shown: &HashSet<Arc<str>>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<AcceptedRecords, StoreError> {
    let answers = tx.events().accept(arrivals.clone(), now, ids).await?;
    let mut accepted = AcceptedRecords::default();
    for (answer, arrival) in answers.into_iter().zip(arrivals) {
        let is_new = match answer {
            Accept::New(_) => true,
            _ if shown.contains(&arrival.id) => match said_again(tx, arrival).await? {
                None => false,
                Some(again) => {
                    let answers = tx.events().accept([again], now, ids).await?;
                    matches!(answers.as_slice(), [Accept::New(_)])
                }
            },
            Accept::Duplicate(_) => false,
            Accept::Conflict(id) => match other_state(tx, id, arrival).await? {
                None => false,
                Some(other) => {
                    accepted.doubt = Some(two_states(&other));
                    let answers = tx.events().accept([other], now, ids).await?;
                    matches!(answers.as_slice(), [Accept::New(_)])
                }
            },
        };
        match is_new {
            true => accepted.new += 1,
            false => accepted.known += 1,
        }
    }
    Ok(accepted)
}

/// What was said before is known while nothing else was said of the same thing since; else it is news, under
/// an id of its own.
async fn said_again(tx: &mut Tx, mut arrival: Arrival) -> Result<Option<Arrival>, StoreError> {
    let subject = arrival.subject.as_deref().unwrap_or_default();
    let latest = tx.events().latest_about(&arrival.source, subject).await?;
    let Some(latest) = latest.filter(|latest| !says_the_same(&latest.event, &arrival)) else {
        return Ok(None);
    };
    arrival.id = digest(&format!("{}:{}", arrival.id, latest.id)).into();
    Ok(Some(arrival))
}

fn says_the_same(known: &Event, arrival: &Arrival) -> bool {
    let says: serde_json::Value = serde_json::from_str(&arrival.data).unwrap_or_default();
    known.raw == says && is_same_step(&known.kind, &arrival.kind)
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
    if says_the_same(&known.event, &arrival) {
        return Ok(None);
    }
    let says = format!("{}:{}:{}", arrival.id, arrival.kind, arrival.data);
    arrival.id = digest(&says).into();
    Ok(Some(arrival))
}

/// Whether two types may be one and the same state of a record: what is known by now decides between
/// an opening and a change, and nothing else.
fn is_same_step(one: &str, other: &str) -> bool {
    let either =
        |opening: &str, change: &str| [one, other].iter().all(|it| [opening, change].contains(it));
    one == other
        || either(CaseStep::Opened.as_str(), CaseStep::StateChanged.as_str())
        || either(
            IncidentStep::Opened.as_str(),
            IncidentStep::Updated.as_str(),
        )
}

fn two_states(arrival: &Arrival) -> String {
    let subject = arrival.subject.as_deref().unwrap_or_default();
    format!(
        "`{subject}` was taken before with the same version and other words; it was taken again: \
         `version` does not tell two states apart, or the mapping was changed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_never_the_same_step_as_a_beginning() {
        assert!(is_same_step("case.opened", "case.state_changed"));
        assert!(is_same_step("incident.updated", "incident.opened"));
        assert!(is_same_step("incident.cancelled", "incident.cancelled"));
        for (one, other) in [
            ("incident.opened", "incident.resolved"),
            ("incident.resolved", "incident.cancelled"),
            ("case.opened", "case.closed"),
            ("case.opened", "incident.opened"),
        ] {
            assert!(!is_same_step(one, other), "{one} {other}");
        }
    }
}
