//! From MJML to the HTML that is rendered for each message, done once per version.
//!
//! The layout program must not see the engine's marks: `{{ }}` would be escaped, `<` in a
//! condition would end a tag, and text between table rows would be moved out of the table. So a
//! printed value becomes a plain word and a statement becomes a comment, which may stand
//! anywhere; afterwards both are put back. A mark that the layout dropped, doubled or moved is a
//! fault, not a surprise in the mail.

use std::collections::HashMap;
use std::panic::catch_unwind;

use css_inline::{CSSInliner, InlineOptions};
use mrml::prelude::parser::noop_loader::NoopIncludeLoader;
use mrml::prelude::parser::{Error as MjmlError, ParserOptions};
use mrml::prelude::render::RenderOptions;

use super::context::PIXEL;
use super::fault::TemplateFault;
use super::layout::{self, Refused};
use super::links;
use super::scan::{Piece, line_at, pieces};

/// HTML with the engine's marks in place, CSS inlined, and a place for the open pixel.
pub(super) fn html(part: &str, mjml: &str) -> Result<Html, TemplateFault> {
    let guarded = GuardedMjml::new(part, mjml)?;
    // A fault in a library that lays out is a fault of this text, and not the end of who asked.
    let inlined = catch_unwind(|| styled(part, &guarded)).unwrap_or_else(|_| {
        Err(TemplateFault::of(
            part,
            "the layout cannot be made",
            "close every <![if ...]> and every element",
        ))
    })?;
    let mut html = guarded.restore(part, &inlined)?;
    html.text = with_pixel(&html.text);
    Ok(html)
}

/// Lays out and inlines, if neither can take too much.
fn styled(part: &str, guarded: &GuardedMjml<'_>) -> Result<String, TemplateFault> {
    let refused = |it: Refused| TemplateFault {
        line: it.at.map(|at| guarded.line(at)),
        ..TemplateFault::of(part, it.what, it.advice)
    };
    layout::within_limits(&guarded.text).map_err(refused)?;
    let laid_out = lay_out(part, guarded)?;
    layout::styled_within_limits(&laid_out).map_err(refused)?;
    inline_css(part, &laid_out)
}

/// What a mail is rendered from.
pub(super) struct Html {
    /// HTML with the engine's marks.
    pub(super) text: String,
    /// The line of the MJML each mark stands in, in the order of the marks of the HTML; those
    /// of links are not the operator's and are left out.
    pub(super) lines: Vec<usize>,
}

/// MJML in which words stand for the engine's marks.
struct GuardedMjml<'a> {
    text: String,
    marks: Vec<EngineMark<'a>>,
}

struct EngineMark<'a> {
    piece: Piece<'a>,
    line: usize,
    /// Where its word begins in the guarded text.
    at: usize,
}

/// Where in the XML a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum XmlPlace {
    Text,
    Tag,
    Value(u8),
    Comment,
}

impl<'a> GuardedMjml<'a> {
    fn new(part: &str, mjml: &'a str) -> Result<Self, TemplateFault> {
        let mut guarded = Self {
            text: String::with_capacity(mjml.len()),
            marks: Vec::new(),
        };
        let mut place = XmlPlace::Text;
        let mut offset = 0;
        for piece in pieces(part, mjml)? {
            match piece {
                Piece::Literal(text) => place = guarded.literal(text, place),
                Piece::Remark(_) => {}
                _ if place == XmlPlace::Comment => {}
                piece => guarded.mark(piece, line_at(mjml, offset), place),
            }
            offset += piece.text().len();
        }
        Ok(guarded)
    }

