//! Splits a text into what is literal and what the engine reads, so that each can be treated
//! alone: links are sought in the literal only, and the mail layout never sees the engine's marks.

use super::fault::TemplateFault;

/// One stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// What the reader sees as it is.
    Literal(&'a str),
    /// `{{ ... }}`: a value is printed here.
    Print(&'a str),
    /// `{% ... %}`: a condition or a loop begins, goes on or ends here.
    Statement(&'a str),
    /// `{# ... #}`: a remark for operators.
    Remark(&'a str),
}

impl<'a> Piece<'a> {
    /// The text as it stands in the source.
    pub(super) const fn text(self) -> &'a str {
        match self {
            Self::Literal(text)
            | Self::Print(text)
            | Self::Statement(text)
            | Self::Remark(text) => text,
        }
    }

    /// Whether the engine reads it.
    pub(super) const fn is_mark(self) -> bool {
        matches!(self, Self::Print(_) | Self::Statement(_))
    }
}

/// What an operator's text may do. No reading of other templates, no macros, no raw output.
const STATEMENTS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor", "set"];

/// Splits `source`; an opening mark without its end, or a statement outside the list, is a fault.
pub(super) fn pieces<'a>(part: &str, source: &'a str) -> Result<Vec<Piece<'a>>, TemplateFault> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = next_mark(rest) {
        if start > 0 {
            found.push(Piece::Literal(&rest[..start]));
        }
        let offset = source.len() - rest.len() + start;
        let Some(length) = mark_length(&rest[start..]) else {
            return Err(TemplateFault::at(
                part,
                line_at(source, offset),
                format!("`{}` is not closed", &rest[start..start + 2]),
                "close {{ with }}, {% with %} and {# with #}",
            ));
        };
        let mark = &rest[start..start + length];
        found.push(match &mark[..2] {
            "{{" => Piece::Print(mark),
            "{#" => Piece::Remark(mark),
            _ => {
                known_statement(part, line_at(source, offset), mark)?;
                Piece::Statement(mark)
            }
        });
        rest = &rest[start + length..];
    }
    if !rest.is_empty() {
        found.push(Piece::Literal(rest));
    }
    Ok(found)
}

