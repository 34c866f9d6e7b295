//! What became of the parts of one SMS, and so of the SMS: pure.
//!
//! The first part goes alone. When it is refused nothing of the SMS is with the centre; once it is taken
//! the others follow, and a refusal among them leaves half an SMS, which is `unknown`.

use super::error::not_sent;
use crate::channel::{Accepted, SendError};

/// The codes for the attempt's row. A status of 0 is a whole answer (SMPP 3.4 §4.4.2): without a name for it the SMS
/// is taken all the same, and were it `unknown` it could be sent again. What is lost is that nothing joins a report
/// to it, and that stands there.
const TAKEN: &str = "ESME_ROK";
const TAKEN_NAMELESS: &str = "ESME_ROK without message_id";

/// How far the parts of an SMS have come.
#[derive(Debug)]
pub(super) struct PartTally {
    total: usize,
    /// Parts of which the last byte has left, or may have.
    written: usize,
    taken: usize,
    refused: usize,
    refusal: Option<SendError>,
    /// The centre's name for the last part: the one that is reported.
    name: Option<String>,
}

impl PartTally {
    pub(super) const fn of(total: usize) -> Self {
        Self {
            total,
            written: 0,
            taken: 0,
            refused: 0,
            refusal: None,
            name: None,
        }
    }

    pub(super) const fn wrote(&mut self) {
        self.written += 1;
    }

    /// A part was taken, under this name of the centre's.
    pub(super) fn take(&mut self, part: usize, name: Option<String>) {
        self.taken += 1;
        if part + 1 == self.total {
            self.name = name;
        }
    }

    pub(super) fn refuse(&mut self, refusal: SendError) {
        self.refused += 1;
        self.refusal.get_or_insert(refusal);
    }

    /// Whether parts may still be written.
    pub(super) const fn goes_on(&self) -> bool {
        self.refusal.is_none()
    }

    /// What became of the SMS. `why`: what became of the parts that were not answered.
    pub(super) fn outcome(self, why: &str) -> Result<Accepted, SendError> {
        if self.taken == self.total {
            let code = match self.name {
                Some(_) => TAKEN,
                None => TAKEN_NAMELESS,
            };
            return Ok(Accepted {
                provider_ref: self.name,
                code: code.to_owned(),
            });
        }
        if self.written == 0 {
            return Err(not_sent("submit", None, why, None));
        }
        let (taken, total) = (self.taken, self.total);
        match self.refusal {
            Some(refusal) if taken == 0 && self.refused == self.written => Err(refusal),
            Some(refusal) => Err(SendError::Unknown {
                stage: "submit",
                detail: format!("{taken} of {total} parts were taken; then: {refusal}"),
            }),
            None if total == 1 => Err(SendError::Unknown {
                stage: "submit",
                detail: why.to_owned(),
            }),
            None => Err(SendError::Unknown {
                stage: "submit",
                detail: format!("{taken} of {total} parts were taken; {why}"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::refused;
    use super::*;

    fn tally(total: usize, written: usize) -> PartTally {
        let mut tally = PartTally::of(total);
        (0..written).for_each(|_| tally.wrote());
        tally
    }

    #[test]
    fn all_parts_or_nothing_is_taken() {
        let mut all = tally(2, 2);
        all.take(1, Some("b".to_owned()));
        all.take(0, Some("a".to_owned()));
        let accepted = all.outcome("").unwrap();
        assert_eq!(accepted.provider_ref.as_deref(), Some("b"));
        assert_eq!(accepted.code, "ESME_ROK");
    }

    #[test]
    fn what_was_taken_without_a_name_was_taken() {
        let mut nameless = tally(1, 1);
        nameless.take(0, None);
        let accepted = nameless.outcome("").unwrap();
        assert_eq!(accepted.provider_ref, None);
        assert_eq!(accepted.code, "ESME_ROK without message_id");
    }

    #[test]
    fn what_was_never_written_was_not_sent() {
        let never = tally(2, 0).outcome("cut").unwrap_err();
        assert!(matches!(never, SendError::NotSent { .. }), "{never:?}");
        let lost = tally(1, 1).outcome("cut").unwrap_err();
        assert!(matches!(lost, SendError::Unknown { .. }), "{lost:?}");
    }

    #[test]
    fn a_refusal_is_one_only_while_nothing_was_taken_or_is_open() {
        let mut refusal = tally(3, 1);
        refusal.refuse(refused("submit", 0x0b));
        assert!(!refusal.goes_on());
        let said = refusal.outcome("").unwrap_err();
        assert!(
            matches!(
                said,
                SendError::Rejected {
                    bad_address: true,
                    ..
                }
            ),
            "{said:?}"
        );
        let mut half = tally(3, 2);
        half.take(0, None);
        half.refuse(refused("submit", 0x58));
        let said = half.outcome("").unwrap_err().to_string();
        assert!(said.contains("1 of 3 parts were taken"), "{said}");
        let mut cut = tally(3, 2);
        cut.take(0, None);
        let said = cut.outcome("the connection broke").unwrap_err();
        assert!(matches!(said, SendError::Unknown { .. }), "{said:?}");
    }
}
