//! Text from outside made fit to be shown, the one place for it: no control characters, no marks
//! that turn the reading direction around, no invisible padding. Emoji stay whole. What the text
//! says is left alone: escaping is the business of whoever prints it.
//!
//! [`line()`] for one line, [`prose`] for several, [`unbroken`] for a header,
//! [`excerpt`] for what a foreign program said, [`lines`] where the layout is the sender's own.

use crate::text::invisible;

/// One line: line breaks and tabs become single spaces, ends are trimmed.
#[must_use]
pub fn line(text: &str) -> String {
    if is_plain(text) && !text.contains("  ") {
        return text.trim_matches(' ').to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    for word in text
        .split(char::is_whitespace)
        .map(strip)
        .filter(|word| !word.is_empty())
    {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(&word);
    }
    clean
}

/// Several lines: line breaks stay (as `\n`), every line is cleaned as by [`line()`].
#[must_use]
pub fn prose(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n").trim().to_owned()
}

/// One line of at most `longest` characters: what a provider or server said, fit for logs and pages.
#[must_use]
pub fn excerpt(text: &str, longest: usize) -> String {
    let mut excerpt = line(text);
    if let Some((end, _)) = excerpt.char_indices().nth(longest) {
        excerpt.truncate(end);
    }
    excerpt
}

/// One line with its blanks as they are, for a header: a break or control becomes a blank.
#[must_use]
pub fn unbroken(text: &str) -> String {
    if is_plain(text) {
        return text.trim_matches(' ').to_owned();
    }
    let breaks = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    let shown = |char| breaks(char) || !invisible::is_invisible(char);
    let line: String = invisible::joints(text)
        .filter(|(char, joint)| *joint || shown(*char))
        .map(|(char, _)| if breaks(char) { ' ' } else { char })
        .collect();
    line.trim().to_owned()
}

/// The text with its line breaks (`\n`) and blanks as they are; nothing else that is not seen.
#[must_use]
pub fn lines(text: &str) -> String {
    // Most values hold nothing else, which is told quickly.
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return text.to_owned();
    }
    kept(text, |char| char == '\n' || !is_unwanted(char))
}

/// Whether a reference holds something that cannot be seen or typed. References are refused
/// rather than cleaned: two of them must never become the same.
#[must_use]
pub fn has_invisible(text: &str) -> bool {
    !is_plain(text) && text.chars().any(is_unwanted)
}

/// Removes unwanted characters from every text inside `value`, line breaks and tabs excepted.
#[cfg(test)]
pub fn scrub(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) if needs_scrubbing(text) => scrub_text(text),
        Value::Array(items) => items.iter_mut().for_each(scrub),
        Value::Object(fields) => fields.values_mut().for_each(scrub),
        _ => {}
    }
}

/// Whether [`scrub_text`] may have something to remove.
#[must_use]
pub fn needs_scrubbing(text: &str) -> bool {
    !is_plain(text) && text.chars().any(is_scrubbed)
}

/// Removes unwanted characters, line breaks and tabs excepted.
pub fn scrub_text(text: &mut String) {
    *text = kept(text, |char| !is_scrubbed(char));
}

/// Whether all of it is visible ASCII and spaces: almost every text is, and is told so without
/// being taken apart into characters.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn strip(text: &str) -> String {
    kept(text, |char| !is_unwanted(char))
}

/// The characters that are wanted, and the marks that hold an emoji together.
fn kept(text: &str, wanted: impl Fn(char) -> bool) -> String {
    let chars = invisible::joints(text).filter(|(char, joint)| *joint || wanted(*char));
    chars.map(|(char, _)| char).collect()
}

fn is_scrubbed(char: char) -> bool {
    is_unwanted(char) && !matches!(char, '\n' | '\r' | '\t')
}

fn is_unwanted(char: char) -> bool {
    char.is_control() || invisible::is_invisible(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_breaks_no_controls_and_no_turned_text() {
        assert_eq!(line("  Rossi\r\nBcc: a@b.it\0 "), "Rossi Bcc: a@b.it");
        assert_eq!(line("Maria\u{202E}issoR"), "MariaissoR");
        assert_eq!(line("{{7*7}} <script>"), "{{7*7}} <script>");
        assert_eq!(line("\u{200B}\u{FEFF}"), "");
        let family = "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}";
        assert_eq!(line(family), family);
    }

    #[test]
    fn prose_keeps_its_lines() {
        assert_eq!(prose("uno\r\ndue\u{7}\n\n"), "uno\ndue");
    }

    #[test]
    fn what_a_program_said_is_one_line_and_short() {
        assert_eq!(
            excerpt("550\r\n no\u{0} such \u{202e}user", 100),
            "550 no such user"
        );
        assert_eq!(excerpt("èèèè", 3), "èèè");
    }

    #[test]
    fn a_header_keeps_its_blanks_and_is_never_broken() {
        assert_eq!(unbroken(" a  b\r\nc\u{202e}d\u{2028}e "), "a  b  cd e");
        assert_eq!(unbroken("❤\u{fe0f}  x"), "❤\u{fe0f}  x");
    }

    #[test]
    fn lines_keep_their_layout_and_lose_what_is_not_seen() {
        assert_eq!(lines("a\u{0}b\u{202e}c\u{200b}d  \ne\r"), "abcd  \ne");
        assert_eq!(lines("a\u{fff9}b\u{fe00}c"), "abc");
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}";
        assert_eq!(lines(family), family);
        assert_eq!(line(" a\r\n\tb\u{a0}c\u{7}  d \n"), "a b c d");
    }

    #[test]
    fn scrubbing_reaches_every_depth() {
        let mut value = serde_json::json!({"a": ["x\u{0}y", {"b": "1\n2\u{202E}"}]});
        scrub(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["xy", {"b": "1\n2"}]}));
    }
}
