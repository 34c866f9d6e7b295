//! Characters nobody sees: they turn the reading direction, join, separate or hide.
//!
//! They come along when text is copied from an address book or a web page, and some of them are
//! used to deceive. This is the one list of them: `address` skips or refuses them, `segments` and
//! `sanitize` drop them, but for those that make one picture of several, and every error that
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
            | '\u{fff9}'..='\u{fffb}'
    )
}

/// Every character, and whether it is a mark that holds an emoji together: without the joiner a
/// family falls apart into people, without the selector a heart is drawn in black.
pub fn joints(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut chars = text.chars();
    let mut before = None;
    std::iter::from_fn(move || {
        let c = chars.next()?;
        // Looked at only where it may be one: every character of every message comes by here.
        let joint = matches!(c, SELECTOR | JOINER) && {
            let after = chars.clone().next();
            let pictured = before.is_some_and(is_pictograph);
            match c {
                SELECTOR => pictured || after == Some(KEYCAP),
                _ => pictured && after.is_some_and(is_pictograph),
            }
        };
        // A selector belongs to what it follows: a joiner may come after it.
        if !(joint && c == SELECTOR) {
            before = Some(c);
        }
        Some((c, joint))
    })
}

/// Draws what it follows in colour (VARIATION SELECTOR-16).
const SELECTOR: char = '\u{fe0f}';
/// The mark ZERO WIDTH JOINER.
const JOINER: char = '\u{200d}';
/// COMBINING ENCLOSING KEYCAP: `1`, selector and this are one picture.
const KEYCAP: char = '\u{20e3}';

/// The blocks that hold pictures (Unicode property `Extended_Pictographic` and arrows), without
/// the signs that `segments` replaces by letters.
const fn is_pictograph(c: char) -> bool {
    matches!(
        c,
        '\u{203c}'
            | '\u{2049}'
            | '\u{2139}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{23ff}'
            | '\u{24c2}'
            | '\u{25aa}'
            | '\u{25ab}'
            | '\u{25b6}'
            | '\u{25c0}'
            | '\u{25fb}'..='\u{25fe}'
            | '\u{2600}'..='\u{27bf}'
            | '\u{2900}'..='\u{297f}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{3030}'
            | '\u{303d}'
            | '\u{3297}'
            | '\u{3299}'
            | '\u{1f000}'..='\u{1faff}'
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

/// The whole text as a terminal may show it, on one line: controls and invisible marks by their code,
/// but for those that hold an emoji together.
#[must_use]
pub fn coded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (c, is_joint) in joints(text) {
        if !is_joint && (c.is_control() || is_invisible(c)) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left when every mark but the joints is taken out.
    fn seen(text: &str) -> String {
        joints(text)
            .filter(|(c, joint)| *joint || !is_invisible(*c))
            .map(|(c, _)| c)
            .collect()
    }

    #[test]
    fn an_emoji_keeps_what_holds_it_together() {
        for whole in [
            "👨\u{200d}👩\u{200d}👧\u{200d}👦",
            "👩🏽\u{200d}🔧",
            "❤\u{fe0f}\u{200d}🔥",
            "🏳\u{fe0f}\u{200d}🌈",
            "☎\u{fe0f} 800",
            "1\u{fe0f}\u{20e3}",
        ] {
            assert_eq!(seen(whole), whole);
        }
    }

    #[test]
    fn the_same_marks_anywhere_else_are_invisible() {
        for (text, left) in [
            ("pay\u{200d}pal", "paypal"),
            ("a\u{fe0f}\u{200d}😀", "a😀"),
            ("😀\u{200d}a", "😀a"),
            ("😀\u{200d}\u{200d}😀", "😀😀"),
            ("\u{200d}😀\u{200b}\u{fe0f}", "😀"),
            ("1\u{fe0f}2", "12"),
        ] {
            assert_eq!(seen(text), left, "{text:?}");
        }
    }

    #[test]
    fn a_terminal_is_told_nothing_by_what_it_shows() {
        let text = "a\u{1b}]0;x\u{7}\u{9b}2J\u{7f}\n\u{202e}b ❤\u{fe0f} è";
        let shown = "a\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{7f}\\n\\u{202e}b ❤\u{fe0f} è";
        assert_eq!(coded(text), shown);
        let long = "x".repeat(500);
        assert_eq!(coded(&long), long);
    }

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
