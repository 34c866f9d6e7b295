//! The words by which reports and automatic answers are known, in seven languages: `phrases.toml`.
//! Folded as the texts are in which they are looked for.

use std::sync::LazyLock;

use serde::Deserialize;

use super::said::holds;

static PHRASES: LazyLock<Phrases> =
    LazyLock::new(|| toml::from_str(include_str!("phrases.toml")).unwrap_or_default());

/// Lists; what each is for stands in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    pub(super) daemon_names: Vec<String>,
    pub(super) bounce_subjects: Vec<String>,
    pub(super) bounce_texts: Vec<String>,
    pub(super) delay_subjects: Vec<String>,
    pub(super) delay_texts: Vec<String>,
    pub(super) delivered_subjects: Vec<String>,
    pub(super) delivered_texts: Vec<String>,
    pub(super) displayed_subjects: Vec<String>,
    pub(super) displayed_texts: Vec<String>,
    pub(super) unread_texts: Vec<String>,
    pub(super) complaint_subjects: Vec<String>,
    pub(super) complaint_senders: Vec<String>,
    pub(super) challenge_texts: Vec<String>,
    pub(super) auto_subjects: Vec<String>,
    pub(super) maybe_auto_subjects: Vec<String>,
    pub(super) auto_texts: Vec<String>,
    pub(super) reply_marks: Vec<String>,
    pub(super) forward_marks: Vec<String>,
    pub(super) quote_starts: Vec<String>,
    pub(super) copy_starts: Vec<String>,
}

pub(super) fn phrases() -> &'static Phrases {
    &PHRASES
}

/// The first phrase of a list that a folded text has.
pub(super) fn any<'a>(text: &str, list: &'a [String]) -> Option<&'a str> {
    list.iter()
        .find(|phrase| holds(text, phrase))
        .map(String::as_str)
}

/// Whether a folded text begins with one of a list.
pub(super) fn begins(text: &str, list: &[String]) -> bool {
    list.iter().any(|phrase| text.starts_with(phrase.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::folded::fold;

    #[test]
    fn the_lists_are_read_and_folded() {
        let text = include_str!("phrases.toml");
        let read: Result<Phrases, _> = toml::from_str(text);
        assert!(read.is_ok(), "{read:?}");
        let phrases: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        for line in phrases {
            assert_eq!(fold(line), line);
        }
    }
}
