//! E-mails written in Markdown, in the layout of the house: from Markdown to the MJML that `mail`
//! lays out like every other.
//!
//! The Markdown is read once per version, with signs in place of the engine's marks (`guard`): what
//! a client's data holds is put in afterwards, into finished HTML, and no `*`, `_`, `[` or `<` of a
//! name means anything. `tree` makes blocks of it, `join` puts lists and boxes together again that
//! a condition parted, `write` writes them into the layout of the house.
//!
//! What it knows: headings, paragraphs, lists, emphasis, links, and two habits of ours. A link that
//! stands alone in a paragraph is a button, and a quotation is a box. HTML is shown as it was typed,
//! pictures are refused, and an address leads to `https`, `mailto` or `tel` or nowhere.

mod address;
mod guard;
mod join;
mod tree;
mod write;

use std::collections::BTreeMap;

pub(super) use address::is_own;
use guard::GuardedMarkdown;

use super::bounds;
use super::fault::TemplateFault;
use crate::domain::template::Part;

/// A mail as MJML, and where in the Markdown its marks stood.
#[derive(Debug)]
pub(super) struct MarkdownMail {
    /// With the engine's marks in place.
    pub(super) mjml: String,
    /// The line of the Markdown by that of the MJML, for each line that has a mark.
    lines: BTreeMap<usize, usize>,
    pub(super) notes: Vec<MarkdownNote>,
}

/// What reads otherwise than it was meant, most likely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MarkdownNote {
    /// A sign that opens something and is shown as it is: nothing closes it.
    Unclosed { sign: &'static str, line: usize },
    /// A link without a text: nobody can tell where it leads.
    EmptyLink { line: usize },
}

impl MarkdownMail {
    /// The line of the Markdown for a line of the MJML, or the last before it that is known.
    pub(super) fn line(&self, mjml: usize) -> usize {
        self.lines
            .range(..=mjml)
            .next_back()
            .map_or(1, |(_, line)| *line)
    }

    /// A fault of the MJML, told to who wrote the Markdown.
    pub(super) fn in_markdown(&self, fault: TemplateFault) -> TemplateFault {
        let line = fault.line.and_then(|line| self.lines.get(&line).copied());
        TemplateFault { line, ..fault }
    }
}

/// Reads a mail. `part` is its file, `locale` the language of what the house adds.
pub(super) fn mail(part: &str, locale: &str, text: &str) -> Result<MarkdownMail, TemplateFault> {
    bounds::length(part, text)?;
    let guarded = GuardedMarkdown::new(part, text)?;
    let tree = tree::read(part, &guarded)?;
    let written = write::mail(locale, &join::joined(tree.blocks));
    let (mjml, lines) = guarded.restore(&written);
    Ok(MarkdownMail {
        mjml,
        lines,
        notes: tree.notes,
    })
}

/// The same mail as MJML, for who wants to go on in it.
pub fn as_mjml(locale: &str, text: &str) -> Result<String, TemplateFault> {
    let part = format!("{locale}/{}", Part::EmailMarkdown);
    Ok(mail(&part, locale, text)?.mjml)
}

#[cfg(test)]
mod tests;