/// The text without the lines that hold statements only, so that a condition on a line of its own
/// leaves no empty line behind, while one inside a sentence does not glue two lines together.
pub(super) fn without_lone_lines(part: &str, source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.split_inclusive('\n') {
        let pieces = pieces(part, line).unwrap_or_default();
        let lone = !pieces.is_empty()
            && line.contains("{%")
            && pieces.iter().all(|piece| match piece {
                Piece::Literal(text) => text.trim().is_empty(),
                Piece::Print(_) => false,
                Piece::Statement(_) | Piece::Remark(_) => true,
            });
        if lone {
            out.push_str(line.trim());
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The line of each mark that the engine reads, in order.
pub(super) fn mark_lines(pieces: &[Piece<'_>]) -> Vec<usize> {
    let (mut line, mut lines) = (1, Vec::new());
    for piece in pieces {
        if piece.is_mark() {
            lines.push(line);
        }
        line += piece.text().matches('\n').count();
    }
    lines
}

/// The line, from 1, in which a byte stands.
pub(super) fn line_at(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or(source);
    1 + before.matches('\n').count()
}

/// The first path of an expression: `case.owner` of `{{ case.owner or "?" }}`.
pub(super) fn first_path(expression: &str) -> &str {
    let start = expression
        .find(|c: char| c.is_alphabetic() || c == '_')
        .unwrap_or(expression.len());
    let path = &expression[start..];
    let end = path
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .unwrap_or(path.len());
    path[..end].trim_end_matches('.')
}

/// The variable an error is about: the engine points at an expression or, for a filter, at the
/// filter's name, and then the variable stands before the bar.
pub(super) fn variable_at(source: &str, range: std::ops::Range<usize>) -> &str {
    let Some((before, expression)) = source.get(..range.start).zip(source.get(range)) else {
        return "";
    };
    match before.trim_end().strip_suffix('|') {
        None => first_path(expression),
        Some(filtered) => {
            let filtered = filtered.trim_end();
            let end_of_word = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
            let last = &filtered[filtered.rfind(end_of_word).map_or(0, |at| at + 1)..];
            match last {
                // A chain of filters: the variable is what the mark begins with.
                "" => first_path(&filtered[filtered.rfind("{{").unwrap_or(0)..]),
                path => first_path(path),
            }
        }
    }
}

fn next_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes
        .windows(2)
        .position(|pair| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#'))
}

/// How long the mark at the start of `text` is. Quoted strings and brackets may contain its end,
/// as the engine reads it: what stood outside of a mark here and inside of one there would reach
/// the engine unseen.
fn mark_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let end: &[u8; 2] = match bytes[1] {
        b'{' => b"}}",
        b'%' => b"%}",
        // The engine looks for the end behind the beginning: `{#}` is not closed.
        _ => return text[2..].find("#}").map(|at| at + 4),
    };
    let mut quote = None;
    let mut open_brackets = 0_i32;
    let mut at = 2;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, byte)
                if open_brackets == 0 && byte == end[0] && bytes.get(at + 1) == Some(&end[1]) =>
            {
                return Some(at + 2);
            }
            (None, b'(' | b'[' | b'{') => open_brackets += 1,
            (None, b')' | b']' | b'}') => open_brackets -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

fn known_statement(part: &str, line: usize, mark: &str) -> Result<(), TemplateFault> {
    let word = mark[2..].trim_start_matches(['-', '+']).trim_start();
    let end = word
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(word.len());
    if STATEMENTS.contains(&&word[..end]) {
        return Ok(());
    }
    Err(TemplateFault::at(
        part,
        line,
        format!("`{{% {} %}}` is not available in a message", &word[..end]),
        "use if, elif, else, for and set",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_ends_do_not_end_a_mark() {
        let source = r#"a {{ "}}" }} b {% if x == '%}' %}c{% endif %}{# note #}"#;
        let pieces = pieces("it/sms.txt", source).unwrap();
        let whole: String = pieces.iter().map(|piece| piece.text()).collect();
        assert_eq!(whole, source);
        assert_eq!(pieces[1], Piece::Print(r#"{{ "}}" }}"#));
        assert_eq!(pieces.len(), 7);
    }

    #[test]
    fn a_mark_ends_where_the_engine_ends_it() {
        for (source, mark) in [
            (
                "{{ {'a': {'b': 1}} + 1 }} rest",
                "{{ {'a': {'b': 1}} + 1 }}",
            ),
            ("{#} {{ a }} #} rest", "{#} {{ a }} #}"),
            ("{% if [')'] %} rest", "{% if [')'] %}"),
        ] {
            assert_eq!(pieces("it/sms.txt", source).unwrap()[0].text(), mark);
        }
        assert!(pieces("it/sms.txt", "{{ (a }} rest").is_err());
    }

    #[test]
    fn what_reaches_other_templates_is_refused_with_its_line() {
        for statement in [
            "include 'x'",
            "import 'x' as y",
            "extends 'x'",
            "macro m()",
            "autoescape false",
            "raw",
        ] {
            let fault = pieces("it/sms.txt", &format!("\n{{% {statement} %}}")).unwrap_err();
            assert_eq!(fault.line, Some(2), "{statement}");
            assert!(fault.what.contains("not available"), "{fault}");
        }
        assert_eq!(pieces("it/sms.txt", "a\n\n{{ b").unwrap_err().line, Some(3));
    }

    #[test]
    fn a_condition_on_its_own_line_leaves_no_empty_line() {
        let text = "a\n  {% if x %}\nb{% if y %}\nc{% endif %}\n{% endif %}\n{{ d }}\n";
        assert_eq!(
            without_lone_lines("it/email.txt", text),
            "a\n{% if x %}b{% if y %}\nc{% endif %}\n{% endif %}{{ d }}\n"
        );
    }

    #[test]
    fn the_first_path_names_the_variable() {
        assert_eq!(first_path("{{ case.owner | date }}"), "case.owner");
        assert_eq!(
            first_path("contact.phone_free or contact.phone"),
            "contact.phone_free"
        );
        assert_eq!(first_path("1"), "");
        for source in [
            "a {{ x.y | date }}",
            "{{ x.y|cut(3) | date }}",
            "{% if z %}{{ x.y | date",
        ] {
            let at = source.rfind("date").unwrap();
            assert_eq!(variable_at(source, at..at + 4), "x.y", "{source}");
        }
    }
}
