//! What a text may cost, known before the engine reads it: how long it is, how many marks it has,
//! how deep they are within one another, how large each expression is.
//!
//! The engine's fuel counts what is done, not how deep the tree is that it is done by, nor how
//! much memory one step takes. Here the tree is bounded; [`held`] sees to it that no variable of
//! a text grows from line to line. Elements and styles of a mail are for `layout`.

use super::fault::TemplateFault;
use super::scan::{Piece, line_at};
use crate::domain::expression::{Excess, within_limits, words};
use crate::domain::limits::{MARKS, STATEMENT_DEPTH, TEXT_BYTES, TEXTS_BYTES};
use crate::domain::template::{Part, Source};

/// The filter through which every value goes that a variable keeps.
pub(super) const HELD: &str = "_held";

/// Refuses a text that is too long to be read at all.
pub(super) fn length(part: &str, text: &str) -> Result<(), TemplateFault> {
    if text.len() <= TEXT_BYTES {
        return Ok(());
    }
    Err(TemplateFault::of(
        part,
        format!("the text has {} bytes", text.len()),
        "keep each part below 64 KB: clients read on a telephone",
    ))
}

/// Refuses texts that are too long together.
pub(super) fn together(source: &Source) -> Result<(), TemplateFault> {
    let texts = source.parts.values().flat_map(|parts| {
        let texts = Part::ALL.iter().filter_map(|part| parts.get(*part));
        texts.map(str::len)
    });
    let bytes: usize = texts.sum();
    if bytes <= TEXTS_BYTES {
        return Ok(());
    }
    Err(TemplateFault::of(
        "template.toml",
        format!("the texts have {bytes} bytes together"),
        "keep them below 512 KB",
    ))
}

/// Refuses marks that would make the engine call itself without end.
pub(super) fn marks(part: &str, source: &str, pieces: &[Piece<'_>]) -> Result<(), TemplateFault> {
    let mut open = Vec::new();
    let mut count = 0;
    let mut offset = 0;
    for piece in pieces {
        let fault =
            |what: String, advice| TemplateFault::at(part, line_at(source, offset), what, advice);
        if let Piece::Print(text) | Piece::Statement(text) = piece {
            count += 1;
            if count > MARKS {
                return Err(fault(
                    format!("the text has more than {MARKS} marks"),
                    "say it with fewer {{ }} and {% %}",
                ));
            }
            within_limits(inner(text))
                .map_err(|excess| fault(excess.to_string(), way_out(excess)))?;
        }
        if let Piece::Statement(text) = piece {
            if nest(&mut open, inner(text)) == Nested::CallsItself {
                return Err(fault(
                    "a loop with `recursive` is not available".to_owned(),
                    "write one {% for %} for each list",
                ));
            }
            if open.iter().sum::<usize>() > STATEMENT_DEPTH {
                return Err(fault(
                    format!("more than {STATEMENT_DEPTH} statements stand within one another"),
                    "end an {% if %} before the next; each {% elif %} counts",
                ));
            }
        }
        offset += piece.text().len();
    }
    Ok(())
}

/// The text with a limit on every value that a variable keeps: `{% set a = b %}` becomes
/// `{% set a =( b )|_held%}`, and the list of a `for` likewise. Lines stay where they are.
///
/// Without it each of four thousand statements could double what the one before made.
pub(super) fn held(pieces: &[Piece<'_>]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Statement(text) => match kept_value(text) {
                Some((start, end)) => {
                    let (before, value, after) = (&text[..start], &text[start..end], &text[end..]);
                    out.extend([before, "(", value, ")|", HELD, " ", after]);
                }
                None => out.push_str(text),
            },
            other => out.push_str(other.text()),
        }
    }
    out
}

/// Between the marks' own signs.
fn inner(mark: &str) -> &str {
    &mark[2..mark.len() - 2]
}

#[derive(PartialEq, Eq)]
enum Nested {
    AsCounted,
    CallsItself,
}

/// Keeps account of the statements that are open: how deep each has become.
fn nest(open: &mut Vec<usize>, statement: &str) -> Nested {
    let mut all = words(statement).map(|word| word.text);
    match all.find(|word| !matches!(*word, "-" | "+")) {
        Some("for") if all.any(|word| word == "recursive") => return Nested::CallsItself,
        Some("if" | "for") => open.push(1),
        Some("elif") => {
            if let Some(depth) = open.last_mut() {
                *depth += 1;
            }
        }
        Some("endif" | "endfor") => {
            open.pop();
        }
        _ => {}
    }
    Nested::AsCounted
}

/// Where the value stands that a `set` or a `for` keeps.
fn kept_value(mark: &str) -> Option<(usize, usize)> {
    let statement = inner(mark);
    let mut all = words(statement);
    let keyword = all.find(|word| !matches!(word.text, "-" | "+"))?;
    let (begins, ends): (&str, &[&str]) = match keyword.text {
        "set" => ("=", &[]),
        "for" => ("in", &["if"]),
        _ => return None,
    };
    let start = all.find(|word| word.text == begins)?;
    let start = start.at + start.text.len();
    let trimmed = statement.trim_end_matches(['-', '+']);
    let mut depth = 0_i32;
    let end = all.find(|word| {
        match word.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        depth == 0 && ends.contains(&word.text)
    });
    Some((2 + start, 2 + end.map_or(trimmed.len(), |word| word.at)))
}

const fn way_out(excess: Excess) -> &'static str {
    match excess {
        Excess::Words | Excess::Brackets => {
            "split it with {% set %}, or let the sender say it ready to be read"
        }
        Excess::Joins => "print the values one after the other: {{ a }}{{ b }}",
        Excess::Product => "let the sender of the event say it ready to be read",
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan::pieces;
    use super::*;

    fn refused(text: &str) -> Option<(usize, String)> {
        let pieces = pieces("it/sms.txt", text).unwrap();
        let fault = marks("it/sms.txt", text, &pieces).err()?;
        Some((fault.line.unwrap(), fault.what))
    }

    #[test]
    fn depth_and_number_are_counted_and_the_line_is_named() {
        let nested = |n: usize| format!("\n{}{}", "{% if 1 %}".repeat(n), "{% endif %}".repeat(n));
        assert_eq!(refused(&nested(32)), None);
        assert!(
            refused(&nested(33))
                .unwrap()
                .1
                .contains("within one another")
        );
        let chain = format!("{{% if 1 %}}\n{}{{% endif %}}", "{% elif 1 %}".repeat(40));
        assert_eq!(refused(&chain).unwrap().0, 2);
        assert_eq!(refused(&"{% if 1 %}{% endif %}".repeat(100)), None);
        assert!(refused(&"{{ a }}\n".repeat(1_001)).unwrap().0 == 1_001);
        assert_eq!(refused("\n\n{{ a * 2 }}").unwrap().0, 3);
    }

    #[test]
    fn what_a_variable_keeps_goes_through_the_filter() {
        for (text, becomes) in [
            ("{% set a = b %}", "{% set a =( b )|_held %}"),
            (
                "{%- set a, c = b == d, '=' -%}",
                "{%- set a, c =( b == d, '=' )|_held -%}",
            ),
            (
                "{% for x in [a in b, 'if'] %}",
                "{% for x in( [a in b, 'if'] )|_held %}",
            ),
            (
                "{% for x in y|list if x %}",
                "{% for x in( y|list )|_held if x %}",
            ),
            ("{% if a in b %}", "{% if a in b %}"),
            ("{{ a }} set a = b", "{{ a }} set a = b"),
        ] {
            assert_eq!(held(&pieces("it/sms.txt", text).unwrap()), becomes);
        }
    }
}
