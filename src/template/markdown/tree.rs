//! The blocks of a mail, as Markdown reads them, with the engine's statements among them.
//!
//! A condition and what it stands around are one block, so it holds whole paragraphs or part of
//! one, and never the end of one and the beginning of the next.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TextMergeWithOffset};

use super::super::fault::TemplateFault;
use super::super::scan::Piece;
use super::guard::{GuardedMarkdown, is_statements, sign};
use super::write::{BREAK, in_address, in_text};
use super::{MarkdownNote, address};
use crate::domain::limits::MAIL_DEPTH;

/// A piece of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MailBlock {
    /// HTML, with signs for the values that are printed in it.
    Text(String),
    Element(MailElement, Vec<MailBlock>),
    /// A condition or a loop: its statements, and what stands between them.
    Choice(Vec<MailBlock>),
    /// A statement, by its mark.
    Statement(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MailElement {
    Paragraph,
    /// From 1, the largest, to 3.
    Heading(u8),
    /// With the number that it begins with, if it is numbered.
    List(Option<u64>),
    Item,
    /// A quotation, which is a box.
    Quote,
    Rule,
    Strong,
    Emphasis,
    Code,
    /// Its address as it stands in HTML.
    Link(String),
}

/// What was read of a text.
pub(super) struct MailTree {
    pub(super) blocks: Vec<MailBlock>,
    pub(super) notes: Vec<MarkdownNote>,
}

pub(super) fn read(part: &str, guarded: &GuardedMarkdown<'_>) -> Result<MailTree, TemplateFault> {
    let parser = Parser::new_ext(&guarded.text, Options::empty()).into_offset_iter();
    let events: Vec<(Event<'_>, Range<usize>)> = TextMergeWithOffset::new(parser).collect();
    let mut reader = TreeReader {
        part,
        guarded,
        open: vec![OpenBlock::new(OpenKind::Mail)],
        seen: vec![false; guarded.marks.len()],
        notes: Vec::new(),
    };
    let mut at = 0;
    while at < events.len() {
        let lone = lone_statements(&events[at..]);
        if lone > 0 {
            for (event, _) in &events[at..at + lone] {
                reader.statements_of(event)?;
            }
            at += lone;
        } else {
            let (event, range) = &events[at];
            reader.event(event, range)?;
            at += 1;
        }
    }
    reader.finish()
}

/// How many events are a paragraph that holds statements only; 0 where none begins.
fn lone_statements(events: &[(Event<'_>, Range<usize>)]) -> usize {
    let Some((Event::Start(Tag::Paragraph | Tag::CodeBlock(_)), _)) = events.first() else {
        return 0;
    };
    for (index, (event, _)) in events.iter().enumerate().skip(1) {
        match event {
            Event::Text(text) if is_statements(text) => {}
            Event::SoftBreak => {}
            Event::End(_) if index > 1 => return index + 1,
            _ => return 0,
        }
    }
    0
}

struct TreeReader<'a> {
    part: &'a str,
    guarded: &'a GuardedMarkdown<'a>,
    open: Vec<OpenBlock>,
    /// Which marks were met.
    seen: Vec<bool>,
    notes: Vec<MarkdownNote>,
}

/// What is not closed yet.
struct OpenBlock {
    kind: OpenKind,
    blocks: Vec<MailBlock>,
}

enum OpenKind {
    Mail,
    Element(MailElement),
    /// A condition or a loop, by the mark that opens it.
    Choice(usize),
}

impl OpenBlock {
    const fn new(kind: OpenKind) -> Self {
        Self {
            kind,
            blocks: Vec::new(),
        }
    }
}

impl TreeReader<'_> {
    fn event(&mut self, event: &Event<'_>, range: &Range<usize>) -> Result<(), TemplateFault> {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(_) => self.end(range),
            Event::Text(text) => {
                self.note_unclosed(text, range);
                self.text(text, !self.stands_in_link())
            }
            Event::Code(text) => {
                self.begin(MailElement::Code, range)?;
                self.text(text, false)?;
                self.end(range)
            }
            Event::Html(text) | Event::InlineHtml(text) => self.text(text, false),
            Event::SoftBreak | Event::HardBreak => {
                self.html(BREAK);
                Ok(())
            }
            Event::Rule => {
                self.put(MailBlock::Element(MailElement::Rule, Vec::new()));
                Ok(())
            }
            // Of extensions that are not switched on.
            _ => Ok(()),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) -> Result<(), TemplateFault> {
        let element = match tag {
            Tag::Heading { level, .. } => MailElement::Heading(match level {
                HeadingLevel::H1 => 1,
                HeadingLevel::H2 => 2,
                _ => 3,
            }),
            Tag::BlockQuote(_) => MailElement::Quote,
            Tag::List(first) => MailElement::List(*first),
            Tag::Item => MailElement::Item,
            Tag::Emphasis => MailElement::Emphasis,
            Tag::Strong => MailElement::Strong,
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => MailElement::Link(self.address(*link_type, dest_url, range)?),
            Tag::Image { .. } => {
                return Err(TemplateFault::at(
                    self.part,
                    self.guarded.line_at(range.start),
                    "a picture cannot stand in a message",
                    "leave it out: fetched from elsewhere, it would tell others who reads our mail",
                ));
            }
            // Text that is set off by blanks, or that is HTML, is shown as it was typed.
            _ => MailElement::Paragraph,
        };
        self.begin(element, range)
    }

    fn begin(&mut self, element: MailElement, range: &Range<usize>) -> Result<(), TemplateFault> {
        self.has_room(self.guarded.line_at(range.start))?;
        self.open.push(OpenBlock::new(OpenKind::Element(element)));
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), TemplateFault> {
        let Some(OpenBlock { kind, mut blocks }) = self.open.pop() else {
            return Ok(());
        };
        match kind {
            OpenKind::Element(element) => {
                if element == MailElement::Paragraph {
                    without_last_break(&mut blocks);
                }
                if matches!(element, MailElement::Link(_)) && says_nothing(&blocks) {
                    let line = self.guarded.line_at(range.start);
                    self.notes.push(MarkdownNote::EmptyLink { line });
                }
                self.put(MailBlock::Element(element, blocks));
                Ok(())
            }
            OpenKind::Choice(mark) => Err(self.crossing(mark)),
            OpenKind::Mail => Ok(()),
        }
    }

    fn finish(mut self) -> Result<MailTree, TemplateFault> {
        if let Some(OpenKind::Choice(mark)) = self.open.last().map(|open| &open.kind) {
            return Err(self.crossing(*mark));
        }
        if let Some(mark) = self.seen.iter().position(|seen| !seen) {
            let mark = &self.guarded.marks[mark];
            return Err(TemplateFault::at(
                self.part,
                mark.line,
                format!("`{}` stands where it would not be shown", mark.piece.text()),
                "put it into a sentence or into the address of a link",
            ));
        }
        let blocks = self.open.pop().map(|mail| mail.blocks);
        Ok(MailTree {
            blocks: blocks.unwrap_or_default(),
            notes: self.notes,
        })
    }

    /// Text with signs in it. `finds_addresses`: whether an address that stands in it is a link.
    fn text(&mut self, text: &str, finds_addresses: bool) -> Result<(), TemplateFault> {
        let guarded = self.guarded;
        let mut rest = text;
        let mut plain = String::new();
        while let Some(found) = guarded.sign_in(rest) {
            plain.push_str(&rest[..found.start]);
            rest = &rest[found.end..];
            self.seen[found.mark] = true;
            match guarded.marks[found.mark].piece {
                Piece::Statement(_) => {
                    self.plain(&plain, finds_addresses);
                    plain.clear();
                    self.statement(found.mark)?;
                }
                Piece::Print(mark) if finds_addresses && address::is_own(mark) => {
                    self.plain(&plain, finds_addresses);
                    plain.clear();
                    let sign = sign(found.mark, false);
                    self.html(&format!("<a href=\"{sign}\">{sign}</a>"));
                }
                _ => plain.push_str(&sign(found.mark, false)),
            }
        }
        plain.push_str(rest);
        self.plain(&plain, finds_addresses);
        Ok(())
    }

    /// Text in which no statement stands.
    fn plain(&mut self, text: &str, finds_addresses: bool) {
        let mut done = 0;
        if finds_addresses {
            for (start, end) in address::bare(text) {
                self.html(&in_text(&text[done..start]));
                let url = &text[start..end];
                self.html(&format!(
                    "<a href=\"{}\">{}</a>",
                    in_address(url),
                    in_text(url)
                ));
                done = end;
            }
        }
        self.html(&in_text(&text[done..]));
    }

    /// The statements of a paragraph that holds nothing else.
    fn statements_of(&mut self, event: &Event<'_>) -> Result<(), TemplateFault> {
        let Event::Text(text) = event else {
            return Ok(());
        };
        let mut rest: &str = text;
        while let Some(found) = self.guarded.sign_in(rest) {
            rest = &rest[found.end..];
            self.seen[found.mark] = true;
            self.statement(found.mark)?;
        }
        Ok(())
    }

    fn statement(&mut self, mark: usize) -> Result<(), TemplateFault> {
        let guarded = self.guarded;
        let word = statement_word(guarded.marks[mark].piece.text());
        match word {
            "if" | "for" => {
                self.has_room(guarded.marks[mark].line)?;
                self.open.push(OpenBlock::new(OpenKind::Choice(mark)));
                self.put(MailBlock::Statement(mark));
                Ok(())
            }
            "elif" | "else" | "endif" | "endfor" => {
                if !matches!(
                    self.open.last().map(|open| &open.kind),
                    Some(OpenKind::Choice(_))
                ) {
                    return Err(self.crossing(self.opened_by().unwrap_or(mark)));
                }
                self.put(MailBlock::Statement(mark));
                if word.starts_with("end")
                    && let Some(choice) = self.open.pop()
                {
                    self.put(MailBlock::Choice(choice.blocks));
                }
                Ok(())
            }
            _ => {
                self.put(MailBlock::Statement(mark));
                Ok(())
            }
        }
    }

    /// Where a link leads, as it stands in HTML.
    fn address(
        &mut self,
        kind: LinkType,
        to: &str,
        range: &Range<usize>,
    ) -> Result<String, TemplateFault> {
        let line = self.guarded.line_at(range.start);
        let to = match kind {
            LinkType::Email => format!("mailto:{to}"),
            _ => to.to_owned(),
        };
        let mut begins_with = None;
        let mut rest = to.as_str();
        while let Some(found) = self.guarded.sign_in(rest) {
            let mark = self.guarded.marks[found.mark].piece;
            if let Piece::Statement(text) = mark {
                return Err(TemplateFault::at(
                    self.part,
                    line,
                    format!("`{text}` stands in the address of a link"),
                    "put the condition around the whole link",
                ));
            }
            self.seen[found.mark] = true;
            if rest.len() == to.len() && found.start == 0 {
                begins_with = Some(mark.text());
            }
            rest = &rest[found.end..];
        }
        if address::may_lead(&to, begins_with) {
            return Ok(in_address(&to));
        }
        Err(TemplateFault::at(
            self.part,
            line,
            "this link leads nowhere that a reader of mail may go",
            "begin its address with https://, mailto: or tel:, or write {{ links.status }}",
        ))
    }

    /// What opens something that nothing closes is shown as it is, which nobody meant.
    fn note_unclosed(&mut self, text: &str, range: &Range<usize>) {
        let source = self.guarded.text.get(range.clone()).unwrap_or_default();
        for sign in ["**", "__", "](", "`"] {
            // What has a backslash before it was meant to be shown.
            let typed = source
                .find(sign)
                .filter(|at| !source[..*at].ends_with('\\'));
            if let Some(at) = typed.filter(|_| text.contains(sign)) {
                let line = self.guarded.line_at(range.start + at);
                self.notes.push(MarkdownNote::Unclosed { sign, line });
            }
        }
    }

    fn stands_in_link(&self) -> bool {
        self.open
            .iter()
            .any(|open| matches!(open.kind, OpenKind::Element(MailElement::Link(_))))
    }

    fn html(&mut self, html: &str) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        match open.blocks.last_mut() {
            Some(MailBlock::Text(text)) => text.push_str(html),
            _ if html.is_empty() => {}
            _ => open.blocks.push(MailBlock::Text(html.to_owned())),
        }
    }

    fn put(&mut self, block: MailBlock) {
        if let Some(open) = self.open.last_mut() {
            open.blocks.push(block);
        }
    }

    /// The mark that opened the condition or loop around all that is open.
    fn opened_by(&self) -> Option<usize> {
        self.open.iter().rev().find_map(|open| match open.kind {
            OpenKind::Choice(mark) => Some(mark),
            OpenKind::Mail | OpenKind::Element(_) => None,
        })
    }

    /// Refuses what would be nested deeper than the layout goes.
    fn has_room(&self, line: usize) -> Result<(), TemplateFault> {
        if self.open.len() <= MAIL_DEPTH {
            return Ok(());
        }
        Err(TemplateFault::at(
            self.part,
            line,
            format!(
                "more than {MAIL_DEPTH} lists, quotations and conditions stand within one another"
            ),
            "nest them less deep",
        ))
    }

    fn crossing(&self, mark: usize) -> TemplateFault {
        let mark = &self.guarded.marks[mark];
        TemplateFault::at(
            self.part,
            mark.line,
            format!(
                "`{}` begins in one paragraph and ends in another",
                mark.piece.text()
            ),
            "put {% if %} and {% endif %} on lines of their own around whole paragraphs, or both into one sentence",
        )
    }
}

/// `endif` of `{%- endif %}`.
fn statement_word(mark: &str) -> &str {
    let word = mark.get(2..).unwrap_or_default();
    let word = word.trim_start_matches(['-', '+']).trim_start();
    let end = word
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(word.len());
    &word[..end]
}

/// A text that was typed as HTML or set off by blanks ends with a line break of its own.
fn without_last_break(blocks: &mut [MailBlock]) {
    if let Some(MailBlock::Text(text)) = blocks.last_mut() {
        let kept = text.strip_suffix(BREAK).map_or(text.len(), str::len);
        text.truncate(kept);
    }
}

/// Whether nothing can be read in these blocks.
fn says_nothing(blocks: &[MailBlock]) -> bool {
    blocks.iter().all(|block| match block {
        MailBlock::Text(text) => text.trim().is_empty(),
        MailBlock::Element(_, blocks) | MailBlock::Choice(blocks) => says_nothing(blocks),
        MailBlock::Statement(_) => true,
    })
}
