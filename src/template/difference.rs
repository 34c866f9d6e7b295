//! What changes for readers when another version of a template goes live.
//!
//! The lines that differ, and what a reader loses that no line shows at a glance: a value, a link.
//! Both versions may be anything that was stored, so one that does not compile is compared by its
//! lines alone; whether it may go live is for [`super::check`].

use std::collections::BTreeSet;
use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::addresses;
use super::compiled::Compiled;
use crate::domain::template::{Part, Source};
use crate::text::text_enum::text_enum;

/// Lines shown around a change.
const AROUND: usize = 2;
/// Longest search for the shortest difference of one text; afterwards a longer one is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// What another version changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The texts that differ.
    pub texts: Vec<TextChange>,
    /// Addresses that no text leads to any more.
    pub lost_links: Vec<String>,
    /// Addresses that no text led to before.
    pub new_links: Vec<String>,
}

/// A text that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// File of the template's folder, such as `it/sms.txt`.
    pub file: String,
    /// The lines that differ and some around them.
    pub lines: Vec<DiffLine>,
    /// Variables it does not use any more.
    pub lost: Vec<String>,
    /// Variables it did not use before.
    pub new: Vec<String>,
}

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What happens to it.
    pub change: Change,
    pub text: String,
}

text_enum! {
    /// What happens to a line.
    pub enum Change {
        Same => "same",
        Goes => "goes",
        Comes => "comes",
        /// Lines that stay are left out here.
        Gap => "gap",
    }
}

impl Change {
    /// What stands before the line, for eyes that see no colours.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::Goes => "-",
            Self::Comes => "+",
            Self::Gap => "...",
        }
    }
}

/// Compares what is live, if something is, with what would be.
#[must_use]
pub fn difference(live: Option<&Source>, next: &Source) -> Difference {
    let compiled_live = live.and_then(|live| Compiled::compile(live).ok());
    let compiled_next = Compiled::compile(next).ok();
    let names = |compiled: &Option<Compiled>, file: &str| {
        let compiled = compiled.as_ref();
        compiled.map(|it| it.names(file)).unwrap_or_default()
    };
    let both = compiled_next.is_some() && (compiled_live.is_some() || live.is_none());
    let mut texts = Vec::new();
    for (file, before, after) in pairs(live, next) {
        if before == after {
            continue;
        }
        let (used, uses) = (names(&compiled_live, &file), names(&compiled_next, &file));
        texts.push(TextChange {
            lines: lines(&before, &after),
            lost: if both { only(&used, &uses) } else { Vec::new() },
            new: if both { only(&uses, &used) } else { Vec::new() },
            file,
        });
    }
    let links = |compiled: &Option<Compiled>| -> BTreeSet<String> {
        let links = compiled.iter().flat_map(Compiled::links);
        links.cloned().collect()
    };
    let (mut led, mut leads) = (links(&compiled_live), links(&compiled_next));
    led.extend(live.map(addresses::with_values).unwrap_or_default());
    leads.extend(addresses::with_values(next));
    Difference {
        texts,
        lost_links: if both { only(&led, &leads) } else { Vec::new() },
        new_links: if both { only(&leads, &led) } else { Vec::new() },
    }
}

/// Every text that one of both has, with its file, as it was and as it would be.
fn pairs(live: Option<&Source>, next: &Source) -> Vec<(String, String, String)> {
    let head = |source: &Source| source.head().unwrap_or_default();
    let mut found = vec![(
        "template.toml".to_owned(),
        live.map(head).unwrap_or_default(),
        head(next),
    )];
    let text = |source: &Source, locale: &str, part| {
        let parts = source.parts.get(locale);
        let text = parts.and_then(|parts| parts.get(part));
        text.unwrap_or_default().to_owned()
    };
    let locales = live
        .into_iter()
        .chain([next])
        .flat_map(|it| it.parts.keys());
    for locale in locales.collect::<BTreeSet<_>>() {
        for part in Part::ALL {
            let before = live.map(|live| text(live, locale, *part));
            found.push((
                format!("{locale}/{part}"),
                before.unwrap_or_default(),
                text(next, locale, *part),
            ));
        }
    }
    found
}

fn lines(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(before, after);
    let mut found = Vec::new();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            found.push(DiffLine {
                change: Change::Gap,
                text: String::new(),
            });
        }
        let changes = group.iter().flat_map(|op| diff.iter_changes(op));
        found.extend(changes.map(|change| DiffLine {
            change: match change.tag() {
                ChangeTag::Equal => Change::Same,
                ChangeTag::Delete => Change::Goes,
                ChangeTag::Insert => Change::Comes,
            },
            text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
        }));
    }
    found
}

fn only(these: &BTreeSet<String>, those: &BTreeSet<String>) -> Vec<String> {
    these.difference(those).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(text: &str) -> Source {
        super::super::trial::text(text)
    }

    #[test]
    fn lost_values_and_links_are_named_beside_the_lines() {
        let live = sms("Pratica {{ case.ref }}\nuguale\nhttps://a.example/x {{ links.status }}");
        let next = sms("Ciao\nuguale\nhttps://b.example/y");
        let found = difference(Some(&live), &next);
        assert_eq!(found.lost_links, ["https://a.example/x"]);
        assert_eq!(found.new_links, ["https://b.example/y"]);
        let [text] = found.texts.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(text.file, "it/sms.txt");
        assert_eq!(text.lost, ["case.ref", "links.status"]);
        let goes: Vec<_> = text
            .lines
            .iter()
            .map(|line| (line.change, line.text.as_str()))
            .collect();
        assert_eq!(goes[0], (Change::Goes, "Pratica {{ case.ref }}"));
        assert!(goes.contains(&(Change::Same, "uguale")));
        assert_eq!(difference(Some(&live), &live), Difference::default());
    }

    #[test]
    fn a_version_that_does_not_compile_is_compared_by_its_lines() {
        let found = difference(Some(&sms("a {{ case.ref }}")), &sms("a {{ case.ref"));
        assert_eq!(found.texts[0].lines.len(), 2);
        assert_eq!(found.texts[0].lost, Vec::<String>::new());
        assert_eq!(difference(None, &sms("a")).texts[0].file, "template.toml");
    }
}
