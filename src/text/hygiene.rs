//! Text from outside made fit to be shown: no control characters, no marks that turn the
//! reading direction around, no invisible padding. Emoji stay whole. What the text says is left alone:
//! escaping is the business of whoever prints it.

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

/// Whether a reference holds something that cannot be seen or typed. References are refused
/// rather than cleaned: two of them must never become the same.
#[must_use]
pub fn has_invisible(text: &str) -> bool {
    !is_plain(text) && text.chars().any(is_unwanted)
}

/// Removes unwanted characters from every text inside `value`, line breaks and tabs excepted.
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
    fn scrubbing_reaches_every_depth() {
        let mut value = serde_json::json!({"a": ["x\u{0}y", {"b": "1\n2\u{202E}"}]});
        scrub(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["xy", {"b": "1\n2"}]}));
    }
}
