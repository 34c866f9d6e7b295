//! One thing that a server or a report said, as the rules look at it: folded words, the enhanced
//! status (RFC 3463), the reply code (RFC 5321).

use crate::domain::limits::RETURNED_SAID;
use crate::text::folded::fold;

/// Letters that a `*` in a phrase may stand for.
const GAP: usize = 80;

/// What stands before the name of a machine.
const OF_MACHINES: [&str; 9] = [
    "host", "from", "with", "server", "mta", "mx", "to", "HELO", "EHLO",
];

#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) status: Option<String>,
    pub(super) code: Option<u16>,
}

impl Said {
    /// `status`: as a field says it. One in the text is believed where that one says nothing.
    pub(super) fn of(status: Option<&str>, text: &str) -> Self {
        let end = text.floor_char_boundary(RETURNED_SAID);
        let text = text.get(..end).unwrap_or_default();
        let declared = status.and_then(status_in);
        let found = status_in(text);
        let says = |status: &String| !status.ends_with(".0.0");
        let chosen = declared.clone().filter(says).or(found).or(declared);
        Self {
            text: words(&without_names(text)),
            status: chosen,
            code: code_in(text),
        }
    }

    /// The server said "not now" rather than "never".
    pub(super) fn is_temporary(&self) -> bool {
        match &self.status {
            Some(status) => status.starts_with('4'),
            None => self.code.is_some_and(|code| code < 500),
        }
    }
}

/// Without addresses, and without the names of machines: `relay.example.net` says nothing of relaying.
fn without_names(text: &str) -> String {
    let mut before = "";
    let mut kept = Vec::new();
    for word in text.split_whitespace() {
        let is_machine = OF_MACHINES.contains(&before) && word.contains('.') && !word.contains('/');
        if !is_machine {
            kept.push(without_address(word));
        }
        before = word;
    }
    kept.join(" ")
}

/// What a word has beside an address: `(maria@example.it:blocked)` leaves `:blocked)`.
fn without_address(word: &str) -> &str {
    match word.rsplit_once('@') {
        Some((_, after)) if !word.contains("://") => {
            let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
            after
                .trim_start_matches(is_domain)
                .trim_start_matches(['>', '\'', '"'])
        }
        _ => word,
    }
}

/// Folded, in one line, each blank one: phrases are looked for in this.
pub(super) fn words(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ")
}

/// Whether a folded text has a phrase; `*` in it stands for a few words.
pub(super) fn holds(text: &str, phrase: &str) -> bool {
    let Some((first, rest)) = phrase.split_once('*') else {
        return text.contains(phrase);
    };
    let first = first.trim_end();
    text.match_indices(first).take(GAP).any(|(at, _)| {
        let after = text.get(at + first.len()..).unwrap_or_default();
        let rest = rest.trim_start();
        let next = rest.split('*').next().unwrap_or_default().trim_end();
        let end = after.floor_char_boundary(GAP + next.len());
        after.get(..end).is_some_and(|near| near.contains(next)) && holds(after, rest)
    })
}

/// The first enhanced status: three numbers, no part of an address of the network.
pub(super) fn status_in(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut numbers = text
        .split(|c| !is_part(c))
        .map(|word| word.trim_end_matches('.'));
    numbers.find(|word| is_status(word)).map(str::to_owned)
}

fn is_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else {
        return false;
    };
    let short = |part: &str| (1..=3).contains(&part.len());
    matches!(*class, "2" | "4" | "5") && short(subject) && short(detail)
}

/// The first reply code of a refusal that stands alone.
fn code_in(text: &str) -> Option<u16> {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '@');
    let is_code = |word: &&str| {
        let digits = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
        digits && word.starts_with(['4', '5']) && word.as_bytes().get(1).is_some_and(|b| *b < b'6')
    };
    words.find(is_code).and_then(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_code_are_found_and_nothing_like_them() {
        for (text, status, code) in [
            ("smtp; 550-5.1.1 The email", Some("5.1.1"), Some(550)),
            ("I wasn't able to. (#5.4.4)", Some("5.4.4"), None),
            ("host 5.1.1.9 said: 452 later", None, Some(452)),
            ("421 4.7.28 rate", Some("4.7.28"), Some(421)),
            ("message 4512 of 2026-05-01, v5.1", None, None),
            ("failed: 5.1.1.", Some("5.1.1"), None),
        ] {
            let said = Said::of(None, text);
            assert_eq!(
                (said.status.as_deref(), said.code),
                (status, code),
                "{text}"
            );
        }
        assert_eq!(
            Said::of(Some("5.0.0"), "550 5.1.1 x").status.as_deref(),
            Some("5.1.1")
        );
        assert_eq!(
            Said::of(Some("5.2.2"), "550 5.1.1 x").status.as_deref(),
            Some("5.2.2")
        );
    }

    #[test]
    fn a_star_stands_for_a_few_words() {
        assert!(holds("recipient maria not found", "recipient * not found"));
        assert!(!holds("not found: recipient", "recipient * not found"));
        let far = format!("recipient {} not found", "x ".repeat(GAP));
        assert!(!holds(&far, "recipient * not found"));
    }
}
