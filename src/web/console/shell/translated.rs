//! What other parts of the program say in English, in the words of the person who reads. A sentence is
//! known by its text in `locales/en`, whose values stand where the sentence has its own. What no text
//! has is for the caller to show as it is; programs and the log get the English.

use super::words::{ConsoleWords, FluentValue};

/// The values of a text, and the sign that stands for each while the text is laid on a sentence.
const HOLES: [(&str, char); 3] = [("a", '\u{1}'), ("b", '\u{2}'), ("c", '\u{3}')];

impl ConsoleWords {
    /// A sentence in these words, by the first of the texts `keys` that is its English. `value`: how a
    /// value of the sentence is said, by the key of its text.
    pub(crate) fn translated(
        self,
        keys: &[&str],
        english: &str,
        value: impl Fn(&str, String) -> String,
    ) -> Option<String> {
        keys.iter().find_map(|&key| {
            let found = values(&pattern(key), english)?.into_iter();
            let said = found.map(|(name, text)| (name, FluentValue::from(value(key, text))));
            let said: Vec<(&'static str, FluentValue<'_>)> = said.collect();
            Some(self.say_with(key, &said))
        })
    }
}

/// The English of a key, with signs for its values.
fn pattern(key: &str) -> String {
    let signs = HOLES.map(|(name, sign)| (name, FluentValue::from(sign.to_string())));
    ConsoleWords::ENGLISH.say_with(key, &signs)
}

/// The values of a sentence, by their names, if it is said as the pattern says.
fn values(pattern: &str, english: &str) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let (mut pattern, mut rest) = (pattern, english);
    while let Some(at) = pattern.find(is_hole) {
        rest = rest.strip_prefix(&pattern[..at])?;
        let (name, _) = HOLES
            .iter()
            .find(|(_, sign)| pattern[at..].starts_with(*sign))?;
        pattern = &pattern[at + 1..];
        let literal = pattern.split(is_hole).next().unwrap_or_default();
        // What ends a sentence is looked for from its end: a value may have the same in it.
        let end = match literal.len() == pattern.len() {
            true => rest.strip_suffix(literal)?.len(),
            false => rest.find(literal)?,
        };
        found.push((*name, rest[..end].to_owned()));
        rest = &rest[end..];
    }
    (pattern == rest).then_some(found)
}

fn is_hole(c: char) -> bool {
    HOLES.iter().any(|(_, sign)| *sign == c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_sentence_are_found_where_the_text_has_them() {
        let found = |pattern, english| values(pattern, english);
        let one = |name: &'static str, text: &str| (name, text.to_owned());
        assert_eq!(found("plain", "plain"), Some(vec![]));
        assert_eq!(found("plain", "plain."), None);
        let two = vec![one("a", "x"), one("b", "`y` is")];
        assert_eq!(found("no \u{1} `\u{2}`", "no x ``y` is`"), Some(two));
        assert_eq!(found("no \u{1} here", "no x there"), None);
        let twice = vec![one("a", "x"), one("a", "x")];
        assert_eq!(found("\u{1}: if \u{1}", "x: if x"), Some(twice));
        assert_eq!(found("`\u{1}` is", "`è` is"), Some(vec![one("a", "è")]));
    }
}
