//! What was said a moment ago, in memory and bounded: names of SMS that a centre has just taken, and texts
//! of clients that it has not been told we have.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::pdu::DeliverSm;
use crate::domain::limits::SMPP_REMEMBERED;
use crate::domain::{MessageId, Timestamp};
use crate::text::base32;

/// The attempts behind a centre's names, until its acceptance is written down: a report may come before.
#[derive(Default)]
pub(super) struct JustTaken(Mutex<TakenNames>);

#[derive(Default)]
struct TakenNames {
    attempts: HashMap<String, (MessageId, i64)>,
    /// The names, the oldest first.
    order: VecDeque<String>,
}

impl JustTaken {
    /// A centre that counts anew gives a name again: the last SMS has it.
    pub(super) fn note(&self, name: &str, attempt: (MessageId, i64)) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.attempts.insert(name.to_owned(), attempt).is_none() {
            kept.order.push_back(name.to_owned());
        }
        if kept.order.len() > SMPP_REMEMBERED
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.attempts.remove(&oldest);
        }
    }

    /// Message and lease of the attempt.
    pub(super) fn attempt(&self, name: &str) -> Option<(MessageId, i64)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.attempts.get(name).copied()
    }
}

/// Names of clients' texts, which centres give none: the same when one is brought again because it was
/// not answered, another when a client writes the same again.
#[derive(Default)]
pub(super) struct TextNames(Mutex<HashMap<TextKey, String>>);

/// A hash of who wrote what.
pub(super) type TextKey = [u8; 32];

impl TextNames {
    pub(super) fn name(&self, deliver: &DeliverSm, now: Timestamp) -> (TextKey, String) {
        let key = key(deliver);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SMPP_REMEMBERED {
            kept.clear();
        }
        let name = kept.entry(key).or_insert_with(|| {
            let mut hash = Sha256::new();
            hash.update(key);
            hash.update(now.as_micros().to_be_bytes());
            base32::encode(&hash.finalize())
        });
        (key, name.clone())
    }

    /// The centre was told that we have it.
    pub(super) fn answered(&self, key: &TextKey) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(key);
    }
}

fn key(deliver: &DeliverSm) -> TextKey {
    let mut hash = Sha256::new();
    for part in [deliver.source.as_bytes(), deliver.destination.as_bytes()] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.update([deliver.esm_class, deliver.data_coding]);
    hash.update(&deliver.text);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_and_the_last_sms_of_a_name_has_it() {
        let taken = JustTaken::default();
        let attempt = |number| (MessageId::new(number), 1);
        taken.note("a", attempt(1));
        taken.note("a", attempt(2));
        assert_eq!(taken.attempt("a"), Some(attempt(2)));
        for number in 0..SMPP_REMEMBERED {
            taken.note(&number.to_string(), attempt(3));
        }
        assert_eq!(taken.attempt("a"), None);
        assert_eq!(taken.attempt("0"), Some(attempt(3)));
    }

    #[test]
    fn a_text_that_is_brought_again_has_its_name_and_one_that_is_written_again_another() {
        let names = TextNames::default();
        let stop = DeliverSm {
            source: "39333".to_owned(),
            text: b"STOP".to_vec(),
            ..DeliverSm::default()
        };
        let at = Timestamp::from_micros;
        let (key, first) = names.name(&stop, at(1));
        assert_eq!(names.name(&stop, at(2)).1, first);
        names.answered(&key);
        assert_ne!(names.name(&stop, at(3)).1, first);
        let other = DeliverSm {
            source: "39334".to_owned(),
            ..stop
        };
        assert_ne!(names.name(&other, at(3)).0, key);
    }
}
