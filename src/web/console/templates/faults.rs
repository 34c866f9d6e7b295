//! Faults of a text and what its template says of itself, in the words of the person who writes. In
//! English they are as `template` says them; what has no text of ours is quoted.

use crate::domain::language::Language;
use crate::template::{RenderFault, TemplateFault, TemplateFinding, Unfinished};
use crate::web::console::shell::{ConsoleWords, FluentValue};

use super::fault_keys::{ENGINE, MEANINGS, TEXTS, TOKENS};

/// Why a text cannot be used as it is written.
pub(super) fn of_template(words: ConsoleWords, fault: &TemplateFault) -> String {
    in_words(words, fault.to_string(), || {
        let said = format!("{}; {}", fault.what, fault.advice);
        placed(words, &fault.part, fault.line, &said)
    })
}

/// What the check of a whole template found.
pub(super) fn of_finding(words: ConsoleWords, found: &TemplateFinding) -> String {
    in_words(words, found.to_string(), || {
        placed(words, &found.file, found.line, &found.message)
    })
}

/// Why a text cannot be written with these values.
pub(super) fn of_text(words: ConsoleWords, fault: &RenderFault) -> String {
    let english = fault.to_string();
    in_words(words, english.clone(), || match fault {
        RenderFault::Broken { part, line, detail } => placed(words, part, *line, detail),
        RenderFault::Missing { .. } | RenderFault::NoText { .. } | RenderFault::TooLong { .. } => {
            sentence(words, &english)
        }
    })
}

/// Why there is no answer about a text.
pub(super) fn of_wait(words: ConsoleWords, unfinished: Unfinished) -> String {
    let english = unfinished.to_string();
    in_words(words, english.clone(), || sentence(words, &english))
}

/// When a template is sent: a shipped one says it in the reader's language, as long as nobody
/// wrote something else.
pub(super) fn purpose(words: ConsoleWords, name: &str, description: &str) -> String {
    let shipped = ConsoleWords::ENGLISH.of("templates-shipped", name);
    match shipped == description {
        true => words.of("templates-shipped", name).into_owned(),
        false => description.to_owned(),
    }
}

/// What a variable says, likewise.
pub(super) fn meaning(words: ConsoleWords, description: &str) -> String {
    let shipped = words.translated(&MEANINGS, description, |_, value| value);
    shipped.unwrap_or_else(|| description.to_owned())
}

fn in_words(words: ConsoleWords, english: String, other: impl FnOnce() -> String) -> String {
    match words.language() {
        Language::English => english,
        Language::Italian => other(),
    }
}

fn placed(words: ConsoleWords, file: &str, line: Option<usize>, english: &str) -> String {
    let said = FluentValue::from(sentence(words, english));
    let file = ("file", FluentValue::from(file));
    match line {
        None => words.say_with("templates-fault-place", &[file, ("said", said)]),
        Some(line) => {
            let line = ("line", FluentValue::from(line.to_string()));
            words.say_with("templates-fault-line", &[file, line, ("said", said)])
        }
    }
}

fn sentence(words: ConsoleWords, english: &str) -> String {
    let whole = known(words, english);
    let said = whole.or_else(|| with_advice(words, english));
    said.unwrap_or_else(|| quoted(words, english))
}

/// What is wrong, and after it what to do. Either may have a semicolon of its own.
fn with_advice(words: ConsoleWords, english: &str) -> Option<String> {
    english.match_indices("; ").find_map(|(at, between)| {
        let advice = known(words, &english[at + between.len()..])?;
        let what = &english[..at];
        let what = known(words, what).unwrap_or_else(|| quoted(words, what));
        Some(format!("{what}; {advice}"))
    })
}

fn known(words: ConsoleWords, english: &str) -> Option<String> {
    let text = words.translated(&TEXTS, english, |_, value| value);
    text.or_else(|| engine(words, english)).or_else(|| {
        // The engine names the expression that it stumbled over.
        let (expression, detail) = english.strip_prefix('`')?.split_once("`: ")?;
        let detail = engine(words, detail)?;
        Some(format!("`{expression}`: {detail}"))
    })
}

/// What the engine says, with the names of the signs that it met.
fn engine(words: ConsoleWords, english: &str) -> Option<String> {
    words.translated(&ENGINE, english, |_, value| {
        let sign = words.translated(&TOKENS, &value, |_, value| value);
        sign.unwrap_or(value)
    })
}

fn quoted(words: ConsoleWords, english: &str) -> String {
    words.with("templates-fault-other", "said", english)
}

#[cfg(test)]
mod tests;
