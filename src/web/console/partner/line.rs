//! One case and one message, as the pages of a partner show them.

use crate::domain::MessageState;
use crate::domain::case_kind::CaseKinds;
use crate::store::reports::partner::PartnerCase;
use crate::web::console::shell::{Badge, ConsoleWords, When, in_path};
use crate::web::console::state::Moment;

/// One case in the list and on its page.
pub(super) struct PartnerCaseLine {
    pub(super) path: String,
    pub(super) kind: String,
    pub(super) state: String,
    /// The body it is with; empty when nobody is named.
    pub(super) with: String,
    pub(super) since: When,
    pub(super) stalled: Option<When>,
    pub(super) told: Option<PartnerLastTold>,
    pub(super) case: PartnerCase,
}

/// The last that the client was told of it.
pub(super) struct PartnerLastTold {
    pub(super) at: When,
    pub(super) badge: Badge,
    /// Whether it was read, as far as anybody can say.
    pub(super) reading: Badge,
}

impl PartnerCaseLine {
    pub(super) fn new(case: PartnerCase, kinds: &CaseKinds, now: Moment) -> Self {
        let language = now.words.language().tag();
        let data = &case.data;
        let usual = kinds.state(&data.kind, &data.state);
        let usual = usual.and_then(|state| state.owner.as_deref());
        Self {
            path: in_path(&data.case),
            kind: kinds.kind_label(&data.kind, language),
            state: kinds.state_label(&data.kind, &data.state, language),
            with: kinds
                .body(data.owner.as_deref().or(usual).unwrap_or(""))
                .to_owned(),
            since: When::new(case.since, now),
            stalled: case.stalled_at.map(|at| When::new(at, now)),
            told: last_told(&case, now),
            case,
        }
    }
}

fn last_told(case: &PartnerCase, now: Moment) -> Option<PartnerLastTold> {
    let (at, state) = (case.told_at?, case.told_state?);
    Some(PartnerLastTold {
        at: When::new(at, now),
        badge: Badge::of_message(state, false, now.words),
        reading: reading(case.read, case.readable, state, now.words),
    })
}

/// Whether a message was read: yes; no, as far as it would be known; or it cannot be known. What did
/// not reach its reader says that.
pub(super) fn reading(
    read: bool,
    readable: bool,
    state: MessageState,
    words: ConsoleWords,
) -> Badge {
    use MessageState::{Accepted, Delivered, Unconfirmed};
    let arrived = matches!(state, Accepted | Delivered | Unconfirmed);
    let (tone, key) = match (read, readable, arrived) {
        (true, ..) => ("read", "partner-read-yes"),
        (false, true, _) => ("attention", "partner-read-no"),
        (false, false, true) => ("waiting", "partner-read-unknowable"),
        (false, false, false) => ("waiting", "partner-read-not-there"),
    };
    Badge::new(tone, &words.say(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_of_reading_that_nobody_knows() {
        let said = |read, readable, state| {
            let badge = reading(read, readable, state, ConsoleWords::ENGLISH);
            badge.word
        };
        assert_eq!(said(true, true, MessageState::Delivered), "yes");
        assert_eq!(said(false, true, MessageState::Delivered), "no");
        assert_eq!(
            said(false, false, MessageState::Accepted),
            "cannot be known"
        );
        assert_eq!(
            said(false, false, MessageState::Queued),
            "has not reached them"
        );
    }
}
