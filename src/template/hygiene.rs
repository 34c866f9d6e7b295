//! Cleans what comes from outside before it reaches a reader: invisible and direction-changing
//! characters from every value, addresses from names, layout from an SMS and from a subject.

use crate::text::invisible::joints;

/// Longest name in an SMS, in characters: more would push the message itself out of sight.
const NAME_LENGTH: usize = 40;

/// Ends of abbreviations that stand in names and are no ends of host names.
const ABBREVIATED: &[&str] = &["lli", "ssa", "essa", "ra", "ri"];

/// A value fit to be shown: no control, direction or invisible characters; lines kept.
pub(super) fn value(text: &str) -> String {
    // Most values hold nothing else, which is told quickly.
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return text.to_owned();
    }
    kept(text, |c| c == '\n' || shows(c)).collect()
}

/// A name fit for a salutation: one line, and nothing in it that a telephone makes a link of.
/// A self-registered name would otherwise be a link signed by the organisation.
pub(super) fn name(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().filter_map(name_word).collect();
    one_line(&words.join(" "))
}

/// The same, cut to what an SMS can spare.
pub(super) fn short_name(text: &str) -> String {
    let name = name(text);
    match name.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => name[..end].trim_end().to_owned(),
        None => name,
    }
}

/// One line: control and invisible characters removed, every run of white space one space.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in kept(text, |c| c.is_whitespace() || shows(c)) {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The line before a signature: by its blank, mail programs know what not to quote (RFC 3676 §4.3).
const DELIMITER: &str = "-- ";

/// Plain text of an e-mail: no trailing blanks but the delimiter's, never more than one empty line.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut empty = 0;
    for line in text.lines().map(without_trailing_blanks) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 && !(line.is_empty() && out.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn without_trailing_blanks(line: &str) -> &str {
    if line == DELIMITER {
        line
    } else {
        line.trim_end()
    }
}

/// A word without what makes a link of it. Which ends of names are host names changes from week
/// to week, so every dot before a letter goes, but for titles: no host name ends in one letter.
fn name_word(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    if lower.contains("://") || lower.starts_with("www.") {
        return None;
    }
    if !word.contains(DOTS) {
        return Some(word.to_owned());
    }
    let labels: Vec<&str> = word.split(DOTS).collect();
    let mut out = labels[0].to_owned();
    let mut linked = false;
    for pair in labels.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let end = after
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(after.len());
        let end = &after[..end];
        // `2.0` is no address; `10.0.0.1` is one.
        let number = end.bytes().all(|byte| byte.is_ascii_digit()) && labels.len() < 4;
        let letter = end.chars().count() <= 1 && !end.bytes().all(|byte| byte.is_ascii_digit());
        let title = number || letter || ABBREVIATED.contains(&end.to_lowercase().as_str());
        let joins = !before.is_empty() && !after.is_empty() && !title;
        linked |= joins;
        out.push(if joins { ' ' } else { '.' });
        out.push_str(after);
    }
    Some(if linked { out.replace('/', " ") } else { out })
}

/// The characters that are wanted, and the marks that hold an emoji together.
fn kept(text: &str, wanted: impl Fn(char) -> bool) -> impl Iterator<Item = char> {
    joints(text)
        .filter(move |(c, joint)| *joint || wanted(*c))
        .map(|(c, _)| c)
}

/// Signs that stand between the labels of a host name (RFC 3490 §3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Not a control (C0, C1), not a zero-width mark, not one that turns the reading direction.
fn shows(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_go_and_lines_stay() {
        assert_eq!(value("a\u{0}b\u{202e}c\u{200b}d\ne\r"), "abcd\ne");
        let family = "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}";
        assert_eq!(
            (value(family), one_line(family)),
            (family.to_owned(), family.to_owned())
        );
        assert_eq!(one_line(" a\r\n\tb\u{a0}c\u{7}  d \n"), "a b c d");
    }

    #[test]
    fn names_carry_no_links_and_keep_their_titles() {
        assert_eq!(name("Maria\r\nRossi"), "Maria Rossi");
        assert_eq!(name("Vinci su https://evil.example/x ora"), "Vinci su ora");
        assert_eq!(name("www.evil.it Rossi"), "Rossi");
        assert_eq!(name("Premi evil.com/x"), "Premi evil com x");
        assert_eq!(
            name("F.lli Rossi S.r.l. Dott.ssa D'Angelò"),
            "F.lli Rossi S.r.l. Dott.ssa D'Angelò"
        );
        for (typed, shown) in [
            ("paga.live", "paga live"),
            ("x.page/a.b", "x page a.b"),
            ("y.store.", "y store."),
            ("evil.it", "evil it"),
            ("EVIL.Zip", "EVIL Zip"),
            ("evil。com", "evil com"),
            ("пример.рф", "пример рф"),
            ("a.b@evil.com", "a.b@evil com"),
            ("10.0.0.1", "10 0 0 1"),
            ("Bar 2.0", "Bar 2.0"),
            (
                "J.R.R. Tolkien, G.B. Rossi S.p.A.",
                "J.R.R. Tolkien, G.B. Rossi S.p.A.",
            ),
            (
                "Sig.ra Rossi Avv. Bianchi S.n.c. Soc.Coop.",
                "Sig.ra Rossi Avv. Bianchi S.n.c. Soc Coop.",
            ),
            ("Rossi...", "Rossi..."),
        ] {
            assert_eq!(name(typed), shown);
        }
        assert_eq!(name("{{7*7}} <script>"), "{{7*7}} <script>");
        assert_eq!(short_name(&"à".repeat(60)).chars().count(), 40);
    }

    #[test]
    fn plain_text_has_single_empty_lines() {
        assert_eq!(paragraphs("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
    }

    #[test]
    fn the_delimiter_before_a_signature_keeps_its_blank() {
        assert_eq!(
            paragraphs("a \n\n-- \nAraldo  \n--\n--  \n"),
            "a\n\n-- \nAraldo\n--\n--\n"
        );
    }
}
