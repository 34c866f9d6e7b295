//! A list of steps, one below the other.

use super::format::When;

pub(crate) struct TimelineStep {
    pub(crate) at: When,
    /// Time since the step before, where it matters.
    pub(crate) later: String,
    pub(crate) tone: &'static str,
    pub(crate) word: String,
    pub(crate) detail: String,
    /// Why it does not count any more; it stays to be seen.
    pub(crate) wrong: Option<String>,
    /// The event whose messages it made, as part of an address.
    pub(crate) messages: Option<String>,
}

impl TimelineStep {
    pub(crate) fn new(at: When, tone: &'static str, word: String, detail: String) -> Self {
        Self {
            at,
            later: String::new(),
            tone,
            word,
            detail,
            wrong: None,
            messages: None,
        }
    }
}
