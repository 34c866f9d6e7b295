//! How large an expression may be that somebody typed: in a text, or as the condition of a rule.
//!
//! The engine that evaluates it reads, compiles and forgets its tree by calling itself, without a
//! limit of its own on chains (`1+1+1...`, `a.b.c...`, `not not ...`). The tree of an expression
//! is never deeper than the expression has words, so the words are counted before the engine
//! sees it. Nothing is evaluated here.

use super::limits::{EXPRESSION_BRACKETS, EXPRESSION_JOINS, EXPRESSION_WORDS};

/// Why an expression is refused unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Its tree could be too deep.
    #[error("the expression has more than {EXPRESSION_WORDS} words and signs")]
    Words,
    /// Reading it takes a dozen calls for each bracket.
    #[error("more than {EXPRESSION_BRACKETS} brackets stand within one another")]
    Brackets,
    /// Its result could be too long.
    #[error("the expression joins more than {EXPRESSION_JOINS} values with `~` and `+`")]
    Joins,
    /// One sign could make a hundred million characters of one.
    #[error("`*` is not available")]
    Product,
}

/// A word, a number, a quoted text, or one character of a sign, with where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it is written.
    pub text: &'a str,
    /// The byte it begins at.
    pub at: usize,
}

/// The words of an expression. A sign of two characters (`//`) counts as two words, so that this
/// never counts fewer than the engine does.
pub fn words(expression: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &expression[at..];
        at += rest.len() - rest.trim_start().len();
        let rest = &expression[at..];
        let first = rest.chars().next()?;
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            // `1and` is two words to the engine.
            '0'..='9' => rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len()),
            c if of_word(c) => rest.find(|c| !of_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let word = Word {
            text: &rest[..length],
            at,
        };
        at += length;
        Some(word)
    })
}

/// Refuses an expression that the engine should not be given.
pub fn within_limits(expression: &str) -> Result<(), Excess> {
    let (mut joins, mut open) = (0, 0_usize);
    for (count, word) in words(expression).enumerate() {
        if count >= EXPRESSION_WORDS {
            return Err(Excess::Words);
        }
        match word.text {
            "*" => return Err(Excess::Product),
            "~" | "+" => joins += 1,
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" => open = open.saturating_sub(1),
            _ => {}
        }
        if open > EXPRESSION_BRACKETS {
            return Err(Excess::Brackets);
        }
        if joins > EXPRESSION_JOINS {
            return Err(Excess::Joins);
        }
    }
    Ok(())
}

fn of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long a quoted text is, with its quotes; to the end when it is not closed.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_the_engine_reads_them() {
        let found: Vec<_> = words(r#"a.b|cut(3) ~ "x \" * y" is not z"#)
            .map(|word| word.text)
            .collect();
        assert_eq!(
            found,
            [
                "a",
                ".",
                "b",
                "|",
                "cut",
                "(",
                "3",
                ")",
                "~",
                r#""x \" * y""#,
                "is",
                "not",
                "z"
            ]
        );
    }

    #[test]
    fn chains_products_and_long_joins_are_refused() {
        assert_eq!(within_limits("event.data.state == 'waiting'"), Ok(()));
        for chain in [
            "1-1", "1 and 1", "1and ", "a|upper", "not not ", "a.a", "a[0]", "--",
        ] {
            assert_eq!(within_limits(&chain.repeat(100)), Err(Excess::Words));
        }
        assert_eq!(within_limits(&"((".repeat(9)), Err(Excess::Brackets));
        assert_eq!(within_limits(&"1~".repeat(20)), Err(Excess::Joins));
        assert_eq!(within_limits(r#""x" * 1e8"#), Err(Excess::Product));
        assert_eq!(within_limits("a**2"), Err(Excess::Product));
        assert_eq!(within_limits("'five * stars'"), Ok(()));
    }
}
