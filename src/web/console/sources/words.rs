//! How a source does, in the words of the pages: one or two for the badge, a sentence for what is to
//! be done.

use crate::source::SourceState;
use crate::web::console::shell::Badge;

/// The state as people see it.
pub(super) fn badge(state: SourceState) -> Badge {
    let (tone, word) = match state {
        SourceState::New => ("waiting", "new"),
        SourceState::Reading => ("going", "reading"),
        SourceState::Up => ("delivered", "up"),
        SourceState::Silent => ("attention", "silent"),
        SourceState::Doubtful => ("attention", "doubtful"),
        SourceState::Failing => ("failed", "cannot be read"),
        SourceState::Waiting => ("attention", "waits for you"),
    };
    Badge::new(tone, word)
}

/// What follows from a state, where the source itself says nothing of it.
pub(super) const fn sentence(state: SourceState) -> &'static str {
    match state {
        SourceState::New => "Nobody has looked at it yet, or nothing was posted to it.",
        SourceState::Reading => {
            "What stands there already is being read; nobody is told of it, unless the settings say so."
        }
        SourceState::Silent => "It has brought nothing for longer than it may.",
        SourceState::Waiting => {
            "Records that could not be taken wait until somebody has seen to them."
        }
        SourceState::Up | SourceState::Doubtful | SourceState::Failing => "",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
        let words: Vec<String> = ALL.map(|state| badge(state).word).into();
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
            assert_eq!(badge(state).sign, "!");
        }
        assert_eq!(badge(SourceState::Failing).sign, "✕");
        assert_eq!(badge(SourceState::Up).sign, "✓");
        assert!(sentence(SourceState::Up).is_empty());
        assert!(!sentence(SourceState::Waiting).is_empty());
    }
}
