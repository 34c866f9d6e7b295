//! How a text reads, beyond whether it works: what a careful colleague would say of it.
//!
//! Pure: it is given a template and a text written from its samples, and says what it found, in
//! facts; whoever shows them finds the words. Whether a version works at all is for `check`. Of all
//! that is found here one thing keeps a text from being published: that it does not say what it is
//! about ([`unnamed`]).

mod naming;
mod nearest;
mod reading;
mod shouting;

pub use naming::unnamed;
pub use reading::EaseLevel;
use reading::ReadingEase;

use super::compiled::Compiled;
use super::context::NameKind;
use super::markdown::{self, MarkdownNote};
use super::scan::line_at;
use crate::domain::Channel;
use crate::domain::language::Language;
use crate::domain::template::{Part, Source};

/// Something that a reader may stumble over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LintFinding {
    /// The text uses a name that the template does not know.
    UnknownName {
        name: String,
        /// The known one that is written most like it.
        nearest: Option<String>,
        line: Option<usize>,
    },
    /// Nothing says which case, supply or place it is about.
    NamesNothing,
    /// Nobody is named whom a reader could turn to.
    NoContact,
    /// A link without a text, or with nothing but blanks.
    EmptyLink { line: usize },
    /// A sign that opens something in Markdown and that nothing closes.
    Unclosed { sign: &'static str, line: usize },
    /// Words that are written in capitals.
    Shouting(String),
}

/// What a template's text looks like to a reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lint {
    pub findings: Vec<LintFinding>,
    /// How easily it reads, where it is long enough to tell and its language has a measure.
    pub ease: Option<ReadingEase>,
}

/// Looks at one text of a template. `written`: the same as a reader gets it, with every variable,
/// where it could be written.
#[must_use]
pub fn lint(source: &Source, locale: &str, channel: Channel, written: Option<&str>) -> Lint {
    let mut findings = Vec::new();
    if let Ok(compiled) = Compiled::compile(source) {
        let names = naming::names(&compiled, locale, channel);
        findings.extend(unknown(source, &compiled, locale, channel));
        let parts = source.parts.get(locale);
        let speaks = parts.is_some_and(|parts| parts.speak(channel));
        if speaks && naming::concerns(source) && !naming::says_what(&names) {
            findings.push(LintFinding::NamesNothing);
        }
        if speaks && !naming::says_whom(&names, channel) {
            findings.push(LintFinding::NoContact);
        }
    }
    if channel == Channel::Email {
        findings.extend(of_markdown(source, locale));
    }
    let Some(written) = written else {
        return Lint {
            findings,
            ease: None,
        };
    };
    if let Some(words) = shouting::shouted(written) {
        findings.push(LintFinding::Shouting(words));
    }
    let ease = Language::of(locale).and_then(|language| ReadingEase::of(written, language));
    Lint { findings, ease }
}

/// Names that nobody declared, each once.
fn unknown(
    source: &Source,
    compiled: &Compiled,
    locale: &str,
    channel: Channel,
) -> Vec<LintFinding> {
    let mut found = Vec::new();
    for part in naming::parts(channel) {
        let file = format!("{locale}/{part}");
        let text = source.parts.get(locale).and_then(|parts| parts.get(*part));
        for name in compiled.names(&file) {
            if compiled.context().knows(&name) == NameKind::No {
                found.push(LintFinding::UnknownName {
                    nearest: nearest::nearest(source, &name).map(str::to_owned),
                    line: text.and_then(|text| text.find(&name).map(|at| line_at(text, at))),
                    name,
                });
            }
        }
    }
    found.dedup();
    found
}

/// What a mail in Markdown shows otherwise than it was meant.
fn of_markdown(source: &Source, locale: &str) -> Vec<LintFinding> {
    let text = source
        .parts
        .get(locale)
        .and_then(|parts| parts.get(Part::EmailMarkdown));
    let Some(text) = text else {
        return Vec::new();
    };
    let file = format!("{locale}/{}", Part::EmailMarkdown);
    let Ok(read) = markdown::mail(&file, locale, text) else {
        return Vec::new();
    };
    let notes = read.notes.into_iter().map(|note| match note {
        MarkdownNote::Unclosed { sign, line } => LintFinding::Unclosed { sign, line },
        MarkdownNote::EmptyLink { line } => LintFinding::EmptyLink { line },
    });
    notes.collect()
}

#[cfg(test)]
mod tests;
