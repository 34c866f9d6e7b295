//! A period beside the one before it: each share, by how many points it moved, and whether chance
//! explains that.

use std::borrow::Cow;

use super::share;
use crate::domain::language::Language;
use crate::insight::sums::{NamedShare, SHARES};
use crate::insight::{ShareDifference, Sums};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// One line of the comparison.
pub(crate) struct ComparedShare {
    pub(super) word: Cow<'static, str>,
    pub(super) now: String,
    pub(super) before: String,
    pub(super) difference: String,
}

/// One line for each step of the funnel.
pub(super) fn compared(sums: &Sums, words: ConsoleWords) -> Vec<ComparedShare> {
    let line = |(name, of): NamedShare| {
        let (now, before) = (of(&sums.all), of(&sums.before));
        ComparedShare {
            word: words.of("insight-step", name),
            now: share(now, words),
            before: share(before, words),
            difference: said(ShareDifference::between(now, before), words),
        }
    };
    SHARES.into_iter().map(line).collect()
}

fn said(difference: Option<ShareDifference>, words: ConsoleWords) -> String {
    match difference {
        None => words.say("insight-too-few").into_owned(),
        Some(found) if found.is_shown() => words.say_with(
            "insight-points",
            &[("points", FluentValue::from(points(found, words)))],
        ),
        Some(_) => words.say("insight-no-difference").into_owned(),
    }
}

/// `+2.5`; `+2,5`.
pub(super) fn points(difference: ShareDifference, words: ConsoleWords) -> String {
    let text = difference.to_string();
    match words.language() {
        Language::Italian => text.replace('.', ","),
        Language::English => text,
    }
}