    /// Copies a stretch without its comments: they are for operators, not for clients.
    fn literal(&mut self, text: &str, mut place: XmlPlace) -> XmlPlace {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let mut length = c.len_utf8();
            match (place, c) {
                (XmlPlace::Comment, _) if rest.starts_with("-->") => {
                    place = XmlPlace::Text;
                    rest = &rest[3..];
                    continue;
                }
                (XmlPlace::Text, '<') if rest.starts_with("<!--") && !rest.starts_with("<!--[") => {
                    place = XmlPlace::Comment;
                    length = 4;
                }
                (XmlPlace::Text, '<') => place = XmlPlace::Tag,
                (XmlPlace::Tag, '>') => place = XmlPlace::Text,
                (XmlPlace::Tag, '"' | '\'') => place = XmlPlace::Value(c as u8),
                (XmlPlace::Value(quote), c) if c as u32 == u32::from(quote) => {
                    place = XmlPlace::Tag;
                }
                _ => {}
            }
            if place != XmlPlace::Comment || c == '\n' {
                self.text.push_str(&rest[..length]);
            }
            rest = &rest[length..];
        }
        place
    }

    fn mark(&mut self, piece: Piece<'a>, line: usize, place: XmlPlace) {
        let word = word(self.marks.len());
        self.marks.push(EngineMark {
            piece,
            line,
            at: self.text.len(),
        });
        match piece {
            Piece::Statement(_) if place == XmlPlace::Text && !self.in_plain_element() => {
                self.text.push_str("<!--");
                self.text.push_str(&word);
                self.text.push_str("-->");
            }
            _ => self.text.push_str(&word),
        }
    }

    /// Whether only text may stand here: a comment in a title would be shown.
    fn in_plain_element(&self) -> bool {
        let tag = self.text.rfind('<').map_or("", |at| &self.text[at..]);
        tag.starts_with("<mj-title") || tag.starts_with("<mj-preview")
    }

    /// The line in the source of a byte of the guarded text.
    fn line(&self, offset: usize) -> usize {
        let before = self.marks.iter().take_while(|mark| mark.at < offset);
        let hidden: usize = before
            .map(|mark| mark.piece.text().matches('\n').count())
            .sum();
        line_at(&self.text, offset) + hidden
    }

    /// Puts the marks back.
    fn restore(&self, part: &str, html: &str) -> Result<Html, TemplateFault> {
        let mut out = String::with_capacity(html.len() + 4_096);
        let mut lines = Vec::with_capacity(self.marks.len());
        let mut seen = vec![0_usize; self.marks.len()];
        let mut last_statement = 0;
        let mut rest = html;
        while let Some((start, index)) = next_word(rest) {
            let Some(mark) = self.marks.get(index) else {
                break;
            };
            seen[index] += 1;
            let (before, after) = (&rest[..start], &rest[start + WORD_LENGTH..]);
            let comment = before.strip_suffix("<!--").zip(after.strip_prefix("-->"));
            if comment.is_some() {
                if seen[index] > 1 || index < last_statement {
                    return Err(displaced(part, mark));
                }
                last_statement = index;
            }
            let (before, after) = comment.unwrap_or((before, after));
            out.push_str(before);
            rest = after;
            out.push_str(mark.piece.text());
            if !links::is_slot(mark.piece) {
                lines.push(mark.line);
            }
        }
        out.push_str(rest);
        match seen.iter().position(|times| *times == 0) {
            Some(index) => Err(displaced(part, &self.marks[index])),
            None => Ok(Html { text: out, lines }),
        }
    }
}

fn lay_out(part: &str, guarded: &GuardedMjml<'_>) -> Result<String, TemplateFault> {
    // Nothing is read from disk or the network for an operator's text.
    let options = ParserOptions {
        include_loader: Box::new(NoopIncludeLoader),
    };
    let parsed = mrml::parse_with_options(&guarded.text, &options)
        .map_err(|error| mjml_fault(part, guarded, &error))?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(TemplateFault::at(
            part,
            guarded.line(warning.span.start),
            format!("MJML does not know this: {}", warning.kind),
            "see documentation.mjml.io for the attributes of each element",
        ));
    }
    parsed
        .element
        .render(&RenderOptions {
            // A font fetched from a third party would tell it who reads our mail, and when.
            fonts: HashMap::new(),
            ..RenderOptions::default()
        })
        .map(|html| html.replace(HIDDEN_WHITE, HIDDEN_DARK))
        .map_err(|error| TemplateFault::of(part, format!("the layout fails: {error}"), MJML_ADVICE))
}

