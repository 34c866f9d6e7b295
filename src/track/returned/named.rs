//! Where in the sentences of a report somebody is named: its own part of the text, and the lines that
//! begin with an address.

use super::addresses::{first_address, same};
use super::original::copy_in;
use super::phrases::phrases;
use super::said::words;

/// What may stand before the address at the beginning of a line.
const BEFORE_ADDRESS: [&str; 16] = [
    "to:",
    "a:",
    "an:",
    "para:",
    "aan:",
    "recipient:",
    "recipients:",
    "destinatario:",
    "empfanger:",
    "destinataire:",
    "ontvanger:",
    "failed recipient:",
    "address:",
    "user:",
    "for:",
    "rcpt to:",
];

/// What the report says itself: before the copy of ours, whether it is marked or only begins.
pub(super) fn own_text(text: &str) -> &str {
    let text = copy_in(text).0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let folded = words(line);
        let marks = phrases().copy_starts.iter();
        let is_mark = |mark: &String| {
            folded
                .trim_start_matches(['>', ' '])
                .starts_with(mark.as_str())
        };
        if at > 0 && marks.into_iter().any(is_mark) {
            return text.get(..at).unwrap_or(text);
        }
        at += line.len();
    }
    text
}

/// The address with which a line begins, alone or before what is said of it.
pub(super) fn head_of_line(line: &str) -> Option<String> {
    let line = line.trim();
    let folded = line.to_lowercase();
    let word = BEFORE_ADDRESS
        .iter()
        .find(|word| folded.starts_with(**word));
    let rest = word.and_then(|word| line.get(word.len()..)).unwrap_or(line);
    let rest = rest.trim_start_matches([' ', '\t', '*', '-', '•', '·', '<', '"', '\'', '(', '[']);
    let address = first_address(rest)?;
    let begins = rest
        .get(..address.len())
        .is_some_and(|start| same(start, &address));
    begins.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_with_an_address_in_many_ways() {
        for (line, address) in [
            ("<maria@example.it>: host x said", Some("maria@example.it")),
            ("  maria@example.it", Some("maria@example.it")),
            ("To: maria@example.it", Some("maria@example.it")),
            (
                "maria@example.it<mailto:maria@example.it>",
                Some("maria@example.it"),
            ),
            ("* maria@example.it (full)", Some("maria@example.it")),
            ("please write to maria@example.it", None),
            ("nobody", None),
        ] {
            assert_eq!(head_of_line(line).as_deref(), address, "{line}");
        }
    }

    #[test]
    fn the_copy_of_ours_is_no_part_of_what_the_report_says() {
        let text = "failed:\n<a@b.it>\n--- Below this line is a copy of the message.\nspam";
        assert_eq!(own_text(text), "failed:\n<a@b.it>\n");
    }
}
