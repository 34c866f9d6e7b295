//! How a source does, in the words of the pages: one or two for the badge, a sentence for what is to
//! be done.

use std::borrow::Cow;

use crate::source::SourceState;
use crate::web::console::shell::{Badge, ConsoleWords};

/// The state as people see it.
pub(super) fn badge(state: SourceState, words: ConsoleWords) -> Badge {
    let (tone, key) = match state {
        SourceState::New => ("waiting", "sources-state-new"),
        SourceState::Reading => ("going", "sources-state-reading"),
        SourceState::Up => ("delivered", "sources-state-up"),
        SourceState::Silent => ("attention", "sources-state-silent"),
        SourceState::Doubtful => ("attention", "sources-state-doubtful"),
        SourceState::Failing => ("failed", "sources-state-failing"),
        SourceState::Waiting => ("attention", "sources-state-waiting"),
    };
    Badge::new(tone, &words.say(key))
}

/// What follows from a state, where the source itself says nothing of it.
pub(super) fn sentence(state: SourceState, words: ConsoleWords) -> Cow<'static, str> {
    match state {
        SourceState::New => words.say("sources-sentence-new"),
        SourceState::Reading => words.say("sources-sentence-reading"),
        SourceState::Silent => words.say("sources-sentence-silent"),
        SourceState::Waiting => words.say("sources-sentence-waiting"),
        SourceState::Up | SourceState::Doubtful | SourceState::Failing => Cow::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ENGLISH: ConsoleWords = ConsoleWords::ENGLISH;

    const ALL: [SourceState; 7] = [
        SourceState::New,
        SourceState::Reading,
        SourceState::Up,
        SourceState::Silent,
        SourceState::Doubtful,
        SourceState::Failing,
        SourceState::Waiting,
    ];

    #[test]
    fn every_state_has_a_word_of_its_own() {
        let words: Vec<String> = ALL.map(|state| badge(state, ENGLISH).word).into();
        let said = [
            "new",
            "reading",
            "up",
            "silent",
            "doubtful",
            "cannot be read",
            "waits for you",
        ];
        assert_eq!(words, said);
        let different: BTreeSet<&String> = words.iter().collect();
        assert_eq!(different.len(), ALL.len());
    }

    #[test]
    fn what_somebody_has_to_look_after_is_said_without_colour_too() {
        for state in [
            SourceState::Silent,
            SourceState::Doubtful,
            SourceState::Waiting,
        ] {
            assert_eq!(badge(state, ENGLISH).sign, "!");
        }
        assert_eq!(badge(SourceState::Failing, ENGLISH).sign, "✕");
        assert_eq!(badge(SourceState::Up, ENGLISH).sign, "✓");
        assert!(sentence(SourceState::Up, ENGLISH).is_empty());
        assert!(!sentence(SourceState::Waiting, ENGLISH).is_empty());
    }
}