/// How the layout program hides the line that lists of mails show (`<mj-preview>`). It is seen by
/// nobody in the mail, but filters of spam read it as white on nearly white.
const HIDDEN_WHITE: &str = "<div style=\"display:none;font-size:1px;color:#ffffff;";
const HIDDEN_DARK: &str = "<div style=\"display:none;font-size:1px;color:#1f2328;";

fn inline_css(part: &str, html: &str) -> Result<String, TemplateFault> {
    let options = InlineOptions {
        // The rules for dark mode and small screens cannot be inlined and must stay.
        keep_style_tags: true,
        keep_at_rules: true,
        load_remote_stylesheets: false,
        ..InlineOptions::default()
    };
    CSSInliner::new(options).inline(html).map_err(|error| {
        TemplateFault::of(
            part,
            format!("the styles cannot be inlined: {error}"),
            "mend the CSS in <mj-style>",
        )
    })
}

/// At the very end, so that it is fetched when the text has been shown.
fn with_pixel(html: &str) -> String {
    let pixel = format!(
        "{{% if {PIXEL} %}}<img src=\"{{{{ {PIXEL} }}}}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0\">{{% endif %}}"
    );
    match html.rfind("</body>") {
        Some(at) => format!("{}{pixel}{}", &html[..at], &html[at..]),
        None => format!("{html}{pixel}"),
    }
}

const MJML_ADVICE: &str = "close every element; write & as &amp; and < as &lt;";
const WORD: &str = "araldomark";
const WORD_LENGTH: usize = WORD.len() + 5;

/// A word that no text contains by chance, of one length for every mark.
fn word(index: usize) -> String {
    format!("{WORD}{index:04}z")
}

fn next_word(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(WORD).map(|at| from + at) {
        let digits = text.get(at + WORD.len()..at + WORD_LENGTH - 1);
        if let Some(index) = digits.and_then(|digits| digits.parse().ok()) {
            return Some((at, index));
        }
        from = at + WORD.len();
    }
    None
}

fn displaced(part: &str, mark: &EngineMark<'_>) -> TemplateFault {
    TemplateFault::at(
        part,
        mark.line,
        format!(
            "`{}` stands where the mail layout drops, repeats or moves it",
            mark.piece.text()
        ),
        "put values into mj-text, mj-button or an attribute, and conditions around whole elements or inside mj-text",
    )
}

fn mjml_fault(part: &str, guarded: &GuardedMjml<'_>, error: &MjmlError) -> TemplateFault {
    let offset = match error {
        MjmlError::UnexpectedElement { position, .. }
        | MjmlError::UnexpectedToken { position, .. }
        | MjmlError::MissingAttribute { position, .. }
        | MjmlError::InvalidAttribute { position, .. }
        | MjmlError::InvalidFormat { position, .. }
        | MjmlError::IncludeLoaderError { position, .. } => Some(position.start),
        MjmlError::ParserError { source, .. } => {
            let lines = guarded.text.split_inclusive('\n');
            let before = lines.take(source.pos().row.saturating_sub(1) as usize);
            Some(before.map(str::len).sum::<usize>() + source.pos().col as usize)
        }
        _ => None,
    };
    let what = match error {
        MjmlError::UnexpectedElement { .. } => "an element that may not stand here".to_owned(),
        MjmlError::UnexpectedToken { .. } => "text or a mark that may not stand here".to_owned(),
        MjmlError::MissingAttribute { name, .. } => format!("attribute `{name}` is missing"),
        MjmlError::InvalidAttribute { .. } => "an attribute that cannot be read".to_owned(),
        MjmlError::EndOfStream { .. } => "the text ends before its elements are closed".to_owned(),
        MjmlError::NoRootNode => "there is no <mjml> element".to_owned(),
        MjmlError::IncludeLoaderError { .. } => {
            "mj-include is not available in a message".to_owned()
        }
        // Its own words quote a position in the guarded text, which the operator never saw.
        MjmlError::ParserError { .. } => "a tag or an attribute is not well formed".to_owned(),
        other => format!("this is not MJML: {other}"),
    };
    TemplateFault {
        line: offset.map(|offset| guarded.line(offset)),
        ..TemplateFault::of(part, what, MJML_ADVICE)
    }
}
