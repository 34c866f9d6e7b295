//! Characters nobody sees: they turn the reading direction, join, separate or hide.
//!
//! They come along when text is copied from an address book or a web page, and some of them are
//! used to deceive. `address` skips or refuses them, `segments` drops them, and every error that
//! quotes foreign text shows them by their code.

/// Zero-width, direction and variation marks (Unicode category Cf, those met in practice, and
/// the line separators). Control characters are not among them: see [`char::is_control`].
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// The text as an error may quote it: controls and invisible marks by their code, cut at 60
/// characters.
#[must_use]
pub fn harmless(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_control() || is_invisible(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_can_neither_break_the_line_nor_turn_it_round() {
        assert_eq!(
            harmless("a\r\nb\0\u{202e}c è"),
            "a\\r\\nb\\u{0}\\u{202e}c è"
        );
        assert_eq!(harmless(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
        assert_eq!(harmless(&"x".repeat(60)), "x".repeat(60));
    }
}
