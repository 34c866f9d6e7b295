//! What was missed becomes events all the same, marked as late: the event that the reader would have
//! made of the record, under the same id, so that it is one and the same however often it is found.

use super::theirs::PresentSuspect;
use crate::domain::{Ids, Timestamp};
use crate::source::known::accept;
use crate::source::mapping::Mapping;
use crate::source::taking::mapped_by;
use crate::store::{StoreError, Tx};

/// What making events came to.
#[derive(Default)]
pub(super) struct LateEvents {
    /// How many were made that were not known before.
    pub(super) new: usize,
    /// What could not be made, and what is strange about those that were.
    pub(super) doubts: Vec<String>,
}

/// Makes and keeps the events of those whose records are at hand.
pub(super) async fn made(
    tx: &mut Tx,
    mapping: &Mapping,
    suspects: impl Iterator<Item = &PresentSuspect> + Send,
    now: Timestamp,
    ids: &dyn Ids,
) -> Result<LateEvents, StoreError> {
    let mut made = LateEvents::default();
    let (mut arrivals, mut refused, mut why) = (Vec::new(), 0_usize, None);
    for suspect in suspects {
        let Some(record) = &suspect.record else {
            continue;
        };
        let event = mapped_by(mapping, record)
            .and_then(|mapped| mapping.event(&mapped, suspect.here.is_some(), false, now));
        match event {
            Ok(mut event) => {
                event.late = true;
                arrivals.push(event);
            }
            Err(fault) => {
                refused += 1;
                why.get_or_insert_with(|| fault.to_string());
            }
        }
    }
    made.doubts.extend(
        why.map(|why| format!("{refused} of these could not become late events; the first: {why}")),
    );
    if !arrivals.is_empty() {
        let accepted = accept(tx, arrivals, now, ids).await?;
        made.new = accepted.new;
        made.doubts.extend(accepted.doubt);
    }
    Ok(made)
}
