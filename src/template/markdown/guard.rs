//! Markdown in which signs stand for the engine's marks, so that neither reads the other's.
//!
//! A sign is the number of its mark between two characters of private use, which no text has: they
//! are taken out of what was typed. To Markdown it is a word. A statement stands in brackets
//! besides, which are punctuation, so that `{% if x %}**bold**{% endif %}` is bold.

use std::collections::BTreeMap;

use super::super::fault::TemplateFault;
use super::super::scan::{Piece, pieces};

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
/// How the sign of a statement begins and ends.
const STATEMENT_OPEN: &str = "⟦\u{e000}";
const STATEMENT_CLOSE: &str = "\u{e001}⟧";

/// The text with signs, and what they stand for.
pub(super) struct GuardedMarkdown<'a> {
    pub(super) text: String,
    pub(super) marks: Vec<MarkdownMark<'a>>,
    /// Where each line of the text begins, and which line of the source it is.
    lines: Vec<(usize, usize)>,
}

pub(super) struct MarkdownMark<'a> {
    pub(super) piece: Piece<'a>,
    pub(super) line: usize,
}

/// Where in a text a sign stands.
pub(super) struct Sign {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which mark it stands for.
    pub(super) mark: usize,
}

impl<'a> GuardedMarkdown<'a> {
    pub(super) fn new(part: &str, source: &'a str) -> Result<Self, TemplateFault> {
        let mut text = String::with_capacity(source.len());
        let (mut lines, mut marks) = (vec![1], Vec::new());
        let mut line = 1;
        for piece in pieces(part, source)? {
            match piece {
                Piece::Literal(literal) => {
                    for c in literal.chars().filter(|c| may_stay(*c)) {
                        text.push(c);
                        if c == '\n' {
                            line += 1;
                            lines.push(line);
                        }
                    }
                    continue;
                }
                Piece::Remark(_) => {}
                Piece::Print(_) | Piece::Statement(_) => {
                    text.push_str(&sign(marks.len(), matches!(piece, Piece::Statement(_))));
                    marks.push(MarkdownMark { piece, line });
                }
            }
            line += piece.text().matches('\n').count();
        }
        let (text, numbers) = apart(&text, &lines);
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).zip(numbers).collect();
        Ok(Self { text, marks, lines })
    }

    /// The line of the source of a byte of the text.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let begun = self.lines.partition_point(|(start, _)| *start <= offset);
        let line = begun.checked_sub(1).and_then(|at| self.lines.get(at));
        line.map_or(1, |(_, number)| *number)
    }

    /// The first sign of a text.
    pub(super) fn sign_in(&self, text: &str) -> Option<Sign> {
        let start = text.find(OPEN)?;
        let number = &text[start + OPEN.len_utf8()..];
        let length = number.find(CLOSE)?;
        let mark: usize = number[..length].parse().ok()?;
        let end = start + OPEN.len_utf8() + length + CLOSE.len_utf8();
        let brackets = match self.marks.get(mark)?.piece {
            Piece::Statement(_) => STATEMENT_OPEN.len() - OPEN.len_utf8(),
            _ => 0,
        };
        Some(Sign {
            start: start.checked_sub(brackets)?,
            end: end + brackets,
            mark,
        })
    }

    /// Puts the marks back into what was made of the text, and says on which line of it each of
    /// them stands.
    pub(super) fn restore(&self, written: &str) -> (String, BTreeMap<usize, usize>) {
        let mut out = String::with_capacity(written.len() + 4_096);
        let mut lines = BTreeMap::new();
        let (mut rest, mut line) = (written, 1);
        while let Some(sign) = self.sign_in(rest) {
            let before = &rest[..sign.start];
            line += before.matches('\n').count();
            out.push_str(before);
            rest = &rest[sign.end..];
            let mark = &self.marks[sign.mark];
            lines.entry(line).or_insert(mark.line);
            out.push_str(mark.piece.text());
            line += mark.piece.text().matches('\n').count();
        }
        out.push_str(rest);
        (out, lines)
    }
}

/// The sign of a mark, as it stands in the text and in what is made of it.
pub(super) fn sign(mark: usize, is_statement: bool) -> String {
    match is_statement {
        true => format!("{STATEMENT_OPEN}{mark}{STATEMENT_CLOSE}"),
        false => format!("{OPEN}{mark}{CLOSE}"),
    }
}

/// Whether a text is statements and nothing else.
pub(super) fn is_statements(text: &str) -> bool {
    let mut rest = text.trim();
    let mut found = false;
    while let Some(inside) = rest.strip_prefix(STATEMENT_OPEN) {
        let Some((_, after)) = inside.split_once(STATEMENT_CLOSE) else {
            return false;
        };
        rest = after.trim_start();
        found = true;
    }
    found && rest.is_empty()
}

/// What is taken out of a text: our own signs, and what Markdown and XML cannot hold.
const fn may_stay(c: char) -> bool {
    !matches!(c, OPEN | CLOSE | '\0' | '\r')
}

/// Puts empty lines around each line that holds statements only: it stands around paragraphs then,
/// and not in the midst of one.
fn apart(text: &str, lines: &[usize]) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut numbers = Vec::with_capacity(lines.len());
    let mut put = |line: &str, number: usize| {
        if !numbers.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        numbers.push(number);
    };
    for (line, number) in text.split('\n').zip(lines) {
        let content = line.trim_start_matches([' ', '\t', '>']);
        if is_statements(content) {
            let container = line[..line.len() - content.len()].trim_end();
            put(container, *number);
            put(line, *number);
            put(container, *number);
        } else {
            put(line, *number);
        }
    }
    (out, numbers)
}
