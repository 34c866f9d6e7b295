//! Names in a salutation, without what a telephone makes a link of. What is invisible in them goes by
//! `text::sanitize`.

use crate::text::sanitize;

/// Longest name in an SMS, in characters: more would push the message itself out of sight.
const NAME_LENGTH: usize = 40;

/// Ends of abbreviations that stand in names and are no ends of host names.
const ABBREVIATED: &[&str] = &["lli", "ssa", "essa", "ra", "ri"];

/// A name fit for a salutation: one line, and nothing in it that a telephone makes a link of.
/// A self-registered name would otherwise be a link signed by the organisation.
pub(super) fn name(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().filter_map(name_word).collect();
    sanitize::line(&words.join(" "))
}

/// The same, cut to what an SMS can spare.
pub(super) fn short_name(text: &str) -> String {
    let name = name(text);
    match name.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => name[..end].trim_end().to_owned(),
        None => name,
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

/// Signs that stand between the labels of a host name (RFC 3490 §3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

#[cfg(test)]
mod tests {
    use super::*;

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
}
