//! Alarms: what must never be, and is. Found by `upkeep`; the Now page shows them at its top, and
//! nothing when there are none.

use crate::store::cluster::upkeep::Breach;

use super::format::{Moment, When, grouped};

/// One of them, as the page shows it.
pub(super) struct Alarm {
    pub(super) sentence: String,
    pub(super) found: When,
    /// The page of a message to look at.
    pub(super) example: Option<i64>,
}

impl Alarm {
    pub(super) fn all(breaches: &[Breach], now: Moment) -> Vec<Self> {
        breaches
            .iter()
            .map(|breach| Self {
                sentence: sentence(breach),
                found: When::new(breach.found_at, now),
                example: breach.example,
            })
            .collect()
    }
}

/// What is wrong, in plain words.
pub(super) fn sentence(breach: &Breach) -> String {
    format!(
        "{} {}",
        grouped(breach.broken),
        breach.invariant.complaint()
    )
}
